"""The list of cut borders, kept up to date with every move: proposals come from it.

Beside it, for each unit, what its borders to each part around it cost together, so that
a proposal is priced without looking at the unit's neighbours.
"""

# mypy: disable-error-code="assignment, arg-type, operator, return-value"
# Compiled, every integer is an int64; to mypy int and numpy's integers differ.

from typing import NamedTuple

import numpy as np

from geo.compiled import njit
from planning.graphs.contact import IntArray, ShortArray
from planning.graphs.graph import UnitGraph
from planning.graphs.kernels import lean, lean_inline


class Net(NamedTuple):
    """A unit graph as compiled code reads it.

    Attributes
    ----------
    indptr, indices, cost, load
        As in `graph.UnitGraph`; all but the loads in short integers, for the cache.
    source, twin : ndarray of int32, shape (2 m,)
        The unit that each directed edge leaves, and the same edge the other way.
    """

    indptr: ShortArray
    indices: ShortArray
    cost: ShortArray
    load: IntArray
    source: ShortArray
    twin: ShortArray


class Cuts(NamedTuple):
    """The directed edges that a partition cuts, and the prices of borders.

    Attributes
    ----------
    listed : ndarray of int32, shape (2 m,)
        The first ``count[0]`` are cut.
    place : ndarray of int32, shape (2 m,)
        Where an edge stands in the list, -1 for edges that are not cut.
    count : ndarray of int64, shape (1,)
    own, total : ndarray of int32, shape (n,)
        What the borders of a unit inside its part cost, and all of them.
    toward : ndarray of int32, shape (2 m,)
        What the borders of an edge's source to the part at its far end cost.
    """

    listed: ShortArray
    place: ShortArray
    count: IntArray
    own: ShortArray
    total: ShortArray
    toward: ShortArray


def make_net(graph: UnitGraph) -> Net:
    """Return the graph for compiled code."""
    source = np.repeat(np.arange(graph.size), np.diff(graph.indptr))
    twin = np.empty(len(source), np.int32)
    # Rows are in the order of their far ends too: the stable sort turns edges round.
    twin[np.argsort(graph.indices, kind="stable")] = np.arange(len(source))
    short = [
        array.astype(np.int32)
        for array in (graph.indptr, graph.indices, graph.cost, source)
    ]
    return Net(short[0], short[1], short[2], graph.load, short[3], twin)


@njit(cache=True)
def list_cuts(net: Net, part: ShortArray) -> Cuts:
    """Return the list of the edges that a partition cuts."""
    size = len(net.indices)
    cuts = Cuts(
        np.empty(size, np.int32),
        np.full(size, -1, np.int32),
        np.zeros(1, np.int64),
        np.zeros(len(part), np.int32),
        np.zeros(len(part), np.int32),
        np.zeros(size, np.int32),
    )
    for u in range(len(part)):
        _relist(net, part, u, cuts)
        _weigh(net, part, u, cuts)
    return cuts


@lean
def follow(net: Net, part: ShortArray, u: int, before: int, cuts: Cuts) -> None:
    """Bring the list and the prices up to date around a unit that left a part."""
    _relist(net, part, u, cuts)
    now, own = part[u], np.int64(0)
    for k in range(net.indptr[u], net.indptr[u + 1]):
        near, cost = net.indices[k], net.cost[k]
        if part[near] == before:
            cuts.own[near] -= cost
        elif part[near] == now:
            cuts.own[near] += cost
            own += cost
        there = np.int64(0)
        for j in range(net.indptr[near], net.indptr[near + 1]):
            if part[net.indices[j]] == now:
                there += net.cost[j]
            elif part[net.indices[j]] == before:
                cuts.toward[j] -= cost
        for j in range(net.indptr[near], net.indptr[near + 1]):
            if part[net.indices[j]] == now:
                cuts.toward[j] = there
    cuts.own[u] = own


@lean
def _weigh(net: Net, part: ShortArray, u: int, cuts: Cuts) -> None:
    own = np.int64(0)
    for i in range(net.indptr[u], net.indptr[u + 1]):
        there, total = part[net.indices[i]], np.int64(0)
        for j in range(net.indptr[u], net.indptr[u + 1]):
            if part[net.indices[j]] == there:
                total += net.cost[j]
        cuts.toward[i] = total
        cuts.total[u] += net.cost[i]
        if there == part[u]:
            own = total
    cuts.own[u] = own


@lean
def _relist(net: Net, part: ShortArray, u: int, cuts: Cuts) -> None:
    for j in range(net.indptr[u], net.indptr[u + 1]):
        is_cut = part[net.indices[j]] != part[u]
        if is_cut and cuts.place[j] < 0:
            _add(cuts, j)
            _add(cuts, net.twin[j])
        elif not is_cut and cuts.place[j] >= 0:
            _drop(cuts, j)
            _drop(cuts, net.twin[j])


@lean_inline
def _add(cuts: Cuts, j: int) -> None:
    cuts.listed[cuts.count[0]] = j
    cuts.place[j] = cuts.count[0]
    cuts.count[0] += 1


@lean_inline
def _drop(cuts: Cuts, j: int) -> None:
    cuts.count[0] -= 1
    last = cuts.listed[cuts.count[0]]
    cuts.listed[cuts.place[j]] = last
    cuts.place[last] = cuts.place[j]
    cuts.place[j] = -1
