"""How far a worker walks in a grid: from its middle to the unit farthest away.

The way is an estimate: from middle to middle of units that touch, inside the grid, so
that it goes round what the grid goes round (water, a forbidden crossing). The road
network is not asked.
"""

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from planning.graphs.contact import FloatArray, IntArray
from planning.graphs.graph import UnitGraph

# No stretch is 0 m long, or it were no contact.
_LEAST_M = 1e-3


def longest_walks(
    graph: UnitGraph, xy: FloatArray, load: FloatArray, part: IntArray, grids: int
) -> FloatArray:
    """Return how far the farthest unit of each grid is from its middle unit, metres.

    The middle unit is the one nearest to the centre of the grid's load. Of a grid in
    pieces only the piece with that unit counts.

    Parameters
    ----------
    graph : UnitGraph
        Contacts and links.
    xy : ndarray of float64, shape (n, 2)
        Middles of the units, metres.
    load : ndarray of float64, shape (n,)
    part : ndarray of int64, shape (n,)
        0 .. grids - 1.
    grids : int
    """
    u = np.repeat(np.arange(graph.size), np.diff(graph.indptr))
    inside = part[u] == part[graph.indices]
    u, v = u[inside], graph.indices[inside]
    length = np.maximum(np.hypot(*(xy[u] - xy[v]).T), _LEAST_M)
    ways = csr_matrix((length, (u, v)), shape=(graph.size, graph.size))
    middle = _middle_units(xy, load, part, grids)
    away = np.asarray(dijkstra(ways, indices=middle, min_only=True), np.float64)
    longest = np.zeros(grids)
    reached = np.isfinite(away)
    np.maximum.at(longest, part[reached], away[reached])
    return longest


def centres(xy: FloatArray, load: FloatArray, part: IntArray, grids: int) -> FloatArray:
    """Return the centre of each grid's load, of its units where it has none, metres."""
    total = np.bincount(part, load, minlength=grids)
    weight = np.where(total[part] > 0, load, 1.0)
    total = np.bincount(part, weight, minlength=grids)
    sums = [np.bincount(part, weight * xy[:, i], minlength=grids) for i in (0, 1)]
    return np.column_stack(sums) / total[:, None]


def _middle_units(
    xy: FloatArray, load: FloatArray, part: IntArray, grids: int
) -> IntArray:
    off = np.hypot(*(xy - centres(xy, load, part, grids)[part]).T)
    order = np.lexsort((np.arange(len(part)), np.round(off, 3), part))
    return order[np.unique(part[order], return_index=True)[1]].astype(np.int64)
