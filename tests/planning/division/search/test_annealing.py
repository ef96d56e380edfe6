"""The search keeps grids whole, and repeats itself; cold, it never makes worse."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planning.division.search.annealing import Terms, anneal, load_factor, total_up
from planning.division.search.refine import make_terms
from planning.graphs.cutlist import make_net
from planning.graphs.graph import PLAIN_COST
from planning.graphs.kernels import LOG_TABLE
from planning.graphs.wholeness import make_walk
from tests.planning.small_graphs import (
    band_of,
    is_partition,
    lattice,
    started,
    task_of,
)

PRICE = 4 * PLAIN_COST


def annealed(graph, part, terms, heat, seed=0, tries=400):
    after, parts = part.astype(np.int32), int(part.max()) + 1
    heats, prices = np.full(3, heat * PLAIN_COST), np.full(3, PRICE)
    walk = make_walk(graph.size)
    net, table = make_net(graph), LOG_TABLE
    anneal(net, after, parts, terms, walk, heats, prices, tries, seed, table)
    return after


def energy(graph, part, terms):
    net = make_net(graph)
    outside = total_up(
        net, part.astype(np.int32), int(part.max()) + 1, terms
    ).outside.sum()
    cut = graph.cost[part[net.source] != part[net.indices]].sum() // 2
    gone = (terms.home >= 0) & (part != terms.home)
    return int(outside * PRICE // 128 + cut + terms.stay[gone].sum())


@settings(max_examples=40, deadline=None)
@given(plan=started(), heat=st.integers(0, 2), seed=st.integers(0, 99))
def test_grids_stay_whole_and_as_many(plan, heat, seed):
    graph, parts, part = plan
    terms = make_terms(task_of(graph, parts, 0.05))
    assert is_partition(graph, annealed(graph, part, terms, heat, seed), parts)


@settings(max_examples=40, deadline=None)
@given(plan=started(), seed=st.integers(0, 99), stay=st.integers(0, 2000))
def test_without_heat_no_plan_gets_worse(plan, seed, stay):
    graph, parts, part = plan
    band = band_of(graph, parts, 0.05)
    fixed = np.arange(graph.size) % 5 == 0
    terms = Terms(
        band.low,
        band.high,
        load_factor(band.ideal),
        np.random.default_rng(seed).integers(-1, parts, graph.size),
        np.full(graph.size, stay),
        fixed,
    )
    after = annealed(graph, part, terms, 0, seed)
    assert energy(graph, after, terms) <= energy(graph, part, terms)
    assert (after[fixed] == part[fixed]).all()


@settings(max_examples=20, deadline=None)
@given(plan=started())
def test_the_same_seed_finds_the_same_plan(plan):
    graph, parts, part = plan
    terms = make_terms(task_of(graph, parts, 0.05))
    first, second = (annealed(graph, part, terms, 1, 7) for _ in range(2))
    assert (first == second).all()


@pytest.mark.parametrize("seed", range(3))
def test_swaps_mend_what_no_single_move_can(seed):
    graph = lattice(2, 4, [5, 5, 1, 1, 5, 5, 1, 1])
    start = np.array([0, 0, 1, 1, 0, 0, 1, 1])
    terms = make_terms(task_of(graph, 2, 0.0))
    after = annealed(graph, start, terms, 1, seed, tries=4_000)
    assert np.bincount(after, graph.load).tolist() == [12, 12]
