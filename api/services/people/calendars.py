"""The calendar of people and grids: leave, rest, training, weather, duty elsewhere.

An entry excuses what is judged from now on. What was judged already is excused by a
signed decision (`api.services.fairness.excuses`), so an entry begins yesterday at the
earliest, and one that has begun can only end.
"""

from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from api.errors import BadField, Conflict, Forbidden, NotFound
from api.schemas.roster import CalendarOut, EntryIn, EntryOut
from api.services.access.session import SignedIn
from api.services.people.administration import (
    MAY_PLAN_DUTY,
    MAY_READ,
    areas_of,
    require_role,
)
from api.services.people.staff import require_person
from geo.codes import padded, trimmed
from geo.db.models import CalendarEntry
from geo.db.store import audit, people
from geo.db.store import devices as store
from geo.db.store.devices import AnyRow
from geo.localtime import day_start_ms, from_ms, local_date

KIND_NAMES = {
    "leave": "请假",
    "illness": "病假",
    "rest": "轮休",
    "training": "培训",
    "weather": "恶劣天气",
    "duty_elsewhere": "另有任务",
    "network": "网络中断",
}
_DAY = timedelta(days=1)
_MOST_DAYS = 366
_EVER: Range[datetime] = Range(None, None)


def list_entries(
    session: Session,
    viewer: SignedIn,
    first: date,
    last: date,
    person_id: UUID | None,
) -> CalendarOut:
    """Return the entries of the viewer's areas on some days; of a worker, the own."""
    if not timedelta() <= last - first <= timedelta(days=_MOST_DAYS):
        raise BadField(f"last is 0..{_MOST_DAYS} days after first", field="last")
    scope = viewer.scope if viewer.role in MAY_READ else ()
    whose = person_id if viewer.role in MAY_READ else viewer.person_id
    during = Range(_start(first), _start(last + _DAY))
    rows = store.calendar_between(session, viewer.county_id, during, scope, whose)
    return CalendarOut(entries=[_shown(row) for row in rows])


def add_entry(
    session: Session, viewer: SignedIn, sent: EntryIn, now: datetime
) -> tuple[EntryOut, bool]:
    """Add an entry; the page makes the id and may send it again.

    Raises
    ------
    Forbidden
        If it is about the viewer.
    NotFound
        If person or grid is not in the viewer's areas.
    Conflict
        If the id is another entry's.
    """
    require_role(viewer, MAY_PLAN_DUTY)
    if sent.person_id == viewer.person_id:
        raise Forbidden("nobody excuses the own rounds")
    row = _row(session, viewer, sent, now)
    there = _find(session, viewer, sent.id)
    if there is not None:
        if any(getattr(there[0], name) != value for name, value in row.items()):
            raise Conflict("the id is another entry's", field="id")
        return _shown(there), False
    people.add_rows(session, CalendarEntry, [row])
    made = _require(session, viewer, sent.id)
    detail = {"kind": sent.kind, "whom": str(sent.person_id or sent.grid_code)}
    audit.append(session, "calendar_added", f"calendar/{sent.id}", detail)
    return _shown(made), True


def end_entry(
    session: Session, viewer: SignedIn, entry_id: UUID, end: datetime, now: datetime
) -> EntryOut:
    """Let an entry end sooner, now at the earliest."""
    require_role(viewer, MAY_PLAN_DUTY)
    entry: CalendarEntry = _require(session, viewer, entry_id)[0]
    _refuse_own(viewer, entry)
    start, until = entry.during.lower, entry.during.upper
    if start is None or end <= start or end < now - timedelta(minutes=5):
        raise BadField(
            "an entry ends after its begin, and not in the past", field="end"
        )
    if until is not None and end > until:
        raise BadField("an entry can only end sooner", field="end")
    store.end_entry(session, viewer.county_id, entry_id, Range(start, end))
    session.expire_all()
    found = _shown(_require(session, viewer, entry_id))
    detail = {"end": end.isoformat()}
    audit.append(session, "calendar_ended", f"calendar/{entry_id}", detail)
    return found


def remove_entry(session: Session, viewer: SignedIn, entry_id: UUID) -> None:
    """Remove an entry that has not begun.

    Raises
    ------
    Conflict
        If it has: a day may have been judged by it.
    """
    require_role(viewer, MAY_PLAN_DUTY)
    entry: CalendarEntry = _require(session, viewer, entry_id)[0]
    _refuse_own(viewer, entry)
    # The database itself lets only those go that have not begun.
    if not store.remove_entry(session, viewer.county_id, entry_id):
        raise Conflict("the entry has begun; it can only end")
    audit.append(session, "calendar_removed", f"calendar/{entry_id}", {})


def _row(
    session: Session, viewer: SignedIn, sent: EntryIn, now: datetime
) -> dict[str, object]:
    if (sent.person_id is None) == (sent.grid_code is None):
        raise BadField("an entry is of a person or of a grid", field="person_id")
    if sent.start < _start(local_date(now) - _DAY):
        raise BadField("an entry begins yesterday at the earliest", field="start")
    if not timedelta() < sent.end - sent.start <= timedelta(days=_MOST_DAYS):
        raise BadField(f"an entry lasts up to {_MOST_DAYS} days", field="end")
    row: dict[str, object] = {
        "county_id": viewer.county_id,
        "id": sent.id,
        "person_id": sent.person_id,
        "grid_id": None,
        "kind": sent.kind,
        "during": Range(sent.start, sent.end),
        "note": sent.note,
    }
    if sent.person_id is not None:
        return row | {"code": require_person(session, viewer, sent.person_id).code}
    assert sent.grid_code is not None
    areas_of(viewer, [sent.grid_code])
    code, day = padded(sent.grid_code), local_date(sent.start)
    grids = people.grids_by_code(session, viewer.county_id, [code], day)
    if code not in grids:
        raise NotFound("no such grid on that day")
    return row | {"code": code, "grid_id": grids[code]}


def _refuse_own(viewer: SignedIn, entry: CalendarEntry) -> None:
    if entry.person_id == viewer.person_id:
        raise Forbidden("nobody changes the own calendar")


def _start(day: date) -> datetime:
    return from_ms(day_start_ms(day))


def _find(session: Session, viewer: SignedIn, entry_id: UUID) -> AnyRow | None:
    rows = store.calendar_between(
        session, viewer.county_id, _EVER, viewer.scope, entry_id=entry_id
    )
    return rows[0] if rows else None


def _require(session: Session, viewer: SignedIn, entry_id: UUID) -> AnyRow:
    found = _find(session, viewer, entry_id)
    if found is None:
        raise NotFound("no such entry")
    return found


def _shown(row: AnyRow) -> EntryOut:
    entry, name = row
    assert entry.during.lower is not None
    assert entry.during.upper is not None
    return EntryOut(
        id=entry.id,
        person_id=entry.person_id,
        name=name,
        grid_code=trimmed(entry.code) if entry.grid_id else None,
        kind=entry.kind,
        kind_name=KIND_NAMES.get(entry.kind, entry.kind),
        start=entry.during.lower,
        end=entry.during.upper,
        note=entry.note,
    )
