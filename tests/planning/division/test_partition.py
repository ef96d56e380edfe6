"""Partitions of small graphs: exact, connected, inside the band, repeatable."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial import Delaunay

from planning.division.partition import divide
from planning.division.search.refine import refine
from planning.division.starts.repair import repair
from planning.division.starts.start import first_partition
from planning.division.task import Band, task_from_nothing
from planning.errors import BadUnits
from planning.graphs.graph import PLAIN_COST, build_graph, components, subgraph
from planning.graphs.kernels import label_pieces
from planning.graphs.oversized import peeled_ideal


def lattice(rows, columns, load):
    index = np.arange(rows * columns).reshape(rows, columns)
    u = np.r_[index[:, :-1].ravel(), index[:-1].ravel()]
    v = np.r_[index[:, 1:].ravel(), index[1:].ravel()]
    return build_graph(np.asarray(load, np.int64), u, v, np.full(len(u), 1024))


def is_partition(graph, part, parts):
    pieces = label_pieces(graph.indptr, graph.indices, part)
    return set(part.tolist()) == set(range(parts)) and pieces.max() + 1 == parts


graphs = st.tuples(st.integers(1, 7), st.integers(1, 7), st.integers(0, 99)).map(
    lambda s: lattice(
        s[0], s[1], np.random.default_rng(s[2]).integers(0, 30, s[0] * s[1])
    )
)


@settings(max_examples=40, deadline=None)
@given(graph=graphs, data=st.data())
def test_every_division_is_exact_and_connected(graph, data):
    parts = data.draw(st.integers(1, graph.size))
    region = np.zeros(graph.size, np.int64)
    assert is_partition(graph, divide(graph, region, parts, 0.05, 0).part, parts)


@settings(max_examples=40, deadline=None)
@given(graph=graphs, data=st.data())
def test_any_labelling_can_be_repaired(graph, data):
    parts = data.draw(st.integers(1, graph.size))
    label = data.draw(
        st.lists(st.integers(0, parts - 1), min_size=graph.size, max_size=graph.size)
    )
    assert is_partition(graph, repair(graph, np.array(label), parts, 0), parts)


@settings(max_examples=40, deadline=None)
@given(graph=graphs, data=st.data())
def test_every_start_is_a_partition(graph, data):
    parts = data.draw(st.integers(1, graph.size))
    assert is_partition(graph, first_partition(graph, parts, 0), parts)


def test_a_region_in_pieces_is_refused_in_one_line():
    lands = lattice(4, 4, np.ones(16)), lattice(3, 3, np.r_[99, np.ones(8)])
    u = [np.repeat(np.arange(g.size), np.diff(g.indptr)) for g in lands]
    u = np.r_[u[0], 16 + u[1]]
    v = np.r_[lands[0].indices, 16 + lands[1].indices]
    once, load = u < v, np.r_[lands[0].load, lands[1].load]
    graph = build_graph(load, u[once], v[once], np.full(int(once.sum()), PLAIN_COST))
    apart = (np.arange(25) >= 16).astype(np.int64)
    assert is_partition(graph, divide(graph, apart, 5, 0.05, 0).part, 5)
    with pytest.raises(BadUnits, match="region 0 lies in 2 pieces"):
        divide(graph, np.zeros(25, np.int64), 5, 0.05, 0)


def test_refinement_balances_a_lopsided_start():
    graph = lattice(10, 10, np.ones(100))
    start = np.zeros(100, np.int64)
    start[:5] = 1
    task = task_from_nothing(graph, 2, Band(48, 52, 50))
    part = refine(task, start, 2_000, 0)
    assert 48 <= (part == 0).sum() <= 52
    assert is_partition(graph, part, 2)


def test_a_fixed_unit_stays_through_refinement():
    graph = lattice(6, 6, np.ones(36))
    start = (np.arange(36) >= 18).astype(np.int64)
    fixed = np.arange(36) % 6 == 0
    free = task_from_nothing(graph, 2, Band(18, 18, 18))
    task = replace(free, kept=replace(free.kept, fixed=fixed))
    part = refine(task, start, 2_000, 0)
    assert (part[fixed] == start[fixed]).all()


def test_oversized_units_are_peeled_until_none_is_heavier_than_what_is_left():
    heavy, ideal = peeled_ideal(np.array([100, 30, 10, 10, 10, 10]), 4)
    assert heavy.tolist() == [0, 1]
    assert ideal == 20.0


def test_what_a_heavy_unit_cuts_off_joins_its_grid():
    load = np.ones(9)
    load[1] = 100.0
    graph = lattice(1, 9, load)
    division = divide(graph, np.zeros(9, np.int64), 3, 0.05, 0)
    assert division.part[0] == division.part[1]
    assert division.oversized.tolist() == [False, True] + [False] * 7


def test_a_subgraph_keeps_only_inner_edges():
    inner = subgraph(lattice(3, 3, np.arange(9)), np.array([0, 1, 3, 8]))
    assert inner.load.tolist() == [0, 1, 3, 8]
    assert np.diff(inner.indptr).tolist() == [2, 1, 1, 0]
    assert components(inner).tolist() == [0, 0, 0, 1]


def test_a_narrow_land_is_shared_from_its_top():
    rng = np.random.default_rng(2)
    spots = rng.uniform(0, 1, (640, 2)) * [160, 4]
    corners = Delaunay(spots).simplices
    pairs = np.sort(
        np.vstack([corners[:, [0, 1]], corners[:, [1, 2]], corners[:, ::2]])
    )
    u, v = np.unique(pairs, axis=0).T
    near = np.hypot(*(spots[u] - spots[v]).T) < 2.5
    load = (rng.lognormal(4, 0.8, 640) * (rng.random(640) > 0.1)).astype(np.int64)
    graph = build_graph(load, u[near], v[near], np.full(int(near.sum()), PLAIN_COST))
    part = divide(graph, np.zeros(640, np.int64), 32, 0.01, 0).part
    weight = np.bincount(part, load)
    assert np.abs(weight / weight.mean() - 1).max() < 0.0101
