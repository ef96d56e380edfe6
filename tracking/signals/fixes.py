"""Fixes as evidence: put in order, repeats merged, flagged and never deleted.

`prepare_tracks` turns a frame of fixes in any order, with any repetition, into one
`Track` per worker and device, whose arrays are the same bytes for the same evidence.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.compiled import njit
from geo.crs import METRES_PER_DEGREE, gcj02_shift
from geo.frames import FIX_COLUMNS, require_columns
from tracking.plain import median, places
from tracking.rules.policy import Rule
from tracking.signals.clock import (
    LATE_MS,
    ROLLOVER_MS,
    ClockError,
    Clocks,
    find_clock_errors,
    find_contradicting,
    is_plainly_right,
    shift_of,
    undo_rollover,
    without_server_errors,
)
from tracking.signals.ordering import (
    codes_of,
    distinct,
    put_in_order,
    runs,
    same_moment,
    which_rise,
)
from tracking.signals.spikes import OFF_M, find_beside, find_datum_jumps, find_spikes

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
        return places(self.t_ms, start_ms, end_ms)


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
    fixes: pd.DataFrame,
    rule: Rule,
    as_of_ms: int | None = None,
    clocks: Clocks | None = None,
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
    clocks : Clocks, optional
        What is known of the clocks of more devices than these; else these are all.

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
    raw = raw_tracks(fixes, as_of_ms)
    if clocks is None:
        clocks = without_server_errors(clocks_of(raw, rule), rule)
    return finished_tracks(raw, rule, clocks)


def raw_tracks(fixes: pd.DataFrame, as_of_ms: int | None = None) -> list[Track]:
    """Return the distinct fixes of each worker and device, with the times they say."""
    require_columns(fixes, FIX_COLUMNS, "fixes")
    if as_of_ms is not None:
        known = fixes["received_ms"].to_numpy() <= as_of_ms
        fixes = fixes if known.all() else fixes[known]
    return list(_canonical(fixes))


def clocks_of(raw: Sequence[Track], rule: Rule) -> Clocks:
    """Return what the receipts of some tracks prove of their clocks."""
    errors = {
        _clock_key(t): find_clock_errors(
            t.t_ms + t.rolled * ROLLOVER_MS, t.received_ms, rule
        )
        for t in raw
        if not is_plainly_right(t.t_ms, t.received_ms, rule.skew_s)
    }
    return Clocks(errors, len(raw))


def finished_tracks(raw: Sequence[Track], rule: Rule, clocks: Clocks) -> list[Track]:
    """Return tracks with corrected times and every flag, split where refuted."""
    tracks = []
    for track in raw:
        tracks += _finished(track, clocks.errors.get(_clock_key(track), []), rule)
    return tracks


def _clock_key(track: Track) -> tuple[str, str]:
    return track.worker_id, track.device_id


def _canonical(fixes: pd.DataFrame) -> Iterator[Track]:
    """Yield the distinct fixes of each worker and device, conflicts flagged."""
    worker, workers = codes_of(fixes["worker_id"])
    device, devices = codes_of(fixes["device_id"])
    columns: dict[str, NDArray[Any]] = {
        name: np.ascontiguousarray(fixes[name].to_numpy(dtype))
        for name, dtype in FIX_COLUMNS.items()
        if dtype != "str"
    }
    starts = runs(worker, device)
    firsts = starts[:-1]
    names = [
        (workers[w], devices[d])
        for w, d in zip(worker[firsts].tolist(), device[firsts].tolist(), strict=True)
    ]
    rising = which_rise(starts, columns["t_ms"]).tolist()
    spans: dict[tuple[str, str], list[tuple[int, int]]] = {}
    plain: dict[tuple[str, str], bool] = {}
    for pair, span, rises in zip(names, pairwise(starts.tolist()), rising, strict=True):
        spans.setdefault(pair, []).append(span)
        plain[pair] = rises and pair not in plain
    mixed = sorted(pair for pair in spans if not plain[pair])
    sorted_out = iter(_sorted_out(columns, [spans[pair] for pair in mixed], mixed))
    for pair in sorted(spans):
        if plain[pair]:
            yield _track(*pair, columns, slice(*spans[pair][0]), None)
        else:
            yield next(sorted_out)


def _sorted_out(
    columns: dict[str, NDArray[Any]],
    spans: Sequence[Sequence[tuple[int, int]]],
    pairs: Sequence[tuple[str, str]],
) -> Iterator[Track]:
    """Yield the tracks of some pairs whose rows, in spans, stand in any order."""
    if not pairs:
        return
    rows = np.concatenate([np.arange(*span) for own in spans for span in own])
    counts = [sum(high - low for low, high in own) for own in spans]
    columns = {name: values[rows] for name, values in columns.items()}
    group = np.repeat(np.arange(len(pairs)), counts)
    t, received = columns["t_ms"], columns["received_ms"]
    order, starts = put_in_order(group, len(pairs), t, received)
    same = same_moment(order, starts, t)
    order, keep, conflict = distinct(order, same, received, columns)
    for pair, (low, high) in zip(pairs, pairwise(starts.tolist()), strict=True):
        kept = keep[low:high]
        yield _track(*pair, columns, order[low:high][kept], conflict[low:high][kept])


def _track(
    worker_id: str,
    device_id: str,
    columns: dict[str, NDArray[Any]],
    rows: slice | Int64,
    clash: NDArray[np.bool_] | None,
) -> Track:
    """Return some rows as a track; flags and jumps are its own and not final yet."""
    own = {name: values[rows] for name, values in columns.items()}
    n = len(own["t_ms"])
    flag = np.zeros(n, np.uint8)
    if clash is not None:
        flag[clash] = _CODE["conflict"]
    return Track(
        worker_id=worker_id,
        device_id=device_id,
        **own,
        flag=flag,
        shift_ms=np.zeros(n, np.int64),
        rolled=undo_rollover(own["t_ms"], own["received_ms"]),
        jump_mps=np.zeros(n),
        refuted=np.zeros(n, bool),
    )


def _finished(track: Track, errors: list[ClockError], rule: Rule) -> list[Track]:
    """Return the track with corrected times and every flag, split where refuted."""
    if errors or track.rolled.any():
        shift_ms = shift_of(track.received_ms, errors)
        t_ms = track.t_ms + track.rolled * ROLLOVER_MS + shift_ms
        order = np.argsort(t_ms, kind="stable")
        track = replace(track, t_ms=t_ms, shift_ms=shift_ms).part(order)
    late, ahead, sound, t, x, y = _screened(
        track.t_ms,
        track.received_ms,
        track.lon,
        track.lat,
        track.accuracy_m,
        track.flag,
        rule.accuracy_max_m,
        min(OFF_M, rule.teleport_m),
    )
    if not (late or ahead):
        if not sound:
            _flag_spikes(track, t, x, y, rule)
        return [track]
    future = track.t_ms > track.received_ms + _FUTURE_MS
    usable = track.flag == USED
    refuted = np.zeros(len(track), bool)
    refuted[usable] = find_contradicting(
        track.t_ms[usable], track.received_ms[usable], x[usable], y[usable], rule
    )
    track = replace(track, refuted=refuted | future)
    parts = [which for which in (~refuted, refuted) if which.any()]
    tracks = [track.part(which) for which in parts]
    for part, which in zip(tracks, parts, strict=True):
        _flag_spikes(part, t[which] - t[which][0], x[which], y[which], rule)
    return tracks


_BAD_TIME, _BAD_POSITION = _CODE["bad_time"], _CODE["bad_position"]
_NULL, _POOR = _CODE["null_island"], _CODE["accuracy_poor"]


@njit(cache=True)
def _screened(
    t_ms: Int64,
    received_ms: Int64,
    lon: Float64,
    lat: Float64,
    accuracy: Float64,
    flag: NDArray[np.uint8],
    poor_m: float,
    far_m: float,
) -> tuple[bool, bool, bool, Float64, Float64, Float64]:
    """Flag what cannot be used, and look whether anything else needs a closer look.

    Returns
    -------
    late, ahead : bool
        Whether any is late, any before its time.
    sound : bool
        Whether all are usable, and none lies further than `far_m` off the one before.
    t, x, y : ndarray of float64, shape (n,)
        Seconds, and metres on a plane good enough for jumps.
    """
    n = len(t_ms)
    late = ahead = False
    sound = True
    t, x, y = np.empty(n), np.empty(n), np.empty(n)
    scale = METRES_PER_DEGREE * np.cos(np.radians(_middle(lat)))
    for i in range(n):
        t[i] = (t_ms[i] - t_ms[0]) / 1000.0
        x[i], y[i] = lon[i] * scale, lat[i] * METRES_PER_DEGREE
        late |= received_ms[i] - t_ms[i] > LATE_MS
        ahead |= t_ms[i] > received_ms[i] + _FUTURE_MS
        if i:
            dx, dy = x[i] - x[i - 1], y[i] - y[i - 1]
            sound &= dx * dx + dy * dy <= far_m * far_m
        if flag[i] == USED:
            if t_ms[i] < _EARLIEST_MS:
                flag[i] = _BAD_TIME
            elif not (abs(lon[i]) <= 180.0 and abs(lat[i]) <= 90.0):
                flag[i] = _BAD_POSITION
            elif abs(lon[i]) < _NULL_DEGREES and abs(lat[i]) < _NULL_DEGREES:
                flag[i] = _NULL
            elif accuracy[i] > poor_m:
                flag[i] = _POOR
        sound &= flag[i] == USED
    return late, ahead, sound, t, x, y


@njit(cache=True)
def _middle(lat: Float64) -> float:
    """Return the median of a sample of latitudes."""
    some = lat[:: max(len(lat) // _SOME, 1)]
    good = some[np.abs(some) <= 90.0]
    return median(good) if len(good) else 0.0


def _flag_spikes(track: Track, t: Float64, x: Float64, y: Float64, rule: Rule) -> None:
    """Set the flags of wild fixes, and the speeds of jumps, in the track itself."""
    flag, jump = track.flag, track.jump_mps
    used = _used(flag)
    beside = find_beside(t[used], x[used], y[used])
    if len(beside):
        at = np.arange(len(flag))[used][beside]
        dlon, dlat = gcj02_shift(track.lon[at], track.lat[at])
        east = dlon * METRES_PER_DEGREE * np.cos(np.radians(track.lat[at]))
        north = dlat * METRES_PER_DEGREE
        shifted = find_datum_jumps(t[used], x[used], y[used], beside, east, north)
        flag[at[np.isin(beside, shifted)]] = _CODE["datum_shift"]
        used = _used(flag)
    spike, jump[used] = find_spikes(
        t[used], x[used], y[used], rule.teleport_mps, rule.teleport_m, rule.spike_s
    )
    if spike.any():
        flag[np.arange(len(flag))[used][spike]] = _CODE["spike"]


def _used(flag: NDArray[np.uint8]) -> slice | Int64:
    """Return the places of the usable fixes; mostly that is all of them."""
    return np.flatnonzero(flag == USED) if flag.any() else slice(None)
