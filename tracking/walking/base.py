"""The place where most of an episode was spent, and the long ways out of it."""

import numpy as np
from numpy.typing import NDArray

from geo.compiled import njit

Float64 = NDArray[np.float64]

_MOMENTS = 60


@njit(cache=True)
def find_base(
    t: Float64, x: Float64, y: Float64, radius_m: float
) -> tuple[float, int, float, float]:
    """Return the place where most of the time was spent, and how often one was back.

    A phone on a desk that reflections throw about comes back to its place again and
    again; somebody on a round passes many places, and rests at one only once.

    Parameters
    ----------
    t : ndarray of float64, shape (n,)
        Seconds, ascending.
    x, y : ndarray of float64, shape (n,)
        Metres, smoothed.
    radius_m : float
        Of a stay. The place itself is half as wide: a lane through it is soon passed.

    Returns
    -------
    share : float
        Of sixty or so moments, evenly spread.
    returns : int
        How often one came back into the place from outside the stay.
    base_x, base_y : float
    """
    n = len(t)
    at, count = np.empty(_MOMENTS + 1, np.int64), 0
    step = max((t[n - 1] - t[0]) / _MOMENTS, 1.0)
    due = t[0]
    for i in range(n):
        if t[i] >= due and count <= _MOMENTS:
            at[count] = i
            count += 1
            due = max(due + step, t[i])
    near_2 = 0.25 * radius_m * radius_m
    best, base = 0, 0
    for a in range(count):
        near = 0
        for b in range(count):
            dx, dy = x[at[a]] - x[at[b]], y[at[a]] - y[at[b]]
            near += dx * dx + dy * dy <= near_2
        if near > best:
            best, base = near, at[a]
    returns, away = 0, False
    for i in range(n):
        dx, dy = x[i] - x[base], y[i] - y[base]
        apart = dx * dx + dy * dy
        if apart <= near_2:
            returns += away
            away = False
        elif apart > 9.0 * near_2:
            away = True
    return best / count, returns, x[base], y[base]


@njit(cache=True)
def excursions(
    t: Float64,
    x: Float64,
    y: Float64,
    base_x: float,
    base_y: float,
    radius_m: float,
    least_s: float,
) -> NDArray[np.int64]:
    """Return first and last fix of each long way from a place and back to it.

    It must lead well away from there: reflections throw a phone about for long as well.
    """
    rows = np.empty((len(t), 2), np.int64)
    count, last, furthest = 0, 0, 0.0
    for i in range(len(t)):
        dx, dy = x[i] - base_x, y[i] - base_y
        apart = dx * dx + dy * dy
        furthest = max(furthest, apart)
        if apart <= radius_m * radius_m or i == len(t) - 1:
            is_far = furthest >= 9.0 * radius_m * radius_m
            if is_far and t[i] - t[last] >= least_s and i > last + 1:
                rows[count] = (last, i)
                count += 1
            last, furthest = i, 0.0
    return rows[:count]
