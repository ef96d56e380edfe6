import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planning.account.forced import forced_excess, forced_share
from planning.graphs.graph import PLAIN_COST, build_graph


def row_of(load):
    """Units in a row, each touching the next."""
    at = np.arange(len(load) - 1)
    cost = np.full(len(at), PLAIN_COST)
    return build_graph(np.array(load), at, at + 1, cost)


ONE = np.zeros(4, np.int64)


def test_a_heavy_unit_forces_what_its_best_neighbours_leave():
    # The ideal is 100: 80 with 50 beside it is 130, alone it is 20 short.
    graph = row_of([80, 50, 70])
    assert forced_share(graph, ONE[:3], 2) == pytest.approx(0.20)


def test_neighbours_that_fit_force_nothing():
    assert forced_share(row_of([80, 20, 60, 40]), ONE, 2) == 0.0


def test_a_line_keeps_neighbours_away():
    graph = row_of([80, 20, 60, 40])
    assert forced_share(graph, np.array([0, 1, 1, 1]), 2) == pytest.approx(0.20)


def test_an_oversized_unit_is_left_to_its_own_bound():
    graph = row_of([900, 100, 60, 40])
    assert not forced_excess(graph, ONE, 3, 0.01).any()


def best_of_row(load, grids):
    """The least largest deviation of any grids in a row."""
    mean = sum(load) / grids
    cuts = itertools.combinations(range(1, len(load)), grids - 1)
    return min(
        max(abs(sum(load[a:b]) / mean - 1) for a, b in itertools.pairwise(ends))
        for ends in ((0, *own, len(load)) for own in cuts)
    )


def test_what_is_forced_beside_an_oversized_unit_is_measured_from_the_same_mean():
    # 60 is oversized: the other grids have 50 on average, but all have 52.5.
    load = [39, 60, 30, 43, 38]
    zone = np.zeros(5, np.int64)
    assert forced_share(row_of(load), zone, 4) <= best_of_row(load, 4) + 1e-9


@given(st.lists(st.integers(1, 99), min_size=4, max_size=7), st.integers(2, 4))
def test_no_plan_is_better_also_beside_oversized_units(load, grids):
    zone = np.zeros(len(load), np.int64)
    forced = forced_share(row_of(load), zone, grids)
    assert forced <= best_of_row(load, grids) + 1e-9
