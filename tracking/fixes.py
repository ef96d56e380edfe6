"""Fixes as evidence: put in order, repeats merged, flagged and never deleted.

`prepare_tracks` turns a frame of fixes in any order, with any repetition, into one
`Track` per worker and device, whose arrays are the same bytes for the same evidence.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numba import njit
from numpy.typing import NDArray

from geo.crs import gcj02_shift
from geo.frames import FIX_COLUMNS, require_columns
from tracking.clock import (
    LATE_MS,
    ROLLOVER_MS,
    ClockError,
    find_clock_errors,
    find_contradicting,
    is_plainly_right,
    shift_of,
    undo_rollover,
    without_server_errors,
)
from tracking.ordering import codes_of, distinct, put_in_order, same_moment
from tracking.plain import median
from tracking.policy import Rule
from tracking.spikes import find_beside, find_datum_jumps, find_spikes

Float64 = NDArray[np.float64]
Int64 = NDArray[np.int64]

USED = 0
# Why a fix is not used. The order is the order of the codes.
EXCLUSIONS = (
    "used",
    "conflict",
    "bad_time",
    "bad_position",
    "null_island",
    "accuracy_poor",
    "late_upload",
    "spike",
    "datum_shift",
)
_CODE = {name: np.uint8(i) for i, name in enumerate(EXCLUSIONS)}

_EARLIEST_MS = 946_684_800_000  # 2000-01-01, before any phone had a position
_FUTURE_MS = 300_000
_METRES_PER_DEGREE = 111_320.0
_NULL_DEGREES = 1e-3
# A sample of latitudes is enough to scale a plane by.
_SOME = 64


@dataclass(frozen=True)
class Track:
    """All fixes of one worker from one device, in order of their corrected times.

    Arrays have shape (n,). `t_ms` is corrected; `flag` indexes `EXCLUSIONS`;
    `accuracy_m` is NaN where the phone did not say; `jump_mps` is the speed of an
    unreturned jump that ends at a fix, else 0; `refuted` marks fixes whose time their
    receipts contradict.
    """

    worker_id: str
    device_id: str
    t_ms: Int64
    received_ms: Int64
    lon: Float64
    lat: Float64
    accuracy_m: Float64
    speed_mps: Float64
    mock: NDArray[np.int8]
    flag: NDArray[np.uint8]
    shift_ms: Int64
    rolled: NDArray[np.bool_]
    jump_mps: Float64
    refuted: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.t_ms)

    def part(self, which: slice | NDArray[Any]) -> "Track":
        """Return the fixes that `which` picks."""
        arrays = (getattr(self, name)[which] for name in _ARRAYS)
        return Track(self.worker_id, self.device_id, *arrays)

    def between(self, start_ms: int, end_ms: int) -> "Track":
        """Return the fixes of a half-open span of corrected time."""
        low, high = self.places(start_ms, end_ms)
        if low == 0 and high == len(self):
            return self
        return self.part(slice(low, high))

    def places(self, start_ms: int, end_ms: int) -> tuple[int, int]:
        """Return first and one past last fix of a half-open span of corrected time."""
        low = int(self.t_ms.searchsorted(start_ms))
        return low, int(self.t_ms.searchsorted(end_ms))


_ARRAYS = (
    "t_ms",
    "received_ms",
    "lon",
    "lat",
    "accuracy_m",
    "speed_mps",
    "mock",
    "flag",
    "shift_ms",
    "rolled",
    "jump_mps",
    "refuted",
)


def prepare_tracks(
    fixes: pd.DataFrame, rule: Rule, as_of_ms: int | None = None
) -> list[Track]:
    """Return one track per worker and device, sorted by both.

    Parameters
    ----------
    fixes : DataFrame
        `geo.frames.FIX_COLUMNS`; any order, repeats allowed. Not changed. Names may be
        categoricals, which saves most of the work on them.
    rule : Rule
    as_of_ms : int, optional
        Fixes received later are not known yet.

    Returns
    -------
    list of Track
        A device whose late uploads are refuted by its own live fixes gives two tracks:
        what it sent live, and what it handed in.

    Raises
    ------
    BadFrame
        If a column is missing.
    """
    require_columns(fixes, FIX_COLUMNS, "fixes")
    if as_of_ms is not None:
        known = fixes["received_ms"].to_numpy() <= as_of_ms
        fixes = fixes if known.all() else fixes[known]
    raw = list(_canonical(fixes))
    clocks = {
        f"{t.worker_id}\0{t.device_id}": find_clock_errors(
            t.t_ms + t.rolled * ROLLOVER_MS, t.received_ms, rule
        )
        for t in raw
        if not is_plainly_right(t.t_ms, t.received_ms, rule.skew_s)
    }
    clocks = without_server_errors(clocks, len(raw), rule)
    tracks = []
    for track in raw:
        errors = clocks.get(f"{track.worker_id}\0{track.device_id}", [])
        tracks += _finished(track, errors, rule)
    return tracks


def _canonical(fixes: pd.DataFrame) -> Iterator[Track]:
    """Yield the distinct fixes of each worker and device, conflicts flagged."""
    worker, workers = codes_of(fixes["worker_id"])
    device, devices = codes_of(fixes["device_id"])
    columns: dict[str, NDArray[Any]] = {
        name: np.ascontiguousarray(fixes[name].to_numpy(dtype))
        for name, dtype in FIX_COLUMNS.items()
        if dtype != "str"
    }
    pairs, group = _pairs(worker, device, len(devices))
    t, received = columns["t_ms"], columns["received_ms"]
    order, starts = put_in_order(group, len(pairs), t, received)
    same = same_moment(order, starts, t)
    order, keep, conflict = distinct(order, same, received, columns)
    for g, pair in enumerate(pairs.tolist()):
        part = slice(int(starts[g]), int(starts[g + 1]))
        rows, clash = order[part], conflict[part]
        if not keep[part].all():
            rows, clash = rows[keep[part]], clash[keep[part]]
        own = _picked(columns, rows)
        yield Track(
            worker_id=workers[pair // len(devices)],
            device_id=devices[pair % len(devices)],
            **own,
            flag=np.where(clash, _CODE["conflict"], np.uint8(USED)),
            shift_ms=np.zeros(len(rows), np.int64),
            rolled=undo_rollover(own["t_ms"], own["received_ms"]),
            jump_mps=np.zeros(len(rows)),
            refuted=np.zeros(len(rows), bool),
        )


def _pairs(worker: Int64, device: Int64, devices: int) -> tuple[Int64, Int64]:
    """Return the pairs of worker and device that occur, sorted, and each row's pair."""
    both = worker * devices + device
    change = np.flatnonzero(np.diff(both)) + 1
    firsts = np.concatenate([[0], change]) if len(both) else change
    # Rows of a phone mostly stand together, so few are looked at.
    pairs, number = np.unique(both[firsts], return_inverse=True)
    return pairs, np.repeat(number, np.diff(np.append(firsts, len(both))))


