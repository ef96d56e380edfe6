"""Quota by what connected grids can reach, not by arithmetic alone."""

import numpy as np
import pytest

from planning.division.partition import divide
from planning.division.quotas.quota import share_grids
from planning.division.quotas.reach import share_within_reach
from planning.graphs.graph import build_graph
from tests.planning.small_graphs import uneven_lattice


def chains(*loads):
    """Rows of units that do not touch each other, a region each."""
    load = np.concatenate(loads)
    region = np.repeat(np.arange(len(loads)), [len(own) for own in loads])
    inside = np.flatnonzero(region[:-1] == region[1:])
    cost = np.full(len(inside), 1024)
    return build_graph(load, inside, inside + 1, cost), region


# The first is a little heavier, but its units of 15 do not make three equal grids.
STIFF, EVEN = [15, 15, 1, 15, 15, 1], [10, 10, 10, 10, 10, 10]


def test_a_grid_goes_where_connected_grids_can_use_it():
    graph, region = chains(STIFF, EVEN)
    arithmetic = share_grids(graph.load, region, 5)
    quota = share_within_reach(graph, region, 5, 0.05)
    assert arithmetic.grids.tolist() == [3, 2]
    assert quota.grids.tolist() == [2, 3]
    made = divide(graph, region, 5, 0.05, 0)
    weight = np.bincount(made.part, graph.load)
    assert sorted(weight.tolist()) == [20, 20, 20, 31, 31]
    assert arithmetic.bound == pytest.approx(30 / 24.4 - 1)
    assert quota.bound == pytest.approx(31 / 24.4 - 1)


@pytest.mark.parametrize("seed", range(4))
def test_the_bound_is_no_lower_than_arithmetic_and_no_plan_is_below_it(seed):
    one, other = uneven_lattice(3, 5, seed), uneven_lattice(4, 4, seed + 50)
    graph, region = side_by_side(one, other)
    arithmetic = share_grids(graph.load, region, 7)
    made = divide(graph, region, 7, 0.02, seed)
    weight = np.bincount(made.part, graph.load, minlength=7)
    assert made.bound >= arithmetic.bound - 1e-9
    assert np.abs(weight / weight.mean() - 1).max() >= made.bound - 1e-9


def side_by_side(one, other):
    """Two graphs as the two regions of one."""
    joined = type(one)(
        np.r_[one.indptr, one.indptr[-1] + other.indptr[1:]],
        np.r_[one.indices, one.size + other.indices],
        np.r_[one.cost, other.cost],
        np.r_[one.load, other.load],
    )
    return joined, np.repeat([0, 1], [one.size, other.size])
