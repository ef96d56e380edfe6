"""A first partition: METIS where grids hold many units, tree cuts where few."""

import numpy as np
import pymetis

from planning.division.starts.repair import repair
from planning.graphs.contact import IntArray
from planning.graphs.graph import UnitGraph, subgraph
from planning.graphs.kernels import tree_cut

# METIS returns fewer parts than asked, or broken ones, when grids hold few units.
_METIS_UNITS_PER_GRID = 6
_METIS_TOTAL = 10**8
_TREES = 6


def first_partition(graph: UnitGraph, parts: int, seed: int) -> IntArray:
    """Return a partition of a connected graph in `parts` connected parts."""
    if parts == 1:
        return np.zeros(graph.size, np.int64)
    if parts == graph.size:
        return np.arange(graph.size, dtype=np.int64)
    if graph.size < _METIS_UNITS_PER_GRID * parts:
        return _by_tree_cuts(graph, parts, seed)
    return repair(graph, _by_metis(graph, parts, seed), parts, seed)


def _by_metis(graph: UnitGraph, parts: int, seed: int) -> IntArray:
    total = max(1, int(graph.load.sum()))
    load = graph.load * min(total, _METIS_TOTAL) // total
    _, label = pymetis.part_graph(
        parts,
        adjacency=pymetis.CSRAdjacency(graph.indptr, graph.indices),
        vweights=load,
        eweights=graph.cost,
        recursive=True,
        options=pymetis.Options(seed=seed),
    )
    return np.asarray(label, np.int64)


def _by_tree_cuts(graph: UnitGraph, parts: int, seed: int) -> IntArray:
    """Cut the graph in two again and again; always exact, connected and non-empty."""
    part = np.zeros(graph.size, np.int64)
    waiting = [(np.arange(graph.size), parts, 0)]
    while waiting:
        nodes, count, name = waiting.pop()
        if count == 1:
            part[nodes] = name
            continue
        inner = subgraph(graph, nodes)
        side, first = tree_cut(
            inner.indptr,
            inner.indices,
            inner.cost,
            inner.load,
            count,
            _TREES,
            seed + name,
        )
        waiting.append((nodes[side], first, name))
        waiting.append((nodes[~side], count - first, name + first))
    return part
