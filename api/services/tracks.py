"""From journal to day tracks, and from both to the frames that others read."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

import numpy as np
import pandas as pd
from sqlalchemy.orm import Session

from geo.codes import unpadded
from geo.db.door import as_job
from geo.db.engine import Database
from geo.db.models import DeviceBinding, JournalRow
from geo.db.models.tracks import NOBODY
from geo.db.store import tracks as store
from geo.frames import FIX_COLUMNS
from geo.localtime import from_ms, local_date, to_ms
from tracking.cells import cells_of
from tracking.daytrack import by_day, merge, used
from tracking.dense import pack_dense
from tracking.fixblock import FixBlock, positions, to_frame
from tracking.journal import unpack

# A fix may lie two days ahead of its receipt (formats/reading.py); partitions are made
# further ahead, so that a job that rests for some days leaves nothing in the default.
_DAYS_AHEAD = 7
_DAYS_BACK = 10
_FRAME_COLUMNS = [*FIX_COLUMNS, "flags"]


@dataclass(frozen=True)
class Merged:
    """What a run of `merge_pending` did: devices taken, device-days written."""

    devices: int
    device_days: frozenset[tuple[UUID, date]]


@dataclass(frozen=True)
class LatestPosition:
    """Where somebody was last; ``t`` in UTC, coordinates WGS 84."""

    person_id: UUID
    name: str
    grid_code: str | None
    t: datetime
    age_s: int
    lon: float
    lat: float
    accuracy_m: float | None
    battery_pct: float | None


def merge_pending(database: Database, county_id: UUID, now: datetime) -> Merged:
    """Merge what the journal of a county holds beyond its day tracks.

    Each device is a transaction of its own: stop this at any moment and run it again,
    or let several run at once; the day tracks end with the same bytes.
    """
    make_partitions(database, county_id, now)
    with as_job(database, county_id) as session:
        devices = store.devices_to_merge(session)
    written: set[tuple[UUID, date]] = set()
    for device_id in devices:
        with as_job(database, county_id) as session:
            if store.take_for_merge(session, device_id):
                days = _merge_device(session, device_id)
                written.update((device_id, day) for day in days)
    return Merged(len(devices), frozenset(written))


def make_partitions(database: Database, county_id: UUID, now: datetime) -> None:
    """Make the day partitions of the days around `now`."""
    today = local_date(now)
    ahead = today + timedelta(days=_DAYS_AHEAD)
    with as_job(database, county_id) as session:
        store.make_partitions(session, "journal", today, ahead)
        first = today - timedelta(days=_DAYS_BACK)
        store.make_partitions(session, "day_tracks", first, ahead)


def fixes_of(
    session: Session, day: date, person_ids: Iterable[UUID] | None = None
) -> pd.DataFrame:
    """Return the fixes of a local day, merged or not yet, that the session may see.

    Parameters
    ----------
    session : Session
        From `as_job` or `as_viewer`.
    day : date
        Local day of the fixes' own time.
    person_ids : iterable of UUID, optional
        Only these people.

    Returns
    -------
    DataFrame
        `FIX_COLUMNS` and ``flags`` (tracking.fixblock), by worker, time and use: at
        one time the fix that counts stands first, the others are flagged `CONFLICT`.
    """
    wanted = None if person_ids is None else set(person_ids)
    pending = _by_device(store.unmerged(session))
    tracks = store.day_tracks(
        session, day, person_ids=wanted, device_ids=pending if wanted else None
    )
    carried = [(row.person_id, row.device_id, unpack(row.packed)) for row in tracks]
    if pending:
        carried = _with_pending(session, day, carried, pending)
    frames = [
        _labelled(person_id, device_id, block)
        for person_id, device_id, block in carried
        if person_id != NOBODY and (wanted is None or person_id in wanted)
    ]
    if not frames:
        return _no_fixes()
    full = pd.concat(frames, ignore_index=True)
    order = ["worker_id", "t_ms", "device_id"]
    return full.sort_values(order, kind="stable", ignore_index=True)


def latest_positions(session: Session, now: datetime) -> list[LatestPosition]:
    """Return the newest position of each person that the session may see."""
    now_ms = to_ms(now)
    return [
        LatestPosition(
            person_id=row.person_id,
            name=name,
            grid_code=unpadded(row.code, "grid") if row.code % 1000 else None,
            t=from_ms(row.t_ms),
            age_s=max(0, (now_ms - row.t_ms) // 1000),
            lon=row.lon,
            lat=row.lat,
            accuracy_m=row.accuracy_m,
            battery_pct=row.battery_pct,
        )
        for row, name in store.latest_of_people(session)
    ]


def _merge_device(session: Session, device_id: UUID) -> list[date]:
    rows = store.unmerged(session, device_id)
    if not rows:
        return []
    new_days = by_day(merge([unpack(row.packed) for row in rows]))
    carriers = _carriers(session, [device_id])[device_id]
    for day, new in new_days.items():
        old = store.day_tracks(session, day, device_ids=[device_id])
        merged = merge([new, *(unpack(row.packed) for row in old)])
        parts = carriers.split(merged)
        store.put_day_tracks(session, day, device_id, [_row(*part) for part in parts])
        for _, code, block in parts:
            cells = cells_of(*positions(block.take(used(block))))
            store.put_cells(session, day, device_id, code, cells.tolist())
    # Last, because it locks the row that the device's next post waits for.
    store.mark_merged(session, device_id, rows[-1].seq)
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


@dataclass(frozen=True)
class _Carriers:
    """Who carried one device when: (from ms, to ms, person, area of the duty)."""

    spells: Sequence[tuple[int, int, UUID, int]]
    own_code: int

    def split(self, block: FixBlock) -> list[tuple[UUID, int, FixBlock]]:
        """Return the fixes of each carrier; nobody's under the device's own area."""
        t_ms = block.column("t_ms")
        owner = np.full(len(block), -1)
        for i, (start, end, _, _) in enumerate(self.spells):
            owner[(t_ms >= start) & (t_ms < end)] = i
        people: dict[UUID, tuple[int, list[int]]] = {}
        for i in np.unique(owner).tolist():
            person, code = (NOBODY, self.own_code) if i < 0 else self.spells[i][2:]
            # Twice the carrier of a day: one track, in the area of the later spell.
            people[person] = (code, [*people.get(person, (0, []))[1], i])
        return [
            (person, code, block.take(np.isin(owner, spells)))
            for person, (code, spells) in people.items()
        ]


def _carriers(session: Session, device_ids: Sequence[UUID]) -> dict[UUID, _Carriers]:
    spells: dict[UUID, list[tuple[int, int, UUID, int]]] = {}
    for binding in store.bindings_of(session, device_ids):
        spells.setdefault(binding.device_id, []).append(_spell(binding))
    codes = store.codes_of_devices(session, device_ids)
    return {
        device_id: _Carriers(spells.get(device_id, []), codes.get(device_id, 0))
        for device_id in device_ids
    }


def _spell(binding: DeviceBinding) -> tuple[int, int, UUID, int]:
    lower, upper = binding.during.lower, binding.during.upper
    start = -(2**63) if lower is None else to_ms(lower)
    end = 2**63 - 1 if upper is None else to_ms(upper)
    return start, end, binding.person_id, binding.code


def _by_device(rows: Iterable[JournalRow]) -> dict[UUID, list[JournalRow]]:
    found: dict[UUID, list[JournalRow]] = {}
    for row in rows:
        found.setdefault(row.device_id, []).append(row)
    return found


_Carried = list[tuple[UUID, UUID, FixBlock]]


def _with_pending(
    session: Session,
    day: date,
    carried: _Carried,
    pending: Mapping[UUID, Sequence[JournalRow]],
) -> _Carried:
    carriers = _carriers(session, list(pending))
    whole = [track for track in carried if track[1] not in pending]
    for device_id, rows in pending.items():
        new = by_day(merge([unpack(row.packed) for row in rows])).get(day)
        old = [block for _, device, block in carried if device == device_id]
        merged = merge([*old, *([new] if new is not None else [])])
        whole += [
            (person, device_id, block)
            for person, _, block in carriers[device_id].split(merged)
        ]
    return whole


def _labelled(person_id: UUID, device_id: UUID, block: FixBlock) -> pd.DataFrame:
    frame = to_frame(block)
    frame["worker_id"] = str(person_id)
    frame["device_id"] = str(device_id)
    return frame[_FRAME_COLUMNS]


def _no_fixes() -> pd.DataFrame:
    types = {**FIX_COLUMNS, "flags": "int64"}
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in types.items()})
