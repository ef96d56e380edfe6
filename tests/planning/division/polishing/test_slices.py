"""Pairs of grids looked through to the end."""

from itertools import combinations

import numpy as np

from planning.division.polishing.slices import slice_often, slice_pairs
from planning.division.starts.start import first_partition
from planning.division.task import Band, task_from_nothing
from planning.graphs.graph import cut_edges
from tests.planning.small_graphs import is_partition, lattice, task_of


def _of_ten_units(seed):
    """A task whose grids are some ten units, no two alike, and a start."""
    load = np.random.default_rng(seed).integers(800, 1_250, 120)
    graph = lattice(12, 10, load)
    return task_of(graph, 12, 0.01), first_partition(graph, 12, seed)


def test_grids_of_ten_units_come_into_a_narrow_band_at_few_borders():
    for seed in range(2):
        task, start = _of_ten_units(seed)
        before = start.copy()
        after = slice_often(task, start, 4_000_000, seed)
        assert is_partition(task.graph, after, 12)
        assert not task.outside(after).any()
        assert cut_edges(task.graph, after) <= 88
        assert (start == before).all()
        assert (after == slice_often(task, start, 4_000_000, seed)).all()


def test_a_partition_stays_when_no_chance_finds_a_cheaper_one():
    graph = lattice(4, 4, np.ones(16))
    halves = np.repeat([0, 1], 8)
    assert (slice_often(task_of(graph, 2, 0.01), halves, 100_000, 0) == halves).all()


def test_it_ends_when_so_many_sets_were_looked_at(monkeypatch):
    task, start = _of_ten_units(0)
    calls = []

    def count(_task, part, heat, steps, seed):
        calls.append((heat, steps, seed))
        return part, 10

    monkeypatch.setattr("planning.division.polishing.slices.slice_pairs", count)
    slice_often(task, start, 25, 1)
    assert calls == [(2.0, 3_600, 12), (1.0, 3_600, 13), (0.6, 3_600, 14)]


def test_the_cheapest_division_of_two_grids_is_found():
    for seed in range(4):
        load = np.random.default_rng(seed).integers(900, 1_100, 12)
        graph = lattice(4, 3, load)
        task = task_of(graph, 2, 0.02)
        start = np.repeat([0, 1], 6)
        after = slice_pairs(task, start, 2.0, 2_000, seed)[0]
        assert not task.outside(after).any()
        assert cut_edges(graph, after) == _fewest_cuts(task)


def test_pairs_of_more_units_than_a_word_stay_as_they_are():
    graph = lattice(10, 8, np.ones(80))
    start = first_partition(graph, 2, 0)
    after, looked_at = slice_pairs(task_of(graph, 2, 0.02), start, 2.0, 640, 0)
    assert (after == start).all()
    assert looked_at == 0


def test_what_a_band_goes_beyond_the_tolerance_is_used_only_where_it_must():
    # Across the middle costs two borders and lies within the band, along it four.
    graph = lattice(2, 4, np.array([996, 996, 1_002, 1_002] * 2))
    middle = np.array([0, 0, 1, 1] * 2)
    task = task_from_nothing(graph, 2, Band(3_982, 4_010, 4_000))
    assert not task.outside(middle).any()
    weight = np.bincount(slice_often(task, middle, 10_000, 0), graph.load)
    assert weight.tolist() == [3_996, 3_996]


def _fewest_cuts(task):
    graph, found = task.graph, []
    for units in combinations(range(graph.size), graph.size // 2):
        part = np.isin(np.arange(graph.size), units).astype(np.int64)
        if is_partition(graph, part, 2) and not task.outside(part).any():
            found.append(cut_edges(graph, part))
    return min(found)
