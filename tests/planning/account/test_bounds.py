"""Bounds of indivisible units: never above what the best division reaches."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planning.account.bounds import free_bound, unit_bound


def best_division(loads, grids, ideal):
    return min(
        max(
            abs(sum(p for p, g in zip(loads, where, strict=True) if g == k) / ideal - 1)
            for k in range(grids)
        )
        for where in itertools.product(range(grids), repeat=len(loads))
    )


@given(
    loads=st.lists(st.integers(0, 30), min_size=3, max_size=6).filter(any),
    grids=st.integers(1, 3),
    ideal=st.floats(1.0, 40.0),
)
def test_no_division_is_better_than_the_bound(loads, grids, ideal):
    bound = unit_bound(
        np.array(loads, float),
        np.zeros(len(loads), np.int64),
        np.array([grids]),
        ideal,
    )
    assert bound <= best_division(loads, grids, ideal) + 1e-9


def test_fewer_units_with_load_than_grids_leave_one_without():
    load = np.array([1.0, 1.0, 0.0, 0.0])
    assert unit_bound(load, np.zeros(4, np.int64), np.array([3]), 2 / 3) == 1.0


def test_two_of_three_equal_blocks_must_share_a_grid():
    bound = unit_bound(np.full(3, 10.0), np.zeros(3, np.int64), np.array([2]), 15.0)
    assert bound == pytest.approx(1 / 3)


def test_the_village_with_the_worst_bound_decides():
    load, label = np.array([5.0, 5.0, 9.0, 1.0]), np.array([0, 0, 1, 1])
    assert unit_bound(load, label, np.array([2, 2]), 5.0) == pytest.approx(0.8)


def test_whole_loads_cannot_be_shared_more_evenly_than_whole_numbers():
    ones, village = np.ones(5), np.zeros(5, np.int64)
    assert unit_bound(ones, village, np.array([2]), 2.5) == pytest.approx(0.2)


def test_what_the_heaviest_unit_leaves_bounds_the_lightest_grid():
    load = np.array([20.0, 1.0, 1.0])
    bound = unit_bound(load, np.zeros(3, np.int64), np.array([3]), 15.0)
    assert bound == pytest.approx(1 - 1 / 15)


@given(
    first=st.lists(st.integers(0, 30), min_size=2, max_size=4).filter(any),
    second=st.lists(st.integers(0, 30), min_size=2, max_size=4).filter(any),
    grids=st.integers(2, 4),
    given_first=st.integers(1, 3),
)
def test_no_numbers_of_grids_are_better_than_the_free_bound(
    first, second, grids, given_first
):
    ideal = (sum(first) + sum(second)) / grids
    best = min(
        max(
            best_division(first, own, ideal),
            best_division(second, grids - own, ideal),
        )
        for own in range(1, grids)
    )
    own = min(given_first, grids - 1)
    bound = free_bound(
        np.array(first + second, float),
        np.r_[np.zeros(len(first), np.int64), np.ones(len(second), np.int64)],
        np.array([own, grids - own]),
        ideal,
    )
    assert bound <= best + 1e-9


def test_a_village_that_got_too_few_grids_is_no_bound():
    # Two grids for the six would do, and one for the single unit.
    load, label = np.array([6.0, 6.0, 6.0]), np.array([0, 0, 1])
    assert unit_bound(load, label, np.array([1, 2]), 6.0) == 1.0
    assert free_bound(load, label, np.array([1, 2]), 6.0) == 0.0
