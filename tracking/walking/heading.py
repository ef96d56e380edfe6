"""How much somebody goes on, and how much is only thrown to and fro.

Who walks mostly goes on from one place to the next; errors of a phone at rest throw it
out and let it fall back. So the turns between places 30 m apart tell a walk from
noise, however strong the noise is and whatever the phone says of its accuracy. And who
rests, is elsewhere at once and rests again did not walk there.
"""

import numpy as np
from numpy.typing import NDArray

from geo.compiled import njit
from tracking.plain import length

Float64 = NDArray[np.float64]

_LEAP_MPS = 1.8
_LEAP_TIMES = 2.5
_BESIDE_S = 25.0


@njit(cache=True)
def leap_share(t: Float64, x: Float64, y: Float64, anchor_m: float) -> float:
    """Return which share of the way from anchor to anchor was made by leaps.

    A leap is a fast step between two times of being slow.

    Parameters
    ----------
    t : ndarray of float64, shape (n,)
        Seconds, ascending.
    x, y : ndarray of float64, shape (n,)
        Metres, as the phone gave them.
    anchor_m : float
        How far apart the anchors are.

    Examples
    --------
    >>> t, x = np.arange(0.0, 80.0, 10.0), np.repeat([0.0, 50.0], 4)
    >>> leap_share(t, x, np.zeros(8), 30.0)
    1.0
    """
    total = leapt = 0.0
    a = 0
    for i in range(1, len(t)):
        far = length(x[i] - x[a], y[i] - y[a])
        if far <= anchor_m:
            continue
        fastest, at = -1.0, i
        for k in range(a + 1, i + 1):
            step = length(x[k] - x[k - 1], y[k] - y[k - 1])
            if step > fastest:
                fastest, at = step, k
        total += far
        leapt += far if _is_leap(t, x, y, at) else 0.0
        a = i
    return leapt / total if total > 0.0 else 0.0


@njit(cache=True)
def _is_leap(t: Float64, x: Float64, y: Float64, i: int) -> bool:
    """Return whether the step to a fix is fast, and those before and after are not."""
    dt = t[i] - t[i - 1]
    mps = length(x[i] - x[i - 1], y[i] - y[i - 1]) / max(dt, 1.0)
    if mps <= _LEAP_MPS:
        return False
    beside = max(_BESIDE_S, 1.5 * dt)
    low, high = i - 1, i
    while low > 0 and t[low - 1] >= t[i - 1] - beside:
        low -= 1
    while high < len(t) - 1 and t[high + 1] <= t[i] + beside:
        high += 1
    before = length(x[i - 1] - x[low], y[i - 1] - y[low]) / max(t[i - 1] - t[low], 1.0)
    after = length(x[high] - x[i], y[high] - y[i]) / max(t[high] - t[i], 1.0)
    return bool(mps > _LEAP_TIMES * max(before, after))


@njit(cache=True)
def mean_turn(x: Float64, y: Float64, anchor_m: float) -> tuple[float, int]:
    """Return the mean cosine of the turns from anchor to anchor, and their number.

    Parameters
    ----------
    x, y : ndarray of float64, shape (n,)
        Metres.
    anchor_m : float
        A new anchor is set when a fix is this far from the last one.

    Examples
    --------
    >>> mean_turn(np.array([0.0, 40.0, 80.0, 40.0]), np.zeros(4), 30.0)
    (0.0, 2)
    """
    total, count = 0.0, 0
    a, way_x, way_y, way = 0, 0.0, 0.0, 0.0
    for i in range(1, len(x)):
        dx, dy = x[i] - x[a], y[i] - y[a]
        far = length(dx, dy)
        if far <= anchor_m:
            continue
        if way > 0.0:
            total += (dx * way_x + dy * way_y) / (far * way)
            count += 1
        a, way_x, way_y, way = i, dx, dy, far
    return (total / count if count else 0.0), count
