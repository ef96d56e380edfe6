"""One plan out of several: the best grids of each that fit together."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from planning.division.redrawing.homing import badness
from planning.division.redrawing.merging import merge
from planning.division.starts.start import first_partition
from tests.planning.small_graphs import is_partition, lattice, redraw_of, started


def _west_and_east():
    """Four grids in two pairs, and plans that are at home in one pair each."""
    graph = lattice(4, 8, [10] * 32)
    home = np.tile(np.arange(8) // 2, 4)
    west, east = home.copy(), home.copy()
    west[[1, 10]] = home[[10, 1]]
    east[[5, 14]] = home[[14, 5]]
    return redraw_of(graph, 4, 0.01, home), home, west, east


def test_what_is_best_in_each_place_is_taken():
    task, home, west, east = _west_and_east()
    assert (merge(task, [west, east]) == home).all()


def test_a_grid_outside_the_band_is_dearer_than_all_that_moves():
    task, home, west, east = _west_and_east()
    # Least moves in the west if unit 10 goes alone, but then two grids are outside.
    less = home.copy()
    less[10] = 0
    both = np.where(home < 2, west, east)
    assert task.outside(less).sum() > task.outside(both).sum() == 0
    assert (merge(task, [less, both]) == west).all()


def test_plans_that_are_one_and_the_same_stay():
    task, _, west, _ = _west_and_east()
    assert (merge(task, [west, west.copy()]) == west).all()


@settings(max_examples=25, deadline=None)
@given(plan=started(), seed=st.integers(0, 9))
def test_the_plan_is_whole_and_no_worse_than_any(plan, seed):
    graph, parts, home = plan
    task = redraw_of(graph, parts, 0.1, home)
    plans = [home, first_partition(graph, parts, seed)]
    after = merge(task, plans)
    assert is_partition(graph, after, parts)
    assert badness(task, after) <= min(badness(task, plan) for plan in plans)
