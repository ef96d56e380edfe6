"""Why grids of a plan are outside the tolerance, in names that people use."""

from typing import Any

from api.schemas.plans import ReasonOut, ReasonsOut, WayOut
from api.services.plans.drafting.editing import Desk
from api.services.plans.plan_steps import find_drawn, village_names
from geo.db.models import Plan
from geo.db.store import drafts as store


def reasons(desk: Desk) -> ReasonsOut:
    """Return why grids are outside, of the last version that could be drawn.

    A draft with a gap, an overlap or units without a grid is not drawn: its reasons
    are those of an earlier version. While a grid is in pieces there are none.
    """
    plan = find_drawn(desk)
    # A plan that was brought in says nothing of itself before it is edited.
    rows = plan.report.get("why_not", [])
    names = _names(desk, plan, rows) if rows else {}
    told = [
        ReasonOut(
            grid=row["grid_id"],
            deviation_pct=row["deviation_pct"],
            blocked_by=row["blocked_by"],
            ways=[_way(way, names) for way in row["ways"]],
        )
        for row in rows
    ]
    return ReasonsOut(version=plan.settled_version, grids=told)


def _names(desk: Desk, plan: Plan, rows: list[dict[str, Any]]) -> dict[str, str]:
    """Return what the villages and units of the ways are called."""
    villages = {way["other"] for row in rows for way in row["ways"] if "other" in way}
    county_id = desk.viewer.county_id
    head = store.head_of(desk.session, county_id, plan.id)
    ground = desk.drafts.at(desk.session, county_id, head).ground
    called = dict(zip(ground.base.land.unit_ids, ground.names, strict=True))
    named = village_names(desk, plan, sorted(villages))
    return called | {village["code"]: village["name"] for village in named}


def _way(way: dict[str, Any], names: dict[str, str]) -> WayOut:
    named = {
        key: names.get(way[key], way[key]) for key in ("unit", "other") if key in way
    }
    return WayOut(**(way | named))
