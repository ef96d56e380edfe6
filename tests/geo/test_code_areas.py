"""Ranges of codes are taken apart into codes again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.codes import codes_of, padded, range_of, trimmed

digits = st.sampled_from([6, 9, 12, 15])
codes = st.builds(
    lambda n, value: str(value)[:n], digits, st.integers(10**14, 10**15 - 1)
)


@given(codes)
def test_the_range_of_a_code_is_that_code(code):
    assert codes_of(*range_of(code)) == [code]


@given(st.integers(10**14, 10**14 + 10**7), st.integers(0, 5_000))
def test_the_codes_of_a_range_cover_it_and_no_more(low, width):
    pieces = [range_of(code) for code in codes_of(low, low + width)]
    ends = [low, *(high for _, high in pieces)]
    assert [start for start, _ in pieces] == ends[:-1]
    assert ends[-1] == low + width


@pytest.mark.parametrize(
    "code", ["410325", "410325105", "410325105200", "410325105200007"]
)
def test_a_stored_code_is_shown_as_long_as_it_counts(code):
    assert trimmed(padded(code)) == code
