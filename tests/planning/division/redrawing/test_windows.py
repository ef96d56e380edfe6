"""Windows settled exactly: whole grids, never worse, people back home."""

import numpy as np
from hypothesis import given, settings

from planning.division.redrawing.windows import Settled, settle_windows
from tests.planning.small_graphs import is_partition, lattice, redraw_of, started


@settings(max_examples=15, deadline=None)
@given(plan=started())
def test_grids_stay_whole_and_no_more_load_is_outside(plan):
    graph, parts, home = plan
    fixed = np.arange(graph.size) % 5 == 0
    task = redraw_of(graph, parts, 0.1, home, fixed)
    after = settle_windows(task, home, 0, Settled.nothing(task, home), everywhere=True)
    assert is_partition(graph, after, parts)
    assert (after[fixed] == home[fixed]).all()
    assert task.outside(after).sum() <= task.outside(home).sum()


def test_who_need_not_have_moved_goes_home():
    graph = lattice(2, 6, np.ones(12))
    home = np.tile(np.repeat([0, 1], 3), 2)
    moved = home.copy()
    moved[[2, 9]] = [1, 0]
    task = redraw_of(graph, 2, 0.2, home)
    after = settle_windows(
        task, moved, 0, Settled.nothing(task, moved), everywhere=True
    )
    assert after.tolist() == home.tolist()


def test_a_grid_outside_comes_in_for_the_lightest_exchange():
    graph = lattice(1, 8, [4, 4, 4, 2, 3, 2, 4, 1])
    home = np.array([0, 0, 0, 0, 1, 1, 1, 1])
    task = redraw_of(graph, 2, 0.1, home)
    after = settle_windows(task, home, 0, Settled.nothing(task, home), everywhere=True)
    assert not task.outside(after).any()
    assert graph.load[after != home].sum() == 2


def test_what_was_settled_is_not_solved_again_nor_anything_without_room():
    graph = lattice(1, 8, [4, 4, 4, 2, 3, 2, 4, 1])
    home = np.array([0, 0, 0, 0, 1, 1, 1, 1])
    task = redraw_of(graph, 2, 0.1, home)
    settled = Settled.nothing(task, home)
    first = settle_windows(task, home, 0, settled, everywhere=True)
    settled.room = 0
    assert (settle_windows(task, home, 0, settled, everywhere=True) == first).all()
    after = settle_windows(task, home, 0, Settled(room=0), everywhere=True)
    assert (after == home).all()
