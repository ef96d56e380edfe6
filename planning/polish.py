"""Polish: grids still outside the band are divided anew with those around them.

The annealing of a whole territory leaves a tail. Around each grid outside the band a
neighbourhood of grids is annealed on its own, with a high price of imbalance and its
own chance; the result is kept if less load is outside the band than before, or as much
at fewer cut borders. Small neighbourhoods come first: they leave most borders alone.
"""

import numpy as np

from planning.contact import IntArray
from planning.graph import PLAIN_COST, UnitGraph, subgraph
from planning.refine import Band, Kept, anneal_again

# Grids per neighbourhood, and the price of one percent outside the band in cut edges,
# from the first try at a grid to the last.
_PASSES = (
    (5, 40), (8, 40), (4, 100), (6, 100), (8, 100), (10, 100),
    (5, 200), (7, 200), (9, 200), (12, 200), (18, 200), (26, 400),
    (6, 400), (8, 400), (10, 400), (14, 400), (20, 400), (40, 400),
)  # fmt: skip
# Passes over everything; another start is worth more than another such pass.
_WHOLE = 2
_TRIES_PER_UNIT = 2_000


def polish(
    graph: UnitGraph,
    part: IntArray,
    parts: int,
    band: Band,
    kept: Kept,
    tries: int,
    seed: int,
) -> IntArray:
    """Return the partition with less load outside the band, or the same.

    Parameters
    ----------
    graph : UnitGraph
        Connected.
    part : ndarray of int64, shape (n,)
        Contiguous, non-empty parts 0 .. parts - 1; not changed.
    tries : int
        Proposals after which it ends, however many grids are left outside.
    """
    part = part.copy()
    near = _Neighbours(graph, parts)
    whole = 0
    for size, price in _PASSES:
        whole += size >= parts
        if whole > _WHOLE:
            break
        outside = outside_band(graph.load, part, parts, band)
        for name in np.lexsort((np.arange(parts), -outside)).tolist():
            if outside[name] == 0 or tries <= 0:
                break
            if _outside_of(graph, part, name, band) == 0:
                continue
            seed += 1
            names = near.around(part, name, min(size, parts))
            tries -= _divide_anew(graph, part, names, band, kept, seed, price)
            if size >= parts:
                break
    return part


def outside_band(load: IntArray, part: IntArray, parts: int, band: Band) -> IntArray:
    """Return how much of each grid's load lies outside the band."""
    weight = np.zeros(parts, np.int64)
    np.add.at(weight, part, load)
    return np.maximum(0, np.maximum(band.low - weight, weight - band.high))


def _divide_anew(
    graph: UnitGraph,
    part: IntArray,
    names: IntArray,
    band: Band,
    kept: Kept,
    seed: int,
    price: int,
) -> int:
    """Divide some grids anew if that is better; return the proposals."""
    nodes = np.flatnonzero(np.isin(part, names))
    inner = subgraph(graph, nodes)
    before = np.searchsorted(names, part[nodes])
    home = np.searchsorted(names, kept.home[nodes]).clip(0, len(names) - 1)
    home = np.where(names[home] == kept.home[nodes], home, -1)
    own = Kept(home, kept.stay[nodes], kept.fixed[nodes])
    after = anneal_again(
        inner, before, len(names), band, own, _TRIES_PER_UNIT, seed, float(price)
    )
    old, new = (_cost(inner, p, len(names), band, own, price) for p in (before, after))
    if new < old:
        part[nodes] = names[after]
    return inner.size * _TRIES_PER_UNIT


class _Neighbours:
    """Which parts touch which, asked of the unit graph each time."""

    def __init__(self, graph: UnitGraph, parts: int) -> None:
        self._source = np.repeat(np.arange(graph.size), np.diff(graph.indptr))
        self._target = graph.indices
        self._parts = parts

    def around(self, part: IntArray, name: int, size: int) -> IntArray:
        """Return `size` parts around one, those with most contact first, ascending."""
        a, b = part[self._source], part[self._target]
        found = np.zeros(self._parts, bool)
        found[name] = True
        while (count := int(found.sum())) < size:
            contact = np.bincount(b[found[a] & ~found[b]], minlength=self._parts)
            if not contact.any():
                break
            order = np.lexsort((np.arange(self._parts), -contact))
            fresh = order[: int((contact > 0).sum())]
            found[fresh[: max(1, min(size - count, len(fresh) // 2))]] = True
        return np.flatnonzero(found)


def _outside_of(graph: UnitGraph, part: IntArray, name: int, band: Band) -> int:
    weight = int(graph.load[part == name].sum())
    return max(0, band.low - weight, weight - band.high)


def _cost(
    graph: UnitGraph, part: IntArray, parts: int, band: Band, kept: Kept, price: int
) -> int:
    """Return cut borders, moved units and load outside the band at their prices."""
    outside = outside_band(graph.load, part, parts, band)
    share = outside * 100 * PLAIN_COST * price // max(1, band.ideal)
    source = np.repeat(np.arange(graph.size), np.diff(graph.indptr))
    cut = graph.cost[part[source] != part[graph.indices]].sum() // 2
    gone = (kept.home >= 0) & (part != kept.home)
    return int(share.sum() + (outside > 0).sum() + cut + kept.stay[gone].sum())
