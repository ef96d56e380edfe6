"""Excuses for many worker-days at once: calendar entries, and decisions beside them.

The calendar excuses what is judged from now on; each window that was judged already
gets a signed decision of its own. Windows of people whom the sender may not decide on
are left out and named.
"""

from datetime import date, datetime, timedelta
from uuid import UUID, uuid5

from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from api.errors import BadField, Conflict, NotFound
from api.schemas.appeals import AnswerIn, ExcusedOut, ExcuseIn, SkippedOut
from api.services.access.session import SignedIn
from api.services.fairness.appeals import decision_row
from api.services.fairness.matters import WindowMatter, matters_between
from geo.db.models import CalendarEntry
from geo.db.store import audit, people
from geo.db.store import fairness as store
from geo.localtime import day_start_ms, from_ms
from tracking.errors import DecisionRefused
from tracking.fairness.appeals import MAY_DECIDE, Outcome, Standing, standing

_MOST_DAYS = 31
_SETTLED = (Standing.VERIFIED, Standing.EXCUSED)


def excuse_days(
    session: Session, viewer: SignedIn, sent: ExcuseIn, now: datetime
) -> ExcusedOut:
    """Excuse worker-days together; the sender makes the id and may send it again once.

    Raises
    ------
    BadField
        If the days are out of order or too many.
    NotFound
        If a worker is not in the viewer's areas.
    Conflict
        If the id was used.
    DecisionRefused
        If the viewer's role or signature does not allow it, or the viewer is among
        the workers.
    """
    _check(viewer, sent)
    workers = sorted(set(sent.worker_ids))
    codes = people.codes_of_people(session, viewer.county_id, workers)
    if len(codes) < len(workers):
        raise NotFound("a worker is not in the viewer's areas")
    if store.calendar_entry_exists(
        session, viewer.county_id, uuid5(sent.id, str(workers[0]))
    ):
        raise Conflict("this excuse was made already", field="id")
    _write_calendar(session, viewer, sent, codes)
    rows, skipped = [], []
    for found in _unsettled(session, viewer, sent, now, workers):
        try:
            row = decision_row(viewer, found, _answer(sent), now)
        except DecisionRefused as refusal:
            skipped.append(_skipped(found, str(refusal)))
            continue
        waiting = found.matter.open_appeal
        key = f"{found.judged.person_id} {found.judged.day} {found.judged.window}"
        rows.append(
            row
            | {
                "id": uuid5(sent.id, key),
                "batch_id": sent.id,
                "appeal_id": waiting.appeal_id if waiting else None,
            }
        )
    store.add_decisions(session, rows)
    _audit(session, sent, len(workers), len(rows))
    return ExcusedOut(
        id=sent.id, workers=len(workers), windows=len(rows), skipped=skipped
    )


def _check(viewer: SignedIn, sent: ExcuseIn) -> None:
    if not timedelta() <= sent.last - sent.first < timedelta(days=_MOST_DAYS):
        raise BadField(f"last is 0..{_MOST_DAYS - 1} days after first", field="last")
    if viewer.role not in MAY_DECIDE:
        raise DecisionRefused(f"the role {viewer.role} excuses nobody")
    if viewer.person_id in sent.worker_ids:
        raise DecisionRefused("nobody excuses the own rounds")
    if sent.signature.strip() != viewer.name.strip():
        raise DecisionRefused("the signature is not the name of the account")


def _write_calendar(
    session: Session, viewer: SignedIn, sent: ExcuseIn, codes: dict[UUID, int]
) -> None:
    during = Range(_start(sent.first), _start(sent.last + timedelta(days=1)))
    rows = [
        {
            "county_id": viewer.county_id,
            "id": uuid5(sent.id, str(worker)),
            "person_id": worker,
            "grid_id": None,
            "code": code,
            "kind": sent.kind,
            "during": during,
            "note": sent.reason,
        }
        for worker, code in sorted(codes.items())
    ]
    people.add_rows(session, CalendarEntry, rows)


def _start(day: date) -> datetime:
    return from_ms(day_start_ms(day))


def _unsettled(
    session: Session,
    viewer: SignedIn,
    sent: ExcuseIn,
    now: datetime,
    workers: list[UUID],
) -> list[WindowMatter]:
    found = matters_between(session, viewer, sent.first, sent.last, now, workers)
    left = [m for m in found if standing(m.matter) not in _SETTLED]
    return sorted(left, key=lambda m: (m.judged.day, str(m.judged.person_id)))


def _answer(sent: ExcuseIn) -> AnswerIn:
    return AnswerIn(
        outcome=Outcome.EXCUSED, reason=sent.reason, signature=sent.signature
    )


def _skipped(found: WindowMatter, why: str) -> SkippedOut:
    judged = found.judged
    return SkippedOut(
        worker_id=judged.person_id, date=judged.day, window=judged.window, why=why
    )


def _audit(session: Session, sent: ExcuseIn, workers: int, windows: int) -> None:
    detail = {
        "workers": workers,
        "windows": windows,
        "first": sent.first.isoformat(),
        "last": sent.last.isoformat(),
        "kind": sent.kind,
    }
    audit.append(session, "excuse", f"excuse/{sent.id}", detail)
