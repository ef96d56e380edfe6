"""How alike two ways are, whatever a copyist did to one of them.

A copy may be handed in late, moved aside, turned, drawn larger, played faster or
backwards. So the time of one way is taken as a straight function of the time of the
other, and its ground as the same ground moved, turned and scaled a little; what is left
between the two is noise. Nobody walks a way twice with less between the two than the
pace of people and the errors of receivers make.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from tracking.plain import length

Float64 = NDArray[np.float64]

# Of the steps that two ways share, this many must run alike to look closer.
_ALIKE = 0.45
_STRIDE = 6
# A copy may be moved sideways; further off it is another street.
_OFFSET_M = 150.0
# And drawn larger, smaller or turned by so much.
_GROWTH = 0.12
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
# Who may choose the pace as well gets nearer by chance.
_PACED_SHARE = 0.6


@njit(cache=True)
def separation(
    x: Float64,
    y: Float64,
    other_x: Float64,
    other_y: Float64,
    least: int,
    shorter_share: float,
    near_m: float,
) -> tuple[float, float, float]:
    """Return the smallest median separation of two ways, and the times it is found at.

    Parameters
    ----------
    x, y, other_x, other_y : ndarray of float64, shape (n,) and (m,)
        Metres, one place per step of time.
    least : int
        So many steps must be shared,
    shorter_share : float
        and this share of the shorter way.
    near_m : float
        What is further apart is of no interest.

    Returns
    -------
    apart : float
        Metres; infinite where nothing runs alike.
    start, pace : float
        Step `start + pace * i` of the other way is step `i` of this one.
    """
    needed = max(least, int(shorter_share * min(len(x), len(other_x))))
    best, shift = _shifted(x, y, other_x, other_y, needed, near_m)
    if best < near_m:
        return best, -shift, 1.0
    near_m *= _PACED_SHARE
    apart, start, pace = _paced(x, y, other_x, other_y, needed, near_m)
    return (apart, start, pace) if apart < near_m else (best, -shift, 1.0)


@njit(cache=True)
def _shifted(
    x: Float64,
    y: Float64,
    other_x: Float64,
    other_y: Float64,
    needed: int,
    near_m: float,
) -> tuple[float, float]:
    """Return the smallest median separation over shifts in time, and the shift.

    Shifts whose minutes do not run alike are not looked at: ways of a minute are
    compared first, which no shift in place changes.
    """
    n, m = len(x), len(other_x)
    votes = _votes(x, y, other_x, other_y, near_m)
    best, at = np.inf, 0.0
    # Half a step of time brings two ways nearer by no more than this.
    gain_m = 0.75 * np.sqrt((x[1:] - x[:-1]) ** 2 + (y[1:] - y[:-1]) ** 2).mean()
    for shift in range(needed - m, n - needed + 1):
        k = shift + m
        near = votes[k] + max(votes[k - 1], votes[k + 1])
        overlap = min(n, m + shift) - max(0, shift)
        if near < _ALIKE * (overlap - _STRIDE):
            continue
        if _apart(x, y, other_x, other_y, -shift, 1.0, needed) > near_m + gain_m:
            continue
        for tenth in range(-5, 6):
            moved = shift + 0.1 * tenth
            apart = _apart(x, y, other_x, other_y, -moved, 1.0, needed)
            if apart < best:
                best, at = apart, moved
    return best, at


@njit(cache=True)
def _votes(
    x: Float64, y: Float64, other_x: Float64, other_y: Float64, near_m: float
) -> NDArray[np.int32]:
    """Count, for each shift, the minutes whose ways are alike; shift s is at s + m."""
    n, m = len(x), len(other_x)
    votes = np.zeros(n + m + 2, np.int32)
    # Backwards, so that both the ways and their shifts are walked upwards in memory.
    steps = m - _STRIDE
    way_x, way_y = np.empty(steps), np.empty(steps)
    for k in range(steps):
        j = steps - 1 - k
        way_x[k] = other_x[j + _STRIDE] - other_x[j]
        way_y[k] = other_y[j + _STRIDE] - other_y[j]
    for i in range(n - _STRIDE):
        dx, dy = x[i + _STRIDE] - x[i], y[i + _STRIDE] - y[i]
        # Half a step of time moves the ends of a minute's way by this much.
        reach = 2.0 * near_m + 0.1 * length(dx, dy)
        reach *= reach
        own = votes[i + m - steps + 1 : i + m + 1]
        for k in range(steps):
            ex, ey = way_x[k] - dx, way_y[k] - dy
            own[k] += np.int32(ex * ex + ey * ey <= reach)
    return votes


@njit(cache=True)
def _paced(
    x: Float64,
    y: Float64,
    other_x: Float64,
    other_y: Float64,
    needed: int,
    near_m: float,
) -> tuple[float, float, float]:
    """Return the smallest median separation at another pace, its start and its pace.

    The pace may be negative: the way was turned round. Where two places of one way are
    passed by the other says what its pace would be; the likeliest few are looked at.
    """
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
                start = p - pace * i
                score = _off_ground(x, y, other_x, other_y, start, pace, needed)
                _keep(scores, starts, paces, score, start, pace)
    best, at, by = np.inf, 0.0, 1.0
    for k in range(_TRIES):
        if scores[k] >= _ON_GROUND_M:
            break
        start, pace, last = starts[k], paces[k], np.inf
        for _ in range(_ROUNDS):
            start, pace = _fitted(x, y, other_x, other_y, start, pace)
            apart = _apart(x, y, other_x, other_y, start, pace, needed)
            if apart < best:
                best, at, by = apart, start, pace
            if apart > 0.9 * last or apart > 4.0 * near_m:
                break
            last = apart
    return best, at, by


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
def _off_ground(
    x: Float64,
    y: Float64,
    other_x: Float64,
    other_y: Float64,
    start: float,
    pace: float,
    needed: int,
) -> float:
    """Return how far apart two ways are at a sample of steps that they share."""
    n, m = len(x), len(other_x)
    total, count = 0.0, 0
    for p in range(_PROBES):
        i = (2 * p + 1) * n // (2 * _PROBES)
        j = int(np.rint(start + pace * i))
        if 0 <= j < m:
            total += min(length(other_x[j] - x[i], other_y[j] - y[i]), _FAR_M)
            count += 1
    if count * n < 0.8 * needed * _PROBES:
        return np.inf
    return total / count


@njit(cache=True)
def _keep(
    scores: Float64,
    starts: Float64,
    paces: Float64,
    score: float,
    start: float,
    pace: float,
) -> None:
    """Put a guess among the best, in order, unless it is one of them already."""
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
def _fitted(
    x: Float64,
    y: Float64,
    other_x: Float64,
    other_y: Float64,
    start: float,
    pace: float,
) -> tuple[float, float]:
    """Return the straight time at which each step lies nearest to the other way.

    Around the step that is expected the nearest place of the other way is looked for,
    the mean offset taken out; a line through these times is the better guess.
    """
    n, m = len(x), len(other_x)
    off_x = off_y = 0.0
    count = 0
    for i in range(n):
        at = start + pace * i
        if 0.0 <= at <= m - 1:
            j = min(int(at), m - 2)
            share = at - j
            off_x += other_x[j] + share * (other_x[j + 1] - other_x[j]) - x[i]
            off_y += other_y[j] + share * (other_y[j + 1] - other_y[j]) - y[i]
            count += 1
    if count < _STRIDE:
        return start, pace
    off_x, off_y = off_x / count, off_y / count
    rows, when = np.empty(n), np.empty(n)
    count = 0
    for i in range(n):
        at = start + pace * i
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
    return _line(rows[:count], when[:count], start, pace)


@njit(cache=True)
def _line(
    rows: Float64, when: Float64, start: float, pace: float
) -> tuple[float, float]:
    """Return the line through times, those far off the last one left out."""
    off = np.abs(when - start - pace * rows)
    kept = off <= max(2.0 * np.median(off), 0.3)
    r, w = rows[kept], when[kept]
    if len(r) < _STRIDE:
        return start, pace
    middle_r, middle_w = r.mean(), w.mean()
    spread = ((r - middle_r) ** 2).sum()
    if spread <= 0.0:
        return start, pace
    pace = ((r - middle_r) * (w - middle_w)).sum() / spread
    return middle_w - pace * middle_r, pace


@njit(cache=True)
def _apart(
    x: Float64,
    y: Float64,
    other_x: Float64,
    other_y: Float64,
    start: float,
    pace: float,
    needed: int,
) -> float:
    """Return the median separation at given times, the ground laid on the ground.

    One way is moved, turned and scaled so that it lies best on the other.
    """
    n, m = len(x), len(other_x)
    ax, ay, bx, by = np.empty(n), np.empty(n), np.empty(n), np.empty(n)
    count = 0
    for i in range(n):
        at = start + pace * i
        if not 0.0 <= at <= m - 1:
            continue
        j = min(int(at), m - 2)
        share = at - j
        bx[count] = other_x[j] + share * (other_x[j + 1] - other_x[j])
        by[count] = other_y[j] + share * (other_y[j + 1] - other_y[j])
        ax[count], ay[count] = x[i], y[i]
        count += 1
    if count < needed:
        return np.inf
    ax, ay, bx, by = ax[:count], ay[:count], bx[:count], by[:count]
    mean_ax, mean_ay, mean_bx, mean_by = ax.mean(), ay.mean(), bx.mean(), by.mean()
    if length(mean_bx - mean_ax, mean_by - mean_ay) > _OFFSET_M:
        return np.inf
    ax, ay, bx, by = ax - mean_ax, ay - mean_ay, bx - mean_bx, by - mean_by
    size = (ax * ax + ay * ay).sum()
    if size <= 0.0:
        return np.inf
    grow = (ax * bx + ay * by).sum() / size
    turn = (ax * by - ay * bx).sum() / size
    grow = min(max(grow, 1.0 - _GROWTH), 1.0 + _GROWTH)
    turn = min(max(turn, -_GROWTH), _GROWTH)
    ex, ey = grow * ax - turn * ay - bx, turn * ax + grow * ay - by
    return float(np.median(np.sqrt(ex * ex + ey * ey)))
