"""Lower bounds that anyone can recompute from the unit loads and the villages.

A village of load P with q grids whose units cannot be split has a grid of at least

* P / q, rounded up where loads are whole,
* its heaviest unit,
* the two lightest of its q + 1 heaviest units, the three lightest of its 2 q + 1
  heaviest, and so on: so many units in q grids put as many together somewhere,

and, since the heaviest grid takes that much, a grid of at most what is left for each of
the others, rounded down where loads are whole, and of nothing where fewer units have a
load than there are grids. Contiguity can only make it worse. How many grids a village
has is for a plan to choose, as many in all: a bound must hold whatever it chose.
"""

import numpy as np

from planning.graphs.contact import FloatArray, IntArray


def free_bound(
    load: FloatArray, label: IntArray, label_grids: IntArray, ideal: float
) -> float:
    """Return what indivisible units force, however the grids are shared by labels.

    Parameters
    ----------
    load, label, label_grids, ideal
        As for `unit_bound`; there are as many grids in all.
    """
    bound = unit_bound(load, label, label_grids, ideal)
    spare = int(label_grids.sum()) - len(label_grids)
    lists = [
        _bounds_by_grids(own, spare, bound, ideal) for own in _by_label(load, label)
    ]
    tried = np.unique(np.concatenate([found for _, found in lists]))
    tried = tried[tried < bound]
    low, high = 0, len(tried)
    while low < high:
        middle = (low + high) // 2
        if _can_share(lists, float(tried[middle]), int(label_grids.sum())):
            high = middle
        else:
            low = middle + 1
    return float(tried[low]) if low < len(tried) else bound


def _bounds_by_grids(
    load: FloatArray, spare: int, most: float, ideal: float
) -> tuple[int, FloatArray]:
    """Return from how many grids on a label can be inside a bound, and its bounds."""
    total = float(load.sum())
    first = max(1, int(np.ceil(total / (ideal * (1 + most)) - 1e-9)))
    last = min(1 + spare, len(load))
    if most < 1:
        last = min(last, int(np.floor(total / (ideal * (1 - most)) + 1e-9)))
    numbers = range(first, max(first, last) + 1)
    return first, np.array([_bound_of(load, grids, ideal) for grids in numbers])


def _can_share(lists: list[tuple[int, FloatArray]], bound: float, grids: int) -> bool:
    """Return whether the labels can have so many grids, each inside a bound."""
    least = most = 0
    for first, bounds in lists:
        inside = np.flatnonzero(bounds <= bound + 1e-12)
        if not len(inside):
            return False
        least += first + int(inside[0])
        most += first + int(inside[-1])
    return least <= grids <= most


def unit_bound(
    load: FloatArray, label: IntArray, label_grids: IntArray, ideal: float
) -> float:
    """Return what indivisible units force with these numbers of grids, a fraction.

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
    return max(
        _bound_of(own, grids, ideal)
        for own, grids in zip(_by_label(load, label), label_grids.tolist(), strict=True)
    )


def _by_label(load: FloatArray, label: IntArray) -> list[FloatArray]:
    order = np.argsort(label, kind="stable")
    return np.split(load[order], np.cumsum(np.bincount(label))[:-1])


def _bound_of(load: FloatArray, grids: int, ideal: float) -> float:
    """Return what the units of one label force, a fraction; never below 0."""
    top = _heaviest_at_least(load, grids)
    least = _lightest_at_most(load, grids, top)
    return max(0.0, top / ideal - 1.0, 1.0 - least / ideal)


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
    sums = np.r_[0.0, np.cumsum(down)]
    together = np.arange(1, (len(down) - 1) // grids + 2)
    last = (together - 1) * grids + 1
    return max(mean, float((sums[last] - sums[last - together]).max()))


def _is_whole(load: FloatArray) -> bool:
    return bool((load == np.round(load)).all())
