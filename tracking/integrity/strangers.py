"""Whether the errors of two ways are strangers: then neither was copied from the other.

On a straight part of a way, what bends its minute means is error alone. Of two walks
these errors have nothing to do with one another, so the way from one to the other bends
by the errors of both (variances add). A copy carries the errors of its original, and
from one to the other only what was put on top is left. Where the original has errors
worth the name, the two cases lie far apart; where it has none, nothing is said.
"""

import numpy as np
from numpy.typing import NDArray

from geo.compiled import njit
from tracking.integrity.overlay import Clock, Pair
from tracking.plain import length

Float64 = NDArray[np.float64]

# A way is straight where a minute before and the minute after lead the same way, by the
# cosine between them. Bends of the way itself are common to both; who looks at the
# straightest parts only sees less of them, and fewer parts.
_ARM = 6
_ARM_GOES_M = 20.0
_STRAIGHT, _STRAIGHTEST = 0.95, 0.99
_FEWEST = 15
# The original must have this share of the errors of both at least, or it shows nothing.
_LEAST_SHARE = 0.2
# Bends of places that were only rounded to the microdegree have a third of this.
_ROUNDED_M2 = 0.02
# Strides of bends, and how much of the smaller errors two walks must not share. A copy
# shares twice as much. Over one step errors that were put on stand out; over three
# those that a copy kept although short ones were smoothed away.
_STRIDES = ((1, 1.0), (3, 1.5))
# And how much of the smaller errors a copy must share, to be known by that alone:
# cosine, stride, share.
_KIN = (
    (_STRAIGHT, 1, 1.5),
    (_STRAIGHT, 2, 1.7),
    (_STRAIGHT, 3, 1.7),
    (_STRAIGHTEST, 1, 1.3),
    (_STRAIGHTEST, 2, 1.5),
)
_KIN_LEAST_SHARE = 0.1
# Played at another pace, the minutes of a copy are other minutes: the straightest parts
# are too few to say so.
_SAME_PACE = 0.02
# The mean size of Gaussian errors by their standard deviation.
_MEAN_SIZE = 0.7979
_TAIL = 3.0


@njit(cache=True)
def are_strangers(pair: Pair, clock: Clock) -> bool:
    """Return whether two ways that lie near one another were walked apart.

    Parameters
    ----------
    pair : Pair
        Places that are means over a minute.
    clock : Clock
    """
    for straight in (_STRAIGHT, _STRAIGHTEST):
        if straight == _STRAIGHTEST and abs(clock.pace - 1.0) > _SAME_PACE:
            return False
        is_stranger = True
        for stride, shared in _STRIDES:
            found = _shared(pair, clock, stride, straight, _LEAST_SHARE)
            if not found <= shared:
                is_stranger = False
                break
        if is_stranger:
            return True
    return False


@njit(cache=True)
def are_kin(pair: Pair, clock: Clock) -> bool:
    """Return whether the errors of one way are those of another: it was copied.

    Parameters
    ----------
    pair, clock
        See `are_strangers`.
    """
    for straight, stride, shared in _KIN:
        if straight == _STRAIGHTEST and abs(clock.pace - 1.0) > _SAME_PACE:
            return True
        found = _shared(pair, clock, stride, straight, _KIN_LEAST_SHARE)
        if not found >= shared:
            return False
    return True


@njit(cache=True)
def _shared(
    pair: Pair, clock: Clock, stride: int, straight: float, least_share: float
) -> float:
    """Return how much of the smaller errors is in both: 2 in a copy, 0 in two walks.

    NaN where there is too little to tell it by.
    """
    mine, theirs, between, count = bends(pair, clock, stride, straight)
    both, less = mine + theirs, min(mine, theirs)
    if count < _FEWEST or less < max(least_share * both, _ROUNDED_M2):
        return np.nan
    return (both - between) / less


@njit(cache=True)
def bends(
    pair: Pair, clock: Clock, stride: int, straight: float
) -> tuple[float, float, float, int]:
    """Return the variances of bends on straight parts, and from how many steps.

    Parameters
    ----------
    pair, clock
        See `are_strangers`.
    stride : int
        A bend is measured from so many steps before to so many after, 6 at most.
    straight : float
        The cosine from which on a part is straight.

    Returns
    -------
    mine, theirs, between : float
        Square metres: of this way, of the other one, and of what lies between them.
    count : int
    """
    x, y, other_x, other_y = pair
    n = len(x)
    bx, by = np.full(n, np.nan), np.full(n, np.nan)
    for i in range(n):
        at = clock.start + clock.pace * i
        if 0.0 <= at <= len(other_x) - 1.0:
            bx[i], by[i] = _between(other_x, at), _between(other_y, at)
    sizes = np.empty((3, 2 * n))
    count = 0
    for i in range(_ARM, n - _ARM):
        if np.isnan(bx[i - _ARM]) or np.isnan(bx[i + _ARM]):
            continue
        if not _is_straight(bx, by, i, straight):
            continue
        for mine, theirs in ((x, bx), (y, by)):
            one = mine[i + stride] - 2.0 * mine[i] + mine[i - stride]
            two = theirs[i + stride] - 2.0 * theirs[i] + theirs[i - stride]
            sizes[0, count], sizes[1, count] = abs(one), abs(two)
            sizes[2, count] = abs(one - two)
            count += 1
    if not count:
        return 0.0, 0.0, 0.0, 0
    return (
        _variance(sizes[0, :count]),
        _variance(sizes[1, :count]),
        _variance(sizes[2, :count]),
        count // 2,
    )


@njit(cache=True)
def _is_straight(x: Float64, y: Float64, i: int, straight: float) -> bool:
    before_x, before_y = x[i] - x[i - _ARM], y[i] - y[i - _ARM]
    after_x, after_y = x[i + _ARM] - x[i], y[i + _ARM] - y[i]
    before, after = length(before_x, before_y), length(after_x, after_y)
    if min(before, after) < _ARM_GOES_M:
        return False
    ahead = before_x * after_x + before_y * after_y
    return bool(ahead >= straight * before * after)


@njit(cache=True)
def _between(values: Float64, at: float) -> float:
    """Return a value between steps by a cubic, which leaves errors as they are."""
    last = len(values) - 1
    k = min(int(at), last - 1)
    u = at - k
    a, b = values[max(k - 1, 0)], values[k]
    c, d = values[k + 1], values[min(k + 2, last)]
    cubic = 3.0 * (b - c) + d - a
    return b + 0.5 * u * (c - a + u * (2.0 * a - 5.0 * b + 4.0 * c - d + u * cubic))


@njit(cache=True)
def _variance(sizes: Float64) -> float:
    """Return the variance that errors of these sizes have, whatever stands out."""
    most = _TAIL * np.median(sizes)
    mean = np.minimum(sizes, most).mean() / _MEAN_SIZE
    return float(mean * mean)
