"""Tidying: whole, inside the band, and fewer borders."""

import numpy as np

from planning.division.polishing.tidying import tidy, tidy_small_grids
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


def test_small_grids_are_tidied_among_themselves_and_large_ones_left_alone():
    column = np.arange(240) % 30
    # Strips of eight units at both ends, which no border joins, and a large grid.
    start = np.select([column < 8, column > 21], [column, column - 13], 8)
    graph = lattice(8, 30, np.ones(240))
    task = task_of(graph, 17, 0.1)
    is_large = start == 8
    after = tidy_small_grids(task, start, 0)
    assert is_partition(graph, after, 17)
    assert ((after == 8) == is_large).all()
    assert cut_edges(graph, after) < cut_edges(graph, start)


def test_small_grids_that_do_not_touch_stay_as_they_are():
    column = np.arange(120) % 40
    # Every second grid is small, so that no two of them touch.
    start = column // 8 * 2 + (column % 8 == 7)
    graph = lattice(3, 40, np.ones(120))
    after = tidy_small_grids(task_of(graph, 10, 0.1), start, 0)
    assert is_partition(graph, after, 10)
