"""Units passed on in chains: whole grids, locks kept, load from afar, people home."""

import numpy as np
from hypothesis import given, settings

from planning.division.redrawing.homing import badness
from planning.division.redrawing.passing import pass_on
from tests.planning.small_graphs import is_partition, lattice, redraw_of, started


@settings(max_examples=15, deadline=None)
@given(plan=started())
def test_grids_stay_whole_locked_units_stay_and_nothing_gets_worse(plan):
    graph, parts, home = plan
    fixed = np.arange(graph.size) % 5 == 0
    task, before = redraw_of(graph, parts, 0.1, home, fixed), home.copy()
    after = pass_on(task, [home])
    assert is_partition(graph, after, parts)
    assert (after[fixed] == home[fixed]).all()
    assert badness(task, after) <= badness(task, home)
    assert (home == before).all()


def test_load_is_passed_on_through_a_grid_that_has_enough():
    # What the first of three rows lacks, the last has over, and they do not touch.
    graph = lattice(3, 6, [8] * 6 + [10] * 6 + [12] * 6)
    home = np.repeat(np.arange(3), 6)
    task = redraw_of(graph, 3, 0.05, home)
    assert (task.outside(home) > 0).tolist() == [True, False, True]
    after = pass_on(task, [home])
    assert is_partition(graph, after, 3)
    assert not task.outside(after).any()


def test_who_is_away_for_nothing_goes_home():
    graph = lattice(4, 8, [10] * 32)
    home = np.tile(np.arange(8) // 2, 4)
    away = home.copy()
    away[[1, 10]] = home[[10, 1]]
    task = redraw_of(graph, 4, 0.01, home)
    assert is_partition(graph, away, 4)
    assert not task.outside(away).any()
    assert (pass_on(task, [away]) == home).all()


def test_units_without_a_home_are_free_and_those_without_load_stay():
    load = np.full(24, 10)
    load[[3, 9]] = 0
    graph = lattice(4, 6, load)
    home = np.tile(np.arange(6) // 2, 4)
    task = redraw_of(graph, 3, 0.13, np.where(np.arange(24) < 12, -1, home))
    after = pass_on(task, [home])
    assert is_partition(graph, after, 3)
    assert (after[load == 0] == home[load == 0]).all()
    assert not task.outside(after).any()
