"""The graph of units: loads, contacts and what a border between two units costs.

Loads and costs are integers, so that every machine makes the same choices.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from geo.compiled import njit
from planning.graphs.contact import FloatArray, IntArray

# The cost of one plain border between two units in a plan; kinds make it cheaper.
PLAIN_COST = 1024
# Loads are scaled so that a territory's total stays well inside 64-bit products.
_MAX_TOTAL = 10**11
# Below this a mean load would be rounded by more than a planner may see: light units
# beside it too.
_LEAST_MEAN = 1_000_000


@dataclass(frozen=True)
class UnitGraph:
    """Units as a weighted graph in compressed rows.

    Attributes
    ----------
    indptr : ndarray of int64, shape (n + 1,)
    indices : ndarray of int64, shape (2 m,)
        Neighbours of unit i: ``indices[indptr[i]:indptr[i + 1]]``, ascending.
    cost : ndarray of int64, shape (2 m,)
        Price of that border in a plan, `PLAIN_COST` for open ground.
    load : ndarray of int64, shape (n,)
        Scaled loads, not negative.
    """

    indptr: IntArray
    indices: IntArray
    cost: IntArray
    load: IntArray

    @property
    def size(self) -> int:
        """Number of units."""
        return len(self.load)


def build_graph(load: IntArray, u: IntArray, v: IntArray, cost: IntArray) -> UnitGraph:
    """Return the graph of units with undirected edges ``(u, v)`` given once each."""
    source, target = np.r_[u, v], np.r_[v, u]
    both = np.r_[cost, cost].astype(np.int64)
    order = np.lexsort((target, source))
    indptr = np.zeros(len(load) + 1, np.int64)
    np.cumsum(np.bincount(source, minlength=len(load)), out=indptr[1:])
    return UnitGraph(
        indptr, target[order].astype(np.int64), both[order], load.astype(np.int64)
    )


def inside(graph: UnitGraph, region: IntArray) -> UnitGraph:
    """Return the graph with the edges inside regions only."""
    u = np.repeat(np.arange(graph.size), np.diff(graph.indptr))
    v = graph.indices
    keep = (u < v) & (region[u] == region[v])
    return build_graph(graph.load, u[keep], v[keep], graph.cost[keep])


def subgraph(graph: UnitGraph, nodes: IntArray) -> UnitGraph:
    """Return the graph among `nodes` (ascending), renumbered in their order."""
    return UnitGraph(
        *_among(graph.indptr, graph.indices, graph.cost, nodes), graph.load[nodes]
    )


@njit(cache=True)
def _among(
    indptr: IntArray, indices: IntArray, cost: IntArray, nodes: IntArray
) -> tuple[IntArray, IntArray, IntArray]:
    """Return the rows of a graph among some of its units."""
    place = np.full(len(indptr) - 1, -1, np.int64)
    most = 0
    for i, u in enumerate(nodes):
        place[u] = i
        most += indptr[u + 1] - indptr[u]
    first = np.zeros(len(nodes) + 1, np.int64)
    target, paid = np.empty(most, np.int64), np.empty(most, np.int64)
    count = 0
    for i, u in enumerate(nodes):
        for j in range(indptr[u], indptr[u + 1]):
            v = place[indices[j]]
            if v >= 0:
                target[count], paid[count] = v, cost[j]
                count += 1
        first[i + 1] = count
    return first, target[:count].copy(), paid[:count].copy()


def renumbered(graph: UnitGraph, order: IntArray) -> UnitGraph:
    """Return the same graph with unit ``order[i]`` as number i."""
    place = np.empty(graph.size, np.int64)
    place[order] = np.arange(graph.size)
    source = np.repeat(np.arange(graph.size), np.diff(graph.indptr))
    once = source < graph.indices
    return build_graph(
        graph.load[order],
        place[source[once]],
        place[graph.indices[once]],
        graph.cost[once],
    )


def components(graph: UnitGraph) -> IntArray:
    """Return the component of each unit, numbered by their first units."""
    source = np.repeat(np.arange(graph.size), np.diff(graph.indptr))
    return joined(graph.size, source, graph.indices)


def joined(count: int, u: IntArray, v: IntArray) -> IntArray:
    """Return what pairs of things join, numbered by their first ones."""
    matrix = coo_array((np.ones(len(u), bool), (u, v)), shape=(count, count))
    _, label = connected_components(matrix, directed=False)
    return in_order_of_first(np.asarray(label, np.int64))


def pieces_of(label: IntArray, u: IntArray, v: IntArray) -> IntArray:
    """Return the piece of land of each unit: what contacts join within its label.

    Parameters
    ----------
    label : ndarray of int64, shape (n,)
    u, v : ndarray of int64
        Contacts, each pair once.
    """
    own = label[u] == label[v]
    return joined(len(label), u[own], v[own])


def in_order_of_first(label: IntArray) -> IntArray:
    """Return labels renumbered 0, 1, ... in the order in which they first appear."""
    _, first, inverse = np.unique(label, return_index=True, return_inverse=True)
    rank = np.empty(len(first), np.int64)
    rank[np.argsort(first, kind="stable")] = np.arange(len(first))
    return rank[inverse]


def integer_loads(load: FloatArray) -> tuple[IntArray, float]:
    """Return loads as integers and the factor that was used.

    Whole loads keep the factor 1; fractional ones are taken to the thousandth, or
    coarser where the total would leave the safe range, or finer: a millionth of their
    mean counts too, if the range allows.
    """
    whole = bool((load == np.round(load)).all())
    total = float(load.sum())
    factor = 1.0 if whole else 1000.0
    while not whole and 0 < total * factor < _LEAST_MEAN * len(load):
        factor *= 10.0
    while total * factor > _MAX_TOTAL:
        factor /= 10.0
    return np.round(load * factor).astype(np.int64), factor


def cut_edges(graph: UnitGraph, part: NDArray[np.int64]) -> int:
    """Return how many borders between units the plan cuts."""
    source = np.repeat(np.arange(graph.size), np.diff(graph.indptr))
    return int((part[source] != part[graph.indices]).sum()) // 2
