"""Tidying: whole, inside the band, and fewer borders."""

import numpy as np

from planning.division.polishing.tidying import COOL, tidy
from planning.graphs.graph import cut_edges
from tests.planning.small_graphs import is_partition, lattice, task_of


def test_tidying_cuts_fewer_borders_and_keeps_the_band():
    graph = lattice(8, 8, np.ones(64))
    # Two combs whose teeth mesh.
    row, column = np.divmod(np.arange(64), 8)
    start = np.where(column == 0, 0, np.where(column == 7, 1, row % 2)).astype(np.int64)
    task = task_of(graph, 2, 0.1)
    after = tidy(task, start, 3, 0)
    assert is_partition(graph, after, 2)
    assert not task.outside(after).any()
    assert cut_edges(graph, after) < cut_edges(graph, start) / 2


def test_cool_rounds_bring_loads_into_the_band_and_cut_no_more():
    # Grids of a single row, of which two in three are too light or too heavy.
    grid = np.repeat(np.arange(9), np.tile([10, 14, 12], 3))
    graph = lattice(12, 9, np.ones(108))
    start = np.empty(108, np.int64)
    row, column = np.divmod(np.arange(108), 9)
    start[np.lexsort((np.where(column % 2, -row, row), column))] = grid
    task = task_of(graph, 9, 0.05)
    after = tidy(task, start, 40, 0, COOL)
    assert is_partition(graph, after, 9)
    assert task.outside(start).any()
    assert not task.outside(after).any()
    assert cut_edges(graph, after) < cut_edges(graph, start)
