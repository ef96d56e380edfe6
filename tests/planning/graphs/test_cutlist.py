"""The list of cut edges follows the moves."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from planning.graphs.cutlist import follow, list_cuts, make_net
from tests.planning.small_graphs import small_graphs


@settings(max_examples=40, deadline=None)
@given(graph=small_graphs, data=st.data())
def test_after_any_moves_the_list_holds_each_cut_edge_once(graph, data):
    parts = st.integers(0, 3)
    part = np.array(
        data.draw(st.lists(parts, min_size=graph.size, max_size=graph.size)), np.int32
    )
    net = make_net(graph)
    cuts = list_cuts(net, part)
    unit = st.integers(0, graph.size - 1)
    for u, p in data.draw(st.lists(st.tuples(unit, parts), max_size=12)):
        before, part[u] = part[u], p
        if p != before:
            follow(net, part, u, before, cuts)
    cut = np.flatnonzero(part[net.source] != part[net.indices])
    assert sorted(cuts.listed[: cuts.count[0]].tolist()) == cut.tolist()
    assert (cuts.listed[cuts.place[cut]] == cut).all()
    fresh = list_cuts(net, part)
    assert (cuts.own == fresh.own).all()
    assert (cuts.toward == fresh.toward).all()


@given(graph=small_graphs, seed=st.integers(0, 9))
def test_prices_are_the_borders_to_each_part(graph, seed):
    net = make_net(graph)
    part = np.random.default_rng(seed).integers(0, 3, graph.size).astype(np.int32)
    cuts = list_cuts(net, part)
    for edge in range(len(net.source)):
        beside = slice(*net.indptr[net.source[edge] :][:2])
        there = part[net.indices[beside]] == part[net.indices[edge]]
        assert cuts.toward[edge] == net.cost[beside][there].sum()


@given(graph=small_graphs)
def test_a_twin_is_the_same_edge_the_other_way(graph):
    net = make_net(graph)
    assert (net.source[net.twin] == net.indices).all()
    assert (net.indices[net.twin] == net.source).all()
