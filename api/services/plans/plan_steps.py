"""Plans as their makers see them: list, look at, name, copy, take the next step."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy.orm import Session

from api.errors import BadField, Forbidden, NotFound, RefusedEdit
from api.schemas.jobs import JobOut
from api.schemas.plans import PlanDetail, PlanEventIn, PlanIn, PlanOut, PlanScores
from api.schemas.rules import UnfitOut
from api.services.access.session import SignedIn
from api.services.jobs import jobs
from api.services.plans.drafting import editing
from api.services.plans.drafting.editing import Desk
from api.services.plans.drafting.settle import settle, unit_shapes
from api.services.plans.plans import publish_plan, region_code_of
from geo.codes import padded, range_of, unpadded
from geo.db.models import Plan
from geo.db.store import audit, drafts, plans, territory
from geo.localtime import local_date
from maps.layers import feature_collection
from planning.states import next_state
from tracking.cases.roles import MAY_PLAN

_GRID = ("grid_id", "grid_code", "kind", "category", "name", "village_code", "load")


def list_plans(session: Session, viewer: SignedIn) -> list[PlanOut]:
    """Return the plans of the viewer's areas, the newest first."""
    found = plans.plans_of(session, viewer.county_id, viewer.scope)
    return told(session, viewer, found)


def told(session: Session, viewer: SignedIn, found: Sequence[Plan]) -> list[PlanOut]:
    """Return plans as a list shows them, each with who edited it last."""
    last = drafts.last_edits(session, viewer.county_id, [plan.id for plan in found])
    return [PlanOut(**_cells(plan, last.get(plan.id))) for plan in found]


def ask_for_plan(
    session: Session, viewer: SignedIn, wanted: PlanIn, now: datetime
) -> JobOut:
    """Begin to plan a region inside the viewer's areas."""
    require_maker(viewer, wanted.region_code)
    asked = wanted.model_dump(mode="json")
    return jobs.begin(session, viewer, "plan", padded(wanted.region_code), asked, now)


def read_plan(desk: Desk) -> PlanDetail:
    """Return a plan with its report and its grids."""
    plan = find_drawn(desk)
    grids = plans.plan_grids_of(desk.session, desk.viewer.county_id, plan.id)
    grids = grids.assign(
        grid_code=[unpadded(code, "grid") for code in grids["code"]],
        village_code=[unpadded(code, "village") for code in grids["village_code"]],
    )
    layer: dict[str, Any] = feature_collection(grids, _GRID)
    for feature, more in zip(layer["features"], grids["properties"], strict=True):
        feature["properties"].update(more)
    (out,) = told(desk.session, desk.viewer, [plan])
    return PlanDetail(**out.model_dump(), report=plan.report, grids=layer)


def read_draft(desk: Desk) -> dict[str, Any]:
    """Return who is where in a plan, with the plan's own cells and village names."""
    plan = find(desk)
    (out,) = told(desk.session, desk.viewer, [plan])
    body = editing.read_draft(desk)
    return {
        "plan": out.model_dump(),
        "load_name": load_column(plan),
        "villages": village_names(desk, plan, body.pop("village_codes")),
        **body,
    }


def load_column(plan: Plan) -> str:
    """Return what a plan shares out; plans from before were made by people."""
    return str(plan.report.get("load_column", "population"))


def village_names(desk: Desk, plan: Plan, codes: Sequence[str]) -> list[dict[str, str]]:
    """Return ``code, name`` of villages, as they were when the plan was made."""
    villages = territory.regions_on(
        desk.session,
        desk.viewer.county_id,
        local_date(plan.made_at),
        level="village",
        scope=(range_of(region_code_of(plan)),),
    )
    names = {
        unpadded(code, "village"): name
        for code, name in zip(villages["code"], villages["name"], strict=True)
    }
    return [{"code": code, "name": names.get(code, code)} for code in codes]


def rename(desk: Desk, name: str) -> PlanOut:
    """Call a plan something else."""
    require_maker(desk.viewer)
    plan = find(desk, lock=True)
    plan.name = name
    desk.session.flush()
    return told(desk.session, desk.viewer, [plan])[0]


