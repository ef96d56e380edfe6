"""Motion out of noisy fixes: smoothed positions, speeds, anchor distance.

A phone at rest draws 557 m of raw path an hour (median of 184 real windows), so nothing
here trusts the raw path. Positions are means over 30 s; somebody moves when the net way
over a minute is more than noise makes; distance is counted from anchor to anchor, each
30 m from the last.
"""

import numpy as np
from numpy.typing import NDArray

from geo.compiled import njit
from tracking.plain import length

Float64 = NDArray[np.float64]
Bools = NDArray[np.bool_]

_HALF_MEAN_S = 15.0
_HALF_NET_S = 30.0
_STEP_S = 5.0
# Faster than any drift: then somebody moves even when the minute ends where it began.
_SURELY_MPS = 3.0
# Sharper than this a turn is drawn by noise as easily as by a bend in the way.
_SHARPEST = 0.8 * np.pi


@njit(cache=True, error_model="numpy")
def trace(
    t_ms: NDArray[np.int64],
    x: Float64,
    y: Float64,
    accuracy_m: Float64,
    unknown_m: float,
    gap_s: float,
    slow_mps: float,
) -> tuple[Float64, Float64, Float64, Float64, Float64, Bools]:
    """Return everything that a track tells of its motion, whatever the grid.

    Parameters
    ----------
    t_ms : ndarray of int64, shape (n,)
        Milliseconds, ascending.
    x, y : ndarray of float64, shape (n,)
        Metres.
    accuracy_m : ndarray of float64, shape (n,)
        Metres; NaN or not above 0 where the phone did not say.
    unknown_m : float
        Stands for an accuracy that was not said.
    gap_s, slow_mps : float
        See `find_speeds` and `find_moving`.

    Returns
    -------
    t : ndarray of float64, shape (n,)
        Seconds since the first fix.
    smooth_x, smooth_y : ndarray of float64, shape (n,)
        Means over +-15 s.
    accuracy : ndarray of float64, shape (n,)
        Without a NaN.
    step_mps : ndarray of float64, shape (n,)
    is_moving : ndarray of bool, shape (n,)
    """
    n = len(t_ms)
    t, accuracy = np.empty(n), np.empty(n)
    for i in range(n):
        t[i] = (t_ms[i] - t_ms[0]) / 1000.0
        accuracy[i] = accuracy_m[i] if accuracy_m[i] > 0.0 else unknown_m
    sx, sy, doubt = smooth(t, x, y, accuracy)
    net, step = find_speeds(t, x, y, sx, sy, gap_s)
    return t, sx, sy, accuracy, step, find_moving(net, step, doubt, slow_mps)


@njit(cache=True, error_model="numpy")
def smooth(
    t: Float64, x: Float64, y: Float64, z: Float64
) -> tuple[Float64, Float64, Float64]:
    """Return the means of three series over +-15 s around each fix.

    Parameters
    ----------
    t : ndarray of float64, shape (n,)
        Seconds, ascending.
    x, y, z : ndarray of float64, shape (n,)
    """
    n = len(t)
    out = np.empty(n), np.empty(n), np.empty(n)
    low, high = 0, 0
    # Sums of differences from the first value lose no digits.
    a = b = c = 0.0
    for i in range(n):
        while high < n and t[high] <= t[i] + _HALF_MEAN_S:
            a += x[high] - x[0]
            b += y[high] - y[0]
            c += z[high] - z[0]
            high += 1
        while t[low] < t[i] - _HALF_MEAN_S:
            a -= x[low] - x[0]
            b -= y[low] - y[0]
            c -= z[low] - z[0]
            low += 1
        out[0][i] = x[0] + a / (high - low)
        out[1][i] = y[0] + b / (high - low)
        out[2][i] = z[0] + c / (high - low)
    return out


