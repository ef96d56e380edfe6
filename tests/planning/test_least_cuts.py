"""The bound of cut borders is that of a program over all grids, looked through."""

import sys
from itertools import combinations
from pathlib import Path

import numba
import numpy as np
import pytest
from scipy.optimize import linprog

from planning.graphs.graph import PLAIN_COST, build_graph, components, subgraph

sys.path.append(str(Path(__file__).parents[2] / "bench"))
import plan_cases  # noqa: F401

# So small a town is looked through sooner than the search is compiled. All that others
# compile has been imported by now.
numba.config.DISABLE_JIT = True
import least_growth  # noqa: E402
from least_net import CUT, make_field  # noqa: E402
from least_pricing import price_grids  # noqa: E402

numba.config.DISABLE_JIT = False
from least_cuts import least_cuts  # noqa: E402

ROWS, COLUMNS, GRIDS, TOLERANCE = 3, 4, 3, 0.2


@pytest.fixture(scope="module")
def town():
    cell = np.arange(ROWS * COLUMNS).reshape(ROWS, COLUMNS)
    u = np.r_[cell[:, :-1].ravel(), cell[:-1].ravel()]
    v = np.r_[cell[:, 1:].ravel(), cell[1:].ravel()]
    load = np.array([9, 4, 0, 7, 5, 6, 8, 3, 6, 2, 7, 6])
    return build_graph(load, u, v, np.full(len(u), PLAIN_COST))


@pytest.fixture(scope="module")
def every_grid(town):
    """All connected sets of units with a load inside the band, as rows."""
    ideal, units, found = town.load.sum() / GRIDS, range(town.size), []
    for count in range(1, town.size):
        for chosen in combinations(units, count):
            nodes = np.array(chosen)
            off = abs(town.load[nodes].sum() / ideal - 1)
            if off <= TOLERANCE and not components(subgraph(town, nodes)).any():
                found.append(np.isin(units, nodes))
    return np.array(found)


def test_the_cheapest_grid_of_each_heaviest_unit_is_found(town, every_grid):
    ideal = town.load.sum() / GRIDS
    low, high = int(np.ceil(0.8 * ideal)), int(np.floor(1.2 * ideal))
    rank = np.argsort(np.argsort(-town.load, kind="stable"))
    cut = np.array([_borders(town, grid) for grid in every_grid]) * (CUT // 2)
    heaviest = np.array([rank[grid].min() for grid in every_grid])
    rng = np.random.default_rng(3)
    for _ in range(3):
        price = rng.integers(0, 2 * CUT, town.size)
        cost = cut - every_grid @ price
        found = price_grids(make_field(town, price, low, high), 0, 10**6, 50)
        for unit in range(town.size):
            own = cost[heaviest == rank[unit]]
            assert found.bounds[unit] == min(0, own.min(initial=0))
        few = price_grids(make_field(town, price, low, high), 0, 3, 50)
        assert (few.bounds <= found.bounds).all()


def test_the_bound_is_that_of_the_program_over_all_grids(town, every_grid, monkeypatch):
    monkeypatch.setattr(least_growth, "_TRIES", 100)
    cost = [_borders(town, grid) / 2 for grid in every_grid]
    whole = linprog(cost, A_eq=every_grid.T, b_eq=np.ones(town.size)).fun
    number = {
        sum(1 << int(u) for u in np.flatnonzero(g)): i for i, g in enumerate(every_grid)
    }
    everything = (1 << town.size) - 1
    plans = [
        (number[one], number[two], number[everything ^ one ^ two])
        for one, two in combinations(number, 2)
        if not one & two and everything ^ one ^ two in number
    ]
    cuts = [sum(cost[grid] for grid in three) for three in plans]
    worst = every_grid[list(plans[int(np.argmax(cuts))])].argmax(axis=0)
    bound = least_cuts(town, GRIDS, TOLERANCE, [worst])
    assert bound.cuts == np.ceil(whole - 1e-6)
    assert bound.proven <= whole + 1e-6 <= min(cuts) + 2e-6
    assert max(cuts) > bound.cuts


def _borders(town, grid):
    source = np.repeat(np.arange(town.size), np.diff(town.indptr))
    return int((grid[source] & ~grid[town.indices]).sum())
