"""What a round reached: cells of the ground, checkpoints, and how well it was seen."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.compiled import njit
from tracking.plain import length

Float64 = NDArray[np.float64]
Int64 = NDArray[np.int64]
Bools = NDArray[np.bool_]

_BLOCK_S = 600.0
_SAMPLE_M = 12.5
_BRIDGE_S = 120.0
_SPREAD = 1 << 21


@dataclass(frozen=True)
class Hit:
    """How a round passed one checkpoint; `at` is the index of the nearest fix."""

    checkpoint_id: str
    was_reached: bool
    at: int
    distance_m: float
    fixes: int


@njit(cache=True)
def cells_per_block(
    t: Float64, x: Float64, y: Float64, credited: Bools, is_moving: Bools, cell_m: float
) -> float:
    """Return distinct cells per 10 moving minutes, the mean over such blocks.

    Between two credited fixes less than two minutes apart the straight way counts too,
    so that a phone with a fix a minute is not worse off than one with a fix a second.
    A round with less than ten moving minutes is one block, not scaled up; a rest of
    less than half a block is left out.

    Parameters
    ----------
    t : ndarray of float64, shape (n,)
        Seconds, ascending.
    x, y : ndarray of float64, shape (n,)
        Metres in the metric CRS, smoothed.
    credited, is_moving : ndarray of bool, shape (n,)
        Of each fix, and of the step that ends at it.
    cell_m : float
    """
    cells = np.empty(1024, np.int64)
    count, total, blocks, moved = 0, 0.0, 0.0, 0.0
    for i in range(1, len(t)):
        dt = t[i] - t[i - 1]
        if not is_moving[i] or not credited[i] or dt > _BRIDGE_S:
            continue
        moved += dt
        steps = 1
        if credited[i - 1]:
            way = length(x[i] - x[i - 1], y[i] - y[i - 1])
            steps = min(1 + int(way / _SAMPLE_M), 60)
        if count + steps > len(cells):
            cells = np.append(cells, np.empty(len(cells), np.int64))
        for s in range(1, steps + 1):
            px = x[i - 1] + (x[i] - x[i - 1]) * s / steps
            py = y[i - 1] + (y[i] - y[i - 1]) * s / steps
            cells[count] = int(np.floor(px / cell_m)) * _SPREAD + int(
                np.floor(py / cell_m)
            )
            count += 1
        if moved >= _BLOCK_S:
            total += _distinct(cells[:count]) * _BLOCK_S / moved
            blocks += 1.0
            count, moved = 0, 0.0
    distinct = _distinct(cells[:count])
    if blocks == 0.0:
        return float(distinct)
    if moved >= 0.5 * _BLOCK_S:
        total += distinct * _BLOCK_S / moved
        blocks += 1.0
    return total / blocks


@njit(cache=True)
def _distinct(cells: Int64) -> int:
    ordered = np.sort(cells)
    count = 1 if len(ordered) else 0
    for i in range(1, len(ordered)):
        count += ordered[i] != ordered[i - 1]
    return count


@njit(cache=True)
def nearest_hit(
    x: Float64,
    y: Float64,
    accuracy: Float64,
    px: float,
    py: float,
    radius_m: float,
    radius_max_m: float,
) -> tuple[bool, int, float, int]:
    """Return whether a point was reached, its nearest fix, how near, and by how many.

    A point is reached by two fixes within the radius; a stay of 20 s always has two.

    Parameters
    ----------
    x, y, accuracy : ndarray of float64, shape (n,)
        Metres.
    px, py : float
        The point, metres.
    radius_m, radius_max_m : float
        A fix counts within its accuracy, at least the first and at most the second.
    """
    best, at, count = np.inf, -1, 0
    for i in range(len(x)):
        apart = length(x[i] - px, y[i] - py)
        if apart < best:
            best, at = apart, i
        if apart <= min(max(radius_m, accuracy[i]), radius_max_m):
            count += 1
    return count >= 2, at, best, count


@njit(cache=True)
def seen_share(t: Float64, every_s: float, gap_s: float) -> float:
    """Return the share of slots of `every_s` that hold a fix.

    The largest gap is left out as long as it is no longer than `gap_s` and not most of
    the time: it has a measure of its own, and would otherwise be counted twice.
    """
    n = len(t)
    if n < 2:
        return 0.0
    wide, at = 0.0, 0
    for i in range(1, n):
        if t[i] - t[i - 1] > wide:
            wide, at = t[i] - t[i - 1], i
    whole = t[n - 1] - t[0]
    cut = wide if every_s < wide <= min(gap_s, 0.5 * whole) else 0.0
    slots = max(int(np.ceil((whole - cut) / every_s)), 1)
    seen = np.zeros(slots, np.bool_)
    for i in range(n):
        late = cut if cut > 0.0 and i >= at else 0.0
        seen[min(int((t[i] - t[0] - late) / every_s), slots - 1)] = True
    return seen.sum() / slots
