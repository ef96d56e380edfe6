"""Grids per region: exact sums, at least one each, least possible deviation."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planning.division.quotas.quota import apportion, share_grids
from planning.errors import BadQuota


def deviation(load, grids, total):
    ideal = sum(load) / total
    return max(abs(p / (k * ideal) - 1) for p, k in zip(load, grids, strict=True))


@given(
    load=st.lists(st.integers(1, 1_000), min_size=1, max_size=4),
    extra=st.integers(0, 6),
)
def test_no_other_sharing_has_a_smaller_largest_deviation(load, extra):
    total = len(load) + extra
    quota = apportion(np.array(load), np.full(len(load), 50), total)
    assert quota.grids.sum() == total
    assert (quota.grids >= 1).all()
    best = min(
        deviation(load, grids, total)
        for grids in itertools.product(range(1, total + 1), repeat=len(load))
        if sum(grids) == total
    )
    assert deviation(load, quota.grids, total) == pytest.approx(best, abs=1e-9)
    assert quota.bound == pytest.approx(best, abs=1e-9)


@given(
    load=st.lists(st.integers(1, 1_000), min_size=1, max_size=4),
    extra=st.integers(0, 6),
)
def test_no_sharing_of_that_deviation_has_smaller_squares(load, extra):
    def squares(grids):
        return sum(p * p / k for p, k in zip(load, grids, strict=True))

    total = len(load) + extra
    quota = apportion(np.array(load), np.full(len(load), 50), total)
    best = min(
        squares(grids)
        for grids in itertools.product(range(1, total + 1), repeat=len(load))
        if sum(grids) == total
        and deviation(load, grids, total) <= quota.bound * (1 + 1e-9) + 1e-9
    )
    assert squares(quota.grids) == pytest.approx(best)


def test_a_large_island_keeps_its_share_beside_one_that_is_far_off():
    # Of islands with loads of 35, 3 and 2/5 grids the last is 60 % off whatever is
    # done; the middle one is not made to have 4 grids for that.
    quota = apportion(np.array([350, 31, 4]), np.array([700, 60, 7]), 39)
    assert quota.grids.tolist() == [35, 3, 1]


def test_a_region_never_gets_more_grids_than_units():
    quota = apportion(np.array([1_000, 10]), np.array([2, 30]), 12)
    assert quota.grids.tolist() == [2, 10]


def test_a_region_without_load_gets_one_grid():
    assert apportion(np.array([0, 90]), np.array([5, 9]), 4).grids.tolist() == [1, 3]


def test_fewer_grids_than_regions_are_refused():
    with pytest.raises(BadQuota, match="at least 2"):
        apportion(np.array([1, 1]), np.array([5, 5]), 1)


def test_a_size_band_comes_before_equal_tasks():
    # Equal tasks alone would leave the second region two grids of 255.
    load, units = np.array([1_027, 510, 1_843, 2_311]), np.full(4, 50)
    assert apportion(load, units, 15).grids.tolist() == [3, 2, 4, 6]
    quota = apportion(load, units, 15, (286, 530))
    assert quota.grids.sum() == 15
    assert ((load / quota.grids >= 286) & (load / quota.grids <= 530)).all()
    assert quota.bound == pytest.approx(deviation(load, quota.grids, 15))


def test_a_region_with_a_giant_gets_grids_for_the_giant_and_for_its_rest():
    load = np.array([6_000, *[10] * 30, *[10] * 30])
    region = np.r_[np.zeros(31, np.int64), np.ones(30, np.int64)]
    assert share_grids(load, region, 13).grids.tolist() == [1 + 6, 6]


def test_what_little_a_giant_leaves_of_its_region_gets_no_grid():
    load = np.array([6_000, 1, 1, *[10] * 30])
    region = np.r_[np.zeros(3, np.int64), np.ones(30, np.int64)]
    assert share_grids(load, region, 4).grids.tolist() == [1, 3]


def test_a_unit_is_oversized_under_a_size_band_only_above_it():
    load = np.array([95, *[10] * 20, *[10] * 20])
    region = np.r_[np.zeros(21, np.int64), np.ones(20, np.int64)]
    assert share_grids(load, region, 5, (60, 100)).grids.tolist() == [3, 2]


@given(
    loads=st.lists(st.sampled_from([0, 1, 5, 9, 80, 900]), min_size=2, max_size=16),
    regions=st.integers(1, 5),
    grids=st.integers(1, 16),
)
def test_every_grid_is_given_and_every_region_has_one_it_can_fill(
    loads, regions, grids
):
    regions = min(regions, len(loads))
    region = np.arange(len(loads)) % regions
    grids = int(np.clip(grids, regions, len(loads)))
    given_ = share_grids(np.array([*loads[:-1], 7]), region, grids).grids
    assert given_.sum() == grids
    assert (given_ >= 1).all()
    assert (given_ <= np.bincount(region)).all()
