"""A round anneals each group by itself, and keeps of it what is no dearer."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planning.division.polishing.patches import Patches
from planning.division.polishing.quenching import quench_groups
from planning.division.polishing.rounds import anneal_groups
from planning.division.polishing.tally import price_of_plan
from planning.division.search.refine import make_schedule
from planning.division.starts.start import first_partition
from planning.division.task import Kept
from tests.planning.small_graphs import is_partition, lattice, started, task_of

_HOT = make_schedule((2.0, 1.0), (0.1, 20.0))
either_way = pytest.mark.parametrize("anneal", [anneal_groups, quench_groups])


def price(task, part):
    graph, kept, band = task.graph, task.kept, task.band
    paid = price_of_plan(
        graph.indptr, graph.indices, graph.cost, graph.load, part, task.parts, band.low,
        band.high, band.ideal,
    )  # fmt: skip
    return paid + kept.stay[kept.has_left(part)].sum()


@either_way
@settings(max_examples=30, deadline=None)
@given(plan=started(), seed=st.integers(0, 99))
def test_a_round_says_it_found_something_exactly_where_the_plan_got_cheaper(
    anneal, plan, seed
):
    graph, parts, part = plan
    task, after = task_of(graph, parts, 0.3), part.copy()
    group = np.random.default_rng(seed).integers(0, 3, parts)
    found = anneal(task, after, group, _HOT, 64, seed)
    assert found == (price(task, after) < price(task, part))
    assert found or price(task, after) == price(task, part)


@either_way
@settings(max_examples=30, deadline=None)
@given(plan=started(), seed=st.integers(0, 99))
def test_grids_stay_whole_and_in_the_ground_of_their_group(anneal, plan, seed):
    graph, parts, part = plan
    group = np.random.default_rng(seed).integers(0, 3, parts)
    after = part.copy()
    anneal(task_of(graph, parts, 0.3), after, group, _HOT, 64, seed)
    assert is_partition(graph, after, parts)
    assert (group[after] == group[part]).all()


@pytest.mark.parametrize("stay", [0, 1_500])
def test_a_round_finds_what_annealing_group_by_group_finds(stay):
    load = np.random.default_rng(1).integers(5, 15, 20 * 20)
    graph = lattice(20, 20, load)
    free, start = task_of(graph, 20, 0.05), first_partition(graph, 20, 0)
    home, fixed = first_partition(graph, 20, 1), np.arange(400) % 9 == 0
    kept = Kept(home, np.full(400, stay), fixed & (stay > 0))
    task = replace(free, kept=kept)
    group, schedule = np.arange(20) % 4, make_schedule((0.8, 0.2), (0.1, 50.0))
    plan = Patches(task, start.copy())
    for number in range(4):
        names = np.flatnonzero(group == number)
        plan.anneal(names, schedule, 200, 7 + number)
    after = start.copy()
    assert anneal_groups(task, after, group, schedule, 200, 7)
    assert price(task, after) < price(task, start)
    assert (after == plan.part).all()
    assert (after != start).any()
    assert (after == start)[kept.fixed].all()


@either_way
def test_what_gets_dearer_and_grids_alone_in_their_group_stay_as_they_are(anneal):
    # A line has one division into equal grids.
    graph, start = lattice(1, 12, np.ones(12)), np.repeat(np.arange(6), 2)
    task = task_of(graph, 6, 0.01)
    careless = make_schedule((3.0, 3.0), (0.001, 0.001))
    for group in (np.zeros(6, np.int64), np.arange(6)):
        after = start.copy()
        assert not anneal(task, after, group, careless, 64, 3)
        assert (after == start).all()