def _picked(columns: dict[str, NDArray[Any]], rows: Int64) -> dict[str, NDArray[Any]]:
    """Return the rows of each column, as a view where they follow each other."""
    which: slice | Int64 = rows
    if len(rows) and rows[-1] - rows[0] == len(rows) - 1 and _runs_on(rows):
        which = slice(int(rows[0]), int(rows[-1]) + 1)
    return {name: values[which] for name, values in columns.items()}


@njit(cache=True)
def _runs_on(rows: Int64) -> bool:
    for i in range(1, len(rows)):
        if rows[i] != rows[i - 1] + 1:
            return False
    return True


def _finished(track: Track, errors: list[ClockError], rule: Rule) -> list[Track]:
    """Return the track with corrected times and every flag, split where refuted."""
    if errors or track.rolled.any():
        shift_ms = shift_of(track.received_ms, errors)
        t_ms = track.t_ms + track.rolled * ROLLOVER_MS + shift_ms
        order = np.argsort(t_ms, kind="stable")
        track = replace(track, t_ms=t_ms, shift_ms=shift_ms).part(order)
    flag = track.flag.copy()
    late, ahead = _set_flags(
        track.t_ms,
        track.received_ms,
        track.lon,
        track.lat,
        track.accuracy_m,
        flag,
        rule.accuracy_max_m,
    )
    track = replace(track, flag=flag)
    x, y = _plane(track)
    if not (late or ahead):
        return [_without_spikes(track, x, y, rule)]
    future = track.t_ms > track.received_ms + _FUTURE_MS
    usable = track.flag == USED
    refuted = np.zeros(len(track), bool)
    refuted[usable] = find_contradicting(
        track.t_ms[usable], track.received_ms[usable], x[usable], y[usable], rule
    )
    return [
        _without_spikes(
            replace(track, refuted=refuted | future).part(which),
            x[which],
            y[which],
            rule,
        )
        for which in (~refuted, refuted)
        if which.any()
    ]


