import numpy as np
import pytest

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
