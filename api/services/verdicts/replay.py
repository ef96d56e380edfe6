"""A worker's day in true time: cleaned fixes, gaps, and the verdict beside them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

import numpy as np
import pandas as pd
from sqlalchemy.orm import Session

from api.schemas.replay import GapOut, PointOut, ReplayOut
from api.services.access.session import SignedIn
from api.services.positions.duty import read_duties
from api.services.positions.tracks import fixes_of, fixes_of_days
from api.services.verdicts.patrols import patrols_of
from geo.db.door import as_viewer
from geo.db.engine import Database
from geo.db.store import people
from geo.db.store import tracks as stored
from geo.frames import FIX_COLUMNS
from geo.localtime import from_ms
from tracking.duty import duty_spans, is_on_duty
from tracking.rules.policy import Rule
from tracking.signals.clock import ROLLOVER_MS
from tracking.signals.fixes import EXCLUSIONS, USED, Track, prepare_tracks

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class DayTracks:
    """The fixes of a worker's day inside duty, flagged; and how many lay outside."""

    tracks: tuple[Track, ...]
    rule: Rule
    span: tuple[int, int]
    off_duty: int


def read_day(session: Session, viewer: SignedIn, person: UUID, day: date) -> DayTracks:
    """Return a worker's day; what was off duty is counted and not shown."""
    code = stored.code_of_day(session, person, day)
    if code is None:
        known = people.codes_of_people(session, viewer.county_id, [person])
        code = known.get(person, 0)
    duties = read_duties(session, day, day, person)
    rule = duties.rules.rule_of(code, day)
    days = (day - _DAY, day, day + _DAY)
    fixes = fixes_of_days(session, days, [person])
    tracks = prepare_tracks(fixes[list(FIX_COLUMNS)], rule) if len(fixes) else []
    spans = duty_spans(rule, day)
    low, high = spans[0][0], spans[-1][1]
    parts = tuple(
        p
        for t in tracks
        if len(p := t.part(is_on_duty(t.t_ms, [*spans, *duties.tasks_on(person, day)])))
    )
    there = len(fixes_of(session, day, [person]))
    inside = sum(len(p) for p in parts)
    return DayTracks(parts, rule, (low, high), max(0, there - inside))


def replay(
    database: Database, viewer: SignedIn, person_id: UUID, day: date, name: str
) -> ReplayOut:
    """Return a worker's day for the replay; the look is on the record already."""
    with as_viewer(database, viewer, read_only=True) as session:
        found = read_day(session, viewer, person_id, day)
        bodies = patrols_of(session, viewer, day, person_id)
    return ReplayOut(
        worker_id=person_id,
        name=name,
        date=day,
        span=(from_ms(found.span[0]), from_ms(found.span[1])),
        points=sorted(
            (p for t in found.tracks for p in _points(t)),
            key=lambda p: (p.t, p.device),
        ),
        gaps=[g for t in found.tracks for g in _gaps(t, found.rule)],
        off_duty=found.off_duty,
        patrols=bodies[0]["patrols"] if bodies else [],
    )


def used_fixes(
    database: Database, viewer: SignedIn, person_id: UUID, day: date
) -> pd.DataFrame:
    """Return the fixes of a day that are used, as `FIX_COLUMNS`, for an export."""
    tracks = _tracks(database, viewer, person_id, day)
    return _joined([_frame(track.part(track.flag == USED)) for track in tracks])


def sent_fixes(
    database: Database, viewer: SignedIn, person_id: UUID, day: date
) -> pd.DataFrame:
    """Return the fixes of a day as they were sent, the excluded ones too.

    What was corrected of their times is taken back: whoever judges them again shall
    find it again.
    """
    frames = []
    for track in _tracks(database, viewer, person_id, day):
        said_ms = track.t_ms - track.shift_ms - track.rolled * ROLLOVER_MS
        frames.append(_frame(track).assign(t_ms=said_ms))
    return _joined(frames)


def _tracks(
    database: Database, viewer: SignedIn, person_id: UUID, day: date
) -> tuple[Track, ...]:
    with as_viewer(database, viewer, read_only=True) as session:
        return read_day(session, viewer, person_id, day).tracks


def _joined(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    if not frames:
        empty = {n: pd.Series(dtype=kind) for n, kind in FIX_COLUMNS.items()}
        return pd.DataFrame(empty)
    return pd.concat(frames, ignore_index=True)


def _frame(track: Track) -> pd.DataFrame:
    columns: dict[str, Any] = {
        name: getattr(track, name)
        for name in FIX_COLUMNS
        if name not in ("worker_id", "device_id")
    }
    n = len(track)
    columns |= {"worker_id": [track.worker_id] * n, "device_id": [track.device_id] * n}
    return pd.DataFrame(columns)[list(FIX_COLUMNS)]


def _points(track: Track) -> list[PointOut]:
    return [
        PointOut(
            t=from_ms(int(track.t_ms[i])),
            lon=_finite(track.lon[i], 7),
            lat=_finite(track.lat[i], 7),
            accuracy_m=_finite(track.accuracy_m[i], 2),
            speed_mps=_finite(track.speed_mps[i], 3),
            device=track.device_id,
            excluded=None if track.flag[i] == USED else EXCLUSIONS[track.flag[i]],
        )
        for i in range(len(track))
    ]


def _finite(value: float, decimals: int) -> float | None:
    return round(float(value), decimals) if np.isfinite(value) else None


def _gaps(track: Track, rule: Rule) -> list[GapOut]:
    used = track.t_ms[track.flag == USED].tolist()
    least = 2000.0 * rule.rate_every_s
    return [
        GapOut(
            device=track.device_id,
            start=from_ms(a),
            end=from_ms(b),
            s=round((b - a) / 1000),
        )
        for a, b in pairwise(used)
        if b - a > least
    ]
