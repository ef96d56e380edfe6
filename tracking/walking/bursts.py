"""Motion in bursts: rides from stop to stop, and throws of a phone by reflections.

Motion is seen over a minute, so whoever stands half a minute after a ride still seems
to move, and slowly; and one throw of 40 m makes a minute of motion. Both are told from
a walk by how the way is spread over the time that it took.
"""

import numpy as np
from numpy.typing import NDArray

from geo.compiled import njit
from tracking.plain import length

Float64 = NDArray[np.float64]
Bools = NDArray[np.bool_]

# Motion is told over a minute; a rest of this long may look like motion all through.
_REST_S = 90.0
# A right angle cuts the way to seven tenths; a bend and a half to half of it.
_CORNER_SHARE = 0.55


@njit(cache=True)
def find_rests(
    t: Float64,
    x: Float64,
    y: Float64,
    step_mps: Float64,
    is_moving: Bools,
    low_mps: float,
    high_mps: float,
) -> Bools:
    """Return the steps that only look like slow motion, because a ride is beside them.

    Parameters
    ----------
    t : ndarray of float64, shape (n,)
        Seconds, ascending.
    x, y : ndarray of float64, shape (n,)
        Metres.
    step_mps : ndarray of float64, shape (n,)
        Of the step that ends at each fix.
    is_moving : ndarray of bool, shape (n,)
    low_mps, high_mps : float
        Slower is no motion, faster is a ride.

    Returns
    -------
    ndarray of bool, shape (n,)
        Slow steps beside fast ones which together lead nowhere, and the steps in which
        one rode for a part of the time.
    """
    n = len(t)
    rests = np.zeros(n, np.bool_)
    i = 1
    while i < n:
        if not is_moving[i] or step_mps[i] > high_mps:
            i += 1
            continue
        j = i
        while j + 1 < n and is_moving[j + 1] and step_mps[j + 1] <= high_mps:
            j += 1
        after = i > 1 and is_moving[i - 1] and step_mps[i - 1] > high_mps
        before = j + 1 < n and is_moving[j + 1] and step_mps[j + 1] > high_mps
        if (after or before) and t[j] - t[i - 1] <= _REST_S:
            first, last = (i if after else i - 1), (j - 1 if before else j)
            way = length(x[last] - x[first], y[last] - y[first])
            if last > first and way < low_mps * (t[last] - t[first]):
                rests[i : j + 1] = True
        i = j + 1
    return rests


@njit(cache=True)
def is_ridden(step_mps: Float64, is_moving: Bools, i: int, high_mps: float) -> bool:
    """Return whether a step is faster than allowed, or cuts a corner beside such a one.

    On short streets a car turns between two fixes, and the straight way from one to the
    other is shorter than the way that it drove. Who rides a bicycle hardly ever has a
    step that is too fast, so there is nothing beside it.

    Examples
    --------
    >>> step, moving = np.array([0.0, 9.0, 5.0, 1.0]), np.ones(4, bool)
    >>> [is_ridden(step, moving, i, 7.0) for i in range(4)]
    [False, True, True, False]
    """
    if step_mps[i] > high_mps:
        return True
    if step_mps[i] < _CORNER_SHARE * high_mps:
        return False
    before = is_moving[i - 1] and step_mps[i - 1] > high_mps
    after = i + 1 < len(step_mps) and is_moving[i + 1] and step_mps[i + 1] > high_mps
    return bool(before or after)


@njit(cache=True)
def half_way_share(t: Float64, step_mps: Float64, is_moving: Bools) -> float:
    """Return in what share of the time in motion half of the way is made.

    Walkers need a third and more of it, between doors a quarter; a phone that is thrown
    about a tenth.

    Examples
    --------
    >>> t, moving = np.arange(0.0, 110.0, 10.0), np.ones(11, bool)
    >>> half_way_share(t, np.ones(11), moving)
    0.5
    >>> half_way_share(t, np.array([0.0] * 5 + [4.0] + [0.0] * 5), moving)
    0.1
    """
    n = len(t)
    speeds, spans = np.empty(n), np.empty(n)
    count, way, whole = 0, 0.0, 0.0
    for i in range(1, n):
        if is_moving[i]:
            speeds[count], spans[count] = step_mps[i], t[i] - t[i - 1]
            way += speeds[count] * spans[count]
            whole += spans[count]
            count += 1
    if way <= 0.0:
        return 0.0
    gone = taken = 0.0
    for k in np.argsort(-speeds[:count]):
        if gone >= 0.5 * way:
            break
        gone += speeds[k] * spans[k]
        taken += spans[k]
    return taken / whole
