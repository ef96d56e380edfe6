"""Plans: ask for one, look at it, take it to publication."""

from uuid import UUID

from fastapi import APIRouter

from api.deps import NowDep, SessionDep, ViewerDep
from api.schemas.plans import PlanDetail, PlanEventIn, PlanIn, PlanOut
from api.services import plan_steps

router = APIRouter(prefix="/api/v1/plans", tags=["plans"])


@router.get("")
def list_plans(session: SessionDep, viewer: ViewerDep) -> list[PlanOut]:
    """The plans of the viewer's areas, the newest first."""
    return plan_steps.list_plans(session, viewer)


@router.post("", status_code=201)
def ask_for_plan(
    wanted: PlanIn, session: SessionDep, viewer: ViewerDep, now: NowDep
) -> PlanDetail:
    """Plan a region. Where grids are in force the plan is a redraw of them."""
    return plan_steps.ask_for_plan(session, viewer, wanted, now)


@router.get("/{plan_id}")
def read_plan(plan_id: UUID, session: SessionDep, viewer: ViewerDep) -> PlanDetail:
    """One plan with its report and its grids."""
    return plan_steps.read_plan(session, viewer, plan_id)


@router.post("/{plan_id}/events", responses={409: {"description": "Not in this state"}})
def take_step(
    plan_id: UUID,
    step: PlanEventIn,
    session: SessionDep,
    viewer: ViewerDep,
    now: NowDep,
) -> PlanOut:
    """Take the next step: consult, approve, announce, publish, withdraw or reopen."""
    return plan_steps.take_step(session, viewer, plan_id, step, now)
