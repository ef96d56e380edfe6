"""Judging in the database: which days are due, and the verdicts of a county's day.

A day is judged again when fixes of it came, when a roster, rule, grid or binding that
it was judged by changed, and after its deadline, when what was provisional becomes
final. A new revision is written only where the verdict changed.
"""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from api.services.day_roster import by_rule, only, roster_on
from api.services.merging import resplit_day
from api.services.rulebook import Rulebook, read_rulebook
from api.services.tracks import fixes_of_days
from geo.codes import padded
from geo.db.door import as_job
from geo.db.engine import Database
from geo.db.models import JudgedDay
from geo.db.store import judging, keeping
from geo.db.store import patrols as store
from geo.localtime import from_ms, local_date, to_ms
from tracking.digests import Digest, unpacked
from tracking.policy import Rule
from tracking.roster import Roster
from tracking.verify import judge_days, verify_days

# While a day is open its verdicts follow the fixes at this distance.
_AGAIN = timedelta(minutes=30)
_DAY = timedelta(days=1)
_REMEMBERED = timedelta(days=30)
# The ways of rounds, by which copies are known, are there for this long and a month
# before; what changes further back is kept and judged no more.
REACH = timedelta(days=60)


def judge_due(database: Database, county_id: UUID, now: datetime) -> list[date]:
    """Judge every day of a county that is due; periodic work, stopped at any moment."""
    with as_job(database, county_id) as session:
        due = _due_days(session, county_id, now)
    for day, has_other_inputs in due:
        if has_other_inputs:
            resplit_day(database, county_id, day)
        judge_day(database, county_id, day, now)
    return [day for day, _ in due]


def judge_day(
    database: Database, county_id: UUID, day: date, as_of: datetime
) -> list[dict[str, Any]]:
    """Judge every worker of a county on a local day, as known at a moment.

    A new revision is written only where the inputs or the verdict changed. The day
    before is read too, and the ways of rounds of a month: a track may be a copy.

    Returns
    -------
    list of dict
        The verdicts of all workers, changed or not, in the form of the file contract.
    """
    with as_job(database, county_id) as session:
        store.lock_judging(session, county_id, day)
        inputs = judging.fingerprints(session, day, day)[day]
        roster = roster_on(session, county_id, day)
        judged = _judge(session, county_id, day, roster, as_of)
        bodies = [body for bodies, _ in judged for body in bodies]
        _store_verdicts(session, county_id, day, roster, bodies, as_of)
        ways = [d for _, digests in judged for d in digests]
        if _store_digests(session, county_id, day, ways):
            _ask_for_days_after(session, day, as_of)
        judging.put_judged(session, day, as_of, inputs)
    return sorted(bodies, key=lambda body: str(body["worker_id"]))


def judge_now(
    database: Database, county_id: UUID, person_id: UUID, now: datetime
) -> tuple[dict[str, Any], Rule] | None:
    """Return a worker's day so far and its rule; nothing is written.

    None where the worker has no duty today. Only the worker's own fixes are read, so
    this shows progress and finds no companion.
    """
    day, worker = local_date(now), str(person_id)
    with as_job(database, county_id) as session:
        roster = roster_on(session, county_id, day)
        own = only(roster, [a for a in roster.assignments if a.worker_id == worker])
        found = by_rule(read_rulebook(session, county_id, day, day), day, own)
        days = (day - _DAY, day) if found else ()
        fixes = fixes_of_days(session, days, [person_id])
    if not found:
        return None
    rule, part = found[0]
    bodies = verify_days(
        fixes,
        part,
        rule,
        days=[day],
        as_of_ms=to_ms(now),
        with_silent=True,
    )
    return bodies[0], rule


def _due_days(
    session: Session, county_id: UUID, now: datetime
) -> list[tuple[date, bool]]:
    """Return the days that are due, and whether what they were judged by changed."""
    today = local_date(now)
    first = _first_day(session, today)
    known = judging.judged_between(session, first, today)
    prints = judging.fingerprints(session, first, today)
    rules = read_rulebook(session, county_id, first, today)
    due = []
    for back in range((today - first).days, -1, -1):
        day = today - back * _DAY
        row = known.get(day)
        is_other = row is not None and row.judged_at and row.inputs != prints[day]
        if _is_due(day, row, bool(is_other), rules, now):
            due.append((day, bool(is_other)))
    return due


