"""The market: exchanges that add up, and what they cost at least."""

import numpy as np
import pytest

from planning.division.redrawing.exchanges import list_exchanges
from planning.division.redrawing.market import Market
from tests.planning.small_graphs import lattice, redraw_of


@pytest.fixture
def market():
    """Two grids of a row; 10 are over in one and lacking in the other."""
    graph = lattice(2, 4, [20, 5, 10, 10, 20, 5, 5, 5])
    home = np.array([0, 0, 1, 1] * 2)
    task = redraw_of(graph, 2, 0.05, home)
    return Market(task, home, list_exchanges(task, home))


def test_what_one_gives_the_other_takes(market):
    market.price(8.0, stuck=1.0)
    market.settle(100.0, 1_000)
    assert not market.is_outside()
    assert market.apply().tolist() == [0, 1, 1, 1, 0, 1, 1, 1]


def test_nothing_costs_less_than_the_linear_program_says(market):
    market.price(8.0, stuck=1.0)
    # Of 80 in two grids 10 move, a quarter of a grid.
    assert 0 < market.least <= 25.0 + 1e-9


def test_what_costs_more_than_is_asked_is_not_chosen(market):
    market.price(8.0, stuck=1.0)
    market.settle(100.0, 1_000, below=24.0)
    assert market.is_outside()
    market.settle(100.0, 1_000, below=26.0)
    assert not market.is_outside()
