"""The least that any redraw must change, on plans small enough to count by hand."""

import numpy as np

from planning.account.least_moves import least_change
from planning.division.task import Band
from tests.planning.small_graphs import lattice


def least(load, home, low, high, rows=1):
    graph = lattice(rows, len(load) // rows, load)
    return least_change(
        graph, np.array(home), max(home) + 1, Band(low, high, (low + high) // 2)
    )


def test_a_plan_inside_the_band_needs_nothing():
    found = least([5, 5, 5, 5], [0, 0, 1, 1], 9, 11)
    assert (found.load, found.units_load, found.grids) == (0, 0, 0)


def test_of_whole_units_one_at_the_border_leaves():
    # 1 would do if it lay at the border; the unit that does carries 6.
    found = least([1, 4, 6, 5, 5], [0, 0, 0, 1, 1], 1, 10)
    assert (found.load, found.units_load) == (1, 6)


def test_what_arrives_comes_with_a_unit_that_touches_the_grid():
    found = least([4, 4, 7, 1, 5], [0, 0, 1, 1, 1], 9, 14)
    assert (found.load, found.units_load) == (1, 7)


def test_two_grids_outside_that_share_a_neighbour_touch_three():
    found = least([6, 6, 5, 5, 6, 6], [0, 0, 1, 1, 2, 2], 8, 11)
    assert found.grids == 3


def test_two_grids_outside_that_touch_may_help_each_other():
    found = least([6, 6, 4, 4, 5, 5], [0, 0, 1, 1, 2, 2], 9, 11)
    assert found.grids == 2


def test_new_units_fill_a_lack_without_moving_anybody():
    found = least([4, 4, 3, 5, 5], [0, 0, -1, 1, 1], 9, 12)
    assert (found.load, found.units_load) == (0, 0)


def test_a_grid_that_new_units_mend_is_not_counted_as_touched():
    found = least([4, 4, 3, 5, 5], [0, 0, -1, 1, 1], 9, 12)
    assert found.grids == 0
