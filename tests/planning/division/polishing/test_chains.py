import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from planning.division.polishing.anew import Depth
from planning.division.polishing.chains import pass_on
from planning.division.polishing.links import Effort
from planning.division.polishing.zones import Grids, make_ground
from planning.graphs.graph import PLAIN_COST
from planning.graphs.kernels import label_pieces
from tests.planning.small_graphs import lattice

DEPTH = Depth(400, 100, 8, PLAIN_COST)
ROWS = np.repeat(np.arange(6), 6)


def outside(weight, mean):
    return np.maximum(0, np.abs(weight - mean) - 2)


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 999),
    start=st.integers(0, 5),
    grids=st.integers(2, 4),
)
def test_a_chain_brings_its_grids_nearer_to_the_band_or_changes_nothing(
    seed, start, grids
):
    load = np.random.default_rng(seed).integers(1, 9, 36)
    graph = lattice(6, 6, load)
    mean = int(load.sum()) // 6
    ground = make_ground(graph, np.zeros(36, np.int64), mean - 2, mean + 2)
    weight = np.bincount(ROWS, load).astype(np.int64)
    now = Grids(ROWS.copy(), np.arange(6) * 6, weight.copy())
    place = np.full(36, -1, np.int64)
    effort = Effort(grids, 6, 20, 6, 20_000, 100, 6 * PLAIN_COST, DEPTH)
    wrong = int(outside(weight, mean)[start])
    changed = np.unique(pass_on(ground, now, start, wrong, effort, place, seed))
    assert (place == -1).all()
    assert (now.weight == np.bincount(now.part, load, minlength=6)).all()
    assert (now.part[now.anchor] == np.arange(6)).all()
    assert label_pieces(graph.indptr, graph.indices, now.part).max() == 5
    if len(changed):
        assert outside(now.weight, mean)[changed].sum() < max(wrong, 1)
    else:
        assert (now.part == ROWS).all()


def test_a_surplus_passes_through_grids_that_are_full():
    # Five rows of four: the first has one unit too many, only the last has room.
    load = np.ones(20, np.int64)
    load[0], load[19] = 2, 0
    graph = lattice(5, 4, load)
    rows = np.repeat(np.arange(5), 4)
    ground = make_ground(graph, np.zeros(20, np.int64), 4, 4)
    weight = np.bincount(rows, load).astype(np.int64)
    now = Grids(rows.copy(), np.arange(5) * 4, weight)
    effort = Effort(2, 0, 2_000, 8, 10**6, 100, 20 * PLAIN_COST, DEPTH)
    changed = pass_on(ground, now, 0, 1, effort, np.full(20, -1, np.int64), 0)
    assert set(changed.tolist()) == set(range(5))
    assert (now.weight == 4).all()
