"""Fixes as evidence: put in order, repeats merged, flagged and never deleted.

`prepare_tracks` turns a frame of fixes in any order, with any repetition, into one
`Track` per worker and device, whose arrays are the same bytes for the same evidence.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.crs import gcj02_shift
from geo.frames import FIX_COLUMNS, require_columns
from tracking.clock import (
    ROLLOVER_MS,
    find_clock_errors,
    find_contradicting,
    shift_of,
    undo_rollover,
    without_server_errors,
)
from tracking.policy import Rule
from tracking.spikes import find_datum_jumps, find_spikes

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
        return replace(
            self,
            **{name: getattr(self, name)[which] for name in _ARRAYS},
        )

    def between(self, start_ms: int, end_ms: int) -> "Track":
        """Return the fixes of a half-open span of corrected time."""
        low, high = np.searchsorted(self.t_ms, [start_ms, end_ms])
        return self.part(slice(int(low), int(high)))


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
        `geo.frames.FIX_COLUMNS`; any order, repeats allowed. Not changed.
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
        fixes = fixes[fixes["received_ms"] <= as_of_ms]
    raw = list(_canonical(fixes))
    clocks = {
        f"{t.worker_id}\0{t.device_id}": find_clock_errors(
            t.t_ms + t.rolled * ROLLOVER_MS, t.received_ms, rule
        )
        for t in raw
    }
    clocks = without_server_errors(clocks, rule)
    tracks = []
    for track in raw:
        errors = clocks[f"{track.worker_id}\0{track.device_id}"]
        for part in _finished(track, shift_of(track.received_ms, errors), rule):
            tracks.append(part)
    return tracks


def _canonical(fixes: pd.DataFrame) -> Iterator[Track]:
    """Yield the distinct fixes of each worker and device, conflicts flagged."""
    worker, workers = pd.factorize(fixes["worker_id"].astype(str), sort=True)
    device, devices = pd.factorize(fixes["device_id"].astype(str), sort=True)
    columns = {
        name: np.ascontiguousarray(fixes[name].to_numpy(dtype))
        for name, dtype in FIX_COLUMNS.items()
        if dtype != "str"
    }
    content = _content_hash(columns)
    t, received = columns["t_ms"], columns["received_ms"]
    order = np.lexsort((content, received, t, device, worker))
    group = [worker[order], device[order], t[order]]
    same_time = _same_as_before(group)
    keep, conflict = _distinct(same_time, content[order])
    kept = order[keep]
    starts = np.flatnonzero(~_same_as_before([worker[kept], device[kept]]))
    for part in np.split(np.arange(len(kept)), starts[1:]):
        if not len(part):
            continue
        rows = kept[part]
        n = len(rows)
        yield Track(
            worker_id=str(workers[worker[rows[0]]]),
            device_id=str(devices[device[rows[0]]]),
            **{name: values[rows] for name, values in columns.items()},
            flag=np.where(conflict[part], _CODE["conflict"], np.uint8(USED)),
            shift_ms=np.zeros(n, np.int64),
            rolled=undo_rollover(t[rows], received[rows]),
            jump_mps=np.zeros(n),
            refuted=np.zeros(n, bool),
        )


def _same_as_before(keys: list[NDArray[Any]]) -> NDArray[np.bool_]:
    same = np.ones(len(keys[0]), bool)
    same[:1] = False
    for key in keys:
        same[1:] &= key[1:] == key[:-1]
    return same


def _distinct(
    same_time: NDArray[np.bool_], content: NDArray[np.uint64]
) -> tuple[Int64, NDArray[np.bool_]]:
    """Return positions of distinct fixes and which of them are conflicts.

    Rows come sorted by time, receipt and content: of one time the first is used.
    """
    group = np.cumsum(~same_time)
    by_content = np.lexsort((np.arange(len(content)), content, group))
    repeat = np.zeros(len(content), bool)
    repeat[by_content] = _same_as_before(
        [group[by_content], content[by_content].view(np.int64)]
    )
    keep = np.flatnonzero(~repeat)
    return keep, same_time[keep]


def _content_hash(columns: dict[str, NDArray[np.generic]]) -> NDArray[np.uint64]:
    """Return a 64-bit hash of what a fix says, the same on every machine."""
    mixed = np.zeros(len(columns["t_ms"]), np.uint64)
    for name in ("lon", "lat", "accuracy_m", "speed_mps", "mock"):
        values = columns[name].astype(np.float64) + 0.0  # -0.0 is 0.0
        bits = np.where(np.isnan(values), np.nan, values).view(np.uint64)
        mixed = _mix(mixed ^ bits)
    return mixed


def _mix(z: NDArray[np.uint64]) -> NDArray[np.uint64]:
    # SplitMix64, Steele, Lea and Flood 2014.
    z = z + np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


def _finished(track: Track, shift_ms: Int64, rule: Rule) -> Iterator[Track]:
    """Yield the track with corrected times and every flag, split where refuted."""
    t_ms = track.t_ms + track.rolled * ROLLOVER_MS + shift_ms
    order = np.argsort(t_ms, kind="stable")
    track = replace(track, t_ms=t_ms, shift_ms=shift_ms).part(order)
    track = replace(track, flag=_flag(track, rule))
    x, y = _plane(track)
    future = track.t_ms > track.received_ms + _FUTURE_MS
    usable = track.flag == USED
    refuted = np.zeros(len(track), bool)
    refuted[usable] = find_contradicting(
        track.t_ms[usable], track.received_ms[usable], x[usable], y[usable], rule
    )
    for which in (~refuted, refuted):
        if which.any():
            part = replace(track, refuted=refuted | future).part(which)
            yield _without_spikes(part, x[which], y[which], rule)


def _flag(track: Track, rule: Rule) -> NDArray[np.uint8]:
    flag = track.flag.copy()
    lon, lat = track.lon, track.lat
    bad = ~((np.abs(lon) <= 180.0) & (np.abs(lat) <= 90.0))
    null = (np.abs(lon) < _NULL_DEGREES) & (np.abs(lat) < _NULL_DEGREES)
    checks = (
        ("bad_time", track.t_ms < _EARLIEST_MS),
        ("bad_position", bad),
        ("null_island", null),
        ("accuracy_poor", track.accuracy_m > rule.accuracy_max_m),
    )
    for name, found in checks:
        flag[(flag == USED) & found] = _CODE[name]
    return flag


def _plane(track: Track) -> tuple[Float64, Float64]:
    """Return metres on a plane good enough for jumps; one plane per track."""
    good = np.isfinite(track.lat) & (np.abs(track.lat) <= 90.0)
    middle = float(np.median(track.lat[good])) if good.any() else 0.0
    scale = _METRES_PER_DEGREE * np.cos(np.radians(middle))
    return track.lon * scale, track.lat * _METRES_PER_DEGREE


def _datum_vector(track: Track) -> tuple[Float64, Float64]:
    """Return metres east and north by which GCJ-02 lies off at each fix."""
    dlon, dlat = gcj02_shift(track.lon, track.lat)
    east = dlon * _METRES_PER_DEGREE * np.cos(np.radians(track.lat))
    return east, dlat * _METRES_PER_DEGREE


def _without_spikes(track: Track, x: Float64, y: Float64, rule: Rule) -> Track:
    flag, jump = track.flag.copy(), np.zeros(len(track))
    t = (track.t_ms - track.t_ms[:1]) / 1000.0
    used = np.flatnonzero(flag == USED)
    east, north = (off[used] for off in _datum_vector(track))
    shifted = find_datum_jumps(t[used], x[used], y[used], east, north)
    flag[used[shifted]] = _CODE["datum_shift"]
    used = np.flatnonzero(flag == USED)
    spike, jump[used] = find_spikes(
        t[used], x[used], y[used], rule.teleport_mps, rule.teleport_m, rule.spike_s
    )
    flag[used[spike]] = _CODE["spike"]
    return replace(track, flag=flag, jump_mps=jump)
