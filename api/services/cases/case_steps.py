"""One step of a case: the machine decides, the history keeps it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from api.errors import BadField, Conflict, NotFound
from api.schemas.hazards import EventIn, HazardDetail
from api.services.access.session import SignedIn
from api.services.cases.case_places import check_place
from api.services.cases.hazards import due_moment, read_hazard
from api.services.rules.county_hours import hours_on
from geo.db.models import Case, CaseCategory, CaseEvent
from geo.db.store import audit, cases
from geo.localtime import local_date
from tracking.cases.cases import CaseEvent as Event
from tracking.cases.cases import CaseState, Facts, advance, handlers_of
from tracking.cases.deadlines import Clock, due_after_pause


@dataclass(frozen=True)
class _Step:
    """What a step is decided by, and what it leaves in the history."""

    case: Case
    history: list[CaseEvent]
    sent: EventIn
    actor: SignedIn
    attrs: dict[str, Any]
    now: datetime


def take_step(
    session: Session, viewer: SignedIn, case_id: UUID, sent: EventIn, now: datetime
) -> HazardDetail:
    """Take one step and return the case as it then stands.

    Raises
    ------
    NotFound
        If the case does not exist or is not for these eyes.
    Conflict
        If somebody else took a step since the sender looked.
    CaseError
        If the state, the actor or what was sent does not allow the step.
    """
    found = cases.lock_case(session, viewer, case_id)
    if found is None:
        raise NotFound("no such case")
    case, lon, lat = found
    if case.version != sent.version:
        raise Conflict("the case has moved on", field="version")
    attrs: dict[str, Any] = {}
    if sent.place:
        attrs["place"] = check_place(sent.place, lon, lat)
    history = cases.events_of(session, case.county_id, case.id)
    step = _Step(case, history, sent, viewer, attrs, now)
    following = advance(CaseState(case.state), sent.event, _facts(session, step))
    _record(session, step, following)
    _apply(session, step, following)
    audit.append(
        session, f"case_{sent.event}", f"case/{case_id}", {"version": case.version}
    )
    return read_hazard(session, viewer, case_id)


def _facts(session: Session, step: _Step) -> Facts:
    case, sent = step.case, step.sent
    return Facts(
        actor=step.actor.person_id,
        role=step.actor.role,
        handler=case.handler_id,
        handlers=handlers_of((Event(h.event), h.actor_id) for h in step.history),
        note=sent.note,
        assignee=sent.handler_id,
        has_proof=_has_proof(session, step),
    )


def _has_proof(session: Session, step: _Step) -> bool:
    """Whether a photo or a place check is younger than the start of the handling."""
    begins = [h for h in step.history if h.to_state == CaseState.HANDLING]
    since = (begins or step.history)[-1 if begins else 0]
    checks = [h.attrs for h in step.history if h.seq > since.seq] + [step.attrs]
    if any(attrs.get("place", {}).get("is_there") for attrs in checks):
        return True
    newest = cases.last_photo_at(session, step.case.county_id, step.case.id)
    return newest is not None and newest >= since.at


def _record(session: Session, step: _Step, following: CaseState) -> None:
    case, sent = step.case, step.sent
    attrs = dict(step.attrs)
    if sent.event == Event.DISPATCH:
        attrs["handler_id"] = str(sent.handler_id)
    cases.add_event(
        session,
        CaseEvent(
            county_id=case.county_id,
            case_id=case.id,
            seq=len(step.history) + 1,
            event=sent.event,
            from_state=case.state,
            to_state=following,
            actor_id=step.actor.person_id,
            at=step.now,
            note=sent.note or None,
            attrs=attrs,
            code=case.code,
            participants=case.participants,
        ),
    )


def _apply(session: Session, step: _Step, following: CaseState) -> None:
    case = step.case
    category = cases.category_of(session, case.county_id, case.category)
    assert category is not None
    case.state = following
    case.version += 1
    if following == CaseState.CLOSED:
        case.closed_at = step.now
    _move_deadline(session, step, category)
    if step.sent.event == Event.DISPATCH:
        _hand_over(session, case, step.sent.handler_id)
    session.flush()


def _move_deadline(session: Session, step: _Step, category: CaseCategory) -> None:
    case, event = step.case, step.sent.event
    if event == Event.REOPEN:
        case.closed_at = None
    if event in (Event.REOPEN, Event.GRANT):
        minutes = category.handle_minutes
        case.handle_due_at = due_moment(session, category, minutes, step.now)
    if event == Event.RESUME and case.handle_due_at:
        paused = [h.at for h in step.history if h.event == Event.SUSPEND][-1]
        hours = hours_on(session, case.county_id, local_date(step.now))
        case.handle_due_at = due_after_pause(
            case.handle_due_at, paused, step.now, Clock(category.clock), hours
        )


def _hand_over(session: Session, case: Case, handler_id: UUID | None) -> None:
    assert handler_id is not None
    case.handler_id = handler_id
    case.participants = sorted({*case.participants, handler_id})
    try:
        session.flush()
    except IntegrityError as error:
        # The handler may live outside the areas that the desk sees: the key knows.
        raise BadField("no such person in this county", field="handler_id") from error
    cases.widen_participants(session, case.county_id, case.id, case.participants)
