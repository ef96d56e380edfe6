"""Appeals, decisions and policies: every query of what people say beside verdicts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Integer, String, cast, func, insert, or_, select
from sqlalchemy.dialects.postgresql import JSONB, Range, distinct_on
from sqlalchemy.orm import Session

from geo.db.door import Viewer, within
from geo.db.models import (
    Appeal,
    CalendarEntry,
    CountyPolicy,
    Decision,
    GridVersion,
    PatrolRule,
    Verdict,
)


@dataclass(frozen=True)
class JudgedWindow:
    """One window of the newest revision of a worker's day, without its evidence."""

    person_id: UUID
    day: date
    revision: int
    code: int
    rule_id: str
    judged_at: datetime
    window: str
    verdict: str
    is_excused: bool
    is_provisional: bool
    is_record_only: bool


def judged_windows(
    session: Session,
    viewer: Viewer,
    first: date,
    last: date,
    person_ids: Sequence[UUID] | None = None,
) -> list[JudgedWindow]:
    """Return the windows of a closed range of days that the viewer may see.

    Only the few words that a sheet needs are read, and none of the evidence.
    """
    query = (
        select(
            Verdict.person_id,
            Verdict.day,
            Verdict.revision,
            Verdict.code,
            Verdict.rule_id,
            Verdict.judged_at,
            Verdict.windows,
        )
        .where(
            Verdict.county_id == viewer.county_id,
            Verdict.day.between(first, last),
            or_(
                within(Verdict.code, viewer.scope),
                Verdict.person_id == viewer.person_id,
            ),
        )
        .ext(distinct_on(Verdict.person_id, Verdict.day))
        .order_by(Verdict.person_id, Verdict.day, Verdict.revision.desc())
    )
    if person_ids is not None:
        query = query.where(Verdict.person_id.in_(list(person_ids)))
    return [
        JudgedWindow(*row[:6], *window)
        for row in session.execute(query)
        for window in row[6]
    ]


def verdict_of(
    session: Session, viewer: Viewer, person_id: UUID, day: date
) -> Verdict | None:
    """Return the newest revision of one day that the viewer may see."""
    return session.scalar(
        select(Verdict)
        .where(
            Verdict.county_id == viewer.county_id,
            Verdict.person_id == person_id,
            Verdict.day == day,
            or_(
                within(Verdict.code, viewer.scope),
                Verdict.person_id == viewer.person_id,
            ),
        )
        .order_by(Verdict.revision.desc())
        .limit(1)
    )


def lock_window(session: Session, county_id: UUID, person_id: UUID, day: date) -> None:
    """Let only one appeal or decision at a time concern a worker's day."""
    key = func.hashtextextended(f"decide {county_id} {person_id} {day}", 0)
    session.execute(select(func.pg_advisory_xact_lock(key)))


def appeal_by_id(session: Session, viewer: Viewer, appeal_id: UUID) -> Appeal | None:
    """Return an appeal that the viewer may see."""
    return session.scalar(
        select(Appeal).where(
            Appeal.county_id == viewer.county_id, Appeal.id == appeal_id
        )
    )


def decision_by_id(
    session: Session, viewer: Viewer, decision_id: UUID
) -> Decision | None:
    """Return a decision that the viewer may see."""
    return session.scalar(
        select(Decision).where(
            Decision.county_id == viewer.county_id, Decision.id == decision_id
        )
    )


def appeals_between(
    session: Session,
    viewer: Viewer,
    first: date,
    last: date,
    person_ids: Sequence[UUID] | None = None,
) -> Sequence[Appeal]:
    """Return the appeals of a closed range of days, oldest first."""
    query = select(Appeal).where(
        Appeal.county_id == viewer.county_id,
        Appeal.day.between(first, last),
        or_(within(Appeal.code, viewer.scope), Appeal.person_id == viewer.person_id),
    )
    if person_ids is not None:
        query = query.where(Appeal.person_id.in_(list(person_ids)))
    return session.scalars(query.order_by(Appeal.made_at, Appeal.id)).all()


def decisions_between(
    session: Session,
    viewer: Viewer,
    first: date,
    last: date,
    person_ids: Sequence[UUID] | None = None,
) -> Sequence[Decision]:
    """Return the decisions on a closed range of days, oldest first."""
    query = select(Decision).where(
        Decision.county_id == viewer.county_id,
        Decision.day.between(first, last),
        or_(
            within(Decision.code, viewer.scope), Decision.person_id == viewer.person_id
        ),
    )
    if person_ids is not None:
        query = query.where(Decision.person_id.in_(list(person_ids)))
    return session.scalars(query.order_by(Decision.decided_at, Decision.id)).all()


