"""Grids divided anew: all but one in the band, whole, and priced as they cut."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from planning.division.polishing.anew import Depth, divide_zone
from planning.division.polishing.zones import (
    SHADES,
    VARIANTS,
    Grids,
    empty,
    gather,
    make_ground,
    make_zone,
    price_now,
)
from planning.graphs.bits import NONE
from planning.graphs.graph import PLAIN_COST, cut_edges
from tests.planning.small_graphs import is_partition, lattice


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 999), count=st.integers(2, 4))
def test_what_is_found_is_whole_and_one_grid_at_most_is_outside(seed, count):
    load = np.random.default_rng(seed).integers(1, 9, 4 * count)
    graph = lattice(count, 4, load)
    rows, mean, cap = np.repeat(np.arange(count), 4), int(load.sum()) // count, 6
    ground = make_ground(graph, np.zeros(len(load), np.int64), mean - 1, mean + 1)
    weight = np.bincount(rows, load).astype(np.int64)
    grids = Grids(rows, np.arange(count) * 4, weight)
    zone = make_zone(np.full(len(load), -1, np.int64))
    zone.names[:count] = np.arange(count)
    size = gather(ground, grids, zone, count)
    assert price_now(ground, grids, zone, size) == cut_edges(graph, rows) * PLAIN_COST
    state = np.array([seed], np.uint64)
    seen = divide_zone(ground, zone, size, count, Depth(4_000, 400, cap, 1), state)
    assert 0 < seen <= 4_000
    for slot in np.flatnonzero(zone.found[:, 0] != NONE).tolist():
        part = np.full(len(load), -1, np.int64)
        for at in range(count):
            bits = int(zone.found[slot, at])
            part[zone.unit[[i for i in range(size) if bits >> i & 1]]] = at
        off = np.maximum(0, np.abs(np.bincount(part, load) - mean) - 1)
        assert is_partition(graph, part, count)
        assert zone.paid[slot] == cut_edges(graph, part) * PLAIN_COST
        assert off.sum() == off[zone.odd[slot]] == zone.off[slot] <= cap
        assert (slot // VARIANTS == SHADES) == (off.sum() == 0)
    empty(zone, size)
    assert (zone.place == -1).all()
