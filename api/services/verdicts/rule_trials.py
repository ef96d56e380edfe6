"""What a rule would have judged: tried on days that are past, nothing is written."""

from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from api.schemas.rules import PreviewOut
from api.services.positions.tracks import fixes_of_days
from api.services.rules.day_roster import only, roster_on
from api.services.rules.rulebook import Rulebook, read_rulebook
from api.services.rules.rules import Wanted, row_of, rule_of
from geo.codes import padded
from geo.db.door import Scope
from geo.db.store import patrols as store
from geo.db.store.fairness import grid_kinds
from geo.errors import BadInput
from tracking.ground.roster import Assignment, Roster
from tracking.rules.policy import Rule
from tracking.verdict.judge import VERIFIED
from tracking.verdict.verify import verify_days

Tell = Callable[[str, float], None]

_DAY = timedelta(days=1)
_LONGEST_DAYS = 62
# About five seconds; what is more is looked at in part, days evenly spread.
MOST_WORKER_DAYS = 1_500


def check_trial(wanted: Wanted, first: date, last: date) -> None:
    """Raise `BadInput` if a rule cannot be, or not be tried on these days."""
    if not 0 <= (last - first).days < _LONGEST_DAYS:
        raise BadInput(f"last lies 0..{_LONGEST_DAYS - 1} days after first")
    rule_of(wanted)


def preview(
    session: Session,
    county_id: UUID,
    wanted: Wanted,
    first: date,
    last: date,
    areas: Scope,
    tell: Tell,
) -> PreviewOut:
    """Judge past days of the workers that a rule would hold for, as if it had held.

    Only who has duty in one of `areas` is looked at; `tell` hears how far it is.
    Each worker's own fixes are judged; copies of earlier days are not looked for. Where
    there are more than `MOST_WORKER_DAYS`, days spread over the time are taken.

    Raises
    ------
    BadInput
        If the days are out of order or too many, or the rule cannot be.
    """
    check_trial(wanted, first, last)
    row = row_of(wanted, county_id, uuid4(), first)
    rules = read_rulebook(session, county_id, first, last)
    kinds = grid_kinds(session, county_id, first, last) if row.kind else rules.kinds
    trial, tried = Rulebook([*rules.rows, row], kinds), rule_of(wanted)
    rosters = {}
    for n in range((last - first).days + 1):
        day = first + n * _DAY
        roster = roster_on(session, county_id, day)
        held = [
            a
            for a in _held(roster, trial, tried, day)
            if any(low <= padded(a.grid_code) < high for low, high in areas)
        ]
        if held:
            rosters[day] = only(roster, held)
    return _compare(session, county_id, tried, rosters, tell)


def _held(roster: Roster, trial: Rulebook, tried: Rule, day: date) -> list[Assignment]:
    """Return the assignments of those whom the tried rule would hold for."""
    found = []
    for worker in roster.workers():
        own = roster.of_worker(worker, day)
        if own and trial.rule_of(padded(own[0].grid_code), day) == tried:
            found += own
    return found


def _compare(
    session: Session,
    county_id: UUID,
    rule: Rule,
    rosters: dict[date, Roster],
    tell: Tell,
) -> PreviewOut:
    sizes = {day: len(roster.workers()) for day, roster in rosters.items()}
    days = _spread(sizes, MOST_WORKER_DAYS)
    before: Counter[str] = Counter()
    after: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    gained = lost = 0
    for n, day in enumerate(days):
        tell("judge", 100 * n / len(days))
        roster = rosters[day]
        newest = store.newest_verdicts(session, county_id, day)
        stored = {str(v.person_id): v.body for v in newest}
        for body in _judge(session, roster, rule, day):
            old = stored.get(str(body["worker_id"]), {"patrols": []})
            was, now = _verified(old), _verified(body)
            gained, lost = gained + max(now - was, 0), lost + max(was - now, 0)
            before.update(p["verdict"] for p in old["patrols"])
            after.update(p["verdict"] for p in body["patrols"])
            reasons.update(r["code"] for p in body["patrols"] for r in p["reasons"])
    return PreviewOut(
        worker_days=sum(sizes.values()),
        looked_at=sum(sizes[day] for day in days),
        days=days,
        before=dict(sorted(before.items())),
        after=dict(sorted(after.items())),
        gained=gained,
        lost=lost,
        reasons=dict(sorted(reasons.items())),
    )


def _spread(sizes: dict[date, int], most: int) -> list[date]:
    """Return days that hold about so many worker-days, spread evenly, at least one."""
    days = sorted(sizes)
    step = 1
    while len(days[::step]) > 1 and sum(sizes[day] for day in days[::step]) > most:
        step += 1
    return days[::step]


def _judge(
    session: Session, roster: Roster, rule: Rule, day: date
) -> list[dict[str, Any]]:
    people = [UUID(worker) for worker in roster.workers()]
    fixes = fixes_of_days(session, (day - _DAY, day, day + _DAY), people)
    return verify_days(fixes, roster, rule, days=[day], with_silent=True)


def _verified(body: dict[str, Any]) -> int:
    return sum(p["verdict"] == VERIFIED for p in body["patrols"])
