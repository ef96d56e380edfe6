"""Plans beside each other: scores, what differs, and who changes worker."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import geopandas as gpd
import numpy as np
import pandas as pd
from sqlalchemy.orm import Session

from api.errors import BadField
from api.schemas.plans import CompareOut
from api.services.access.session import SignedIn
from api.services.plans.drafting.drafts import Drafts
from api.services.plans.drafting.editing import Desk
from api.services.plans.drafting.settle import settle
from api.services.plans.plan_steps import find, told
from api.services.plans.plans import region_code_of
from geo.codes import range_of, unpadded
from geo.crs import STORED
from geo.db.models import Plan
from geo.db.store import drafts as store
from geo.db.store import plans, territory
from geo.localtime import local_date
from maps.layers import feature_collection
from maps.score_table import SCORE_NAMES, in_order

# Which way a score is better; what is missing here is only told.
_BETTER: Mapping[str, str] = {
    "max_deviation_pct": "low",
    "mean_deviation_pct": "low",
    "cv": "low",
    "residual_max_deviation_pct": "low",
    "residual_mean_deviation_pct": "low",
    "broken_grids": "low",
    "cut_edges": "low",
    "polsby_popper": "high",
    "min_polsby_popper": "high",
    "mean_inner_distance_m": "low",
    "longest_walk_m": "low",
    "mean_longest_walk_m": "low",
    "straddling_grids": "low",
    "border_open_pct": "low",
    "moved_load_pct": "low",
}
CURRENT = "current"


class Against(NamedTuple):
    """What a plan is held against: another plan, or the grids in force."""

    plan: Plan | None
    homes: dict[str, str]

    @property
    def told(self) -> dict[str, Any]:
        """Return its id and name."""
        if self.plan is None:
            return {"id": None, "name": "现行网格"}
        return {"id": self.plan.id, "name": self.plan.name}


def compare(
    session: Session, viewer: SignedIn, drafts: Drafts, ids: Sequence[UUID]
) -> CompareOut:
    """Return the scores of several plans and their bounds, row by row."""
    found = []
    for plan_id in ids:
        settle(session, viewer.county_id, plan_id, drafts)
        found.append(find(Desk(session, viewer, drafts, plan_id)))
    scores = [plan.report.get("scores", {}) for plan in found]
    rows = []
    for group, cells in in_order(scores[0]):
        for key, cell in in_order(cells):
            values = [s.get(group, {}).get(key, {}).get("value") for s in scores]
            rows.append(
                {
                    "group": group,
                    "group_name": SCORE_NAMES.get(group, group),
                    "key": key,
                    "name": SCORE_NAMES.get(key, key),
                    "unit": cell["unit"],
                    "better": _BETTER.get(key),
                    "values": values,
                }
            )
    return CompareOut(plans=told(session, viewer, found), rows=rows)


def difference(desk: Desk, against: str, now: datetime) -> dict[str, Any]:
    """Return the units that another plan, or today's grids, has elsewhere."""
    moved, base = _moved(desk, against, now)
    cells = ("unit_id", "name", "village_code", "load", "households", "from", "to")
    layer = feature_collection(moved, cells)
    return {
        "against": base.told,
        "units": [feature["properties"] for feature in layer["features"]],
        "load": float(moved["load"].sum()),
        "households": _sum(moved["households"]),
        "geometry": layer,
    }


def moves(desk: Desk, against: str, now: datetime) -> dict[str, Any]:
    """Return which households go from which worker to which."""
    moved, base = _moved(desk, against, now)
    plan = find(desk)
    names = _village_names(desk, plan, now)
    leads = leads_of(desk, plan, base.plan, now)
    told_streams = []
    keys = ["village_code", "from", "to"]
    for (village, old, new), rows in moved.groupby(keys, dropna=False):
        told_streams.append(
            {
                "village_code": village,
                "village_name": names.get(village, village),
                "from": _text(old),
                "from_worker": leads.get(old),
                "to": _text(new),
                "to_worker": leads.get(new),
                "units": len(rows),
                "load": float(rows["load"].sum()),
                "households": _sum(rows["households"]),
                "names": "、".join(sorted(set(rows["name"]))[:30]),
            }
        )
    told_streams.sort(key=lambda row: (row["village_code"], -row["load"]))
    total = store.load_of(desk.session, desk.viewer.county_id, desk.plan_id)
    load = float(moved["load"].sum())
    return {
        "against": base.told,
        "streams": told_streams,
        "load": load,
        "households": _sum(moved["households"]),
        "people_share_pct": round(100 * load / total, 2) if total else 0.0,
    }


