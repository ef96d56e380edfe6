"""How alike two ways are, whatever a copyist did to one of them.

A copy may be handed in late, moved aside, turned, drawn larger, played faster or
backwards. So the time of one way is taken as a straight function of the time of the
other, and its ground as the same ground moved, turned and scaled a little; what is left
between the two is noise. Nobody walks a way twice with less between the two than the
pace of people and the errors of receivers make. And noise that was put on a copy lies
as much across the way as along it, while a pace of one's own lies along it.

Somebody who walks like clockwork comes as near as a copy does. But a copy carries the
errors of its original, and two walks have errors that are strangers to one another
(`tracking.integrity.strangers`): where these are seen, nothing was copied.
"""

import numpy as np
from numpy.typing import NDArray

from geo.compiled import njit
from tracking.integrity.overlay import apart_at, laid_on
from tracking.integrity.pacing import paced
from tracking.integrity.strangers import are_strangers
from tracking.plain import length

Float64 = NDArray[np.float64]

# Of the steps that two ways share, this many must run alike to look closer.
_ALIKE = 0.45
_STRIDE = 6
_AT_ONCE = 64
_FAR_OFF = np.float32(1e9)
# Who may choose the pace as well gets nearer by chance.
_PACED_SHARE = 0.6
# What is left of a copy may be more if it is noise: as long across the way as along it,
# and without a tail. Walkers like clockwork differ by such noise too, but by more.
_NOISE_SHARE = 1.35
_NOISE_ALONG = 1.6
_NOISE_TAIL = 2.4
_NOISE_STEPS = 20
_STEP_GOES_M = 4.0


@njit(cache=True)
def separation(
    x: Float64,
    y: Float64,
    other_x: Float64,
    other_y: Float64,
    least: int,
    shorter_share: float,
    near_m: float,
) -> tuple[float, float, float, float]:
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
        What is further apart is no copy, unless all that is left is noise.

    Returns
    -------
    apart : float
        Metres; infinite where nothing runs alike.
    near_m : float
        Below this the two are one way.
    start, pace : float
        Step `start + pace * i` of the other way is step `i` of this one.
    """
    needed = max(least, int(shorter_share * min(len(x), len(other_x))))
    best, shift = _shifted(x, y, other_x, other_y, needed, near_m)
    if best < _NOISE_SHARE * near_m:
        if are_strangers(x, y, other_x, other_y, -shift, 1.0):
            return np.inf, near_m, -shift, 1.0
    if best < near_m:
        return best, near_m, -shift, 1.0
    if best < _NOISE_SHARE * near_m:
        left = laid_on(x, y, other_x, other_y, -shift, 1.0, needed)
        if _is_noise(*left):
            return best, _NOISE_SHARE * near_m, -shift, 1.0
    nearer_m = _PACED_SHARE * near_m
    apart, start, pace = paced(x, y, other_x, other_y, needed, nearer_m)
    if apart < nearer_m:
        if are_strangers(x, y, other_x, other_y, start, pace):
            return np.inf, nearer_m, start, pace
        return apart, nearer_m, start, pace
    return best, near_m, -shift, 1.0


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
    votes = _votes(x, y, other_x, other_y, needed, near_m)
    best, at = np.inf, 0.0
    # Half a step of time brings two ways nearer by no more than this.
    gain_m = 0.75 * np.sqrt((x[1:] - x[:-1]) ** 2 + (y[1:] - y[:-1]) ** 2).mean()
    widest_m = _NOISE_SHARE * near_m + gain_m
    for shift in range(needed - m, n - needed + 1):
        k = shift + m - needed + 1
        near = votes[k] + max(votes[k - 1], votes[k + 1])
        overlap = min(n, m + shift) - max(0, shift)
        if near < _ALIKE * (overlap - _STRIDE):
            continue
        if apart_at(x, y, other_x, other_y, -shift, 1.0, needed) > widest_m:
            continue
        for tenth in range(-5, 6):
            moved = shift + 0.1 * tenth
            apart = apart_at(x, y, other_x, other_y, -moved, 1.0, needed)
            if apart < best:
                best, at = apart, moved
    return best, at


@njit(cache=True)
def _votes(
    x: Float64,
    y: Float64,
    other_x: Float64,
    other_y: Float64,
    needed: int,
    near_m: float,
) -> NDArray[np.int32]:
    """Count, for each shift, the minutes whose ways are alike.

    Only shifts that leave as many steps in common as are needed, and those beside them,
    are counted; the first of them is `needed` - m - 1. Half of the digits do: nobody's
    way of a minute is longer than some kilometres.
    """
    n, m = len(x), len(other_x)
    # As many as are done at once, so that none is done by itself.
    wide = -(-(n + m - 2 * needed + 3) // _AT_ONCE) * _AT_ONCE
    # Backwards, so that both the ways and their shifts are walked upwards in memory.
    way = np.full((2, n + m + wide), _FAR_OFF, np.float32)
    for j in range(m - _STRIDE):
        k = n + m - _STRIDE - 1 - j
        way[0, k] = np.float32(other_x[j + _STRIDE] - other_x[j])
        way[1, k] = np.float32(other_y[j + _STRIDE] - other_y[j])
    votes = np.zeros(wide, np.int32)
    for i in range(n - _STRIDE):
        dx = np.float32(x[i + _STRIDE] - x[i])
        dy = np.float32(y[i + _STRIDE] - y[i])
        # Half a step of time moves the ends of a minute's way by this much.
        reach = np.float32(2.0 * near_m + 0.1 * length(dx, dy))
        reach *= reach
        k = n + needed - _STRIDE - 2 - i
        east, north = way[0, k : k + wide], way[1, k : k + wide]
        for v in range(wide):
            ex, ey = east[v] - dx, north[v] - dy
            votes[v] += np.int32(ex * ex + ey * ey <= reach)
    return votes


@njit(cache=True)
def _is_noise(ex: Float64, ey: Float64, on_x: Float64, on_y: Float64) -> bool:
    """Return whether what lies between two ways is noise and no pace of one's own."""
    n, count = len(ex), 0
    along, across = np.empty(n), np.empty(n)
    for i in range(1, n - 1):
        dx, dy = 0.5 * (on_x[i + 1] - on_x[i - 1]), 0.5 * (on_y[i + 1] - on_y[i - 1])
        step = length(dx, dy)
        if step < _STEP_GOES_M:
            continue
        along[count] = abs(ex[i] * dx + ey[i] * dy) / step
        across[count] = abs(ex[i] * dy - ey[i] * dx) / step
        count += 1
    if count < _NOISE_STEPS:
        return False
    if np.median(along[:count]) > _NOISE_ALONG * np.median(across[:count]):
        return False
    off = np.sort(np.sqrt(ex * ex + ey * ey))
    return bool(off[int(0.9 * n)] <= _NOISE_TAIL * off[n // 2])
