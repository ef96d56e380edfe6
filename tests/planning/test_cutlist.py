"""The list of cut edges follows the moves."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from planning.cutlist import list_cuts, make_net, relist
from tests.planning.graphs import small_graphs


@settings(max_examples=40, deadline=None)
@given(graph=small_graphs, data=st.data())
def test_after_any_moves_the_list_holds_each_cut_edge_once(graph, data):
    parts = st.integers(0, 3)
    part = np.array(
        data.draw(st.lists(parts, min_size=graph.size, max_size=graph.size)), np.int64
    )
    net = make_net(graph)
    cuts = list_cuts(net, part)
    unit = st.integers(0, graph.size - 1)
    for u, p in data.draw(st.lists(st.tuples(unit, parts), max_size=12)):
        part[u] = p
        relist(net, part, u, cuts)
    cut = np.flatnonzero(part[net.source] != part[net.indices])
    assert sorted(cuts.listed[: cuts.count[0]].tolist()) == cut.tolist()
    assert (cuts.listed[cuts.place[cut]] == cut).all()


@given(graph=small_graphs)
def test_a_twin_is_the_same_edge_the_other_way(graph):
    net = make_net(graph)
    assert (net.source[net.twin] == net.indices).all()
    assert (net.indices[net.twin] == net.source).all()
