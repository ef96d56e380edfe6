"""Oversized units laid aside: each is a grid of its own, the rest is divided beside.

What such units part of the rest, and is too light for a grid, goes with them; every
other piece of the rest gets its share of the grids.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from planning.division.quotas.quota import apportion
from planning.graphs.contact import IntArray
from planning.graphs.graph import UnitGraph, components, subgraph
from planning.graphs.regions import OWN_GRID_SHARE


class Peeled(NamedTuple):
    """A connected region without its oversized units.

    Attributes
    ----------
    part : ndarray of int64, shape (n,)
        The grids of the units that were laid aside and of what goes with them, from 0;
        -1 elsewhere.
    pieces : list of (ndarray of int64, int)
        Connected pieces of the others, ascending, and the grids of each, in all those
        that are left.
    """

    part: IntArray
    pieces: list[tuple[IntArray, int]]


def peel(graph: UnitGraph, grids: int, heavy: IntArray) -> Peeled:
    """Lay the units in `heavy` aside, fewer than `grids`; none if no piece is left."""
    nodes = np.arange(graph.size)
    whole = Peeled(np.full(graph.size, -1, np.int64), [(nodes, grids)])
    if not len(heavy):
        return whole
    rest, left = np.delete(nodes, heavy), grids - len(heavy)
    inner = subgraph(graph, rest)
    piece = components(inner)
    keep = _pieces_with_grids(inner.load, piece, left)
    kept = np.isin(piece, keep)
    if not len(keep) or int(kept.sum()) < left:
        return whole
    part = whole.part.copy()
    part[heavy] = np.arange(len(heavy))
    _join_to_heavy(graph, part, rest[~kept])
    nodes, piece = rest[kept], np.unique(piece[kept], return_inverse=True)[1]
    load = np.bincount(piece, graph.load[nodes]).astype(np.int64)
    shares = apportion(load, np.bincount(piece), left).grids.tolist()
    return Peeled(part, [(nodes[piece == p], n) for p, n in enumerate(shares)])


def divide_beside(
    graph: UnitGraph,
    grids: int,
    heavy: IntArray,
    divide: Callable[[IntArray, int], IntArray],
) -> IntArray:
    """Return the grids of a region, 0 .. grids - 1, each piece beside `heavy` divided.

    Parameters
    ----------
    divide : callable
        (units, ascending; their number of grids) -> part, from 0.
    """
    part, pieces = peel(graph, grids, heavy)
    first = int(part.max()) + 1
    for units, share in pieces:
        part[units] = first + divide(units, share)
        first += share
    return part


def _pieces_with_grids(load: IntArray, piece: IntArray, grids: int) -> IntArray:
    """Return the pieces heavy enough for a grid of their own, at most `grids`."""
    weight = np.bincount(piece, load)
    order = np.lexsort((np.arange(len(weight)), -weight))
    light = OWN_GRID_SHARE * float(load.sum()) / grids
    enough = order[weight[order] >= light]
    return (enough if len(enough) else order[:1])[:grids]


def _join_to_heavy(graph: UnitGraph, part: IntArray, loose: IntArray) -> None:
    """Give loose units to the grids that they touch, outwards from the heavy units."""
    waiting = loose.tolist()
    while waiting:
        later = []
        for u in waiting:
            near = part[graph.indices[graph.indptr[u] : graph.indptr[u + 1]]]
            if (near >= 0).any():
                part[u] = int(near[near >= 0].min())
            else:
                later.append(u)
        waiting = later
