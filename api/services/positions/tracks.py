"""Stored fixes as frames: from day tracks, merged with what is not in them yet."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import pandas as pd
from sqlalchemy.orm import Session

from api.services.positions.carriers import carriers_of
from api.services.positions.duty import only_on_duty
from geo.codes import unpadded
from geo.db.models import JournalRow, KeptTrack
from geo.db.models.tracks import NOBODY
from geo.db.store import tracks as store
from geo.db.store.journal import unmerged
from geo.localtime import from_ms, to_ms
from tracking.storage.daytrack import by_day, merge
from tracking.storage.fixblock import FixBlock
from tracking.storage.journal import unpack
from tracking.storage.stacking import stacked


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


def fixes_of(
    session: Session, day: date, person_ids: Iterable[UUID] | None = None
) -> pd.DataFrame:
    """Return the fixes of a local day; see `fixes_of_days`."""
    return fixes_of_days(session, [day], person_ids)


def fixes_of_days(
    session: Session, days: Iterable[date], person_ids: Iterable[UUID] | None = None
) -> pd.DataFrame:
    """Return the fixes of local days, merged or not yet, that the session may see.

    Parameters
    ----------
    session : Session
        From `as_job` or `as_viewer`.
    days : iterable of date
        Local days of the fixes' own time.
    person_ids : iterable of UUID, optional
        Only these people.

    Returns
    -------
    DataFrame
        `FIX_COLUMNS` and ``flags`` (tracking.storage.fixblock), by worker, device, time
        and use: at one time the fix that counts stands first, the others are flagged
        `CONFLICT`. Names are categoricals.
    """
    wanted = None if person_ids is None else set(person_ids)
    pending = pending_of(session)
    rows = rows_of_days(session, days, wanted, pending)
    return stacked([(p, d, h) for p, d, _, h in rows], [row[2] for row in rows])


# A track of a person and a day: who, which device, how many fixes, and these.
Row = tuple[str, str, int, bytes | FixBlock]
Pending = Mapping[UUID, Sequence[JournalRow]]


def rows_of_days(
    session: Session, days: Iterable[date], wanted: set[UUID] | None, pending: Pending
) -> list[Row]:
    """Return the tracks of local days, by person, device and day.

    Parameters
    ----------
    wanted : set of UUID, optional
        Only these people.
    pending : mapping
        As `pending_of` returns it; of people's devices at least all of theirs.
    """
    wanted_days = list(days)
    held: dict[date, _Carried] = {day: [] for day in wanted_days}
    packed = store.packed_between(session, wanted_days, wanted, pending)
    for day, person_id, device_id, count, plain in packed:
        held[day].append((person_id, device_id, count, bytes(plain)))
    kept: dict[date, list[KeptTrack]] = {}
    for track in store.kept_tracks(session, wanted_days, wanted):
        kept.setdefault(track.fix_on, []).append(track)
    rows = []
    for day, carried in held.items():
        if day in kept:
            carried = _with_kept(carried, kept[day])
        if pending:
            carried = _with_pending(session, day, carried, pending)
        rows += [
            (str(person_id), str(device_id), day, count, fixes)
            for person_id, device_id, count, fixes in carried
            if person_id != NOBODY and (wanted is None or person_id in wanted)
        ]
    rows.sort(key=lambda row: row[:3])
    return [
        (person, device, count, packed) for person, device, _, count, packed in rows
    ]


def pending_of(session: Session) -> Pending:
    """Return what is not in day tracks yet, by device."""
    return _by_device(unmerged(session))


def latest_positions(session: Session, now: datetime) -> list[LatestPosition]:
    """Return the newest position of each person on duty that the session may see.

    Who was off duty then is not shown at all, not even where they were before.
    """
    now_ms = to_ms(now)
    found = store.latest_of_people(session)
    shown = only_on_duty(session, [row for row, _ in found])
    names = {row.person_id: name for row, name in found}
    return [
        LatestPosition(
            person_id=row.person_id,
            name=names[row.person_id],
            grid_code=unpadded(row.code, "grid") if row.code % 1000 else None,
            t=from_ms(row.t_ms),
            age_s=max(0, (now_ms - row.t_ms) // 1000),
            lon=row.lon,
            lat=row.lat,
            accuracy_m=row.accuracy_m,
            battery_pct=row.battery_pct,
        )
        for row in shown
    ]


def _by_device(rows: Iterable[JournalRow]) -> dict[UUID, list[JournalRow]]:
    found: dict[UUID, list[JournalRow]] = {}
    for row in rows:
        found.setdefault(row.device_id, []).append(row)
    return found


# Who carried which device, how many fixes there are, and these, packed or not.
_Carried = list[tuple[UUID, UUID, int, bytes | FixBlock]]


def _with_pending(
    session: Session,
    day: date,
    carried: _Carried,
    pending: Pending,
) -> _Carried:
    carriers = carriers_of(session, list(pending))
    whole = [track for track in carried if track[1] not in pending]
    merged: dict[UUID, list[FixBlock]] = {}
    for _, device, _, held in carried:
        if device in pending:
            merged.setdefault(device, []).append(_opened(held))
    for device_id, rows in pending.items():
        new = by_day(merge([unpack(row.packed) for row in rows])).get(day)
        old = merged.get(device_id, [])
        both = merge([*old, *([new] if new is not None else [])])
        whole += [
            (person, device_id, len(block), block)
            for person, _, block in carriers[device_id].split(both)
        ]
    return whole


def _with_kept(carried: _Carried, kept: Sequence[KeptTrack]) -> _Carried:
    """Add what retention put aside; the same fixes may be in both for a moment."""
    blocks: dict[tuple[UUID, UUID], list[FixBlock]] = {}
    for row in kept:
        blocks.setdefault((row.person_id, row.device_id), []).append(unpack(row.packed))
    whole = [track for track in carried if track[:2] not in blocks]
    for person, device, _, held in carried:
        if (person, device) in blocks:
            blocks[person, device].append(_opened(held))
    merged = ((who, merge(own)) for who, own in blocks.items())
    return whole + [(*who, len(block), block) for who, block in merged]


def _opened(held: bytes | FixBlock) -> FixBlock:
    return held if isinstance(held, FixBlock) else unpack(held)
