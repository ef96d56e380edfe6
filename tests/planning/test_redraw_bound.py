"""The bound of what a redraw moves is proven for every plan, looked through here."""

import sys
from dataclasses import replace
from itertools import combinations, permutations
from pathlib import Path

import numba
import numpy as np
import pytest

from planning.division.task import Band, Task, band_around, nothing_kept
from planning.graphs.graph import PLAIN_COST, build_graph, components, subgraph

sys.path.append(str(Path(__file__).parents[2] / "bench"))
import plan_redraws  # noqa: F401

import planning.division.redrawing.exchanges  # noqa: F401

# So small a town is looked through sooner than the search is compiled. All that others
# compile has been imported by now.
numba.config.DISABLE_JIT = True
import redraw_reach  # noqa: E402
from redraw_pricing import price_grid  # noqa: E402

numba.config.DISABLE_JIT = False
from redraw_bound import least_moved  # noqa: E402

ROWS, COLUMNS, GRIDS, TOLERANCE = 3, 4, 3, 0.1
HOME = np.array([0, 0, 1, 1, 0, 2, 2, 1, 0, 2, 2, 1])


@pytest.fixture(scope="module")
def town():
    cell = np.arange(ROWS * COLUMNS).reshape(ROWS, COLUMNS)
    u = np.r_[cell[:, :-1].ravel(), cell[:-1].ravel()]
    v = np.r_[cell[:, 1:].ravel(), cell[1:].ravel()]
    load = np.array([9, 4, 0, 7, 5, 6, 8, 3, 6, 2, 7, 6])
    return build_graph(load, u, v, np.full(len(u), PLAIN_COST))


@pytest.fixture(scope="module")
def band(town):
    return band_around(town.load.sum() / GRIDS, TOLERANCE)


@pytest.fixture(scope="module")
def every_grid(town, band):
    """All connected sets of units with a load inside the band, as rows."""
    units, found = range(town.size), []
    for count in range(1, town.size):
        for chosen in combinations(units, count):
            nodes = np.array(chosen)
            inside = band.low <= town.load[nodes].sum() <= band.high
            if inside and not components(subgraph(town, nodes)).any():
                found.append(np.isin(units, nodes))
    return np.array(found)


def test_the_cheapest_new_set_of_each_grid_is_found(town, band, every_grid):
    rng = np.random.default_rng(5)
    for _ in range(4):
        share = rng.uniform(-0.3, 1.3, town.size)
        price = np.round(share * town.load).astype(np.int64)
        field = redraw_reach.make_field(town, price, band)
        for name in range(GRIDS):
            own, near = HOME == name, redraw_reach.near_of(town, HOME, name)
            cost = np.where(own, ~every_grid * price, every_grid * (town.load - price))
            least, ceiling = (
                cost.sum(axis=1),
                redraw_reach.keeps_nothing(field, int(price[own].sum())),
            )
            made = price_grid(field, near, 40, 2, 10**6, 10)
            assert made.bound == min(40, least.min(), ceiling)
            changed = every_grid[np.argsort(least, kind="stable")[0]] ^ own
            assert changed[made.sets[0]].sum() == changed.sum() or (
                np.sort(least)[0] == np.sort(least)[1]
            )
            few = price_grid(field, near, 40, 2, 3, 10)
            assert few.bound <= made.bound


def test_nothing_false_is_said_where_rings_farther_out_may_be_needed(
    town, band, every_grid, monkeypatch
):
    monkeypatch.setattr(redraw_reach, "RINGS", 1)
    rng, fine = np.random.default_rng(1), replace(town, load=5 * town.load)
    wide = Band(5 * band.low, 5 * band.high, 5 * band.ideal)
    for _ in range(20):
        share = rng.uniform(-1.0, 2.0, town.size)
        price = np.round(share * fine.load).astype(np.int64)
        field, own = redraw_reach.make_field(fine, price, wide), HOME == 0
        cost = np.where(own, ~every_grid * price, every_grid * (fine.load - price))
        least = int(cost.sum(axis=1).min())
        near = redraw_reach.near_of(fine, HOME, 0)
        assert price_grid(field, near, least + 5, 0, 10**6, 10).bound <= least


def test_no_plan_moves_less_than_the_bound(town, band, every_grid):
    task = Task(town, GRIDS, band, nothing_kept(town.size))
    bound = least_moved(task, HOME, rounds=6)
    known = {grid.tobytes() for grid in every_grid}
    plans = [
        (one, other, ~(one | other))
        for one, other in permutations(every_grid, 2)
        if not (one & other).any() and (~(one | other)).tobytes() in known
    ]
    stays = [
        sum(town.load[grid & (HOME == name)].sum() for name, grid in enumerate(p))
        for p in plans
    ]
    least = 100 - 100 * max(stays) / town.load.sum()
    assert 0 < bound.proven <= least + 1e-9
