import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from planning.division.chains import pass_on
from planning.division.pairs import Effort, Grids, make_ground
from planning.graphs.graph import PLAIN_COST
from planning.graphs.kernels import label_pieces
from tests.planning.small_graphs import lattice

EFFORT = Effort(20, 6, 300, 8, 0, 10, PLAIN_COST, 6 * PLAIN_COST)
ROWS = np.repeat(np.arange(6), 6)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 999), start=st.integers(0, 5))
def test_a_chain_brings_its_grids_into_the_band_or_changes_nothing(seed, start):
    load = np.random.default_rng(seed).integers(1, 9, 36)
    graph = lattice(6, 6, load)
    mean = int(load.sum()) // 6
    ground = make_ground(graph, np.zeros(36, np.int64), mean - 2, mean + 2)
    weight = np.bincount(ROWS, load).astype(np.int64)
    grids = Grids(ROWS.copy(), np.arange(6) * 6, weight.copy())
    place = np.full(36, -1, np.int64)
    changed = np.unique(pass_on(ground, grids, start, EFFORT, place, seed))
    assert (place == -1).all()
    assert (grids.weight == np.bincount(grids.part, load, minlength=6)).all()
    assert (grids.part[grids.anchor] == np.arange(6)).all()
    pieces = label_pieces(graph.indptr, graph.indices, grids.part)
    assert pieces.max() == 5
    if len(changed):
        assert (np.abs(grids.weight[changed] - mean) <= 2).all()
    else:
        assert (grids.part == ROWS).all()
