"""Pairs of grids divided anew by chance."""

import numpy as np

from planning.division.polishing.pairs import anneal_pairs
from planning.division.starts.start import first_partition
from tests.planning.small_graphs import is_partition, lattice, task_of


def _chunky(seed):
    """A task whose grids are a handful of units, some of half a grid, and a start."""
    load = np.random.default_rng(seed).lognormal(3, 0.9, 80).astype(np.int64) + 1
    graph = lattice(10, 8, load)
    return task_of(graph, 16, 0.02), first_partition(graph, 16, seed)


def test_grids_of_few_heavy_units_come_nearer_to_the_band():
    for seed in range(3):
        task, start = _chunky(seed)
        before = start.copy()
        after = anneal_pairs(task, start, 4_000, seed)
        assert is_partition(task.graph, after, 16)
        assert 4 * task.outside(after).sum() < task.outside(before).sum()
        assert (start == before).all()
        assert (after == anneal_pairs(task, start, 4_000, seed)).all()


def test_pairs_of_more_units_than_are_looked_through_stay_as_they_are():
    graph = lattice(10, 8, np.ones(80))
    start = first_partition(graph, 3, 0)
    assert (anneal_pairs(task_of(graph, 3, 0.02), start, 640, 0) == start).all()


def test_the_price_of_a_pair_is_that_of_its_border():
    # Two columns of four: only the cut across the middle is even, and costs two.
    graph = lattice(2, 4, np.ones(8))
    start = np.array([0, 1, 1, 1, 0, 0, 0, 1])
    after = anneal_pairs(task_of(graph, 2, 0.02), start, 2_000, 0)
    assert set(map(frozenset, (np.flatnonzero(after == p) for p in (0, 1)))) == {
        frozenset({0, 1, 4, 5}),
        frozenset({2, 3, 6, 7}),
    }
