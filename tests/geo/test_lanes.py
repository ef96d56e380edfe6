"""Rows of eight are compared and summed like their numbers one by one."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from geo.compiled import njit
from geo.lanes import LANES, net_of_lanes, same_lanes

number = st.integers(-(2**27), 2**27)
word = st.integers(0, 2**LANES - 1)


@njit
def same(row, at, value):
    return same_lanes(row, np.uint64(at), np.uint32(value))


@njit
def net(row, at, plus, minus):
    return net_of_lanes(row, np.uint64(at), np.uint64(plus), np.uint64(minus))


@given(row=st.lists(st.integers(0, 3), min_size=LANES, max_size=20), data=st.data())
def test_a_bit_stands_for_each_number_that_is_the_same(row, data):
    at = data.draw(st.integers(0, len(row) - LANES))
    value = data.draw(st.sampled_from([0, 1, 2, 3, 2**32 - 1]))
    found = same(np.array(row, np.uint32), at, value)
    assert found == sum(1 << i for i in range(LANES) if row[at + i] == value)


@given(row=st.lists(number, min_size=LANES, max_size=20), plus=word, minus=word)
def test_a_sum_is_of_the_numbers_whose_bits_are_set(row, plus, minus):
    at = len(row) - LANES
    total = sum(
        row[at + i] * ((plus >> i & 1) - (minus >> i & 1)) for i in range(LANES)
    )
    assert net(np.array(row, np.int32), at, plus, minus) == total
