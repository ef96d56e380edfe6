"""Contiguity checks agree with counting the pieces of a part."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from planning.graphs.kernels import label_pieces
from planning.graphs.wholeness import holds_with, holds_without, make_walk
from tests.planning.small_graphs import is_partition, started


def pieces_of(graph, part, name):
    piece = label_pieces(graph.indptr, graph.indices, part)
    return len(np.unique(piece[part == name]))


@settings(max_examples=60, deadline=None)
@given(plan=started(), data=st.data())
def test_a_part_holds_without_a_unit_if_what_is_left_is_one_piece(plan, data):
    graph, parts, part = plan
    unit = data.draw(st.integers(0, graph.size - 1))
    held = holds_without(graph.indptr, graph.indices, part, unit, make_walk(graph.size))
    after = part.copy()
    after[unit] = parts
    assert held == (pieces_of(graph, after, part[unit]) == 1)


@settings(max_examples=60, deadline=None)
@given(plan=started(), data=st.data())
def test_a_swap_holds_if_both_parts_stay_whole(plan, data):
    graph, parts, part = plan
    walk, pick = make_walk(graph.size), st.integers(0, graph.size - 1)
    u, v = data.draw(pick), data.draw(pick)
    after, size = part.copy(), np.bincount(part)
    after[u], after[v] = part[v], part[u]
    if part[u] != part[v]:
        held = all(
            holds_with(graph.indptr, graph.indices, after, a, b, size[part[a]], walk)
            for a, b in ((u, v), (v, u))
        )
        assert held == is_partition(graph, after, parts)
