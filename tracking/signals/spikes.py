"""Single wild fixes, and jumps that nothing undoes.

A fix that is off and back is the receiver's trouble and left out; a jump without a
return is somebody's, and kept for a person to look at.
"""

import numpy as np
from numpy.typing import NDArray

from geo.compiled import njit
from tracking.plain import length

Float64 = NDArray[np.float64]

_STALE = 3
_BESIDE_M = 100.0
_SAME_M = 15.0
# Abroad the vector is no datum of anybody's; in China it is 49 m or more.
_DATUM_M = 49.0
# What lies no further off its neighbours is none of it.
OFF_M = _DATUM_M - _SAME_M


@njit(cache=True)
def find_beside(t: Float64, x: Float64, y: Float64) -> NDArray[np.int64]:
    """Return single fixes that lie well off neighbours who lie close together.

    Parameters
    ----------
    t : ndarray of float64, shape (n,)
        Seconds, ascending.
    x, y : ndarray of float64, shape (n,)
        Metres.
    """
    found = np.empty(len(t), np.int64)
    count = 0
    for i in range(1, len(t) - 1):
        # Who lies near both lies near the way between them.
        before = _is_within(x[i] - x[i - 1], y[i] - y[i - 1], OFF_M)
        if before and _is_within(x[i + 1] - x[i], y[i + 1] - y[i], OFF_M):
            continue
        if length(x[i + 1] - x[i - 1], y[i + 1] - y[i - 1]) < _BESIDE_M:
            off_x, off_y = _off(t, x, y, i)
            if not _is_within(off_x, off_y, OFF_M):
                found[count] = i
                count += 1
    return found[:count].copy()


@njit(cache=True, inline="always")
def _is_within(dx: float, dy: float, far: float) -> bool:
    return bool(dx * dx + dy * dy <= far * far)


@njit(cache=True)
def _off(t: Float64, x: Float64, y: Float64, i: int) -> tuple[float, float]:
    """Return how far a fix lies off the straight way between its neighbours."""
    share = (t[i] - t[i - 1]) / max(t[i + 1] - t[i - 1], 1e-3)
    off_x = x[i] - (x[i - 1] + share * (x[i + 1] - x[i - 1]))
    off_y = y[i] - (y[i - 1] + share * (y[i + 1] - y[i - 1]))
    return off_x, off_y


@njit(cache=True)
def find_datum_jumps(
    t: Float64,
    x: Float64,
    y: Float64,
    beside: NDArray[np.int64],
    east: Float64,
    north: Float64,
) -> NDArray[np.int64]:
    """Return single fixes that lie off their neighbours by the GCJ-02 vector.

    Some apps send GCJ-02 when a person presses "send now" and WGS 84 otherwise.

    Parameters
    ----------
    t : ndarray of float64, shape (n,)
        Seconds, ascending.
    x, y : ndarray of float64, shape (n,)
        Metres.
    beside : ndarray of int64, shape (m,)
        As `find_beside` returns it.
    east, north : ndarray of float64, shape (m,)
        How far GCJ-02 lies off at each of these, metres.
    """
    found = np.zeros(len(beside), np.bool_)
    for k in range(len(beside)):
        off_x, off_y = _off(t, x, y, beside[k])
        near = length(off_x - east[k], off_y - north[k]) < _SAME_M
        found[k] = near and length(east[k], north[k]) > _DATUM_M
    return beside[found]


@njit(cache=True)
def find_spikes(
    t: Float64, x: Float64, y: Float64, fast: float, far: float, hold: float
) -> tuple[NDArray[np.bool_], Float64]:
    """Return excursions that came back within `hold`, and jumps that did not.

    One to three fixes after a silence, then a jump, are the cached place that a phone
    reports before its first real fix: excursions too. So are one to three at the end.

    Parameters
    ----------
    t : ndarray of float64, shape (n,)
        Seconds, ascending.
    x, y : ndarray of float64, shape (n,)
        Metres.
    fast, far : float
        A jump is faster (m/s) and further (m) than these.
    hold : float
        Seconds within which an excursion must be over.

    Returns
    -------
    spike : ndarray of bool, shape (n,)
    jump : ndarray of float64, shape (n,)
        Speed of the jump that ends at a fix, m/s; 0 elsewhere.
    """
    n = len(t)
    spike = np.zeros(n, np.bool_)
    jump = np.zeros(n)
    last, run, k = 0, 0, 1
    while k < n:
        speed = _jump_speed(t, x, y, last, k, far)
        if speed <= fast:
            if t[k] - t[last] > 2.5 * hold:
                run = k
            last = k
            k += 1
            continue
        back = k + 1
        while back < n and t[back] - t[k] <= hold:
            # Back means near, not merely slow enough by now.
            nearer = _apart(x, y, last, back) < 0.5 * _apart(x, y, last, k)
            if nearer and _jump_speed(t, x, y, last, back, far) <= fast:
                break
            back += 1
        if back < n and t[back] - t[k] <= hold:
            spike[k:back] = True
            last, k = back, back + 1
            continue
        tail = k + 1
        while tail < n and t[tail] - t[tail - 1] <= 2.5 * hold:
            tail += 1
        if k - run <= _STALE and t[k] - t[run] <= hold:
            spike[run:k] = True
            run = k
        elif tail - k <= _STALE and t[tail - 1] - t[k] <= hold:
            spike[k:tail] = True
            k = tail
            continue
        else:
            first = _went_slowly(t, x, y, last, k, hold)
            if 0 < first and not spike[first - 1]:
                spike[first : last + 1] = True
            else:
                jump[k] = speed
        last = k
        k += 1
    return spike, jump


@njit(cache=True)
def _went_slowly(
    t: Float64, x: Float64, y: Float64, last: int, k: int, hold: float
) -> int:
    """Return the first fix of an excursion that ends in a jump back, 0 for none.

    Where fixes are a minute apart, the way out may be slow enough and the way back not.
    """
    for before in range(last - 1, max(last - 1 - _STALE, -1), -1):
        if t[last] - t[before + 1] > hold:
            break
        if _apart(x, y, before, k) < 0.5 * _apart(x, y, last, k):
            return before + 1
    return 0


@njit(cache=True)
def _jump_speed(
    t: Float64, x: Float64, y: Float64, i: int, k: int, far: float
) -> float:
    apart = _apart(x, y, i, k)
    return apart / max(t[k] - t[i], 1.0) if apart > far else 0.0


@njit(cache=True)
def _apart(x: Float64, y: Float64, i: int, k: int) -> float:
    return float(length(x[k] - x[i], y[k] - y[i]))
