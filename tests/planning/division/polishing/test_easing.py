"""A small region that cannot reach the band comes as near as it can."""

from itertools import pairwise

import numpy as np

from planning.division.polishing.easing import ease, settle_around
from planning.graphs.graph import build_graph
from tests.planning.small_graphs import is_partition, task_of


def star(arms):
    """A unit of load 1 in the middle, and arms of so many units of load 10."""
    ends = list(pairwise(np.cumsum([0, *arms]).tolist()))
    u = np.concatenate([np.r_[0, np.arange(a + 1, b)] for a, b in ends])
    v = np.concatenate([np.arange(a + 1, b + 1) for a, b in ends])
    load = np.full(sum(arms) + 1, 10)
    load[0] = 1
    return build_graph(load, u, v, np.full(len(u), 1024))


def test_the_heaviest_arm_becomes_a_grid_where_no_unit_can_go_alone():
    """From the third arm as a grid no single move leads to the first as one."""
    graph = star([8, 5, 6])
    part = np.zeros(20, np.int64)
    part[14:] = 1
    after = ease(task_of(graph, 2, 0.05), part, 0)
    weight = np.bincount(after, graph.load)
    assert is_partition(graph, after, 2)
    assert sorted(weight.tolist()) == [80, 111]


def test_what_is_inside_the_band_stays_as_it_is():
    graph = star([4, 4])
    part = np.array([0, 0, 0, 0, 0, 1, 1, 1, 1])
    after = ease(task_of(graph, 2, 0.05), part, 0)
    assert (after == part).all()


def test_a_grid_outside_is_settled_with_those_beside_it():
    """The arm of four is stuck: with the middle it would cut the others in two."""
    graph = star([7, 4, 3])
    part = np.zeros(15, np.int64)
    part[8:12] = 1
    after = settle_around(task_of(graph, 2, 0.01), part)
    weight = np.bincount(after, graph.load)
    assert is_partition(graph, after, 2)
    assert sorted(weight.tolist()) == [70, 71]
    assert (settle_around(task_of(graph, 2, 0.5), part) == part).all()


def test_a_grid_that_nothing_brings_inside_is_left():
    graph = star([7, 7, 7])
    part = np.zeros(22, np.int64)
    part[8:15] = 1
    after = settle_around(task_of(graph, 2, 0.05), part)
    assert sorted(np.bincount(after, graph.load).tolist()) == [70, 141]
