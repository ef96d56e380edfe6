"""Stored fixes as frames: from day tracks, merged with what is not in them yet."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import pandas as pd
from sqlalchemy.orm import Session

from api.services.carriers import carriers_of
from api.services.duty import only_on_duty
from geo.codes import unpadded
from geo.db.models import JournalRow, KeptTrack
from geo.db.models.tracks import NOBODY
from geo.db.store import tracks as store
from geo.frames import FIX_COLUMNS
from geo.localtime import from_ms, to_ms
from tracking.daytrack import by_day, merge
from tracking.fixblock import FixBlock, to_frame
from tracking.journal import unpack

_FRAME_COLUMNS = [*FIX_COLUMNS, "flags"]


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
    kept = store.kept_tracks(session, day, wanted)
    if kept:
        carried = _with_kept(carried, kept)
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


_Carried = list[tuple[UUID, UUID, FixBlock]]


def _with_pending(
    session: Session,
    day: date,
    carried: _Carried,
    pending: Mapping[UUID, Sequence[JournalRow]],
) -> _Carried:
    carriers = carriers_of(session, list(pending))
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


def _with_kept(carried: _Carried, kept: Sequence[KeptTrack]) -> _Carried:
    """Add what retention put aside; the same fixes may be in both for a moment."""
    blocks: dict[tuple[UUID, UUID], list[FixBlock]] = {}
    for person, device, block in carried:
        blocks.setdefault((person, device), []).append(block)
    for row in kept:
        own = blocks.setdefault((row.person_id, row.device_id), [])
        own.append(unpack(row.packed))
    return [(*who, merge(own)) for who, own in blocks.items()]


def _labelled(person_id: UUID, device_id: UUID, block: FixBlock) -> pd.DataFrame:
    frame = to_frame(block)
    frame["worker_id"] = str(person_id)
    frame["device_id"] = str(device_id)
    return frame[_FRAME_COLUMNS]


def _no_fixes() -> pd.DataFrame:
    types = {**FIX_COLUMNS, "flags": "int64"}
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in types.items()})