_BAD_TIME, _BAD_POSITION = _CODE["bad_time"], _CODE["bad_position"]
_NULL, _POOR = _CODE["null_island"], _CODE["accuracy_poor"]


@njit(cache=True)
def _set_flags(
    t_ms: Int64,
    received_ms: Int64,
    lon: Float64,
    lat: Float64,
    accuracy: Float64,
    flag: NDArray[np.uint8],
    poor_m: float,
) -> tuple[bool, bool]:
    """Flag what cannot be used; return whether any is late, any before its time."""
    late = ahead = False
    for i in range(len(t_ms)):
        late |= received_ms[i] - t_ms[i] > LATE_MS
        ahead |= t_ms[i] > received_ms[i] + _FUTURE_MS
        if flag[i] != USED:
            continue
        if t_ms[i] < _EARLIEST_MS:
            flag[i] = _BAD_TIME
        elif not (abs(lon[i]) <= 180.0 and abs(lat[i]) <= 90.0):
            flag[i] = _BAD_POSITION
        elif abs(lon[i]) < _NULL_DEGREES and abs(lat[i]) < _NULL_DEGREES:
            flag[i] = _NULL
        elif accuracy[i] > poor_m:
            flag[i] = _POOR
    return late, ahead


def _plane(track: Track) -> tuple[Float64, Float64]:
    """Return metres on a plane good enough for jumps; one plane per track."""
    some = track.lat[:: max(len(track) // _SOME, 1)]
    good = some[np.abs(some) <= 90.0]
    middle = median(good) if len(good) else 0.0
    scale = _METRES_PER_DEGREE * np.cos(np.radians(middle))
    return track.lon * scale, track.lat * _METRES_PER_DEGREE


def _without_spikes(track: Track, x: Float64, y: Float64, rule: Rule) -> Track:
    flag, jump = track.flag, np.zeros(len(track))
    t = (track.t_ms - track.t_ms[:1]) / 1000.0
    used = np.flatnonzero(flag == USED)
    beside = find_beside(t[used], x[used], y[used])
    if len(beside):
        at = used[beside]
        dlon, dlat = gcj02_shift(track.lon[at], track.lat[at])
        east = dlon * _METRES_PER_DEGREE * np.cos(np.radians(track.lat[at]))
        north = dlat * _METRES_PER_DEGREE
        shifted = find_datum_jumps(t[used], x[used], y[used], beside, east, north)
        flag[used[shifted]] = _CODE["datum_shift"]
        used = np.flatnonzero(flag == USED)
    spike, jump[used] = find_spikes(
        t[used], x[used], y[used], rule.teleport_mps, rule.teleport_m, rule.spike_s
    )
    flag[used[spike]] = _CODE["spike"]
    return replace(track, flag=flag, jump_mps=jump)
