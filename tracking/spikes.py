"""Single wild fixes, and jumps that nothing undoes.

A fix that is off and back is the receiver's trouble and left out; a jump without a
return is somebody's, and kept for a person to look at.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

Float64 = NDArray[np.float64]

_STALE = 3
_BESIDE_M = 100.0
_SAME_M = 15.0


def find_datum_jumps(
    t: Float64, x: Float64, y: Float64, east: Float64, north: Float64
) -> NDArray[np.bool_]:
    """Return single fixes that lie off their neighbours by the GCJ-02 vector.

    Some apps send GCJ-02 when a person presses "send now" and WGS 84 otherwise.

    Parameters
    ----------
    t : ndarray of float64, shape (n,)
        Seconds, ascending.
    x, y, east, north : ndarray of float64, shape (n,)
        Metres on one plane: positions, and how far GCJ-02 lies off there.
    """
    found = np.zeros(len(t), bool)
    if len(t) < 3:
        return found
    share = (t[1:-1] - t[:-2]) / np.maximum(t[2:] - t[:-2], 1e-3)
    off_x = x[1:-1] - (x[:-2] + share * (x[2:] - x[:-2]))
    off_y = y[1:-1] - (y[:-2] + share * (y[2:] - y[:-2]))
    close = np.hypot(x[2:] - x[:-2], y[2:] - y[:-2]) < _BESIDE_M
    near = np.hypot(off_x - east[1:-1], off_y - north[1:-1]) < _SAME_M
    # Abroad the vector is no datum of anybody's; in China it is 49 m or more.
    real = np.hypot(east[1:-1], north[1:-1]) > 49.0
    found[1:-1] = near & close & real
    return found


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
            jump[k] = speed
        last = k
        k += 1
    return spike, jump


@njit(cache=True)
def _jump_speed(
    t: Float64, x: Float64, y: Float64, i: int, k: int, far: float
) -> float:
    apart = _apart(x, y, i, k)
    return apart / max(t[k] - t[i], 1.0) if apart > far else 0.0


@njit(cache=True)
def _apart(x: Float64, y: Float64, i: int, k: int) -> float:
    return float(np.hypot(x[k] - x[i], y[k] - y[i]))
