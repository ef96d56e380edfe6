"""Exchanges: what a grid may give and take, and what it costs to stay as it is."""

import numpy as np

from planning.division.redrawing.exchanges import list_exchanges
from tests.planning.small_graphs import lattice, redraw_of


def test_a_grid_in_pieces_or_without_units_may_not_stay_as_it_is():
    graph = lattice(2, 4, [10] * 8)
    parts = np.array([0, 1, 0, 0, 0, 1, 0, 0])
    found = list_exchanges(redraw_of(graph, 3, 0.5, parts), parts)
    stays = found.price[found.first[:-1]]
    assert stays[0] > 1_000 > stays[1]
    assert stays[2] > 1_000


def test_every_exchange_ends_inside_the_band_and_whole():
    graph = lattice(3, 4, [7, 9, 8, 10, 9, 8, 7, 10, 8, 9, 10, 7])
    home = np.tile([0, 0, 1, 1], 3)
    task = redraw_of(graph, 2, 0.1, home)
    found = list_exchanges(task, home)
    for name, units in zip(found.grid, found.unit, strict=True):
        units = units[units >= 0]
        own = home == name
        own[units] = ~own[units]
        assert not len(units) or task.band.low <= graph.load[own].sum()
        assert not len(units) or graph.load[own].sum() <= task.band.high
