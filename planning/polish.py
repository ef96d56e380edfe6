"""Polish: grids still outside the band are divided anew with those around them.

The annealing of a whole territory leaves a tail. Around each grid outside the band a
neighbourhood of grids is annealed on its own, with a high price of imbalance and its
own chance, and kept only if less load is outside the band than before.
"""

import numpy as np

from planning.contact import IntArray
from planning.graph import UnitGraph, subgraph
from planning.refine import Band, Kept, anneal_again

# Grids per neighbourhood, from the first try at a grid to the last.
_SIZES = (4, 8, 14, 22)
_ROUNDS = 3
_TRIES_PER_UNIT = 4_000


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
    for size in [size for size in _SIZES * _ROUNDS if size < parts]:
        outside = _outside(graph, part, parts, band)
        for name in np.lexsort((np.arange(parts), -outside)).tolist():
            if outside[name] == 0 or tries <= 0:
                break
            if _outside_of(graph, part, name, band) == 0:
                continue
            seed += 1
            tries -= _divide_anew(graph, part, name, size, band, kept, seed)
    return part


def _divide_anew(
    graph: UnitGraph,
    part: IntArray,
    name: int,
    size: int,
    band: Band,
    kept: Kept,
    seed: int,
) -> int:
    """Divide the grids around one anew if that is better; return the proposals."""
    names = _neighbourhood(graph, part, name, size)
    nodes = np.flatnonzero(np.isin(part, names))
    inner = subgraph(graph, nodes)
    before = np.searchsorted(names, part[nodes])
    home = np.searchsorted(names, kept.home[nodes]).clip(0, len(names) - 1)
    home = np.where(names[home] == kept.home[nodes], home, -1)
    own = Kept(home, kept.stay[nodes], kept.fixed[nodes])
    after = anneal_again(inner, before, len(names), band, own, _TRIES_PER_UNIT, seed)
    if _total(inner, after, len(names), band) < _total(inner, before, len(names), band):
        part[nodes] = names[after]
    return inner.size * _TRIES_PER_UNIT


def _neighbourhood(graph: UnitGraph, part: IntArray, name: int, size: int) -> IntArray:
    """Return up to `size` parts around one, nearest first, ascending."""
    found = [name]
    for centre in found:
        if len(found) >= size:
            break
        nodes = np.flatnonzero(part == centre)
        near = np.concatenate(
            [part[graph.indices[graph.indptr[u] : graph.indptr[u + 1]]] for u in nodes]
        )
        found += [p for p in np.unique(near).tolist() if p not in found]
    return np.array(sorted(found[:size]), np.int64)


def _outside(graph: UnitGraph, part: IntArray, parts: int, band: Band) -> IntArray:
    weight = np.zeros(parts, np.int64)
    np.add.at(weight, part, graph.load)
    return np.maximum(0, np.maximum(band.low - weight, weight - band.high))


def _outside_of(graph: UnitGraph, part: IntArray, name: int, band: Band) -> int:
    weight = int(graph.load[part == name].sum())
    return max(0, band.low - weight, weight - band.high)


def _total(graph: UnitGraph, part: IntArray, parts: int, band: Band) -> tuple[int, int]:
    outside = _outside(graph, part, parts, band)
    return int(outside.sum()), int(outside.max())