def _first_day(session: Session, today: date) -> date:
    """Return the first day that may be due: all of its fixes are there still."""
    first = judging.first_judged(session) or today - _DAY
    whole = keeping.mark_of(session, "day_tracks")
    days = [first, today - REACH, *([whole + _DAY] if whole else [])]
    return min(max(days), today)


def _is_due(
    day: date, row: JudgedDay | None, is_other: bool, rules: Rulebook, now: datetime
) -> bool:
    is_over = day < local_date(now)
    if row is None or row.judged_at is None:
        # Before its end a day without any fix shows nothing that is worth a verdict.
        return is_over or row is not None
    if is_other:
        return True
    deadlines = [from_ms(rule.deadline_ms(day)) for rule in rules.rules_on(day)]
    if any(row.judged_at < moment <= now for moment in deadlines):
        return True
    if row.data_at is None or row.data_at <= row.judged_at:
        return False
    return now >= min(deadlines) or now >= row.judged_at + _AGAIN


def _judge(
    session: Session, county_id: UUID, day: date, roster: Roster, as_of: datetime
) -> list[tuple[list[dict[str, Any]], list[Digest]]]:
    # The day before too: a track may be a copy. And the night after: a window may end
    # there.
    fixes = fixes_of_days(session, (day - _DAY, day, day + _DAY))
    rules = read_rulebook(session, county_id, day, day)
    earlier = [
        unpacked(str(d.person_id), d.start_ms, d.end_ms, d.places)
        for d in store.digests_between(
            session, county_id, day - _REMEMBERED, day - 2 * _DAY
        )
    ]
    found = []
    for rule, part in by_rule(rules, day, roster):
        judged = judge_days(
            fixes,
            part,
            rule,
            days=[day],
            as_of_ms=to_ms(as_of),
            with_silent=True,
            digests=earlier,
        )
        found.append((judged.bodies, judged.digests))
    return found


def _store_verdicts(
    session: Session,
    county_id: UUID,
    day: date,
    roster: Roster,
    bodies: list[dict[str, Any]],
    as_of: datetime,
) -> None:
    stored = {v.person_id: v for v in store.newest_verdicts(session, county_id, day)}
    rows = []
    for body in bodies:
        person = UUID(body["worker_id"])
        old = stored.get(person)
        if old is not None and old.body == body:
            continue
        rows.append(
            {
                "county_id": county_id,
                "person_id": person,
                "day": day,
                "revision": old.revision + 1 if old else 1,
                "code": padded(roster.of_worker(str(person), day)[0].grid_code),
                "rule_id": body["rule"],
                "input_hash": body["patrols"][0]["evidence"]["input_hash"],
                "body": body,
                "judged_at": as_of,
            }
        )
    store.add_verdicts(session, rows)


def _store_digests(
    session: Session, county_id: UUID, day: date, digests: list[Digest]
) -> bool:
    """Put the ways of a day in place of those before; return whether they differ."""
    # Two devices, grids or rules of one person may tell the same way twice.
    rows = {
        (UUID(d.worker_id), d.start_ms): {
            "county_id": county_id,
            "person_id": UUID(d.worker_id),
            "day": day,
            "start_ms": d.start_ms,
            "end_ms": d.end_ms,
            "places": d.packed(),
        }
        for d in digests
    }
    there = store.digests_between(session, county_id, day, day)
    old = {(d.person_id, d.start_ms): (d.end_ms, bytes(d.places)) for d in there}
    new = {key: (row["end_ms"], row["places"]) for key, row in rows.items()}
    if old == new:
        return False
    oldest = day - REACH - _REMEMBERED
    store.replace_digests(session, county_id, day, oldest, list(rows.values()))
    return True


def _ask_for_days_after(session: Session, day: date, as_of: datetime) -> None:
    """Ask for the days whose rounds may be copies of this day's."""
    last = min(day + _REMEMBERED, local_date(as_of))
    days = [day + n * _DAY for n in range(2, (last - day).days + 1)]
    # Only what was judged: the rest comes in its turn.
    judging.note_data(session, days, as_of, only_judged=True)
