"""Rosters: who is on duty in which grid from when to when, and who stands in.

What a verdict was judged by is never overwritten: a duty is added or ended, from
yesterday on at the earliest, and nothing else of it changes.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from api.errors import BadField, Conflict, NotFound
from api.schemas.roster import (
    AssignmentIn,
    AssignmentOut,
    RosterOut,
    StandInIn,
    StandInOut,
    VacantGridOut,
    VacantOut,
)
from api.services.access.session import SignedIn
from api.services.people.administration import (
    MAY_CHANGE,
    MAY_PLAN_DUTY,
    MAY_READ,
    areas_of,
    narrowed,
    require_role,
)
from api.services.people.staff import require_person
from geo.codes import padded, trimmed
from geo.db.models import Assignment, StandIn
from geo.db.store import audit, people
from geo.db.store import roster as store
from geo.db.store.roster import AnyRow, DutiesWanted
from geo.localtime import local_date

DUTY_NAMES = {
    "chief_leader": "总网格长",
    "leader": "网格长",
    "instructor": "网格指导员",
    "worker": "网格员",
    "micro_leader": "微网格长",
    "police": "民警",
}
_DAY = timedelta(days=1)


def list_assignments(
    session: Session,
    viewer: SignedIn,
    *,
    on: date | None,
    area: str | None,
    person_id: UUID | None,
    after: UUID | None,
    limit: int,
) -> RosterOut:
    """Return a page of the duties of a day, or of all days, by grid."""
    require_role(viewer, MAY_READ)
    wanted = DutiesWanted(narrowed(viewer, area), on, person_id, after, limit)
    rows = store.assignments_page(session, viewer.county_id, wanted)
    page = rows[:limit]
    following = page[-1][0].id if len(rows) > limit else None
    return RosterOut(date=on, assignments=_shown(session, viewer, page), next=following)


def list_vacant(session: Session, viewer: SignedIn, on: date) -> VacantOut:
    """Return the grids of the viewer's areas that have no lead on a day."""
    require_role(viewer, MAY_READ)
    grids = store.vacant_grids(session, viewer.county_id, on, viewer.scope)
    return VacantOut(
        date=on,
        grids=[
            VacantGridOut(grid_code=trimmed(g.code), name=g.name or "", kind=g.kind)
            for g in grids
        ],
    )


def add_assignment(
    session: Session, viewer: SignedIn, sent: AssignmentIn, now: datetime
) -> tuple[AssignmentOut, bool]:
    """Put a person on duty in a grid; return the duty, and whether it is new.

    Raises
    ------
    NotFound
        If person or grid is not in the viewer's areas, or not on that day.
    Conflict
        If the grid has a lead or that person then, or the id is another duty's.
    """
    require_role(viewer, MAY_CHANGE)
    require_person(session, viewer, sent.person_id)
    areas_of(viewer, [sent.grid_code])
    valid = days_from(sent.first, sent.last, now)
    code = padded(sent.grid_code)
    row = {
        "county_id": viewer.county_id,
        "id": sent.id,
        "person_id": sent.person_id,
        "code": code,
        "role": sent.role,
        "is_lead": sent.is_lead,
        "valid": valid,
    }
    there = _find(session, viewer, sent.id)
    if there is not None:
        if any(getattr(there[0], name) != value for name, value in row.items()):
            raise Conflict("the id is another duty's", field="id")
        return _shown(session, viewer, [there])[0], False
    grids = people.grids_by_code(session, viewer.county_id, [code], sent.first)
    if code not in grids:
        raise NotFound("no such grid on that day")
    _add(session, Assignment, row | {"grid_id": grids[code]})
    detail = {"grid": sent.grid_code, "role": sent.role, "first": str(sent.first)}
    made = _one(session, viewer, sent.id)
    audit.append(session, "assigned", f"person/{sent.person_id}", detail)
    return made, True


def end_assignment(
    session: Session, viewer: SignedIn, assignment_id: UUID, last: date, now: datetime
) -> AssignmentOut:
    """Let a duty end with a day."""
    require_role(viewer, MAY_CHANGE)
    duty = _require(session, viewer, assignment_id)
    valid = days_until(duty.valid, last, now)
    store.end_duty(session, viewer.county_id, Assignment, assignment_id, valid)
    session.expire_all()
    found = _one(session, viewer, assignment_id)
    detail = {"grid": found.grid_code, "last": str(last)}
    audit.append(session, "assignment_ended", f"person/{found.person_id}", detail)
    return found