def copy(desk: Desk, name: str, now: datetime) -> PlanOut:
    """Make a new draft from a plan with its edits, to try another way."""
    require_maker(desk.viewer)
    session, county_id = desk.session, desk.viewer.county_id
    settle(session, county_id, desk.plan_id, desk.drafts)
    plan = find(desk)
    if plan.version != plan.settled_version:
        raise RefusedEdit("方案有空白、重叠或没有网格的单元，请先修改再复制")
    draft = desk.drafts.at(
        session, county_id, drafts.head_of(session, county_id, plan.id)
    )
    shapes = dict(
        zip(draft.placed.state.land.unit_ids, unit_shapes(draft), strict=True)
    )
    new_id = uuid4()
    grids, units = drafts.copied_rows(session, county_id, plan.id, shapes)
    row = {
        "id": new_id,
        "code": plan.code,
        "name": name or f"{plan.name}（副本）",
        "state": "draft",
        "grids_wanted": plan.grids_wanted,
        "seed": plan.seed,
        "policy": plan.policy,
        "input_hash": plan.input_hash,
        "report": plan.report,
        "made_at": now,
        "made_by": desk.viewer.person_id,
        "effective_on": None,
        "published_at": None,
    }
    plans.add_plan(session, county_id, row, grids, units)
    return told(session, desk.viewer, [find(desk._replace(plan_id=new_id))])[0]


def take_step(desk: Desk, step: PlanEventIn, now: datetime) -> PlanOut:
    """Move a plan to its next state; publication puts its grids in force."""
    require_maker(desk.viewer)
    session, county_id = desk.session, desk.viewer.county_id
    # Publication takes seconds: of several people at once one goes on, the others are
    # told at once, and find it done when they look again.
    plan = find(desk, lock=True, wait=False)
    if step.version is not None:
        editing.require_version(desk, plan, step.version)
    after = next_state(plan.state, step.event)
    if plan.state == "draft" and after == "consulting":
        settle(session, county_id, plan.id, desk.drafts, must_hold=True)
    if after != "published":
        plan.state = after
        session.flush()
    elif step.effective_on is None:
        raise BadField("a day is needed to publish", field="effective_on")
    else:
        publish_plan(session, county_id, plan.id, step.effective_on, now)
    detail = {"state": after, "effective_on": str(step.effective_on or "")}
    audit.append(session, f"plan_{step.event}", f"plan/{plan.id}", detail)
    [out] = told(session, desk.viewer, [plan])
    fit = plan.report.get("feasibility")
    if after != "published" or fit is None:
        return out
    unfit = [UnfitOut(**row) for row in fit["unfit"]]
    return out.model_copy(update={"unfit": unfit})


def require_maker(viewer: SignedIn, region_code: str | None = None) -> None:
    """Raise unless the viewer may plan, and plan a region if one is given."""
    if viewer.role not in MAY_PLAN:
        raise Forbidden(f"planning is not for the role {viewer.role}")
    if region_code is None:
        return
    low, high = range_of(region_code)
    if not any(first <= low and high <= last for first, last in viewer.scope):
        raise NotFound(f"region {region_code} is not in the viewer's areas")


def find(desk: Desk, *, lock: bool = False, wait: bool = True) -> Plan:
    """Return a plan that the viewer sees.

    Raises
    ------
    NotFound
        If it is not there, or not for these eyes.
    BeingChanged
        As `plans.find_plan` does.
    """
    plan = plans.find_plan(
        desk.session, desk.viewer.county_id, desk.plan_id, lock=lock, wait=wait
    )
    if plan is None:
        raise NotFound(f"plan {desk.plan_id} is not there")
    return plan


def find_drawn(desk: Desk) -> Plan:
    """Return a plan that the viewer sees, drawn up to its last edit if it can be."""
    settle(desk.session, desk.viewer.county_id, desk.plan_id, desk.drafts)
    return find(desk)


def _cells(plan: Plan, last: Any) -> dict[str, Any]:
    return {
        "id": plan.id,
        "region_code": region_code_of(plan),
        "name": plan.name,
        "state": plan.state,
        "grids_wanted": plan.grids_wanted,
        "base_grids": plan.report.get("grids", {}).get("base"),
        "seed": plan.seed,
        "made_at": plan.made_at,
        "effective_on": plan.effective_on,
        "published_at": plan.published_at,
        "version": plan.version,
        "settled_version": plan.settled_version,
        "edited_at": None if last is None else last.made_at,
        "edited_by": None if last is None else last.made_by_name,
        "scores": _scores(plan.report),
    }


def _scores(report: dict[str, Any]) -> PlanScores:
    scores = report.get("scores", {})

    def value(group: str, key: str) -> float | None:
        cell = scores.get(group, {}).get(key)
        return None if cell is None else cell["value"]

    bounds = [cell["value"] for cell in scores.get("bounds", {}).values()]
    return PlanScores(
        max_deviation_pct=value("balance", "max_deviation_pct"),
        mean_deviation_pct=value("balance", "mean_deviation_pct"),
        polsby_popper=value("manageability", "polsby_popper"),
        moved_load_pct=value("stability", "moved_load_pct"),
        bound_pct=max(bounds, default=None),
    )
