"""Small unit graphs and partitions of them, for tests of the engine."""

import itertools

import numpy as np
from hypothesis import strategies as st

from planning.division.redrawing.ledger import Net, Plan, list_units
from planning.division.starts.start import first_partition
from planning.division.task import Band, Kept, Task, band_around, task_from_nothing
from planning.graphs.graph import UnitGraph, build_graph
from planning.graphs.kernels import label_pieces


def lattice(rows, columns, load) -> UnitGraph:
    """Squares in rows; a border costs 1024."""
    index = np.arange(rows * columns).reshape(rows, columns)
    u = np.r_[index[:, :-1].ravel(), index[:-1].ravel()]
    v = np.r_[index[:, 1:].ravel(), index[1:].ravel()]
    return build_graph(np.asarray(load, np.int64), u, v, np.full(len(u), 1024))


def uneven_lattice(rows, columns, seed, most=30) -> UnitGraph:
    """Squares with random loads from 0."""
    load = np.random.default_rng(seed).integers(0, most, rows * columns)
    return lattice(rows, columns, load)


def is_partition(graph, part, parts) -> bool:
    """Whether there are exactly so many parts, each in one piece."""
    pieces = label_pieces(graph.indptr, graph.indices, part)
    return set(part.tolist()) == set(range(parts)) and pieces.max() + 1 == parts


def band_of(graph, parts, tolerance) -> Band:
    """The band around the mean load of a part."""
    return band_around(int(graph.load.sum()) / parts, tolerance)


def task_of(graph, parts, tolerance) -> Task:
    """The task of a plan from scratch, in the band around the mean."""
    return task_from_nothing(graph, parts, band_of(graph, parts, tolerance))


small_graphs = st.builds(
    uneven_lattice, st.integers(2, 7), st.integers(2, 7), st.integers(0, 99)
)


@st.composite
def started(draw):
    """A graph, how many parts, and a partition of it."""
    graph = draw(small_graphs)
    parts = draw(st.integers(1, graph.size))
    return graph, parts, first_partition(graph, parts, draw(st.integers(0, 9)))


def redraw_of(graph, parts, tolerance, home, fixed=None, touch=0.0):
    """The task of a redraw in which everybody has a home and leaving costs nothing."""
    fixed = np.zeros(graph.size, bool) if fixed is None else fixed
    kept = Kept(home, np.zeros(graph.size, np.int64), fixed, touch)
    return Task(graph, parts, band_of(graph, parts, tolerance), kept)


def small_exchanges(task, home):
    """Plans of two grids inside the band in which up to four units changed grid."""
    graph, found = task.graph, []
    beside = {
        u
        for u in range(graph.size)
        for v in graph.indices[graph.indptr[u] : graph.indptr[u + 1]]
        if home[u] != home[v] and graph.load[u] > 0
    }
    for size in range(5):
        for units in itertools.combinations(sorted(beside), size):
            part = home.copy()
            part[list(units)] = 1 - part[list(units)]
            light = graph.load[list(units)].sum() <= 0.28 * task.band.ideal
            if light and is_partition(graph, part, 2) and not task.outside(part).any():
                found.append(part)
    return found


def books_of(
    graph: UnitGraph, part: np.ndarray, home: np.ndarray, parts: int
) -> tuple[Net, Plan]:
    """Return contacts and books of a partition; nobody is held."""
    contacts = graph.indptr.astype(np.int64), graph.indices.astype(np.int64)
    net = Net(*contacts, graph.load, home, np.zeros(graph.size, bool))
    return net, list_units(net, part.astype(np.int32), parts)
