"""Appeals against a verdict, and what people decide beside the machine.

The machine's verdict is never changed. A worker appeals within some days; another
person answers within some working days, with a reason and a signature; whoever has
decided on a window once does not decide on it again. `standing` says how a window
counts when verdict, appeals and decisions are taken together.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from geo.localtime import local_date
from tracking.cases.deadlines import WorkingHours
from tracking.cases.roles import Role
from tracking.errors import (
    AppealOpen,
    AppealTooLate,
    DecisionRefused,
    NotAppealable,
    NothingToAppeal,
)
from tracking.verdict.judge import NO_DATA, SUSPICIOUS, VERIFIED
from tracking.wording import says_something


class Outcome(StrEnum):
    """What a person decides on a window."""

    VERIFIED = "verified"
    EXCUSED = "excused"
    UPHELD = "upheld"
    NOT_VERIFIED = "not_verified"


OUTCOME_NAMES = {
    Outcome.VERIFIED: "认定有效",
    Outcome.EXCUSED: "认定免巡",
    Outcome.UPHELD: "维持核验结论",
    Outcome.NOT_VERIFIED: "认定未完成",
}
_FAVOURABLE = (Outcome.VERIFIED, Outcome.EXCUSED)
MAY_DECIDE = frozenset({Role.SUPERVISOR, Role.ADMIN})
_LONGEST_BREAK_DAYS = 400


class Standing(StrEnum):
    """How a window counts; every window has exactly one standing."""

    VERIFIED = "verified"
    NOT_VERIFIED = "not_verified"
    EXCUSED = "excused"
    NO_DATA = "no_data"
    OPEN_APPEAL = "open_appeal"
    IN_REVIEW = "in_review"
    PROVISIONAL = "provisional"


STANDING_NAMES = {
    Standing.VERIFIED: "有效",
    Standing.NOT_VERIFIED: "未达到",
    Standing.EXCUSED: "免巡",
    Standing.NO_DATA: "没有数据",
    Standing.OPEN_APPEAL: "申诉中",
    Standing.IN_REVIEW: "待核实",
    Standing.PROVISIONAL: "暂定",
}


@dataclass(frozen=True)
class Terms:
    """How long an appeal may be made, and how soon it is answered; county data."""

    appeal_days: int = 7
    answer_days: int = 3
    hours: WorkingHours = field(default_factory=WorkingHours)


@dataclass(frozen=True)
class Machine:
    """One window as the machine left it in its newest revision."""

    verdict: str
    is_excused: bool = False
    is_provisional: bool = False
    is_record_only: bool = True


@dataclass(frozen=True)
class Appeal:
    """An appeal of the worker of a window."""

    appeal_id: Any
    made_at: datetime
    due_at: datetime


@dataclass(frozen=True)
class Decision:
    """What a person decided, and which verdict lay before that person."""

    outcome: Outcome
    decided_by: Any
    decided_at: datetime
    machine_verdict: str
    appeal_id: Any = None


@dataclass(frozen=True)
class Matter:
    """Everything about one window of a worker's day: machine and people together."""

    person_id: Any
    machine: Machine
    final_at: datetime
    appeals: tuple[Appeal, ...] = ()
    decisions: tuple[Decision, ...] = ()

    @property
    def open_appeal(self) -> Appeal | None:
        """The appeal that nobody has answered, if any."""
        answered = {d.appeal_id for d in self.decisions}
        waiting = [a for a in self.appeals if a.appeal_id not in answered]
        return waiting[0] if waiting else None

    @property
    def decision(self) -> Decision | None:
        """The decision that holds, if any.

        One against the worker lapses when later evidence changed the verdict that it
        looked at; one in the worker's favour stays.
        """
        last = max(self.decisions, key=lambda d: d.decided_at, default=None)
        if last is None or last.outcome in _FAVOURABLE:
            return last
        return last if last.machine_verdict == self.machine.verdict else None


def standing(matter: Matter) -> Standing:
    """Return how a window counts."""
    machine, decision = matter.machine, matter.decision
    if matter.open_appeal is not None:
        return Standing.OPEN_APPEAL
    if decision is not None and decision.outcome != Outcome.UPHELD:
        return Standing(decision.outcome)
    if machine.verdict == VERIFIED:
        return Standing.VERIFIED
    if machine.is_excused:
        return Standing.EXCUSED
    if machine.is_provisional:
        return Standing.PROVISIONAL
    if machine.verdict == NO_DATA:
        return Standing.NO_DATA
    if machine.verdict == SUSPICIOUS and decision is None:
        return Standing.IN_REVIEW
    return Standing.NOT_VERIFIED


def appeal_until(matter: Matter, terms: Terms) -> datetime:
    """Return until when a window may be appealed.

    The days run from the later of the moment the verdict became final and the last
    decision of a person.
    """
    since = max([matter.final_at, *(d.decided_at for d in matter.decisions)])
    return since + timedelta(days=terms.appeal_days)


def answer_due(made_at: datetime, terms: Terms) -> datetime:
    """Return by when an appeal is to be answered: the end of the n-th working day.

    The day of the appeal does not count.

    Examples
    --------
    An appeal on a Friday, three working days: Wednesday 17:30 local time.

    >>> from datetime import UTC
    >>> answer_due(datetime(2026, 5, 22, 9, tzinfo=UTC), Terms())
    datetime.datetime(2026, 5, 27, 9, 30, tzinfo=datetime.timezone.utc)
    """
    left, day = terms.answer_days, local_date(made_at)
    for _ in range(_LONGEST_BREAK_DAYS):
        day += timedelta(days=1)
        spans = terms.hours.of_day(day)
        left -= bool(spans)
        if spans and left <= 0:
            return spans[-1][1]
    return made_at + timedelta(days=terms.answer_days)


def check_appeal(matter: Matter, actor: Any, now: datetime, terms: Terms) -> None:
    """Raise `NotAppealable` unless the actor may appeal the window now."""
    if actor != matter.person_id:
        raise NotAppealable("only the worker of a verdict appeals it")
    if matter.open_appeal is not None:
        raise AppealOpen("an appeal of this window is open already")
    if standing(matter) in (Standing.VERIFIED, Standing.EXCUSED):
        raise NothingToAppeal(f"the window stands as {standing(matter)}")
    until = appeal_until(matter, terms)
    if now > until:
        raise AppealTooLate(f"appeals of this window ended at {until.isoformat()}")


def check_decision(
    matter: Matter, actor: Any, role: Role, reason: str, signature: str, name: str
) -> None:
    """Raise `DecisionRefused` unless the actor may decide on the window.

    Parameters
    ----------
    matter : Matter
    actor : hashable
        Who decides, as the account says.
    role : Role
    reason, signature : str
        As typed; the signature must be the account's own name.
    name : str
        The name of the account's person.
    """
    if role not in MAY_DECIDE:
        raise DecisionRefused(f"the role {role} does not decide on verdicts")
    if actor == matter.person_id:
        raise DecisionRefused("nobody decides on the own verdict")
    if any(actor == d.decided_by for d in matter.decisions):
        raise DecisionRefused("who decided on a window before does not decide again")
    if not says_something(reason):
        raise DecisionRefused("a decision needs a reason")
    if not name.strip() or signature.strip() != name.strip():
        raise DecisionRefused("the signature is not the name of the account")
