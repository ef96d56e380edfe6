"""Judging in the database: which days are due, and the verdicts of a county's day.

A day is judged again when fixes of it came, when a roster, rule, grid or binding that
it was judged by changed, and after its deadline, when what was provisional becomes
final. A new revision is written only where the verdict changed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import numpy as np
import orjson
from sqlalchemy.orm import Session

from api.services.positions.merging import resplit_day
from api.services.positions.tracks import fixes_of_days
from api.services.rules.day_roster import by_rule, roster_on
from api.services.rules.rulebook import Rulebook, read_rulebook
from api.services.verdicts.day_portions import DayPortions
from api.services.verdicts.judging_pool import looking, processes_for
from geo.codes import padded
from geo.db.door import as_job
from geo.db.engine import Database
from geo.db.models import JudgedDay
from geo.db.store import judging, keeping
from geo.db.store import patrols as store
from geo.db.store.ways import ways_between
from geo.localtime import from_ms, local_date, to_ms
from tracking.ground.roster import Roster
from tracking.integrity.digests import Digest
from tracking.integrity.ways import Ways
from tracking.rules.policy import Rule
from tracking.verdict.portions import Matter, judge_portions
from tracking.verdict.verify import no_collecting, verify_days

# While a day is open its verdicts follow the fixes at this distance.
_AGAIN = timedelta(minutes=30)
_DAY = timedelta(days=1)
_REMEMBERED = timedelta(days=30)
# The ways of rounds, by which copies are known, are there for this long and a month
# before; what changes further back is kept and judged no more.
REACH = timedelta(days=60)


@dataclass(frozen=True)
class JudgedCounty:
    """The written verdicts of a county's day by worker, and how many are new."""

    lines: Mapping[str, bytes]
    changed: int

    def __len__(self) -> int:
        return len(self.lines)

    @property
    def bodies(self) -> list[dict[str, Any]]:
        """The verdicts in the form of the file contract, sorted by worker."""
        return [orjson.loads(self.lines[worker]) for worker in sorted(self.lines)]


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
) -> JudgedCounty:
    """Judge every worker of a county on a local day, as known at a moment.

    A new revision is written only where the inputs or the verdict changed. The day
    before is read too, and the ways of rounds of a month: a track may be a copy. The
    ways of the day before are those that its own judging left, if it is up to date.
    """
    with no_collecting(), as_job(database, county_id) as session:
        store.lock_judging(session, county_id, day)
        inputs = judging.fingerprints(session, day, day)[day]
        reading = DayPortions(session, day)
        with looking(processes_for(reading.tracks)) as looks:
            roster = roster_on(session, county_id, day)
            matter = _matter(session, county_id, day, roster, as_of, reading)
            earlier = _ways_before(session, county_id, matter)
            outcome = judge_portions(matter, reading, looks(matter), earlier)
        changed = _store_verdicts(session, county_id, day, roster, outcome.lines, as_of)
        if _store_digests(session, county_id, day, outcome.digests):
            _ask_for_days_after(session, day, as_of)
        judging.put_judged(session, day, as_of, inputs)
    return JudgedCounty(outcome.lines, changed)


def judge_now(
    database: Database, county_id: UUID, person_id: UUID, now: datetime
) -> tuple[dict[str, Any], Rule] | None:
    """Return a worker's day so far and its rule; nothing is written.

    None where the worker has no duty today. Only the worker's own fixes and the grids
    around are read, so this shows progress and finds no companion.
    """
    day = local_date(now)
    with as_job(database, county_id) as session:
        own = roster_on(session, county_id, day, person_id)
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


def _matter(
    session: Session,
    county_id: UUID,
    day: date,
    roster: Roster,
    as_of: datetime,
    reading: DayPortions,
) -> Matter:
    """Return what is judged; the workers of the roster are to be read."""
    reading.group(roster.workers())
    parts = by_rule(read_rulebook(session, county_id, day, day), day, roster)
    knows_before = not reading.is_behind and _is_judged(session, day - _DAY, as_of)
    return Matter(day, to_ms(as_of), parts, knows_before)


def _ways_before(session: Session, county_id: UUID, matter: Matter) -> Ways:
    """Return the ways of a month that are not found in the fixes that are read."""
    day = matter.day
    last = day - (_DAY if matter.knows_before else 2 * _DAY)
    held = ways_between(session, county_id, day - _REMEMBERED, last)
    names, who = np.unique(held.person, return_inverse=True)
    return Ways(
        [str(UUID(bytes=name.tobytes())) for name in names],
        *(who.astype(np.int64), held.start_ms, held.end_ms, held.ends, held.places),
    )


def _is_judged(session: Session, day: date, as_of: datetime) -> bool:
    """Return whether a day was judged by all that was known of it at a moment."""
    row = judging.judged_between(session, day, day).get(day)
    if row is None or row.judged_at is None or row.judged_at > as_of:
        return False
    if row.data_at is not None and row.data_at > row.judged_at:
        return False
    return row.inputs == judging.fingerprints(session, day, day)[day]


def _store_verdicts(
    session: Session,
    county_id: UUID,
    day: date,
    roster: Roster,
    lines: Mapping[str, bytes],
    as_of: datetime,
) -> int:
    stored = store.newest_lines(session, county_id, day)
    rows = []
    for worker in sorted(lines):
        person, line = UUID(worker), lines[worker]
        revision, old = stored.get(person, (0, ""))
        if old.encode() == line:
            continue
        body = orjson.loads(line)
        # Who stored it may have written the same otherwise.
        if old and orjson.loads(old) == body:
            continue
        rows.append(
            {
                "county_id": county_id,
                "person_id": person,
                "day": day,
                "revision": revision + 1,
                "code": padded(roster.of_worker(worker, day)[0].grid_code),
                "rule_id": body["rule"],
                "input_hash": body["patrols"][0]["evidence"]["input_hash"],
                "line": line.decode(),
                "judged_at": as_of,
            }
        )
    store.add_verdicts(session, rows)
    return len(rows)


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
    days = [day + n * _DAY for n in range(1, (last - day).days + 1)]
    # Only what was judged: the rest comes in its turn.
    judging.note_data(session, days, as_of, only_judged=True)
