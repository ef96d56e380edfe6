"""Grids are picked from all that fit, so that none overlap and one may stay wrong."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planning.division.polishing.covers import cover
from planning.division.task import Band, task_from_nothing
from planning.graphs.graph import components, subgraph
from tests.planning.small_graphs import lattice


def uneven_task(seed, parts=3, slack=2):
    load = np.random.default_rng(seed).integers(1, 12, 12)
    graph = lattice(3, 4, load)
    mean = int(load.sum()) // parts
    return task_from_nothing(graph, parts, Band(mean - slack, mean + slack, mean))


def fits(task, units):
    weight = int(task.graph.load[units].sum())
    inside = task.band.low <= weight <= task.band.high
    return inside and not components(subgraph(task.graph, units)).any()


def can_be_covered(task, left, grids):
    """Whether some units can be divided in so many grids in the band, by trying all."""
    if not left or not grids:
        return not left and not grids
    first, others = left[0], left[1:]
    for chosen in range(1 << len(others)):
        more = [u for i, u in enumerate(others) if chosen >> i & 1]
        if fits(task, np.array([first, *more], np.int64)):
            rest = [u for u in others if u not in more]
            if can_be_covered(task, rest, grids - 1):
                return True
    return False


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 999), slack=st.integers(0, 2))
def test_a_cover_is_found_where_there_is_one(seed, slack):
    task = uneven_task(seed, slack=slack)
    if task.graph.load.max() > task.band.ideal / 2:
        return
    part = cover(task, 0, np.ones(12, bool), 0, 1, seed)
    assert (part is not None) == can_be_covered(task, list(range(12)), 3)
    if part is not None:
        assert not task.outside(part).any()
        assert all(fits(task, np.flatnonzero(part == name)) for name in range(3))


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 999))
def test_only_the_last_grid_is_wrong_and_holds_no_needed_unit(seed):
    task, needed = uneven_task(seed, slack=1), np.arange(12) < 6
    if task.graph.load.max() > task.band.ideal / 2:
        return
    part = cover(task, 0, needed, 5, 2, seed)
    if part is not None:
        off = task.outside(part)
        assert not off[:-1].any()
        assert off[-1] <= 5
        assert off[-1] == 0 or not needed[part == 2].any()
        assert not components(subgraph(task.graph, np.flatnonzero(part == 2))).any()


def test_a_unit_without_company_leaves_no_cover():
    load = np.array([9, 9, 1, 1])
    task = task_from_nothing(lattice(1, 4, load), 2, Band(10, 10, 10))
    assert cover(task, 0, np.ones(4, bool), 0, 1, 0) is None


@pytest.mark.parametrize("seed", range(3))
def test_heavy_units_each_get_the_company_that_no_other_needs(seed):
    # 6 could take either 4, but 4 + 2 is all that is left for the other end.
    load = np.array([4, 6, 4, 2, 4])
    task = task_from_nothing(lattice(1, 5, load), 2, Band(10, 10, 10))
    part = cover(task, 1, np.ones(5, bool), 0, 1, seed)
    assert part is not None
    assert part[0] == part[1] != part[2] == part[3] == part[4]
