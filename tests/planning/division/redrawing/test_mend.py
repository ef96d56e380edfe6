"""Mending: load that lacks at one end of the land travels there from the other."""

import numpy as np

from planning.division.redrawing import mend as mending
from planning.division.redrawing.mend import mend
from planning.division.starts.start import first_partition
from tests.planning.small_graphs import is_partition, lattice, redraw_of


def test_load_travels_across_the_land_to_where_it_lacks():
    # Three grids in a row: what the first lacks, the last has over.
    graph = lattice(2, 9, [6, 7, 8, 9, 10, 10, 13, 12, 11] * 2)
    home = np.tile(np.repeat(np.arange(3), 3), 2)
    task = redraw_of(graph, 3, 0.12, home)
    assert (task.outside(home) > 0).sum() == 2
    after = mend(task, home)
    assert is_partition(graph, after, 3)
    assert not task.outside(after).any()


def test_where_no_trade_helps_many_grids_are_warmed_until_all_are_inside(monkeypatch):
    # As if no small exchange, no chain and no polish brought anything.
    monkeypatch.setattr(mending, "trade_at_once", lambda _, part: [part.copy()])
    monkeypatch.setattr(mending, "pass_on", lambda _, plans: plans[-1])
    monkeypatch.setattr(mending, "polish_home", lambda _, part, *__: part.copy())
    monkeypatch.setattr(mending, "settle_windows", None)
    slope = 1 + 0.08 * np.linspace(-1, 1, 75)
    load = 100 * slope * np.random.default_rng(0).lognormal(0, 0.2, (4, 75))
    graph = lattice(4, 75, np.round(load).ravel())
    home = np.tile(np.repeat(np.arange(25), 3), 4)
    task = redraw_of(graph, 25, 0.15, home)
    assert task.outside(home).any()
    after = mend(task, home)
    assert is_partition(graph, after, 25)
    assert not task.outside(after).any()


def test_the_fewest_grids_are_never_more_than_the_fewest_people_change():
    for seed in range(3):
        load = np.random.default_rng(seed).integers(60, 100, 144)
        graph = lattice(12, 12, load)
        home = np.arange(12)[:, None] // 3 * 4 + np.arange(12) // 3
        free = redraw_of(graph, 16, 0.03, home.ravel())
        dear = redraw_of(graph, 16, 0.03, home.ravel(), touch=5.0)
        people, grids = mend(free, home.ravel()), mend(dear, home.ravel())
        assert is_partition(graph, grids, 16)
        assert free.outside(grids).sum() <= free.outside(people).sum()
        touched = [dear.kept.is_touched(plan, 16).sum() for plan in (grids, people)]
        assert touched[0] <= touched[1]


def test_locked_units_stay_where_nothing_brings_all_inside():
    graph = lattice(3, 4, [5, 1, 1, 9, 1, 7, 3, 1, 2, 1, 8, 20])
    home = first_partition(graph, 3, 0)
    fixed = np.arange(graph.size) % 3 == 0
    task = redraw_of(graph, 3, 0.01, home, fixed)
    after = mend(task, home)
    assert is_partition(graph, after, 3)
    assert (after[fixed] == home[fixed]).all()
    assert task.outside(after).sum() <= task.outside(home).sum()
