"""Mending: never worse, whole, and better where it can be."""

from dataclasses import replace

import numpy as np
from hypothesis import example, given, settings

from planning.division.polishing.polish import polish
from planning.division.polishing.spreading import spread
from planning.division.polishing.tidying import tidy
from planning.division.task import Band, task_from_nothing
from tests.planning.small_graphs import (
    is_partition,
    lattice,
    started,
    task_of,
    uneven_lattice,
)


def _paid(task, part) -> int:
    """What lies outside the band, in cut edges: half as much again for each percent."""
    share = -(-task.outside(part) * 10_000 // task.band.ideal)
    steep = share + np.minimum(share, 10_000) * share // 256
    return int(2 * steep.sum() + 8 * np.count_nonzero(share))


@settings(max_examples=15, deadline=None)
@given(plan=started())
def test_a_polished_plan_is_whole_and_no_dearer_outside_the_band(plan):
    graph, parts, part = plan
    task = task_of(graph, parts, 0.1)
    after = polish(task, part, 200_000, 0)
    assert is_partition(graph, after, parts)
    # Few borders may be cut more for it: all there are is far more than that.
    assert _paid(task, after) <= _paid(task, part) + len(graph.indices)
    again = polish(task, part, 200_000, 0)
    assert (after == again).all()


def test_large_units_are_put_together_anew():
    graph = lattice(2, 4, [6, 4, 3, 7, 4, 6, 7, 3])
    start = np.array([0, 1, 2, 2, 0, 1, 3, 3])
    task = task_from_nothing(graph, 4, Band(10, 10, 10))
    assert not task.outside(polish(task, start, 10**6, 0)).any()


@settings(max_examples=15, deadline=None)
@given(plan=started())
@example(plan=(uneven_lattice(2, 5, 2), 10, np.arange(10)))
def test_what_is_spread_leaves_a_plan_whole_and_less_outside(plan):
    graph, parts, part = plan
    task = task_of(graph, parts, 0.1)
    after = spread(task, part, 0)
    before, reached = task.outside(part), task.outside(after)
    assert is_partition(graph, after, parts)
    assert reached.max() <= max(before.max(), 1) or reached.sum() <= before.sum()
    assert (after == spread(task, part, 0)).all()


def test_two_heavy_units_that_froze_together_are_set_apart():
    load = np.full(36, 10)
    load[[14, 15]] = 60
    graph = lattice(6, 6, load)
    # Both in the middle grid, which is much too heavy; all else fits.
    start = np.repeat([0, 1, 2, 3], [9, 5, 4, 18])
    start[[14, 15]], task = 1, task_of(graph, 4, 0.1)
    assert task.outside(start).any()
    assert not task.outside(spread(task, start, 0)).any()


def test_fixed_units_stay_where_they_are():
    graph = lattice(6, 6, np.random.default_rng(1).integers(1, 20, 36))
    start = (np.arange(36) >= 12).astype(np.int64)
    fixed = np.arange(36) % 6 == 0
    free = task_of(graph, 2, 0.02)
    task = replace(free, kept=replace(free.kept, fixed=fixed))
    after = tidy(task, polish(task, start, 10**6, 0), 2, 0)
    assert (after[fixed] == start[fixed]).all()
