"""All measures of one episode in one pass of compiled code over its fixes."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.compiled import njit
from geo.localtime import DAY_MS
from tracking.plain import length
from tracking.walking.bursts import find_rests, is_ridden
from tracking.walking.motion import anchor_distance
from tracking.walking.reach import cells_per_block, seen_share

Float64 = NDArray[np.float64]
Bools = NDArray[np.bool_]

_OFFSET_MS = DAY_MS // 3


class Measures(NamedTuple):
    """What an episode comes to; minutes, metres, seconds, shares."""

    dwell_min: float
    distance_m: float
    raw_distance_m: float
    moving_min: float
    moving_share: float
    cells: float
    largest_gap_s: float
    seen_share: float
    visits: int


@njit(cache=True)
def measure(
    t: Float64,
    x: Float64,
    y: Float64,
    smooth_x: Float64,
    smooth_y: Float64,
    step_mps: Float64,
    is_moving: Bools,
    credited: Bools,
    is_visit: Bools,
    gap_s: float,
    low_mps: float,
    high_mps: float,
    anchor_m: float,
    cell_m: float,
    every_s: float,
) -> tuple[float, float, float, float, float, float, float, float, int]:
    """Return the fields of `Measures` for the fixes of one episode.

    Parameters
    ----------
    t : ndarray of float64, shape (n,)
        Seconds, ascending.
    x, y, smooth_x, smooth_y : ndarray of float64, shape (n,)
        Metres.
    step_mps : ndarray of float64, shape (n,)
        Speed of the step that ends at each fix.
    is_moving, credited, is_visit : ndarray of bool, shape (n,)
    gap_s, low_mps, high_mps, anchor_m, cell_m, every_s : float
        As the rule has them.
    """
    n = len(t)
    dwell = raw = moved = slow = ridden = widest = 0.0
    visits = 0
    rests = find_rests(t, x, y, step_mps, is_moving, low_mps, high_mps)
    clock = np.zeros(n)
    for i in range(1, n):
        dt = t[i] - t[i - 1]
        clock[i] = clock[i - 1] + (0.0 if is_visit[i] else dt)
        if is_visit[i]:
            visits += 1
        else:
            widest = max(widest, dt)
        if dt > gap_s:
            continue
        dwell += dt
        raw += length(x[i] - x[i - 1], y[i] - y[i - 1])
        if is_moving[i]:
            moved += dt
            if is_ridden(step_mps, is_moving, i, high_mps):
                ridden += dt
            elif not rests[i]:
                slow += dt
    return (
        dwell / 60.0,
        anchor_distance(t, x, y, anchor_m, gap_s),
        raw,
        moved / 60.0,
        slow / (slow + ridden) if slow + ridden > 0.0 else 0.0,
        cells_per_block(t, smooth_x, smooth_y, credited, is_moving, cell_m),
        widest,
        seen_share(clock, every_s, gap_s),
        visits,
    )


@njit(cache=True)
def ends_of_motion(is_moving: Bools, first: int, last: int) -> tuple[int, int]:
    """Return the fixes where motion begins and ends between two fixes, or (-1, -1)."""
    while first < last and not is_moving[first + 1]:
        first += 1
    while last > first and not is_moving[last]:
        last -= 1
    return (first, last) if last > first else (-1, -1)


@njit(cache=True)
def pieces(
    stretch: NDArray[np.int64],
    in_stay: Bools,
    credited: Bools,
    depth: Float64,
    low: int,
    high: int,
) -> NDArray[np.int64]:
    """Return the runs in one stretch that are, or are no, stay, by credited fixes.

    Returns
    -------
    ndarray of int64, shape (m, 8)
        First and last fix of a run; first, last and number of the credited fixes;
        first, last and number of those inside the border, certain or not.
    """
    rows = np.empty((max(high - low, 0), 8), np.int64)
    count, i = 0, low
    while i < high:
        j = i
        while j < high and stretch[j] == stretch[i] and in_stay[j] == in_stay[i]:
            j += 1
        if stretch[i] < 0:
            # Outside, a stay is no stay: the run goes on.
            while j < high and stretch[j] < 0:
                j += 1
        else:
            first, last, n = -1, -1, 0
            entry, leave, inside = -1, -1, 0
            for k in range(i, j):
                if credited[k]:
                    first = k if first < 0 else first
                    last = k
                    n += 1
                if depth[k] >= 0.0:
                    entry = k if entry < 0 else entry
                    leave = k
                    inside += 1
            rows[count] = (i, j - 1, first, last, n, entry, leave, inside)
            count += 1
        i = j
    return rows[:count]


@njit(cache=True)
def silences(
    t_ms: NDArray[np.int64], first: int, last: int, longer_ms: float
) -> NDArray[np.int64]:
    """Return the fixes from `first` to `last` that end a longer silence."""
    ends = np.empty(last - first, np.int64)
    count = 0
    for i in range(first + 1, last + 1):
        if t_ms[i] - t_ms[i - 1] > longer_ms:
            ends[count] = i
            count += 1
    return ends[:count]


@njit(cache=True)
def typical_age(
    received_ms: NDArray[np.int64],
    t_ms: NDArray[np.int64],
    first: int,
    last: int,
    late_ms: int,
) -> float:
    """Return the median age of some fixes at receipt; 0 if not even one is late."""
    ages = received_ms[first : last + 1] - t_ms[first : last + 1]
    return float(np.median(ages)) if ages.max() > late_ms else 0.0


@njit(cache=True)
def share_unsaid(accuracy_m: Float64, first: int, last: int) -> float:
    """Return the share of some fixes whose accuracy the phone did not say."""
    said = 0
    for i in range(first, last + 1):
        said += accuracy_m[i] > 0.0
    return 1.0 - said / (last - first + 1)


@njit(cache=True)
def seen_minutes(t_ms: NDArray[np.int64], step_s: float) -> float:
    """Return how long fixes were coming; a longer silence counts as `step_s`."""
    total = 0.0
    for i in range(1, len(t_ms)):
        total += min((t_ms[i] - t_ms[i - 1]) / 1000.0, step_s)
    return total / 60.0


@njit(cache=True)
def first_of_each_day(t_ms: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the first time of each local day in ascending times."""
    kept = np.zeros(len(t_ms), np.bool_)
    last = np.int64(-(2**62))
    for i in range(len(t_ms)):
        day = (t_ms[i] + _OFFSET_MS) // DAY_MS
        kept[i] = day != last
        last = day
    return t_ms[kept]
