"""Few grids redrawn by chances: whole, never worse, least of what was asked for."""

import numpy as np
from hypothesis import given, settings

from planning.division.redrawing.villages import redraw_village
from tests.planning.small_graphs import is_partition, lattice, redraw_of, started


@settings(max_examples=10, deadline=None)
@given(plan=started())
def test_grids_stay_whole_and_no_more_load_is_outside(plan):
    graph, parts, home = plan
    fixed = np.arange(graph.size) % 5 == 0
    for touch in (0.0, 5.0):
        task = redraw_of(graph, parts, 0.1, home, fixed, touch)
        after = redraw_village(task, home)
        assert is_partition(graph, after, parts)
        assert (after[fixed] == home[fixed]).all()
        assert task.outside(after).sum() <= task.outside(home).sum()


def test_a_grid_outside_comes_in_for_the_lightest_exchange():
    graph = lattice(1, 8, [4, 4, 4, 2, 3, 2, 4, 1])
    home = np.array([0, 0, 0, 0, 1, 1, 1, 1])
    task = redraw_of(graph, 2, 0.1, home)
    after = redraw_village(task, home)
    assert not task.outside(after).any()
    assert graph.load[after != home].sum() == 2


def test_what_one_neighbour_cannot_hold_travels_on():
    # The second row may take one unit of the first; the other goes on to the third.
    graph = lattice(3, 6, [20] * 6 + [10] * 12)
    home = np.repeat(np.arange(3), 6)
    task = redraw_of(graph, 3, 0.125, home)
    after = redraw_village(task, home)
    assert is_partition(graph, after, 3)
    assert not task.outside(after).any()


def test_the_fewest_grids_are_touched_though_others_could_help_for_less():
    # The middle has 12 too much: a unit of 10 may go to each side, or one of 30 to one.
    rows = [23, 23, 10, 60, 23, 23, 23, 23, 35, 35, 23, 23, 23, 23, 30, 10, 23, 23]
    graph, home = lattice(3, 6, rows), np.tile([0, 0, 1, 1, 2, 2], 3)
    task = redraw_of(graph, 3, 0.11, home, touch=5.0)
    after = redraw_village(task, home)
    assert not task.outside(after).any()
    changed = after != home
    assert len(np.union1d(after[changed], home[changed])) == 2
