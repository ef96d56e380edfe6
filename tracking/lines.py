"""The way of a round as a line for a map: few points, and no fix of its own."""

import numpy as np
from numpy.typing import NDArray

from geo.compiled import njit
from geo.crs import METRES_PER_DEGREE

Float64 = NDArray[np.float64]

_PER_DEGREE = 1e6


@njit(cache=True)
def line_on_earth(
    lon: Float64,
    lat: Float64,
    x: Float64,
    y: Float64,
    smooth_x: Float64,
    smooth_y: Float64,
    first: int,
    last: int,
    within_m: float,
) -> Float64:
    """Return the smoothed way from one fix to another, simplified.

    Parameters
    ----------
    lon, lat : ndarray of float64, shape (n,)
        Degrees, WGS 84.
    x, y, smooth_x, smooth_y : ndarray of float64, shape (n,)
        Metres, as received and smoothed.
    first, last : int
    within_m : float
        How far the line may lie off the way.

    Returns
    -------
    ndarray of float64, shape (m, 2)
        Longitude and latitude, degrees with six decimals.
    """
    kept = simplified(smooth_x[first : last + 1], smooth_y[first : last + 1], within_m)
    line = np.empty((len(kept), 2))
    for k in range(len(kept)):
        i = first + kept[k]
        # A smoothed place lies some metres off its fix: there degrees are even.
        east = METRES_PER_DEGREE * np.cos(np.radians(lat[i]))
        line[k, 0] = _rounded(lon[i] + (smooth_x[i] - x[i]) / east)
        line[k, 1] = _rounded(lat[i] + (smooth_y[i] - y[i]) / METRES_PER_DEGREE)
    return line


@njit(cache=True, inline="always")
def _rounded(degrees: float) -> float:
    return np.rint(degrees * _PER_DEGREE) / _PER_DEGREE


@njit(cache=True)
def simplified(x: Float64, y: Float64, within_m: float) -> NDArray[np.int64]:
    """Return which points keep a line within a distance (Douglas and Peucker 1973).

    Parameters
    ----------
    x, y : ndarray of float64, shape (n,)
        Metres.
    within_m : float
    """
    n = len(x)
    kept = np.zeros(n, np.bool_)
    kept[0] = kept[n - 1] = True
    stack = np.empty((n + 1, 2), np.int64)
    stack[0] = (0, n - 1)
    top = 1
    while top:
        top -= 1
        a, b = stack[top]
        dx, dy = x[b] - x[a], y[b] - y[a]
        long = dx * dx + dy * dy
        worst, at = within_m * within_m, -1
        for i in range(a + 1, b):
            px, py = x[i] - x[a], y[i] - y[a]
            along = 0.0
            if long > 0.0:
                along = min(max((px * dx + py * dy) / long, 0.0), 1.0)
            ox, oy = px - along * dx, py - along * dy
            if ox * ox + oy * oy > worst:
                worst, at = ox * ox + oy * oy, i
        if at >= 0:
            kept[at] = True
            stack[top] = (a, at)
            stack[top + 1] = (at, b)
            top += 2
    return np.flatnonzero(kept)
