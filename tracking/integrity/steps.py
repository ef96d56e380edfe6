"""Steps of about one length in time, out of fixes that come as they like."""

import numpy as np
from numpy.typing import NDArray

from geo.compiled import njit

Float64 = NDArray[np.float64]
Bools = NDArray[np.bool_]


@njit(cache=True)
def stride(t: Float64, base_s: float) -> int:
    """Return how many fixes a step of so many seconds takes, at least one."""
    each = np.median(np.diff(t)) if len(t) > 1 else base_s
    return max(1, int(np.ceil(base_s / max(each, 0.1) - 0.25)))


@njit(cache=True)
def thinned(
    t: Float64, is_moving: Bools, least_s: float
) -> tuple[NDArray[np.int64], Bools, float]:
    """Return fixes about so far apart, whether all was motion before each, and a step.

    The step is the typical one; after a silence of several nothing counts as motion.
    """
    n = len(t)
    each = max(least_s, float(np.median(np.diff(t))))
    at, moved = np.empty(n, np.int64), np.empty(n, np.bool_)
    at[0], moved[0], count, all_motion = 0, False, 1, True
    for i in range(1, n):
        all_motion &= is_moving[i]
        since = t[i] - t[at[count - 1]]
        if since >= 0.75 * each:
            at[count] = i
            moved[count] = all_motion and since <= 3.0 * each
            count += 1
            all_motion = True
    return at[:count], moved[:count], each
