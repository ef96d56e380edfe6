"""Plans: ask for one, look at it, compare, take it to publication."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends

from api.deps import (
    DraftsDep,
    DrawingSessionDep,
    NowDep,
    SessionDep,
    ViewerDep,
)
from api.schemas.jobs import JobOut
from api.schemas.plans import PlanDetail, PlanEventIn, PlanIn, PlanNameIn, PlanOut
from api.services.plans import plan_steps
from api.services.plans.drafting.editing import Desk

router = APIRouter(prefix="/api/v1/plans", tags=["plans"])


def _desk(
    plan_id: UUID, session: DrawingSessionDep, viewer: ViewerDep, drafts: DraftsDep
) -> Desk:
    return Desk(session, viewer, drafts, plan_id)


DrawingDeskDep = Annotated[Desk, Depends(_desk)]


@router.get("")
def list_plans(session: SessionDep, viewer: ViewerDep) -> list[PlanOut]:
    """The plans of the viewer's areas, the newest first."""
    return plan_steps.list_plans(session, viewer)


@router.post("", status_code=202)
def ask_for_plan(
    wanted: PlanIn, session: SessionDep, viewer: ViewerDep, now: NowDep
) -> JobOut:
    """Begin to plan a region. Where grids are in force the plan is a redraw of them."""
    return plan_steps.ask_for_plan(session, viewer, wanted, now)


@router.get("/{plan_id}")
def read_plan(desk: DrawingDeskDep) -> PlanDetail:
    """One plan with its report and its grids, edits included."""
    return plan_steps.read_plan(desk)


@router.patch("/{plan_id}")
def rename_plan(wanted: PlanNameIn, desk: DrawingDeskDep) -> PlanOut:
    """Call a plan something else."""
    return plan_steps.rename(desk, wanted.name)


@router.post("/{plan_id}/copy", status_code=201)
def copy_plan(wanted: PlanNameIn, desk: DrawingDeskDep, now: NowDep) -> PlanOut:
    """Make a new draft from a plan with its edits."""
    return plan_steps.copy(desk, wanted.name, now)


@router.post("/{plan_id}/events", responses={409: {"description": "Not in this state"}})
def take_step(step: PlanEventIn, desk: DrawingDeskDep, now: NowDep) -> PlanOut:
    """Take the next step: consult, approve, announce, publish, withdraw or reopen."""
    return plan_steps.take_step(desk, step, now)
