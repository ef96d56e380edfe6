"""Appeals and decisions: each in one transaction with its row in the audit log."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from api.errors import BadField, Conflict, NotFound
from api.schemas.appeals import (
    AnswerIn,
    AppealIn,
    AppealOut,
    AppealsOut,
    DecisionIn,
    StandingOut,
    StandingsOut,
)
from api.services.access.session import SignedIn
from api.services.fairness.appeal_views import (
    names_of,
    show_appeal,
    show_one,
    show_standing,
)
from api.services.fairness.matters import (
    WindowMatter,
    matter_of,
    matters_between,
    terms_on,
)
from geo.db.models import Appeal, Decision
from geo.db.store import audit
from geo.db.store import fairness as store
from geo.localtime import local_date
from tracking.fairness.appeals import answer_due, check_appeal, check_decision
from tracking.wording import says_something

_LIST_LIMIT = 2_000


def make_appeal(
    session: Session, viewer: SignedIn, sent: AppealIn, now: datetime
) -> tuple[AppealOut, bool]:
    """Take the viewer's appeal of an own window; return it, and whether it is new.

    Raises
    ------
    NotFound
        If the window was not judged.
    Conflict
        If the id holds something else.
    BadField
        If the note says nothing.
    NotAppealable
        If it is too late, open already, or nothing is to be gained.
    """
    assert viewer.person_id is not None
    if not says_something(sent.note):
        raise BadField("an appeal says what happened", field="note")
    there = store.appeal_by_id(session, viewer, sent.id)
    if there is not None:
        if _content(there) != (viewer.person_id, sent.date, sent.window, sent.note):
            raise Conflict("the id holds another appeal", field="id")
        return show_one(session, viewer, there, None, now), False
    store.lock_window(session, viewer.county_id, viewer.person_id, sent.date)
    found = _find(session, viewer, viewer.person_id, sent.date, sent.window, now)
    terms = terms_on(session, viewer.county_id, local_date(now))
    check_appeal(found.matter, viewer.person_id, now, terms)
    row = _place(viewer.county_id, found) | {
        "id": sent.id,
        "seq": len(found.appeals) + 1,
        "note": sent.note,
        "made_at": now,
        "due_at": answer_due(now, terms),
    }
    try:
        store.add_appeal(session, row)
    except IntegrityError as error:
        raise Conflict("the id holds another appeal", field="id") from error
    audit.append(session, "appeal", f"appeal/{sent.id}", _detail(found))
    return show_one(session, viewer, Appeal(**row), None, now), True


def answer_appeal(
    session: Session, viewer: SignedIn, appeal_id: UUID, sent: AnswerIn, now: datetime
) -> AppealOut:
    """Answer an appeal, as another person, with reason and signature.

    Raises
    ------
    NotFound
        If there is no such appeal in the viewer's areas.
    Conflict
        If it was answered already.
    DecisionRefused
        If the viewer may not decide on it.
    """
    appeal = store.appeal_by_id(session, viewer, appeal_id)
    if appeal is None:
        raise NotFound("no such appeal")
    store.lock_window(session, viewer.county_id, appeal.person_id, appeal.day)
    found = _find(
        session, viewer, appeal.person_id, appeal.day, appeal.window_code, now
    )
    waiting = found.matter.open_appeal
    if waiting is None or waiting.appeal_id != appeal_id:
        raise Conflict("the appeal was answered already")
    # The id of the answer is the appeal's: it is answered once.
    row = _decide(session, viewer, found, appeal_id, sent, now, appeal_id=appeal_id)
    return show_one(session, viewer, appeal, Decision(**row), now)


def decide(
    session: Session, viewer: SignedIn, sent: DecisionIn, now: datetime
) -> tuple[StandingOut, bool]:
    """Decide on a window beside the machine; return it, and whether that is new."""
    there = store.decision_by_id(session, viewer, sent.id)
    if there is not None:
        same = (there.person_id, there.day, there.window_code, there.outcome)
        if same != (sent.worker_id, sent.date, sent.window, sent.outcome):
            raise Conflict("the id holds another decision", field="id")
    else:
        store.lock_window(session, viewer.county_id, sent.worker_id, sent.date)
        found = _find(session, viewer, sent.worker_id, sent.date, sent.window, now)
        waiting = found.matter.open_appeal
        answers = waiting.appeal_id if waiting else None
        _decide(session, viewer, found, sent.id, sent, now, appeal_id=answers)
    found = _find(session, viewer, sent.worker_id, sent.date, sent.window, now)
    terms = terms_on(session, viewer.county_id, local_date(now))
    return show_standing(session, viewer, found, terms, now), there is None


def list_appeals(
    session: Session, viewer: SignedIn, now: datetime, *, which: str
) -> AppealsOut:
    """Return the appeals that the viewer may see: ``open``, ``overdue`` or ``all``."""
    rows = store.appeals_with_answers(
        session, viewer, only_open=which != "all", most=_LIST_LIMIT
    )
    names = names_of(session, viewer, [appeal.person_id for appeal, _ in rows])
    shown = [show_appeal(a, d, names, now) for a, d in rows]
    if which == "overdue":
        shown = [a for a in shown if a.is_overdue]
    return AppealsOut(
        appeals=shown,
        open=sum(a.answer is None for a in shown),
        overdue=sum(a.is_overdue for a in shown),
    )


def standings(
    session: Session, viewer: SignedIn, day: date, worker_id: UUID | None, now: datetime
) -> StandingsOut:
    """Return machine verdict and decisions of each window of a day, side by side."""
    only = None if worker_id is None else [worker_id]
    found = matters_between(session, viewer, day, day, now, only)
    terms = terms_on(session, viewer.county_id, local_date(now))
    ordered = sorted(found, key=lambda m: str(m.judged.person_id))
    return StandingsOut(
        windows=[show_standing(session, viewer, m, terms, now) for m in ordered]
    )


def decision_row(
    viewer: SignedIn, found: WindowMatter, sent: AnswerIn, now: datetime
) -> dict[str, Any]:
    """Return a decision as a row without its ids, after asking whether it may be.

    Raises
    ------
    DecisionRefused
        If the viewer may not decide on the window.
    """
    check_decision(
        found.matter,
        viewer.person_id,
        viewer.role,
        sent.reason,
        sent.signature,
        viewer.name,
    )
    return _place(viewer.county_id, found) | {
        "outcome": str(sent.outcome),
        "reason": sent.reason.strip(),
        "decided_by": viewer.person_id,
        "signature": sent.signature.strip(),
        "decided_at": now,
    }


def _decide(
    session: Session,
    viewer: SignedIn,
    found: WindowMatter,
    decision_id: UUID,
    sent: AnswerIn,
    now: datetime,
    appeal_id: UUID | None,
) -> dict[str, Any]:
    row = decision_row(viewer, found, sent, now)
    row |= {"id": decision_id, "appeal_id": appeal_id, "batch_id": None}
    try:
        store.add_decisions(session, [row])
    except IntegrityError as error:
        raise Conflict("somebody decided meanwhile, or the id is taken") from error
    detail = _detail(found) | {"outcome": str(sent.outcome)}
    audit.append(session, "decide", f"decision/{decision_id}", detail)
    return row


def _find(
    session: Session,
    viewer: SignedIn,
    person_id: UUID,
    day: date,
    window: str,
    now: datetime,
) -> WindowMatter:
    found = matter_of(session, viewer, person_id, day, window, now)
    if found is None:
        raise NotFound("no verdict of this window")
    return found


def _place(county_id: UUID, found: WindowMatter) -> dict[str, Any]:
    judged = found.judged
    return {
        "county_id": county_id,
        "person_id": judged.person_id,
        "day": judged.day,
        "window_code": judged.window,
        "code": judged.code,
        "revision": judged.revision,
        "machine_verdict": judged.verdict,
    }


def _detail(found: WindowMatter) -> dict[str, Any]:
    judged = found.judged
    return {
        "worker_id": str(judged.person_id),
        "date": judged.day.isoformat(),
        "window": judged.window,
        "machine": judged.verdict,
        "revision": judged.revision,
    }


def _content(row: Appeal) -> tuple[UUID, date, str, str]:
    return row.person_id, row.day, row.window_code, row.note
