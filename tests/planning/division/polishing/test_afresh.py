"""A division from nothing: areas where load did not travel are cut on."""

import numpy as np

from planning.division.polishing.afresh import divide_afresh
from planning.division.polishing.patches import avoidable
from tests.planning.small_graphs import is_partition, lattice, task_of


def test_an_area_with_many_grids_outside_is_cut_on_where_that_helps():
    load = np.random.default_rng(3).integers(40, 160, 1_000)
    # The west is a third heavier: its load has to travel far.
    load[:500] += load[:500] // 3
    graph = lattice(50, 20, load)
    task = task_of(graph, 60, 0.01)
    whole = divide_afresh(task, 200, graph.size, 0)
    areas = divide_afresh(task, 200, graph.size, 0, mendable=0.1)
    assert is_partition(graph, areas, 60)
    before, after = (np.count_nonzero(avoidable(task, p)) for p in (whole, areas))
    assert after < before
    same = divide_afresh(task, 200, graph.size, 0, mendable=before / 60)
    assert (same == whole).all()