def leads_of(
    desk: Desk, plan: Plan, base: Plan | None, now: datetime
) -> dict[str, str]:
    """Return who leads each grid, by code: a new plan's grid keeps its people.

    Of the grids in force, of those of a plan that it is compared with, and of its own.
    """
    day, scope = local_date(now), (range_of(region_code_of(plan)),)
    grids = territory.grids_on(desk.session, desk.viewer.county_id, day, scope)
    lead = dict(zip(grids["grid_id"], grids["lead"], strict=True))
    by_code = {
        f"{code:015d}": name
        for code, name in zip(grids["code"], grids["lead"], strict=True)
        if name
    }
    for each in (base, plan):
        if each is not None:
            own = store.base_grids(desk.session, desk.viewer.county_id, each.id)
            by_code |= {
                f"{code:015d}": lead[grid]
                for code, grid in own.items()
                if lead.get(grid)
            }
    return by_code


def _moved(desk: Desk, against: str, now: datetime) -> tuple[gpd.GeoDataFrame, Against]:
    settle(desk.session, desk.viewer.county_id, desk.plan_id, desk.drafts)
    plan = find(desk)
    units = store.placed_units(desk.session, desk.viewer.county_id, desk.plan_id)
    base = _against(desk, plan, against, now)
    new = [f"{code:015d}" for code in units["code"]]
    frame = gpd.GeoDataFrame(
        {
            "unit_id": units["unit_id"],
            "name": units["name"].fillna(units["unit_id"]),
            "village_code": [unpadded(int(c), "village") for c in units["drawn_code"]],
            "load": units["load"].astype(np.float64),
            "households": units["households"].astype(np.float64),
            "from": [base.homes.get(unit) for unit in units["unit_id"]],
            "to": new,
        },
        geometry=np.asarray(units.geometry.values, object),
        crs=STORED,
    )
    # A unit that was in no grid of the other is new and changes nobody.
    differs = frame["from"].notna() & (frame["from"] != frame["to"])
    return frame[differs].reset_index(drop=True), base


def _against(desk: Desk, plan: Plan, against: str, now: datetime) -> Against:
    session, county_id = desk.session, desk.viewer.county_id
    if against == CURRENT:
        scope = (range_of(region_code_of(plan)),)
        found = plans.unit_grids_in(session, county_id, scope, local_date(now))
        return Against(None, {unit: f"{code:015d}" for unit, code in found.items()})
    try:
        other = desk._replace(plan_id=UUID(against))
    except ValueError:
        raise BadField("against is a plan's id or 'current'", field="against") from None
    settle(session, county_id, other.plan_id, desk.drafts)
    found_plan = find(other)
    homes = store.homes_of(session, county_id, other.plan_id)
    return Against(found_plan, {u: f"{code:015d}" for u, code in homes.items()})


def _village_names(desk: Desk, plan: Plan, now: datetime) -> dict[str, str]:
    villages = territory.regions_on(
        desk.session,
        desk.viewer.county_id,
        local_date(now),
        level="village",
        scope=(range_of(region_code_of(plan)),),
    )
    return {
        unpadded(code, "village"): name
        for code, name in zip(villages["code"], villages["name"], strict=True)
    }


def _sum(values: "pd.Series[float]") -> float | None:
    return None if values.isna().any() else round(float(values.sum()), 1)


def _text(value: Any) -> str | None:
    return None if value is None or pd.isna(value) else str(value)
