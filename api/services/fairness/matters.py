"""Windows with everything about them: the machine's verdict, appeals, decisions."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from api.services.rules.county_hours import hours_on
from api.services.rules.rulebook import Rulebook, read_rulebook
from geo.db.door import Viewer
from geo.db.models import Appeal as AppealRow
from geo.db.models import Decision as DecisionRow
from geo.db.store import fairness as store
from geo.localtime import from_ms
from tracking.fairness.appeals import Appeal, Decision, Machine, Matter, Outcome, Terms

_Key = tuple[UUID, date, str]


@dataclass(frozen=True)
class WindowMatter:
    """One window as judged, and as it stands beside appeals and decisions."""

    judged: store.JudgedWindow
    matter: Matter
    appeals: tuple[AppealRow, ...] = ()
    decisions: tuple[DecisionRow, ...] = ()


def matters_between(
    session: Session,
    viewer: Viewer,
    first: date,
    last: date,
    now: datetime,
    person_ids: Sequence[UUID] | None = None,
) -> list[WindowMatter]:
    """Return every judged window of a closed range of days that may be seen."""
    judged = store.judged_windows(session, viewer, first, last, person_ids)
    rules = read_rulebook(session, viewer.county_id, first, last)
    found = {(j.person_id, j.day, j.window): _alone(j, rules, now) for j in judged}
    for appeal in store.appeals_between(session, viewer, first, last, person_ids):
        _join(found, _key(appeal), appeal=appeal)
    for row in store.decisions_between(session, viewer, first, last, person_ids):
        _join(found, _key(row), decision=row)
    return list(found.values())


def matter_of(
    session: Session,
    viewer: Viewer,
    person_id: UUID,
    day: date,
    window: str,
    now: datetime,
) -> WindowMatter | None:
    """Return one window, if it was judged and may be seen."""
    for each in matters_between(session, viewer, day, day, now, [person_id]):
        if each.judged.window == window:
            return each
    return None


def terms_on(session: Session, county_id: UUID, day: date) -> Terms:
    """Return the county's terms of appeals on a day."""
    body = store.policy_on(session, county_id, "appeals", day)
    usual = Terms()
    return replace(
        usual,
        appeal_days=int(body.get("appeal_days", usual.appeal_days)),
        answer_days=int(body.get("answer_days", usual.answer_days)),
        hours=hours_on(session, county_id, day),
    )


def _alone(j: store.JudgedWindow, rules: Rulebook, now: datetime) -> WindowMatter:
    # A verdict that nothing changed keeps its old word; the deadline ends it anyway.
    deadline = from_ms(rules.rule_of(j.code, j.day).deadline_ms(j.day))
    machine = Machine(
        j.verdict, j.is_excused, j.is_provisional and now < deadline, j.is_record_only
    )
    return WindowMatter(j, Matter(j.person_id, machine, max(deadline, j.judged_at)))


def _key(row: AppealRow | DecisionRow) -> _Key:
    return row.person_id, row.day, row.window_code


def _join(
    found: dict[_Key, WindowMatter],
    key: _Key,
    appeal: AppealRow | None = None,
    decision: DecisionRow | None = None,
) -> None:
    old = found.get(key)
    # A changed rule may have other windows; what was said of an old one stays stored.
    if old is None:
        return
    matter = old.matter
    if appeal is not None:
        said = Appeal(appeal.id, appeal.made_at, appeal.due_at)
        matter = replace(matter, appeals=(*matter.appeals, said))
        old = replace(old, appeals=(*old.appeals, appeal))
    if decision is not None:
        matter = replace(matter, decisions=(*matter.decisions, as_decision(decision)))
        old = replace(old, decisions=(*old.decisions, decision))
    found[key] = replace(old, matter=matter)


def as_decision(row: DecisionRow) -> Decision:
    """Return a stored decision as the pure code reads it."""
    return Decision(
        outcome=Outcome(row.outcome),
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        machine_verdict=row.machine_verdict,
        appeal_id=row.appeal_id,
    )
