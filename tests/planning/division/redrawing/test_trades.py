"""Trades: whole grids, one exchange each, and no more moves than must."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planning.division.redrawing.exchanges import list_exchanges
from planning.division.redrawing.trades import trade
from planning.division.starts.start import first_partition
from planning.graphs.kernels import label_pieces
from tests.planning.small_graphs import (
    is_partition,
    lattice,
    redraw_of,
    small_exchanges,
    started,
    uneven_lattice,
)


@settings(max_examples=20, deadline=None)
@given(plan=started())
def test_grids_stay_whole_and_no_more_of_them_lie_outside(plan):
    graph, parts, home = plan
    fixed = np.arange(graph.size) % 5 == 0
    task = redraw_of(graph, parts, 0.1, home, fixed)
    after = trade(task, home)
    assert is_partition(graph, after, parts)
    assert (after[fixed] == home[fixed]).all()
    before = task.outside(home)
    assert task.outside(after).sum() <= before.sum()
    assert (task.outside(after)[before == 0] == 0).all()


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 99))
def test_two_grids_trade_the_lightest_set_that_helps(seed):
    graph = uneven_lattice(3, 4, seed, 12)
    home = first_partition(graph, 2, seed)
    task = redraw_of(graph, 2, 0.08, home)
    after = trade(task, home)
    moves = [graph.load[part != home].sum() for part in small_exchanges(task, home)]
    if moves:
        assert not task.outside(after).any()
        assert graph.load[after != home].sum() == min(moves)


@settings(max_examples=10, deadline=None)
@given(plan=started())
def test_every_exchange_leaves_its_grid_whole_and_in_the_band(plan):
    graph, parts, home = plan
    task = redraw_of(graph, parts, 0.2, home)
    found = list_exchanges(task, home)
    for at in np.setdiff1d(np.arange(len(found.grid)), found.first)[:300].tolist():
        own = home == found.grid[at]
        changes = found.unit[at][found.unit[at] >= 0]
        own[changes] = ~own[changes]
        pieces = label_pieces(graph.indptr, graph.indices, own.astype(np.int64))
        assert len(np.unique(pieces[own])) == 1
        assert task.band.low <= graph.load[own].sum() <= task.band.high


@settings(max_examples=10, deadline=None)
@given(plan=started(), seed=st.integers(0, 9))
def test_an_exchange_pays_for_the_grid_unless_it_makes_it_what_it_was(plan, seed):
    graph, parts, part = plan
    home = first_partition(graph, parts, seed)
    free = list_exchanges(redraw_of(graph, parts, 0.2, home), part)
    paid = list_exchanges(redraw_of(graph, parts, 0.2, home, touch=5.0), part)
    price = {
        (g, *sorted(units)): p
        for g, units, p in zip(free.grid, free.unit.tolist(), free.price, strict=True)
    }
    outside = redraw_of(graph, parts, 0.2, home).outside(part) > 0
    for at in range(0, len(paid.grid), 1 + len(paid.grid) // 300):
        grid, units = int(paid.grid[at]), paid.unit[at]
        after = part == grid
        changes = units[units >= 0]
        after[changes] = ~after[changes]
        is_changed = (after != (home == grid)).any()
        more = paid.price[at] - price[grid, *sorted(units.tolist())]
        stays_outside = at in paid.first and outside[grid]
        assert more == pytest.approx(5.0 * is_changed + 75.0 * stays_outside)


def test_where_a_grid_that_changes_has_a_price_fewer_of_them_change():
    # The middle has 12 too much: a unit of 10 may go to each side, or one of 30 to one.
    rows = [23, 23, 10, 60, 23, 23, 23, 23, 35, 35, 23, 23, 23, 23, 30, 10, 23, 23]
    graph, home = lattice(3, 6, rows), np.tile([0, 0, 1, 1, 2, 2], 3)
    for touch, grids in ((0.0, 3), (20.0, 2)):
        task = redraw_of(graph, 3, 0.11, home, touch=touch)
        after = trade(task, home)
        assert not task.outside(after).any()
        assert task.kept.is_touched(after, 3).sum() == grids


def test_one_grid_alone_has_nobody_to_trade_with():
    graph = lattice(1, 3, [1, 2, 3])
    home = np.zeros(3, np.int64)
    assert trade(redraw_of(graph, 1, 0.1, home), home).tolist() == [0, 0, 0]
