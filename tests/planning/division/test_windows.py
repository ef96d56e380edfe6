"""Windows settled exactly: whole grids, never worse, people back home."""

import numpy as np
from hypothesis import given, settings

from planning.division.patches import outside_band
from planning.division.refine import Kept, nothing_kept
from planning.division.windows import settle_windows
from tests.planning.small_graphs import band_of, is_partition, lattice, started


def moved_and_outside(graph, part, parts, band, home):
    outside = int(outside_band(graph.load, part, parts, band).sum())
    return outside, int(graph.load[part != home].sum())


@settings(max_examples=15, deadline=None)
@given(plan=started())
def test_grids_stay_whole_and_no_more_load_is_outside(plan):
    graph, parts, home = plan
    band, nothing = band_of(graph, parts, 0.1), nothing_kept(graph.size)
    fixed = np.arange(graph.size) % 5 == 0
    after = settle_windows(graph, home, parts, band, Kept(home, nothing.stay, fixed), 0)
    assert is_partition(graph, after, parts)
    assert (after[fixed] == home[fixed]).all()
    before = outside_band(graph.load, home, parts, band).sum()
    assert outside_band(graph.load, after, parts, band).sum() <= before


def test_who_need_not_have_moved_goes_home():
    graph = lattice(2, 6, np.ones(12))
    home = np.tile(np.repeat([0, 1], 3), 2)
    moved = home.copy()
    moved[[2, 9]] = [1, 0]
    kept = Kept(home, np.zeros(12, np.int64), np.zeros(12, bool))
    after = settle_windows(graph, moved, 2, band_of(graph, 2, 0.2), kept, 0)
    assert after.tolist() == home.tolist()


def test_a_grid_outside_comes_in_for_the_lightest_exchange():
    graph = lattice(1, 8, [4, 4, 4, 2, 3, 2, 4, 1])
    home = np.array([0, 0, 0, 0, 1, 1, 1, 1])
    kept = Kept(home, np.zeros(8, np.int64), np.zeros(8, bool))
    band = band_of(graph, 2, 0.1)
    after = settle_windows(graph, home, 2, band, kept, 0)
    assert moved_and_outside(graph, after, 2, band, home) == (0, 2)
