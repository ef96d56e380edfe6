"""How alike two ways are, whatever a copyist did to one of them.

A copy may be handed in late, moved aside, turned, drawn larger, played faster or
backwards. So the time of one way is taken as a straight function of the time of the
other, and its ground as the same ground moved, turned and scaled a little; what is left
between the two is noise. Nobody walks a way twice with less between the two than the
pace of people and the errors of receivers make.

Somebody who walks like clockwork comes as near as a copy does. But a copy carries the
errors of its original, and two walks have errors that are strangers to one another
(`tracking.integrity.strangers`): where these are seen, nothing was copied. And where
the errors are the same, what lies further apart is a copy too, with noise put on top.
"""

import numpy as np
from numpy.typing import NDArray

from geo.compiled import njit
from tracking.integrity.overlay import Clock, Pair, apart_at
from tracking.integrity.pacing import paced
from tracking.integrity.strangers import are_kin, are_strangers
from tracking.plain import length

Float64 = NDArray[np.float64]

# Of the steps that two ways share, this many must run alike to look closer.
_ALIKE = 0.45
_STRIDE = 6
_AT_ONCE = 64
_FAR_OFF = np.float32(1e9)
# Who may choose the pace as well gets nearer by chance.
_PACED_SHARE = 0.6
# What is left of a copy may be more where its errors are those of the original: of two
# walks these are strangers. Who walks like clockwork is 2.2 m from himself and more.
_KIN_M = 2.5
_KIN_SHARE = 1.35


@njit(cache=True)
def separation(
    pair: Pair, least: int, shorter_share: float, near_m: float
) -> tuple[float, float, Clock]:
    """Return the smallest median separation of two ways, and the times it is found at.

    Parameters
    ----------
    pair : Pair
    least : int
        So many steps must be shared,
    shorter_share : float
        and this share of the shorter way.
    near_m : float
        What is further apart is no copy, unless its errors are those of the original.

    Returns
    -------
    apart : float
        Metres; infinite where nothing runs alike.
    near_m : float
        Below this the two are one way.
    clock : Clock
    """
    needed = max(least, int(shorter_share * min(len(pair.x), len(pair.other_x))))
    kin_m = max(_KIN_M, _KIN_SHARE * near_m)
    best, shifted = _shifted(pair, needed, near_m, kin_m)
    if best < near_m:
        apart = np.inf if are_strangers(pair, shifted) else best
        return apart, near_m, shifted
    if best < kin_m and are_kin(pair, shifted):
        return best, kin_m, shifted
    nearer_m = _PACED_SHARE * near_m
    likely_m = max(nearer_m, _PACED_SHARE * _KIN_M)
    apart, clock = paced(pair, needed, likely_m)
    if apart < nearer_m:
        apart = np.inf if are_strangers(pair, clock) else apart
        return apart, nearer_m, clock
    if apart < _KIN_M and are_kin(pair, clock):
        return apart, _KIN_M, clock
    return best, near_m, shifted


@njit(cache=True)
def _shifted(
    pair: Pair, needed: int, near_m: float, far_m: float
) -> tuple[float, Clock]:
    """Return the smallest median separation over shifts in time, and the shift.

    Shifts whose minutes do not run alike are not looked at: ways of a minute are
    compared first, which no shift in place changes.
    """
    x, y, other_x, _ = pair
    n, m = len(x), len(other_x)
    votes = _votes(pair, needed, near_m)
    best, at = np.inf, 0.0
    # Half a step of time brings two ways nearer by no more than this.
    gain_m = 0.75 * np.sqrt((x[1:] - x[:-1]) ** 2 + (y[1:] - y[:-1]) ** 2).mean()
    widest_m = far_m + gain_m
    for shift in range(needed - m, n - needed + 1):
        k = shift + m - needed + 1
        near = votes[k] + max(votes[k - 1], votes[k + 1])
        overlap = min(n, m + shift) - max(0, shift)
        if near < _ALIKE * (overlap - _STRIDE):
            continue
        if apart_at(pair, Clock(-shift, 1.0), needed) > widest_m:
            continue
        for tenth in range(-5, 6):
            moved = shift + 0.1 * tenth
            apart = apart_at(pair, Clock(-moved, 1.0), needed)
            if apart < best:
                best, at = apart, moved
    return best, Clock(-at, 1.0)


@njit(cache=True)
def _votes(pair: Pair, needed: int, near_m: float) -> NDArray[np.int32]:
    """Count, for each shift, the minutes whose ways are alike.

    Only shifts that leave as many steps in common as are needed, and those beside them,
    are counted; the first of them is `needed` - m - 1. Half of the digits do: nobody's
    way of a minute is longer than some kilometres.
    """
    x, y, other_x, other_y = pair
    n, m = len(x), len(other_x)
    # As many as are done at once, so that none is done by itself.
    wide = -(-(n + m - 2 * needed + 3) // _AT_ONCE) * _AT_ONCE
    # Backwards, so that both the ways and their shifts are walked upwards in memory.
    way = np.full((2, n + m + wide), _FAR_OFF, np.float32)
    for j in range(m - _STRIDE):
        k = n + m - _STRIDE - 1 - j
        way[0, k] = np.float32(other_x[j + _STRIDE] - other_x[j])
        way[1, k] = np.float32(other_y[j + _STRIDE] - other_y[j])
    votes = np.zeros(wide, np.int32)
    for i in range(n - _STRIDE):
        dx = np.float32(x[i + _STRIDE] - x[i])
        dy = np.float32(y[i + _STRIDE] - y[i])
        # Half a step of time moves the ends of a minute's way by this much.
        reach = np.float32(2.0 * near_m + 0.1 * length(float(dx), float(dy)))
        reach *= reach
        k = n + needed - _STRIDE - 2 - i
        east, north = way[0, k : k + wide], way[1, k : k + wide]
        for v in range(wide):
            ex, ey = east[v] - dx, north[v] - dy
            votes[v] += np.int32(ex * ex + ey * ey <= reach)
    return votes
