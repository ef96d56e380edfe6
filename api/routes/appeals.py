"""Appeals of verdicts, decisions of people beside them, and common excuses."""

from datetime import date as Date
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Response

from api.deps import LookerDep, LookerSessionDep, NowDep
from api.schemas.appeals import (
    AnswerIn,
    AppealIn,
    AppealOut,
    AppealsOut,
    DecisionIn,
    ExcusedOut,
    ExcuseIn,
    StandingOut,
    StandingsOut,
)
from api.services.fairness import appeals, excuses
from geo.localtime import local_date

router = APIRouter(prefix="/api/v1", tags=["appeals"])

Which = Annotated[Literal["open", "overdue", "all"], Query()]


@router.post(
    "/appeals",
    status_code=201,
    responses={
        200: {"model": AppealOut, "description": "It was here already"},
        409: {"description": "Too late, open already, or nothing to gain"},
    },
)
def make_appeal(
    appeal: AppealIn,
    response: Response,
    session: LookerSessionDep,
    viewer: LookerDep,
    now: NowDep,
) -> AppealOut:
    """Appeal a verdict of your own window; safe to repeat under the same id."""
    made, is_new = appeals.make_appeal(session, viewer, appeal, now)
    response.status_code = 201 if is_new else 200
    return made


@router.get("/appeals")
def list_appeals(
    session: LookerSessionDep, viewer: LookerDep, now: NowDep, which: Which = "open"
) -> AppealsOut:
    """Appeals inside your areas and your own, those due first at the top."""
    return appeals.list_appeals(session, viewer, now, which=which)


@router.post(
    "/appeals/{appeal_id}/answer",
    responses={
        403: {"description": "The own verdict, or decided before by you"},
        409: {"description": "Answered already"},
    },
)
def answer_appeal(
    appeal_id: UUID,
    answer: AnswerIn,
    session: LookerSessionDep,
    viewer: LookerDep,
    now: NowDep,
) -> AppealOut:
    """Answer an appeal with reason and signature; the machine's verdict stays."""
    return appeals.answer_appeal(session, viewer, appeal_id, answer, now)


@router.get("/standings")
def list_standings(
    session: LookerSessionDep,
    viewer: LookerDep,
    now: NowDep,
    date: Date | None = None,
    worker_id: UUID | None = None,
) -> StandingsOut:
    """Machine verdict and human decisions of each window of a day, side by side."""
    day = date or local_date(now)
    return appeals.standings(session, viewer, day, worker_id, now)


@router.post(
    "/decisions",
    status_code=201,
    responses={200: {"model": StandingOut, "description": "It was here already"}},
)
def decide(
    decision: DecisionIn,
    response: Response,
    session: LookerSessionDep,
    viewer: LookerDep,
    now: NowDep,
) -> StandingOut:
    """Decide on a window beside the machine, with reason and signature."""
    made, is_new = appeals.decide(session, viewer, decision, now)
    response.status_code = 201 if is_new else 200
    return made


@router.post("/excuses", status_code=201)
def excuse_days(
    excuse: ExcuseIn, session: LookerSessionDep, viewer: LookerDep, now: NowDep
) -> ExcusedOut:
    """Excuse worker-days together: calendar entries, and signed decisions."""
    return excuses.excuse_days(session, viewer, excuse, now)
