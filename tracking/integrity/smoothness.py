"""How smooth a way is: curves that a formula draws have no roughness at all.

A circle or a wave bends all the time, so its steps differ; but they differ evenly. Four
differences of its places, one of the other, are next to nothing, while the errors of
any receiver grow eightfold in them and the turns of people do not vanish.
"""

import numpy as np
from numpy.typing import NDArray

from geo.compiled import njit
from tracking.integrity.steps import thinned
from tracking.plain import length

Float64 = NDArray[np.float64]
Bools = NDArray[np.bool_]

_EVEN = 1.2
_FEWEST = 20
_LOW_SHARE = 0.3


@njit(cache=True)
def roughness(
    t: Float64, x: Float64, y: Float64, is_moving: Bools, least_s: float
) -> float:
    """Return a low one of the fourth differences of places in motion, metres.

    Parameters
    ----------
    t, x, y : ndarray of float64, shape (n,)
        Seconds and metres.
    is_moving : ndarray of bool, shape (n,)
        Whether the step before each fix is motion.
    least_s : float
        Steps are at least about so long.

    Returns
    -------
    float
        Three of ten are less; infinite where too few lie between even steps.
    """
    if len(t) < _FEWEST:
        return np.inf
    at, moved, _ = thinned(t, is_moving, least_s)
    found, count = np.empty(len(at)), 0
    for i in range(2, len(at) - 2):
        if not moved[i - 1 : i + 3].all():
            continue
        a, b, c, d, e = at[i - 2], at[i - 1], at[i], at[i + 1], at[i + 2]
        first, second, third, last = t[b] - t[a], t[c] - t[b], t[d] - t[c], t[e] - t[d]
        longest = max(first, second, third, last)
        if longest > _EVEN * min(first, second, third, last):
            continue
        found[count] = length(
            x[a] - 4.0 * x[b] + 6.0 * x[c] - 4.0 * x[d] + x[e],
            y[a] - 4.0 * y[b] + 6.0 * y[c] - 4.0 * y[d] + y[e],
        )
        count += 1
    if count < _FEWEST:
        return np.inf
    return float(np.sort(found[:count])[int(_LOW_SHARE * count)])
