"""Trades anew: what chains left in the wrong place, a few grids at a time."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from planning.division.redrawing.anew import trade_anew
from planning.division.redrawing.homing import badness
from planning.division.redrawing.mend import mend
from planning.division.starts.start import first_partition
from tests.planning.small_graphs import (
    is_partition,
    lattice,
    redraw_of,
    small_exchanges,
    started,
    uneven_lattice,
)


def test_who_changed_places_for_nothing_goes_home():
    graph = lattice(4, 8, [10] * 32)
    home = np.tile(np.arange(8) // 2, 4)
    swapped = home.copy()
    swapped[[1, 10]] = home[[10, 1]]
    assert (trade_anew(redraw_of(graph, 4, 0.01, home), swapped) == home).all()


def test_fixed_units_stay_where_they_are_though_away_from_home():
    graph = lattice(4, 8, [10] * 32)
    home = np.tile(np.arange(8) // 2, 4)
    swapped = home.copy()
    swapped[[1, 10]] = home[[10, 1]]
    fixed = np.zeros(32, bool)
    fixed[1] = True
    after = trade_anew(redraw_of(graph, 4, 0.01, home, fixed), swapped)
    assert (after == swapped).all()


@settings(max_examples=15, deadline=None)
@given(plan=started(), tolerance=st.sampled_from([0.1, 0.3]))
def test_grids_stay_whole_and_inside_and_no_more_load_moves(plan, tolerance):
    graph, parts, home = plan
    fixed = np.arange(graph.size) % 5 == 0
    task = redraw_of(graph, parts, tolerance, home, fixed)
    other = first_partition(graph, parts, 17)
    for part in (mend(task, home), other):
        if task.outside(part).any() or (part[fixed] != home[fixed]).any():
            continue
        after = trade_anew(task, part)
        assert is_partition(graph, after, parts)
        assert (after[fixed] == home[fixed]).all()
        assert badness(task, after) <= badness(task, part)


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 99))
def test_no_lighter_exchange_of_two_grids_is_left(seed):
    graph = uneven_lattice(3, 4, seed, 12)
    home = first_partition(graph, 2, seed)
    task = redraw_of(graph, 2, 0.08, home)
    moves = small_exchanges(task, home)
    if not moves:
        return
    after = trade_anew(task, max(moves, key=lambda part: badness(task, part)))
    least = min(badness(task, part)[2] for part in moves)
    assert not task.outside(after).any()
    # What would gain less than a hundredth of a percent of a grid is left.
    assert badness(task, after)[2] <= least + task.band.ideal / 10_000
