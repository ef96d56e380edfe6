"""The list of cut borders, kept up to date with every move: proposals come from it."""

# mypy: disable-error-code="assignment, arg-type, operator, return-value"
# Compiled, every integer is an int64; to mypy int and numpy's integers differ.

from typing import NamedTuple

import numpy as np
from numba import njit

from planning.contact import IntArray
from planning.graph import UnitGraph
from planning.kernels import lean, lean_inline


class Net(NamedTuple):
    """A unit graph as compiled code reads it.

    Attributes
    ----------
    indptr, indices, cost, load
        As in `graph.UnitGraph`.
    source, twin : ndarray of int64, shape (2 m,)
        The unit that each directed edge leaves, and the same edge the other way.
    """

    indptr: IntArray
    indices: IntArray
    cost: IntArray
    load: IntArray
    source: IntArray
    twin: IntArray


class Cuts(NamedTuple):
    """The directed edges that a partition cuts.

    Attributes
    ----------
    listed : ndarray of int64, shape (2 m,)
        The first ``count[0]`` are cut.
    place : ndarray of int64, shape (2 m,)
        Where an edge stands in the list, -1 for edges that are not cut.
    count : ndarray of int64, shape (1,)
    """

    listed: IntArray
    place: IntArray
    count: IntArray


def make_net(graph: UnitGraph) -> Net:
    """Return the graph for compiled code."""
    source = np.repeat(np.arange(graph.size), np.diff(graph.indptr))
    twin = np.lexsort((source, graph.indices))
    return Net(graph.indptr, graph.indices, graph.cost, graph.load, source, twin)


@njit(cache=True)
def list_cuts(net: Net, part: IntArray) -> Cuts:
    """Return the list of the edges that a partition cuts."""
    size = len(net.indices)
    cuts = Cuts(np.empty(size, np.int64), np.full(size, -1), np.zeros(1, np.int64))
    for u in range(len(part)):
        relist(net, part, u, cuts)
    return cuts


@lean
def relist(net: Net, part: IntArray, u: int, cuts: Cuts) -> None:
    """Bring the list up to date around a unit."""
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
