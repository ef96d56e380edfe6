"""Two grids parted in one of all ways within a limit."""

from itertools import combinations

import numpy as np
import pytest

from planning.division.polishing.parting import Terms, draw_division, make_frames
from planning.division.polishing.zones import Grids, gather, make_ground, make_zone
from planning.graphs.graph import PLAIN_COST, cut_edges
from tests.planning.small_graphs import is_partition, lattice

_NOW = np.array([0, 0, 1, 0, 1, 1])


def _drawn(dearer, high):
    """What is drawn for two rows of three units of load 10: sets of the first grid."""
    graph = lattice(2, 3, np.full(6, 10))
    ground = make_ground(graph, np.zeros(6, np.int64), 60 - high, high)
    zone, frames = make_zone(np.full(6, -1, np.int64)), make_frames()
    zone.names[:2] = 0, 1
    size = gather(ground, Grids(_NOW, np.array([0, 2]), np.array([30, 30])), zone, 2)
    for i in range(size):
        for j in range(size):
            frames.cost[i, j] = PLAIN_COST
    now = sum(1 << i for i in range(size) if _NOW[zone.unit[i]] == 0)
    terms, state = Terms(PLAIN_COST, 30, 60 - high, high), np.array([5], np.uint64)
    found = set()
    for _ in range(2_000):
        new = int(
            draw_division(zone, frames, size, np.uint64(now), terms, dearer, state)[0]
        )
        found.add(frozenset(int(zone.unit[i]) for i in range(size) if new >> i & 1))
    return found


def _ways(cuts, most):
    """All ways to part them in two whole grids that cut so many borders at most."""
    graph, found = lattice(2, 3, np.full(6, 10)), set()
    for count in range(6 - most, most + 1):
        for units in combinations(range(6), count):
            part = np.where(np.isin(np.arange(6), units), 0, 1)
            if is_partition(graph, part, 2) and cut_edges(graph, part) <= cuts:
                found.add(frozenset(units))
    return found


def _either(ways):
    """The same whichever of the grids is the first."""
    return {frozenset({way, frozenset(range(6)) - way}) for way in ways}


@pytest.mark.parametrize("dearer", [0, 1])
def test_every_way_within_the_limit_is_drawn_and_no_other(dearer):
    # It cuts three borders by now; what is not even costs more than any border.
    assert _either(_drawn(dearer * PLAIN_COST, 30)) == _either(_ways(3 + dearer, 3))


def test_grids_may_be_uneven_within_the_band():
    assert _either(_drawn(0, 40)) == _either(_ways(3, 4))
