"""Plans as their makers see them: list, ask for, look at, take the next step."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from api.errors import BadField, Forbidden, NotFound
from api.schemas.plans import PlanDetail, PlanEventIn, PlanIn, PlanOut
from api.services.plans import plan_territory, publish_plan, region_code_of
from api.services.session import SignedIn
from geo.codes import padded, unpadded
from geo.db.models import Plan
from geo.db.store import audit, plans
from maps.layers import feature_collection
from planning.states import next_state
from planning.territory import PlanPolicy
from tracking.roles import Role

_MAKERS = (Role.ADMIN, Role.PLANNER)
_GRID = ("grid_id", "grid_code", "kind", "category", "name", "village_code", "load")


def list_plans(session: Session, viewer: SignedIn) -> list[PlanOut]:
    """Return the plans of the viewer's areas, the newest first."""
    found = plans.plans_of(session, viewer.county_id, viewer.scope)
    return [PlanOut(**_cells(plan)) for plan in found]


def ask_for_plan(
    session: Session, viewer: SignedIn, wanted: PlanIn, now: datetime
) -> PlanDetail:
    """Plan a region inside the viewer's areas and store the draft."""
    _require_maker(viewer)
    code = padded(wanted.region_code)
    if not any(low <= code < high for low, high in viewer.scope):
        raise NotFound(f"region {wanted.region_code} is not in the viewer's areas")
    policy = PlanPolicy(
        grids=wanted.grids,
        tolerance=wanted.tolerance,
        seed=wanted.seed,
        stability=wanted.stability,
    )
    plan_id = plan_territory(
        session,
        viewer.county_id,
        wanted.region_code,
        policy,
        now,
        name=wanted.name,
        made_by=viewer.person_id,
    )
    return read_plan(session, viewer, plan_id)


def read_plan(session: Session, viewer: SignedIn, plan_id: UUID) -> PlanDetail:
    """Return a plan with its report and its grids."""
    plan = _find(session, viewer, plan_id)
    grids = plans.plan_grids_of(session, viewer.county_id, plan_id)
    grids = grids.assign(
        grid_code=[unpadded(code, "grid") for code in grids["code"]],
        village_code=[unpadded(code, "village") for code in grids["village_code"]],
    )
    layer: dict[str, Any] = feature_collection(grids, _GRID)
    for feature, more in zip(layer["features"], grids["properties"], strict=True):
        feature["properties"].update(more)
    return PlanDetail(**_cells(plan), report=plan.report, grids=layer)


def take_step(
    session: Session, viewer: SignedIn, plan_id: UUID, step: PlanEventIn, now: datetime
) -> PlanOut:
    """Move a plan to its next state; publication puts its grids in force."""
    _require_maker(viewer)
    plan = _find(session, viewer, plan_id, lock=True)
    after = next_state(plan.state, step.event)
    if after != "published":
        plan.state = after
        session.flush()
    elif step.effective_on is None:
        raise BadField("a day is needed to publish", field="effective_on")
    else:
        publish_plan(session, viewer.county_id, plan_id, step.effective_on, now)
    detail = {"state": after, "effective_on": str(step.effective_on or "")}
    audit.append(session, f"plan_{step.event}", f"plan/{plan_id}", detail)
    return PlanOut(**_cells(plan))


def _require_maker(viewer: SignedIn) -> None:
    if viewer.role not in _MAKERS:
        raise Forbidden(f"planning is not for the role {viewer.role}")


def _find(
    session: Session, viewer: SignedIn, plan_id: UUID, *, lock: bool = False
) -> Plan:
    plan = plans.find_plan(session, viewer.county_id, plan_id, lock=lock)
    if plan is None:
        raise NotFound(f"plan {plan_id} is not there")
    return plan


def _cells(plan: Plan) -> dict[str, Any]:
    return {
        "id": plan.id,
        "region_code": region_code_of(plan),
        "name": plan.name,
        "state": plan.state,
        "grids_wanted": plan.grids_wanted,
        "seed": plan.seed,
        "made_at": plan.made_at,
        "effective_on": plan.effective_on,
        "published_at": plan.published_at,
    }
