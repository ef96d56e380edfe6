"""Rosters and the calendar: who is on duty where, who stands in, who is away."""

from datetime import date as Date
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Response

from api.deps import NowDep, SessionDep, ViewerDep
from api.schemas.people import AreaCode
from api.schemas.roster import (
    AssignmentIn,
    AssignmentOut,
    CalendarOut,
    EndIn,
    EntryIn,
    EntryOut,
    KindOut,
    LastDayIn,
    RosterOut,
    StandInIn,
    VacantOut,
)
from api.services.people import calendars, duty_rosters
from geo.localtime import local_date

router = APIRouter(prefix="/api/v1", tags=["administration"])

Limit = Annotated[int, Query(ge=1, le=1000)]
Days = Annotated[Date | Literal["all"] | None, Query(examples=["2026-05-20"])]


@router.get("/assignments")
def list_assignments(
    session: SessionDep,
    viewer: ViewerDep,
    now: NowDep,
    date: Days = None,
    area: AreaCode | None = None,
    person_id: UUID | None = None,
    after: UUID | None = None,
    limit: Limit = 500,
) -> RosterOut:
    """The duties of a day in your areas with their stand-ins; `all` for every day."""
    return duty_rosters.list_assignments(
        session,
        viewer,
        on=None if date == "all" else date or local_date(now),
        area=area,
        person_id=person_id,
        after=after,
        limit=limit,
    )


@router.get("/assignments/vacant")
def list_vacant(
    session: SessionDep, viewer: ViewerDep, now: NowDep, date: Date | None = None
) -> VacantOut:
    """The grids of your areas that have no lead on a day."""
    return duty_rosters.list_vacant(session, viewer, date or local_date(now))


@router.post("/assignments", status_code=201)
def add_assignment(
    sent: AssignmentIn,
    response: Response,
    session: SessionDep,
    viewer: ViewerDep,
    now: NowDep,
) -> AssignmentOut:
    """Put a person on duty in a grid; safe to repeat under the same id."""
    made, is_new = duty_rosters.add_assignment(session, viewer, sent, now)
    response.status_code = 201 if is_new else 200
    return made


@router.post("/assignments/{assignment_id}/end")
def end_assignment(
    assignment_id: UUID,
    sent: LastDayIn,
    session: SessionDep,
    viewer: ViewerDep,
    now: NowDep,
) -> AssignmentOut:
    """Let a duty end with a day, yesterday at the earliest."""
    return duty_rosters.end_assignment(session, viewer, assignment_id, sent.last, now)


@router.post("/assignments/{assignment_id}/stand-ins", status_code=201)
def add_stand_in(
    assignment_id: UUID,
    sent: StandInIn,
    response: Response,
    session: SessionDep,
    viewer: ViewerDep,
    now: NowDep,
) -> AssignmentOut:
    """Let somebody do the work of an assignment for some days."""
    made, is_new = duty_rosters.add_stand_in(session, viewer, assignment_id, sent, now)
    response.status_code = 201 if is_new else 200
    return made


@router.post("/stand-ins/{stand_in_id}/end")
def end_stand_in(
    stand_in_id: UUID,
    sent: LastDayIn,
    session: SessionDep,
    viewer: ViewerDep,
    now: NowDep,
) -> AssignmentOut:
    """Let a stand-in end with a day."""
    return duty_rosters.end_stand_in(session, viewer, stand_in_id, sent.last, now)


@router.get("/calendar")
def list_calendar(
    session: SessionDep,
    viewer: ViewerDep,
    now: NowDep,
    first: Date | None = None,
    last: Date | None = None,
    person_id: UUID | None = None,
) -> CalendarOut:
    """Who is away on some days in your areas, and why; for workers, their own."""
    begin = first or local_date(now)
    return calendars.list_entries(session, viewer, begin, last or begin, person_id)


@router.get("/calendar/kinds")
def list_kinds(_viewer: ViewerDep) -> list[KindOut]:
    """The kinds of entries."""
    return [KindOut(kind=k, name=name) for k, name in calendars.KIND_NAMES.items()]


@router.post("/calendar", status_code=201)
def add_entry(
    sent: EntryIn,
    response: Response,
    session: SessionDep,
    viewer: ViewerDep,
    now: NowDep,
) -> EntryOut:
    """Note leave, training, weather or the like; safe to repeat under the same id."""
    made, is_new = calendars.add_entry(session, viewer, sent, now)
    response.status_code = 201 if is_new else 200
    return made


@router.post("/calendar/{entry_id}/end")
def end_entry(
    entry_id: UUID, sent: EndIn, session: SessionDep, viewer: ViewerDep, now: NowDep
) -> EntryOut:
    """Let an entry end sooner."""
    return calendars.end_entry(session, viewer, entry_id, sent.end, now)


@router.delete("/calendar/{entry_id}", status_code=204)
def remove_entry(entry_id: UUID, session: SessionDep, viewer: ViewerDep) -> None:
    """Remove an entry that has not begun."""
    calendars.remove_entry(session, viewer, entry_id)