@njit(cache=True, error_model="numpy")
def find_speeds(
    t: Float64, x: Float64, y: Float64, sx: Float64, sy: Float64, gap_s: float
) -> tuple[Float64, Float64]:
    """Return net speed over a minute and speed of the step, for the step to each fix.

    Parameters
    ----------
    t : ndarray of float64, shape (n,)
        Seconds, ascending.
    x, y, sx, sy : ndarray of float64, shape (n,)
        Metres, raw and smoothed.
    gap_s : float
        Across a longer gap no speed is known; it is 0.

    Returns
    -------
    net_mps, step_mps : ndarray of float64, shape (n,)
        The first value of both is 0.
    """
    n = len(t)
    net, step = np.zeros(n), np.zeros(n)
    a = b = s = run = 0
    for i in range(1, n):
        if t[i] - t[i - 1] > gap_s:
            run = i
            continue
        middle = 0.5 * (t[i] + t[i - 1])
        while t[a + 1] <= middle - _HALF_NET_S:
            a += 1
        low = max(a, run)
        b = max(b, i)
        while b < n - 1 and t[b] < middle + _HALF_NET_S and t[b + 1] - t[b] <= gap_s:
            b += 1
        high = b
        # Beside a gap one half of the minute is missing; the other side lends it.
        while high < n - 1 and t[high] - t[low] < 2 * _HALF_NET_S:
            if t[high + 1] - t[high] > gap_s:
                break
            high += 1
        while low > run and t[high] - t[low] < 2 * _HALF_NET_S:
            low -= 1
        span = max(t[high] - t[low], _HALF_NET_S)
        net[i] = length(sx[high] - sx[low], sy[high] - sy[low]) / span
        while t[s + 1] <= t[i] - _STEP_S:
            s += 1
        first = max(min(s, i - 1), run)
        step[i] = length(x[i] - x[first], y[i] - y[first]) / max(t[i] - t[first], 1.0)
    return net, _along_arcs(t, x, y, step)


@njit(cache=True, error_model="numpy")
def _along_arcs(t: Float64, x: Float64, y: Float64, step: Float64) -> Float64:
    """Return the speed along the bend of the way, where a step only cuts across it.

    Two equal chords that meet at an angle belong to an arc that is longer than both.
    Only fast steps are looked at: at a walk the angle is mostly noise.
    """
    n = len(t)
    longer = np.ones(n)
    for i in range(1, n - 1):
        before, after = t[i] - t[i - 1], t[i + 1] - t[i]
        if min(before, after) < _STEP_S or max(before, after) > 2.0 * _HALF_NET_S:
            continue
        if min(step[i], step[i + 1]) < _SURELY_MPS:
            continue
        ax, ay = x[i] - x[i - 1], y[i] - y[i - 1]
        bx, by = x[i + 1] - x[i], y[i + 1] - y[i]
        turn = abs(np.arctan2(ax * by - ay * bx, ax * bx + ay * by))
        half = 0.5 * min(turn, _SHARPEST)
        if half > 0.01:
            longer[i : i + 2] += 0.5 * (half / np.sin(half) - 1.0)
    return step * longer


@njit(cache=True, error_model="numpy")
def find_moving(
    net_mps: Float64, step_mps: Float64, accuracy: Float64, slow_mps: float
) -> Bools:
    """Return which steps are motion: a way made in a minute, or a clear speed.

    Both must be more than the phone's own doubt of where it is.

    Parameters
    ----------
    net_mps, step_mps : ndarray of float64, shape (n,)
        As `find_speeds` returns them.
    accuracy : ndarray of float64, shape (n,)
        Metres, no NaN.
    slow_mps : float
        Slower is no motion.
    """
    moving = np.empty(len(net_mps), np.bool_)
    for i in range(len(net_mps)):
        walks = net_mps[i] >= max(slow_mps, accuracy[i] / (2.0 * _HALF_NET_S))
        moving[i] = walks or step_mps[i] >= max(_SURELY_MPS, accuracy[i] / _STEP_S)
    return moving


@njit(cache=True, error_model="numpy")
def anchor_distance(
    t: Float64, x: Float64, y: Float64, anchor_m: float, gap_s: float
) -> float:
    """Return the way from anchor to anchor, metres; a gap earns nothing.

    Parameters
    ----------
    t : ndarray of float64, shape (n,)
        Seconds, ascending.
    x, y : ndarray of float64, shape (n,)
        Metres.
    anchor_m : float
        A new anchor is set when a fix is this far from the last one.
    gap_s : float
        After a longer gap the way begins again.

    Examples
    --------
    >>> t = np.array([0.0, 10.0, 20.0, 30.0])
    >>> anchor_distance(t, np.array([0.0, 10.0, 31.0, 35.0]), np.zeros(4), 30.0, 300.0)
    31.0
    """
    total, a = 0.0, 0
    for i in range(1, len(t)):
        if t[i] - t[i - 1] > gap_s:
            a = i
            continue
        apart = length(x[i] - x[a], y[i] - y[a])
        if apart > anchor_m:
            total += apart
            a = i
    return total
