"""Visits: points that somebody was at, and points that are due."""

from datetime import date as Date

from fastapi import APIRouter

from api.deps import LookerDep, NowDep, RosterSessionDep, SessionDep, ViewerDep
from api.schemas.visits import DueOut, VisitsOut
from api.services.verdicts import visits
from geo.localtime import local_date

router = APIRouter(prefix="/api/v1", tags=["visits"])


@router.get("/visits")
def list_visits(
    session: RosterSessionDep, viewer: LookerDep, now: NowDep, date: Date | None = None
) -> VisitsOut:
    """Visits of a day with distance, time and fixes as evidence."""
    return visits.visits_on(session, viewer, date or local_date(now))


@router.get("/visits/due")
def list_due(
    session: SessionDep, viewer: ViewerDep, now: NowDep, only_due: bool = True
) -> DueOut:
    """Sites whose next visit is due or overdue, the longest overdue first."""
    return visits.visits_due(session, viewer, local_date(now), only_due=only_due)
