"""Ways gone at another pace, or turned round: where one lies in time on the other.

The time of one way is a straight function of the time of the other. Where two places
of one way are passed by the other says what that function would be; the likeliest few
are drawn closer, as points are matched to a line.
"""

import numpy as np
from numpy.typing import NDArray

from geo.compiled import njit
from tracking.integrity.overlay import Clock, Pair, apart_at
from tracking.plain import length

Float64 = NDArray[np.float64]

# Other paces are only looked for on the same ground.
_PROBES = 16
_PROBE_PAIRS = ((0.05, 0.65), (0.2, 0.8), (0.35, 0.95))
_PASSINGS = 12
_ON_GROUND_M = 25.0
_FAR_M = 60.0
_SLOWEST, _FASTEST = 0.55, 1.8
_SAME_PACE = 0.02
_SLOT = 6
_TRIES = 4
_ROUNDS = 6
_FEWEST = 6


@njit(cache=True)
def paced(pair: Pair, needed: int, near_m: float) -> tuple[float, Clock]:
    """Return the smallest median separation at another pace, and that pace.

    Parameters
    ----------
    pair, needed
        See `tracking.integrity.overlay.laid_on`.
    near_m : float
        What stays four times as far apart is given up.
    """
    x, y, other_x, other_y = pair
    n = len(x)
    starts, paces = np.zeros(_TRIES), np.ones(_TRIES)
    scores = np.full(_TRIES, _ON_GROUND_M)
    for one, two in _PROBE_PAIRS:
        i, k = int(one * n), int(two * n)
        first = _passings(x[i], y[i], other_x, other_y)
        if not len(first):
            continue
        for p in first:
            for q in _passings(x[k], y[k], other_x, other_y):
                pace = (q - p) / (k - i)
                if not _SLOWEST <= abs(pace) <= _FASTEST:
                    continue
                clock = Clock(p - pace * i, pace)
                score = _off_ground(pair, clock, needed)
                _keep(scores, starts, paces, score, clock)
    best, found = np.inf, Clock(0.0, 1.0)
    for k in range(_TRIES):
        if scores[k] >= _ON_GROUND_M:
            break
        clock, last = Clock(starts[k], paces[k]), np.inf
        for _ in range(_ROUNDS):
            clock = _fitted(pair, clock)
            apart = apart_at(pair, clock, needed)
            if apart < best:
                best, found = apart, clock
            if apart > 0.9 * last or apart > 4.0 * near_m:
                break
            last = apart
    return best, found


@njit(cache=True)
def _passings(px: float, py: float, x: Float64, y: Float64) -> Float64:
    """Return the steps at which a way passes near a place, once for each time."""
    found, count = np.empty(_PASSINGS), 0
    nearest, at = _ON_GROUND_M * _ON_GROUND_M, -1
    for j in range(len(x)):
        dx, dy = x[j] - px, y[j] - py
        apart = dx * dx + dy * dy
        if apart < nearest:
            nearest, at = apart, j
        elif at >= 0 and apart > _ON_GROUND_M * _ON_GROUND_M:
            if count < _PASSINGS:
                found[count] = at
                count += 1
            nearest, at = _ON_GROUND_M * _ON_GROUND_M, -1
    if at >= 0 and count < _PASSINGS:
        found[count] = at
        count += 1
    return found[:count]


@njit(cache=True)
def _off_ground(pair: Pair, clock: Clock, needed: int) -> float:
    """Return how far apart two ways are at a sample of steps that they share."""
    x, y, other_x, other_y = pair
    n, m = len(x), len(other_x)
    total, count = 0.0, 0
    for p in range(_PROBES):
        i = (2 * p + 1) * n // (2 * _PROBES)
        j = int(np.rint(clock.start + clock.pace * i))
        if 0 <= j < m:
            total += min(length(other_x[j] - x[i], other_y[j] - y[i]), _FAR_M)
            count += 1
    if count * n < 0.8 * needed * _PROBES:
        return np.inf
    return total / count


@njit(cache=True)
def _keep(
    scores: Float64, starts: Float64, paces: Float64, score: float, clock: Clock
) -> None:
    """Put a guess among the best, in order, unless it is one of them already."""
    start, pace = clock
    for k in range(len(scores)):
        if abs(start - starts[k]) < _SLOT and abs(pace - paces[k]) < _SAME_PACE:
            if score < scores[k] and (k == 0 or score >= scores[k - 1]):
                scores[k], starts[k], paces[k] = score, start, pace
            return
        if score < scores[k]:
            scores[k + 1 :] = scores[k:-1].copy()
            starts[k + 1 :] = starts[k:-1].copy()
            paces[k + 1 :] = paces[k:-1].copy()
            scores[k], starts[k], paces[k] = score, start, pace
            return


@njit(cache=True)
def _fitted(pair: Pair, clock: Clock) -> Clock:
    """Return the straight time at which each step lies nearest to the other way.

    Around the step that is expected the nearest place of the other way is looked for,
    the mean offset taken out; a line through these times is the better guess.
    """
    x, y, other_x, other_y = pair
    n, m = len(x), len(other_x)
    off_x = off_y = 0.0
    count = 0
    for i in range(n):
        at = clock.start + clock.pace * i
        if 0.0 <= at <= m - 1:
            j = min(int(at), m - 2)
            share = at - j
            off_x += other_x[j] + share * (other_x[j + 1] - other_x[j]) - x[i]
            off_y += other_y[j] + share * (other_y[j + 1] - other_y[j]) - y[i]
            count += 1
    if count < _FEWEST:
        return clock
    off_x, off_y = off_x / count, off_y / count
    rows, when = np.empty(n), np.empty(n)
    count = 0
    for i in range(n):
        at = clock.start + clock.pace * i
        if not 0.0 <= at <= m - 1:
            continue
        best, nearest = np.inf, at
        low, high = max(int(at) - _SLOT, 0), min(int(at) + _SLOT, m - 2)
        px, py = x[i] + off_x, y[i] + off_y
        for j in range(low, high + 1):
            dx, dy = other_x[j + 1] - other_x[j], other_y[j + 1] - other_y[j]
            long = dx * dx + dy * dy
            share = 0.5
            if long > 1.0:
                share = ((px - other_x[j]) * dx + (py - other_y[j]) * dy) / long
                share = min(max(share, 0.0), 1.0)
            ex = other_x[j] + share * dx - px
            ey = other_y[j] + share * dy - py
            if ex * ex + ey * ey < best:
                best, nearest = ex * ex + ey * ey, j + share
        rows[count], when[count] = i, nearest
        count += 1
    return _line(rows[:count], when[:count], clock)


@njit(cache=True)
def _line(rows: Float64, when: Float64, clock: Clock) -> Clock:
    """Return the line through times, those far off the last one left out."""
    off = np.abs(when - clock.start - clock.pace * rows)
    kept = off <= max(2.0 * np.median(off), 0.3)
    r, w = rows[kept], when[kept]
    if len(r) < _FEWEST:
        return clock
    middle_r, middle_w = r.mean(), w.mean()
    spread = ((r - middle_r) ** 2).sum()
    if spread <= 0.0:
        return clock
    pace = ((r - middle_r) * (w - middle_w)).sum() / spread
    return Clock(middle_w - pace * middle_r, pace)