def add_stand_in(
    session: Session,
    viewer: SignedIn,
    assignment_id: UUID,
    sent: StandInIn,
    now: datetime,
) -> tuple[AssignmentOut, bool]:
    """Let somebody do an assignment's work for some days; see `add_assignment`."""
    require_role(viewer, MAY_PLAN_DUTY)
    duty = _require(session, viewer, assignment_id)
    require_person(session, viewer, sent.person_id)
    if sent.person_id == duty.person_id:
        raise BadField("nobody stands in for oneself", field="person_id")
    row = {
        "county_id": viewer.county_id,
        "id": sent.id,
        "assignment_id": assignment_id,
        "person_id": sent.person_id,
        "code": duty.code,
        "valid": days_from(sent.first, sent.last, now),
    }
    there = store.stand_in_of(session, viewer.county_id, sent.id, viewer.scope)
    if there is not None:
        if any(getattr(there, name) != value for name, value in row.items()):
            raise Conflict("the id is another stand-in's", field="id")
        return _one(session, viewer, assignment_id), False
    _add(session, StandIn, row)
    detail = {"grid": trimmed(duty.code), "for": str(duty.person_id)}
    detail |= {"first": str(sent.first), "last": str(sent.last)}
    made = _one(session, viewer, assignment_id)
    audit.append(session, "stands_in", f"person/{sent.person_id}", detail)
    return made, True


def end_stand_in(
    session: Session, viewer: SignedIn, stand_in_id: UUID, last: date, now: datetime
) -> AssignmentOut:
    """Let a stand-in end with a day."""
    require_role(viewer, MAY_PLAN_DUTY)
    found = store.stand_in_of(session, viewer.county_id, stand_in_id, viewer.scope)
    if found is None:
        raise NotFound("no such stand-in")
    assignment_id, person_id = found.assignment_id, found.person_id
    valid = days_until(found.valid, last, now)
    store.end_duty(session, viewer.county_id, StandIn, stand_in_id, valid)
    session.expire_all()
    shown = _one(session, viewer, assignment_id)
    detail = {"grid": shown.grid_code, "last": str(last)}
    audit.append(session, "stand_in_ended", f"person/{person_id}", detail)
    return shown


def days_from(first: date, last: date | None, now: datetime) -> Range[date]:
    """Return the days of a duty; `BadField` if it begins before yesterday."""
    if first < local_date(now) - _DAY:
        raise BadField("a duty begins yesterday at the earliest", field="first")
    if last is not None and last < first:
        raise BadField("the last day is before the first", field="last")
    return Range(first, None if last is None else last + _DAY)


def days_until(valid: Range[date], last: date, now: datetime) -> Range[date]:
    """Return the days of a duty that ends sooner; `BadField` if before yesterday."""
    first = valid.lower
    if last < local_date(now) - _DAY:
        raise BadField("a duty ends yesterday at the earliest", field="last")
    if first is not None and last < first:
        raise BadField("the last day is before the first", field="last")
    if valid.upper is not None and valid.upper <= last + _DAY:
        raise BadField("it ends before that; add a duty instead", field="last")
    return Range(first, last + _DAY)


def _add(session: Session, model: type, row: dict[str, Any]) -> None:
    try:
        people.add_rows(session, model, [row])
    except IntegrityError as error:
        raise Conflict("the place is taken on some of these days") from error


def _find(session: Session, viewer: SignedIn, duty_id: UUID) -> AnyRow | None:
    return store.assignment_row(session, viewer.county_id, duty_id, viewer.scope)


def _require(session: Session, viewer: SignedIn, duty_id: UUID) -> Assignment:
    found = _find(session, viewer, duty_id)
    if found is None:
        raise NotFound("no such duty")
    duty: Assignment = found[0]
    return duty


def _one(session: Session, viewer: SignedIn, duty_id: UUID) -> AssignmentOut:
    found = _find(session, viewer, duty_id)
    if found is None:
        raise NotFound("no such duty")
    return _shown(session, viewer, [found])[0]


def _shown(
    session: Session, viewer: SignedIn, rows: Sequence[AnyRow]
) -> list[AssignmentOut]:
    ids = [row[0].id for row in rows]
    stand_ins: dict[UUID, list[StandInOut]] = {}
    for each, name in store.stand_ins_of(session, viewer.county_id, ids):
        first, last = first_and_last(each.valid)
        shown = StandInOut(
            id=each.id, person_id=each.person_id, name=name, first=first, last=last
        )
        stand_ins.setdefault(each.assignment_id, []).append(shown)
    return [_duty(duty, name, stand_ins.get(duty.id, [])) for duty, name in rows]


def _duty(
    duty: Assignment, name: str | None, stand_ins: list[StandInOut]
) -> AssignmentOut:
    first, last = first_and_last(duty.valid)
    return AssignmentOut(
        id=duty.id,
        person_id=duty.person_id,
        name=name,
        grid_code=trimmed(duty.code),
        role=duty.role,
        role_name=DUTY_NAMES[duty.role],
        is_lead=duty.is_lead,
        first=first,
        last=last,
        stand_ins=stand_ins,
    )


def first_and_last(valid: Range[date]) -> tuple[date, date | None]:
    """Return both ends of a duty's days, both included."""
    assert valid.lower is not None
    return valid.lower, None if valid.upper is None else valid.upper - _DAY
