"""Lower bounds that anyone can recompute from the unit loads and the quota.

A village of load P with q grids whose units cannot be split has a grid of at least

* P / q, rounded up where loads are whole,
* its heaviest unit,
* the two lightest of its q + 1 heaviest units, the three lightest of its 2 q + 1
  heaviest, and so on: so many units in q grids put as many together somewhere,

and, since the heaviest grid takes that much, a grid of at most what is left for each of
the others, rounded down where loads are whole, and of nothing where fewer units have a
load than there are grids. Contiguity can only make it worse.
"""

import numpy as np

from planning.graphs.contact import FloatArray, IntArray


def unit_bound(
    load: FloatArray, label: IntArray, label_grids: IntArray, ideal: float
) -> float:
    """Return the least possible largest deviation of indivisible units, a fraction.

    Parameters
    ----------
    load : ndarray of float64, shape (n,)
        Load of each unit.
    label : ndarray of int64, shape (n,)
        What a grid may not straddle, 0 .. labels - 1.
    label_grids : ndarray of int64, shape (labels,)
        Grids of each label, at least 1.
    ideal : float
        Load of an average grid.
    """
    order = np.argsort(label, kind="stable")
    parts = np.split(load[order], np.cumsum(np.bincount(label))[:-1])
    worst = 0.0
    for own, grids in zip(parts, label_grids.tolist(), strict=True):
        top = _heaviest_at_least(own, grids)
        least = _lightest_at_most(own, grids, top)
        worst = max(worst, top / ideal - 1.0, 1.0 - least / ideal)
    return worst


def _lightest_at_most(load: FloatArray, grids: int, top: float) -> float:
    """Return a load that the lightest of `grids` grids exceeds in no division."""
    if grids == 1:
        return float(load.sum())
    if np.count_nonzero(load) < grids:
        return 0.0
    # A grid of the remaining ones is no heavier than their mean.
    rest = (float(load.sum()) - top) / (grids - 1)
    return float(np.floor(rest + 1e-9)) if _is_whole(load) else rest


def _heaviest_at_least(load: FloatArray, grids: int) -> float:
    """Return a load that the heaviest of `grids` grids reaches in any division."""
    mean = float(load.sum()) / grids
    if _is_whole(load):
        mean = float(np.ceil(mean - 1e-9))
    down = np.sort(load)[::-1]
    best = max(mean, float(down[0]))
    for together in range(2, (len(down) - 1) // grids + 2):
        last = (together - 1) * grids + 1
        if last > len(down):
            break
        best = max(best, float(down[last - together : last].sum()))
    return best


def _is_whole(load: FloatArray) -> bool:
    return bool((load == np.round(load)).all())
