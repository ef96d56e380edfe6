"""Exhaustive re-splits: whole, inside the band, and found where there is one."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planning.division.polishing.resplit import split_by_trial
from planning.division.task import Band, task_from_nothing
from planning.graphs.bits import MOST_UNITS
from tests.planning.small_graphs import is_partition, lattice, started, task_of


def is_inside(task, part):
    weight = np.bincount(part, task.graph.load, minlength=task.parts)
    return ((weight >= task.band.low) & (weight <= task.band.high)).all()


def can_be_split(task):
    """Whether any division in two whole parts lies inside the band."""
    for bits in itertools.product((0, 1), repeat=task.graph.size - 1):
        part = np.array((0, *bits), np.int64)
        if is_inside(task, part) and is_partition(task.graph, part, 2):
            return True
    return False


@settings(max_examples=60, deadline=None)
@given(plan=started(), width=st.sampled_from([0.02, 0.1, 0.3]), seed=st.integers(0, 9))
def test_what_is_found_is_whole_and_inside_the_band(plan, width, seed):
    graph, parts, part = plan
    task = task_of(graph, parts, width)
    if parts < 2 or task.band.low < 1:
        return
    found = split_by_trial(task, part, 3_000, seed)
    if found is not None:
        assert is_partition(graph, found, parts)
        assert is_inside(task, found)


@pytest.mark.parametrize("seed", range(8))
def test_a_division_in_two_is_found_whenever_there_is_one(seed):
    load = np.random.default_rng(seed).integers(1, 40, 9)
    graph, part = lattice(3, 3, load), np.arange(9) // 5
    mean = int(load.sum()) // 2
    task = task_from_nothing(graph, 2, Band(mean - 1, mean + 2, mean))
    found = split_by_trial(task, part, 100_000, seed)
    assert (found is not None) == can_be_split(task)


def test_more_units_than_a_word_are_joined_where_they_are_light():
    graph = lattice(9, 9, np.random.default_rng(3).integers(1, 9, 81))
    assert graph.size > MOST_UNITS
    part = (np.arange(81) >= 45).astype(np.int64)
    task = task_of(graph, 2, 0.05)
    found = split_by_trial(task, part, 50_000, 0)
    assert found is not None
    assert is_partition(graph, found, 2)
    assert is_inside(task, found)
