"""Whether somebody goes on, or is only thrown to and fro.

Who walks mostly goes on from one place to the next; errors of a phone at rest throw it
out and let it fall back. So the turns between places 30 m apart tell a walk from
noise, however strong the noise is and whatever the phone says of its accuracy.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from tracking.plain import length

Float64 = NDArray[np.float64]

# The mean cosine of turns is -0.8 to -0.1 for noise about one place. Walks have 0.4 to
# 0.9, in the narrowest yards less than noise: so only who rests much is looked at.
_NOISE = -0.05


def is_thrown_about(x: Float64, y: Float64, anchor_m: float, least: int) -> bool:
    """Return whether a way leads to and fro about one place like noise.

    Parameters
    ----------
    x, y : ndarray of float64, shape (n,)
        Metres, smoothed.
    anchor_m : float
        How far apart the places are between which turns are measured.
    least : int
        Fewer turns prove nothing.
    """
    turns, count = mean_turn(x, y, anchor_m)
    return count >= least and turns < _NOISE


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
