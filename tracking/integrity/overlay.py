"""One way laid on another: the same ground moved, turned and scaled a little."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.compiled import njit
from tracking.plain import length

Float64 = NDArray[np.float64]

# A copy may be moved sideways; further off it is another street.
_OFFSET_M = 150.0
# And drawn larger, smaller or turned by so much.
_GROWTH = 0.12


class Pair(NamedTuple):
    """Two ways on one plane, metres, one place per step of time.

    Attributes
    ----------
    x, y : ndarray of float64, shape (n,)
        This way.
    other_x, other_y : ndarray of float64, shape (m,)
        The one that it is laid on.
    """

    x: Float64
    y: Float64
    other_x: Float64
    other_y: Float64


class Clock(NamedTuple):
    """How two ways lie in time: step `start + pace * i` of the other is step `i` here.

    A negative pace is that of a way turned round.
    """

    start: float
    pace: float


@njit(cache=True)
def apart_at(pair: Pair, clock: Clock, needed: int) -> float:
    """Return the median separation at given times, infinite where too little is shared.

    Parameters
    ----------
    pair, clock, needed
        See `laid_on`.
    """
    ex, ey = laid_on(pair, clock, needed)
    if not len(ex):
        return np.inf
    return float(np.median(np.sqrt(ex * ex + ey * ey)))


@njit(cache=True)
def laid_on(pair: Pair, clock: Clock, needed: int) -> tuple[Float64, Float64]:
    """Return what is left between two ways once one lies best on the other.

    Parameters
    ----------
    pair : Pair
    clock : Clock
    needed : int
        With fewer steps in common nothing is returned.

    Returns
    -------
    ex, ey : ndarray of float64, shape (k,)
        From the other way to this one at each shared step, metres.
    """
    x, y, other_x, other_y = pair
    n, m = len(x), len(other_x)
    ax, ay, bx, by = np.empty(n), np.empty(n), np.empty(n), np.empty(n)
    none = np.empty(0)
    count = 0
    for i in range(n):
        at = clock.start + clock.pace * i
        if not 0.0 <= at <= m - 1:
            continue
        j = min(int(at), m - 2)
        share = at - j
        bx[count] = other_x[j] + share * (other_x[j + 1] - other_x[j])
        by[count] = other_y[j] + share * (other_y[j + 1] - other_y[j])
        ax[count], ay[count] = x[i], y[i]
        count += 1
    if count < needed:
        return none, none
    ax, ay, bx, by = ax[:count], ay[:count], bx[:count], by[:count]
    mean_ax, mean_ay, mean_bx, mean_by = ax.mean(), ay.mean(), bx.mean(), by.mean()
    if length(mean_bx - mean_ax, mean_by - mean_ay) > _OFFSET_M:
        return none, none
    ax, ay, bx, by = ax - mean_ax, ay - mean_ay, bx - mean_bx, by - mean_by
    size = (ax * ax + ay * ay).sum()
    if size <= 0.0:
        return none, none
    grow = (ax * bx + ay * by).sum() / size
    turn = (ax * by - ay * bx).sum() / size
    grow = min(max(grow, 1.0 - _GROWTH), 1.0 + _GROWTH)
    turn = min(max(turn, -_GROWTH), _GROWTH)
    return grow * ax - turn * ay - bx, turn * ax + grow * ay - by
