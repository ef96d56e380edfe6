"""Contiguity checks agree with counting the pieces of a part."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.compiled import njit
from planning.graphs.kernels import label_pieces
from planning.graphs.wholeness import (
    holds_around,
    holds_with,
    holds_without,
    list_near,
    make_walk,
)
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


@njit
def seems_whole(near, first, own):
    return holds_around(near, np.uint64(first), np.uint64(own))


@settings(max_examples=60, deadline=None)
@given(plan=started(), data=st.data())
def test_neighbours_that_hang_together_hold_their_part_together(plan, data):
    graph, parts, part = plan
    unit = data.draw(st.integers(0, graph.size - 1))
    near = list_near(graph.indptr, graph.indices)
    around = graph.indices[graph.indptr[unit] : graph.indptr[unit + 1]]
    own = around[part[around] == part[unit]]
    alone = np.full(graph.size, parts)
    alone[own] = 0
    together = len(own) > 0 and pieces_of(graph, alone, 0) == 1
    bits = sum(1 << i for i, u in enumerate(around) if u in own)
    assert seems_whole(near, graph.indptr[unit], bits) == together


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
