"""Quenching: visits move units, swap them where loads allow no move, break nothing."""

import numpy as np

from planning.division.polishing.quenching import quench_groups
from planning.division.search.refine import make_schedule
from planning.graphs.graph import build_graph, cut_edges
from tests.planning.small_graphs import is_partition, lattice, task_of

_COLD = make_schedule((0.01, 0.01), (100.0, 100.0))
_WARM = make_schedule((1.0, 0.1), (0.01, 50.0))


def test_units_are_swapped_where_no_load_allows_to_move_one():
    graph, halves = lattice(3, 4, np.ones(12)), np.tile([0, 0, 1, 1], 3)
    task, after = task_of(graph, 2, 0.01), halves.copy()
    # One unit of each half is in the other: all grids are in the band to begin with.
    after[[1, 10]] = [1, 0]
    assert cut_edges(graph, after) == 5
    assert quench_groups(task, after, np.zeros(2, np.int64), _COLD, 64, 0)
    assert (after == halves).all()


def test_units_are_moved_into_the_band():
    graph, after = lattice(4, 4, np.ones(16)), np.repeat([0, 0, 0, 1], 4)
    task = task_of(graph, 2, 0.01)
    assert quench_groups(task, after, np.zeros(2, np.int64), _WARM, 64, 0)
    assert not task.outside(after).any()
    assert is_partition(graph, after, 2)


def test_a_unit_with_more_neighbours_than_a_row_has_is_moved_too():
    # A hub of twelve in the ring of its neighbours, and a second ring around them.
    hub, inner, outer = 0, np.arange(1, 13), np.arange(13, 25)
    u = np.r_[np.full(12, hub), inner, outer, inner]
    v = np.r_[inner, np.roll(inner, -1), np.roll(outer, -1), outer]
    graph = build_graph(np.ones(25, np.int64), u, v, np.full(len(u), 1024))
    # With the outer ring it would cut all its borders, with the inner one none.
    after = np.repeat([0, 1], [1, 24])
    after[[13, 14, 15, 1]] = 0
    group = np.zeros(2, np.int64)
    assert quench_groups(task_of(graph, 2, 1.0), after, group, _WARM, 512, 1)
    assert after[hub] == 1
    assert is_partition(graph, after, 2)


def test_the_same_chance_finds_the_same_plan_another_one_another():
    graph = lattice(12, 12, np.random.default_rng(0).integers(5, 15, 144))
    task, plans = task_of(graph, 12, 0.2), np.repeat([np.arange(144) // 12], 3, axis=0)
    for after, chance in zip(plans, (3, 3, 4), strict=True):
        quench_groups(task, after, np.arange(12) // 6, _WARM, 64, chance)
    assert (plans[0] == plans[1]).all()
    assert (plans[0] != plans[2]).any()
