"""Small regions settled exactly: the best division, and the proof that it is."""

import itertools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from planning.division.quotas.settle import settle
from planning.graphs.graph import build_graph
from tests.planning.small_graphs import is_partition, lattice, uneven_lattice

FINE = 0.0005


def best_of_all(graph, parts, ideal):
    """Return the least largest distance over every division there is."""
    found = np.inf
    for names in itertools.product(range(parts), repeat=graph.size - 1):
        part = np.array([0, *names])
        off = float(np.abs(np.bincount(part, graph.load) - ideal).max())
        if off < found and len(set(names) | {0}) == parts:
            found = off if is_partition(graph, part, parts) else found
    return found


def tree(units, seed):
    """Units that each hang on one before it; much is cut off by a single one."""
    rng = np.random.default_rng(seed)
    before = np.array([rng.integers(0, unit) for unit in range(1, units)])
    load = rng.integers(1, 300, units)
    cost = np.full(units - 1, 1024)
    return build_graph(load, before, np.arange(1, units), cost)


@settings(max_examples=40, deadline=None)
@given(
    graph=st.one_of(
        st.builds(tree, st.integers(4, 9), st.integers(0, 999)),
        st.builds(uneven_lattice, st.just(2), st.integers(3, 4), st.integers(0, 99)),
    ),
    parts=st.integers(2, 3),
    share=st.sampled_from([0.7, 1.0, 1.4]),
)
def test_no_division_is_nearer_than_the_one_that_is_settled(graph, parts, share):
    ideal = share * int(graph.load.sum()) / parts
    best = best_of_all(graph, parts, ideal)
    found = settle(graph, parts, ideal, 0.0, np.inf, 100_000)
    assert is_partition(graph, found.part, parts)
    assert found.least <= best <= found.off <= best + FINE * ideal
    off = np.abs(np.bincount(found.part, graph.load) - ideal).max()
    assert off == found.off


def test_a_piece_that_became_too_light_joins_nobody_it_does_not_touch():
    # 3 - 1 - 0 - 2 and 4 at 0: with 0 and 2 apart, 4 is cut off from 1 and 3.
    load = np.array([274, 146, 68, 148, 114])
    before = np.array([0, 0, 1, 0])
    graph = build_graph(load, before, np.arange(1, 5), np.full(4, 1024))
    found = settle(graph, 3, 250.0, 0.0, np.inf, 1_000)
    assert is_partition(graph, found.part, 3)
    assert found.off == best_of_all(graph, 3, 250.0)


def test_what_cannot_be_nearer_is_proven_and_not_divided():
    graph = lattice(1, 3, [10, 40, 10])
    found = settle(graph, 2, 30.0, 0.0, 20.0, 1_000)
    assert found.part is None
    assert found.least == 20.0


def test_without_steps_nothing_is_proven():
    graph = uneven_lattice(5, 5, 1)
    found = settle(graph, 3, 100.0, 7.0, 200.0, 1)
    assert found.part is None
    assert found.least == 7.0