def appeals_with_answers(
    session: Session, viewer: Viewer, *, only_open: bool, most: int
) -> list[tuple[Appeal, Decision | None]]:
    """Return appeals with their answers: open ones by what is due first, then new."""
    query = (
        select(Appeal, Decision)
        .outerjoin(
            Decision,
            (Decision.county_id == Appeal.county_id)
            & (Decision.appeal_id == Appeal.id),
        )
        .where(
            Appeal.county_id == viewer.county_id,
            or_(
                within(Appeal.code, viewer.scope), Appeal.person_id == viewer.person_id
            ),
        )
        .order_by(Decision.decided_at.desc().nulls_first(), Appeal.due_at, Appeal.id)
        .limit(most)
    )
    if only_open:
        query = query.where(Decision.id.is_(None))
    return [(row[0], row[1]) for row in session.execute(query)]


def add_appeal(session: Session, row: dict[str, Any]) -> None:
    """Add an appeal."""
    session.execute(insert(Appeal).values(row))


def add_decisions(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Add decisions; none is ever changed."""
    if rows:
        session.execute(insert(Decision), list(rows))


def calendar_entry_exists(session: Session, county_id: UUID, entry_id: UUID) -> bool:
    """Return whether a calendar entry with this id may be seen."""
    found = select(CalendarEntry.id).where(
        CalendarEntry.county_id == county_id, CalendarEntry.id == entry_id
    )
    return session.scalar(found) is not None


def policy_on(
    session: Session, county_id: UUID, subject: str, day: date
) -> dict[str, Any]:
    """Return what a county settled on a subject on a day; empty: nothing."""
    body = session.scalar(
        select(CountyPolicy.body).where(
            CountyPolicy.county_id == county_id,
            CountyPolicy.subject == subject,
            CountyPolicy.valid.contains(day),
        )
    )
    return dict(body or {})


def end_policy(session: Session, county_id: UUID, subject: str, on: date) -> bool:
    """End the policy of a subject on a day; False if one begins then or later."""
    rows = session.scalars(
        select(CountyPolicy).where(
            CountyPolicy.county_id == county_id,
            CountyPolicy.subject == subject,
            CountyPolicy.valid.overlaps(Range(on, None)),
        )
    ).all()
    if any(row.valid.lower is not None and row.valid.lower >= on for row in rows):
        return False
    for row in rows:
        row.valid = Range(row.valid.lower, on)
    session.flush()
    return True


def add_policy(
    session: Session, county_id: UUID, subject: str, body: dict[str, Any], on: date
) -> None:
    """Let a policy hold from a day on."""
    session.add(
        CountyPolicy(
            county_id=county_id,
            id=uuid4(),
            subject=subject,
            valid=Range(on, None),
            body=body,
        )
    )
    session.flush()


def rules_between(
    session: Session, county_id: UUID, first: date, last: date
) -> Sequence[PatrolRule]:
    """Return the rules of any day of a closed range, those of small areas first."""
    days = func.daterange(first, last, "[]")
    return session.scalars(
        select(PatrolRule)
        .where(PatrolRule.county_id == county_id, PatrolRule.valid.op("&&")(days))
        .order_by(PatrolRule.digits.desc(), PatrolRule.code)
    ).all()


def grid_kinds(
    session: Session, county_id: UUID, first: date, last: date
) -> dict[int, frozenset[str]]:
    """Return kind and category of each grid code of a closed range of days."""
    days = func.daterange(first, last, "[]")
    found: dict[int, set[str]] = {}
    for code, *kinds in session.execute(
        select(GridVersion.code, GridVersion.kind, GridVersion.category).where(
            GridVersion.county_id == county_id,
            GridVersion.kind != "micro",
            GridVersion.valid.op("&&")(days),
        )
    ):
        found.setdefault(code, set()).update(kind for kind in kinds if kind)
    return {code: frozenset(kinds) for code, kinds in found.items()}


def looks_at_viewer(
    session: Session, since: datetime, most: int
) -> list[tuple[datetime, str | None, str, dict[str, Any]]]:
    """Return who looked at the viewer's own tracks, newest first."""
    found = func.looks_at_me(since, cast(most, Integer)).table_valued(
        "at", "actor_id", "actor_name", "action", "detail", name="looks"
    )
    rows = session.execute(
        select(
            found.c.at,
            cast(found.c.actor_name, String),
            cast(found.c.action, String),
            cast(found.c.detail, JSONB),
        )
    )
    return [(r[0], r[1], r[2], r[3]) for r in rows]
