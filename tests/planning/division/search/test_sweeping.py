"""Sweeps keep grids whole, bring loads into the band, and cut fewer borders."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from planning.division.search.sweeping import sweep
from planning.division.starts.start import first_partition
from planning.graphs.graph import build_graph, cut_edges
from tests.planning.small_graphs import is_partition, lattice, started, task_of


@settings(max_examples=40, deadline=None)
@given(plan=started(), seed=st.integers(0, 99))
def test_grids_stay_whole_and_as_many(plan, seed):
    graph, parts, part = plan
    if parts > 1:
        after = sweep(task_of(graph, parts, 0.05), part, 64, seed)
        assert is_partition(graph, after, parts)


def test_fewer_borders_are_cut_with_every_load_in_the_band():
    load = np.random.default_rng(3).integers(5, 15, 30 * 30)
    graph = lattice(30, 30, load)
    task, start = task_of(graph, 45, 0.05), first_partition(graph, 45, 0)
    after = sweep(task, start, 800, 0)
    assert not task.outside(after).any()
    assert cut_edges(graph, after) < 0.97 * cut_edges(graph, start)


def test_a_unit_of_many_neighbours_moves_too():
    # A hub in the grid of the upper rows, which touches more units of the lower.
    side, hub = 6, 36
    at = np.arange(hub).reshape(side, side)
    beside = np.arange(2 * side, hub)
    u = np.r_[at[:, :-1].ravel(), at[:-1].ravel(), np.full(len(beside), hub)]
    v = np.r_[at[:, 1:].ravel(), at[1:].ravel(), beside]
    graph = build_graph(np.ones(hub + 1, np.int64), u, v, np.full(len(u), 1024))
    start = np.r_[np.repeat([0, 1], hub // 2), 0]
    after = sweep(task_of(graph, 2, 0.05), start, 64, 0)
    assert is_partition(graph, after, 2)
    assert np.count_nonzero(after[beside] == after[hub]) > len(beside) / 2
    assert after[hub] != start[hub]


def test_the_same_seed_finds_the_same_plan_and_changes_no_input():
    graph = lattice(12, 12, np.arange(144) % 7 + 1)
    task, start = task_of(graph, 8, 0.05), first_partition(graph, 8, 0)
    kept = start.copy()
    first, second = (sweep(task, start, 100, 7) for _ in range(2))
    assert (first == second).all()
    assert (start == kept).all()
    assert (first != sweep(task, start, 100, 8)).any()
