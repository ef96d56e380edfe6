"""Appeals, decisions and standings as they go out."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from api.schemas.appeals import AppealOut, DecidedOut, StandingOut
from api.services.access.session import SignedIn
from api.services.fairness.matters import WindowMatter
from geo.db.models import Appeal, Decision
from geo.db.store import people
from tracking.fairness.appeals import (
    OUTCOME_NAMES,
    STANDING_NAMES,
    Outcome,
    Terms,
    appeal_until,
    standing,
)


def names_of(
    session: Session, viewer: SignedIn, person_ids: Sequence[UUID]
) -> dict[UUID, str]:
    """Return the names of those people that the viewer may see."""
    return people.names_of_people(session, viewer.county_id, sorted(set(person_ids)))


def show_one(
    session: Session,
    viewer: SignedIn,
    appeal: Appeal,
    answer: Decision | None,
    now: datetime,
) -> AppealOut:
    """Return one appeal with its answer."""
    names = names_of(session, viewer, [appeal.person_id])
    return show_appeal(appeal, answer, names, now)


def show_appeal(
    row: Appeal, answer: Decision | None, names: dict[UUID, str], now: datetime
) -> AppealOut:
    """Return an appeal as it goes out."""
    return AppealOut(
        id=row.id,
        worker_id=row.person_id,
        name=names.get(row.person_id, ""),
        date=row.day,
        window=row.window_code,
        note=row.note,
        machine_verdict=row.machine_verdict,
        revision=row.revision,
        made_at=row.made_at,
        due_at=row.due_at,
        is_overdue=answer is None and now > row.due_at,
        answer=None if answer is None else show_decision(answer),
    )


def show_decision(row: Decision) -> DecidedOut:
    """Return a decision as it goes out."""
    outcome = Outcome(row.outcome)
    return DecidedOut(
        id=row.id,
        outcome=outcome,
        outcome_name=OUTCOME_NAMES[outcome],
        reason=row.reason,
        signature=row.signature,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        machine_verdict=row.machine_verdict,
        revision=row.revision,
        appeal_id=row.appeal_id,
    )


def show_standing(
    session: Session,
    viewer: SignedIn,
    found: WindowMatter,
    terms: Terms,
    now: datetime,
) -> StandingOut:
    """Return machine and people of one window, side by side."""
    judged, stands = found.judged, standing(found.matter)
    answers = {d.appeal_id: d for d in found.decisions}
    names = {}
    if found.appeals:
        names = names_of(session, viewer, [judged.person_id])
    return StandingOut(
        worker_id=judged.person_id,
        date=judged.day,
        window=judged.window,
        machine={
            "verdict": judged.verdict,
            "excused": judged.is_excused,
            "provisional": found.matter.machine.is_provisional,
            "record_only": judged.is_record_only,
            "revision": judged.revision,
            "judged_at": judged.judged_at.isoformat(),
        },
        standing=stands,
        standing_name=STANDING_NAMES[stands],
        appeal_until=appeal_until(found.matter, terms),
        appeals=[show_appeal(a, answers.get(a.id), names, now) for a in found.appeals],
        decisions=[show_decision(d) for d in found.decisions],
    )
