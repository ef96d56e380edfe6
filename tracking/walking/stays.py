"""Stays: spans of time in one place, which bound a round."""

import numpy as np
from numpy.typing import NDArray

from geo.compiled import njit
from tracking.plain import length

Float64 = NDArray[np.float64]
Bools = NDArray[np.bool_]


@njit(cache=True, error_model="numpy")
def find_stays(
    t: Float64,
    x: Float64,
    y: Float64,
    is_moving: Bools,
    stay_s: float,
    radius_m: float,
    gap_s: float,
) -> Bools:
    """Return which fixes lie in a stay: `stay_s` in one place, mostly without motion.

    A stay is any span of that length whose positions have a root mean square distance
    of at most `radius_m` from their mean, weighted by time, and in which less than half
    of the seen time is motion. Motion at its ends is then given back, so that the first
    steps of a walk from home belong to the walk. A silence of that length is a stay if
    its two ends lie within `radius_m` of one another: the phone lay still indoors.

    Parameters
    ----------
    t : ndarray of float64, shape (n,)
        Seconds, ascending.
    x, y : ndarray of float64, shape (n,)
        Metres, smoothed.
    is_moving : ndarray of bool, shape (n,)
        Of the step that ends at each fix.
    stay_s, radius_m : float
    gap_s : float
        A step longer than this weighs no more than this, and is never motion.
    """
    n = len(t)
    sums = np.zeros((n + 1, 6))
    x0, y0 = (x[0], y[0]) if n else (0.0, 0.0)
    for i in range(n):
        before = t[i] - t[i - 1] if i else 0.0
        after = t[i + 1] - t[i] if i < n - 1 else 0.0
        w = 0.5 * (min(before, gap_s) + min(after, gap_s)) + 1e-3
        dx, dy = x[i] - x0, y[i] - y0
        seen = before if before <= gap_s else 0.0
        sums[i + 1, 0] = sums[i, 0] + w
        sums[i + 1, 1] = sums[i, 1] + w * dx
        sums[i + 1, 2] = sums[i, 2] + w * dy
        sums[i + 1, 3] = sums[i, 3] + w * (dx * dx + dy * dy)
        sums[i + 1, 4] = sums[i, 4] + seen
        sums[i + 1, 5] = sums[i, 5] + (seen if is_moving[i] else 0.0)
    found = np.zeros(n, np.bool_)
    j, end = 0, -1
    for i in range(n):
        j = max(j, i)
        while j < n and t[j] - t[i] < stay_s:
            j += 1
        if j == n:
            break
        seen = sums[j + 1, 4] - sums[i + 1, 4]
        moved = sums[j + 1, 5] - sums[i + 1, 5]
        if moved > 0.5 * seen:
            continue
        if j == i + 1 and length(x[j] - x[i], y[j] - y[i]) > radius_m:
            continue
        w = sums[j + 1, 0] - sums[i, 0]
        mx = (sums[j + 1, 1] - sums[i, 1]) / w
        my = (sums[j + 1, 2] - sums[i, 2]) / w
        spread = (sums[j + 1, 3] - sums[i, 3]) / w - mx * mx - my * my
        if spread <= radius_m * radius_m:
            found[max(i, end + 1) : j + 1] = True
            end = j
    _cut_back(t, is_moving, found, stay_s)
    return found


@njit(cache=True, error_model="numpy")
def _cut_back(t: Float64, is_moving: Bools, found: Bools, stay_s: float) -> None:
    """Give the motion at both ends of each stay back to the walk beside it.

    The end that is cut is the one in which motion outweighs rest the most; what is then
    too short was no stay.
    """
    n, i = len(found), 0
    while i < n:
        if not found[i]:
            i += 1
            continue
        j = i
        while j < n and found[j]:
            j += 1
        end, last = j, j - 1
        score = best = 0.0
        for k in range(j - 1, i, -1):
            dt = t[k] - t[k - 1]
            score += dt if is_moving[k] else -dt
            if score > best:
                best, last = score, k - 1
        first = i
        score = best = 0.0
        for k in range(i + 1, last + 1):
            dt = t[k] - t[k - 1]
            score += dt if is_moving[k] else -dt
            if score > best:
                best, first = score, k
        if t[last] - t[first] < stay_s:
            first, last = end, end - 1
        found[i:first] = False
        found[last + 1 : end] = False
        i = j
