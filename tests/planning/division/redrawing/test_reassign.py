"""The least change: inside the band, whole, and as little as was asked for."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings

from planning.division.redrawing.reassign import reassign
from planning.division.task import Band, task_from_nothing
from tests.planning.small_graphs import is_partition, lattice, started, task_of


@settings(max_examples=25, deadline=None)
@given(plan=started())
def test_a_mended_plan_is_whole_inside_the_band_and_keeps_fixed_units(plan):
    graph, parts, part = plan
    free, fixed = task_of(graph, parts, 0.2), np.arange(graph.size) % 4 == 0
    task = replace(free, kept=replace(free.kept, fixed=fixed))
    for mode in ("people", "grids"):
        after = reassign(task, part, mode)
        if after is not None:
            assert is_partition(graph, after, parts)
            assert not task.outside(after).any()
            assert (after[fixed] == part[fixed]).all()


def test_a_plan_inside_the_band_is_left_alone():
    graph = lattice(2, 4, np.ones(8))
    part = np.array([0, 0, 1, 1, 0, 0, 1, 1])
    task = task_from_nothing(graph, 2, Band(4, 4, 4))
    assert (reassign(task, part, "people") == part).all()


@pytest.mark.parametrize("mode", ["people", "grids"])
def test_the_lightest_unit_that_is_enough_goes(mode):
    graph = lattice(1, 6, [5, 3, 2, 4, 2, 2])
    part = np.array([0, 0, 0, 1, 1, 1])
    heavy = np.array([0, 0, 0, 0, 1, 1])
    mended = reassign(task_from_nothing(graph, 2, Band(8, 10, 9)), heavy, mode)
    assert mended.tolist() == part.tolist()


def test_what_is_enough_but_breaks_its_grid_is_passed_over():
    # The unit of 3 alone would be enough, and holds the two of 12 together.
    graph = lattice(2, 3, [12, 3, 12, 5, 5, 5])
    part = np.array([0, 0, 0, 1, 1, 1])
    task = task_from_nothing(graph, 2, Band(15, 26, 21))
    after = reassign(task, part, "people")
    assert is_partition(graph, after, 2)
    assert graph.load[after != part].sum() == 17


def test_what_moves_cannot_mend_is_none():
    graph = lattice(1, 4, [9, 1, 1, 1])
    part = np.array([0, 0, 1, 1])
    task = task_from_nothing(graph, 2, Band(6, 6, 6))
    assert reassign(task, part, "people") is None
