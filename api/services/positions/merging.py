"""From the journal to the day tracks, and the day tracks split anew.

Each device is a transaction of its own: stop this at any moment and run it again, or
let several run at once; the day tracks end with the same bytes.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from uuid import UUID

from sqlalchemy.orm import Session

from api.services.positions.carriers import Carriers, carriers_of
from api.services.rules.rulebook import read_rulebook
from geo.db.door import as_job
from geo.db.engine import Database
from geo.db.models.tracks import DayTrack
from geo.db.store import journal, judging
from geo.db.store import tracks as store
from geo.localtime import local_date
from tracking.ground.cells import cells_of
from tracking.storage.daytrack import by_day, merge, used
from tracking.storage.dense import pack_dense
from tracking.storage.fixblock import FixBlock, positions
from tracking.storage.journal import unpack

# A fix may lie two days ahead of its receipt (formats/reading.py); partitions are made
# further ahead, so that a job that rests for some days leaves nothing in the default.
_DAYS_AHEAD = 7
_DAYS_BACK = 10
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Merged:
    """What a run of `merge_pending` did: devices taken, device-days written."""

    devices: int
    device_days: frozenset[tuple[UUID, date]]


def merge_pending(database: Database, county_id: UUID, now: datetime) -> Merged:
    """Merge what the journal of a county holds beyond its day tracks.

    The days that got fixes, and those that are judged beside them, are asked for.
    """
    make_partitions(database, county_id, now)
    with as_job(database, county_id) as session:
        devices = journal.devices_to_merge(session)
        at_night = bool(devices) and _is_walked_at_night(session, county_id, now)
    written: set[tuple[UUID, date]] = set()
    for device_id in devices:
        with as_job(database, county_id) as session:
            if journal.take_for_merge(session, device_id):
                days = _merge_device(session, device_id)
                _ask_for(session, days, now, at_night=at_night)
                written.update((device_id, day) for day in days)
    return Merged(len(devices), frozenset(written))


def make_partitions(database: Database, county_id: UUID, now: datetime) -> None:
    """Make the day partitions of the days around `now`."""
    today = local_date(now)
    ahead = today + timedelta(days=_DAYS_AHEAD)
    with as_job(database, county_id) as session:
        journal.make_partitions(session, "journal", today, ahead)
        first = today - timedelta(days=_DAYS_BACK)
        journal.make_partitions(session, "day_tracks", first, ahead)


def resplit_day(database: Database, county_id: UUID, day: date) -> list[UUID]:
    """Split a day's tracks anew where others carried the device than was known.

    Returns
    -------
    list of UUID
        The devices whose tracks changed.
    """
    with as_job(database, county_id) as session:
        tracks = store.day_tracks(session, day)
        carriers = carriers_of(session, sorted({t.device_id for t in tracks}))
        suspects = [
            device_id
            for device_id, own in groupby(sorted(tracks, key=_device), key=_device)
            if not _is_right(list(own), carriers[device_id])
        ]
    changed = []
    for device_id in suspects:
        with as_job(database, county_id) as session:
            journal.take_for_merge(session, device_id, wait=True)
            if _resplit(session, device_id, day):
                changed.append(device_id)
    return changed


def _device(track: DayTrack) -> UUID:
    return track.device_id


def _is_right(own: Sequence[DayTrack], carriers: Carriers) -> bool:
    [track, *others] = own
    return not others and carriers.has_one(
        track.person_id, track.code, track.first_ms, track.last_ms
    )


def _resplit(session: Session, device_id: UUID, day: date) -> bool:
    there = store.day_tracks(session, day, device_ids=[device_id])
    carriers = carriers_of(session, [device_id])[device_id]
    parts = carriers.split(merge([unpack(row.packed) for row in there]))
    rows = [_row(*part) for part in parts]
    old = {(t.person_id, t.code, bytes(t.packed)) for t in there}
    new = {(row["person_id"], row["code"], row["packed"]) for row in rows}
    if old == new:
        return False
    store.put_day_tracks(session, day, device_id, rows)
    return True


def _is_walked_at_night(session: Session, county_id: UUID, now: datetime) -> bool:
    """Whether the last window of any rule ends on the day after."""
    today = local_date(now)
    rules = read_rulebook(session, county_id, today - _DAY, today)
    ends = [rule.windows[-1] for rule in rules.rules_on(today)]
    return any(window.end <= window.start for window in ends)


def _ask_for(
    session: Session, days: Iterable[date], now: datetime, *, at_night: bool
) -> None:
    """Ask for the days of new fixes, and for the next: a copy is known by its source.

    Where rounds are walked over midnight, for the day before too.
    """
    today = local_date(now)
    wanted = {day + _DAY for day in days if day < today} | set(days)
    if at_night:
        wanted |= {day - _DAY for day in days}
    judging.note_data(session, wanted, now)


def _merge_device(session: Session, device_id: UUID) -> list[date]:
    rows = journal.unmerged(session, device_id)
    if not rows:
        return []
    new_days = by_day(merge([unpack(row.packed) for row in rows]))
    carriers = carriers_of(session, [device_id])[device_id]
    for day, new in new_days.items():
        old = store.day_tracks(session, day, device_ids=[device_id])
        merged = merge([new, *(unpack(row.packed) for row in old)])
        parts = carriers.split(merged)
        store.put_day_tracks(session, day, device_id, [_row(*part) for part in parts])
        for _, code, block in parts:
            cells = cells_of(*positions(block.take(used(block))))
            store.put_cells(session, day, device_id, code, cells.tolist())
    # Last, because it locks the row that the device's next post waits for.
    journal.mark_merged(session, device_id, rows[-1].seq)
    return list(new_days)


def _row(person_id: UUID, code: int, block: FixBlock) -> dict[str, object]:
    times = block.column("t_ms")
    return {
        "person_id": person_id,
        "code": code,
        "fix_count": len(block),
        "first_ms": int(times[0]),
        "last_ms": int(times[-1]),
        "packed": pack_dense(block),
    }
