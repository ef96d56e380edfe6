"""Codes of regions and grids."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.codes import (
    MAX_SERIAL,
    grid_code,
    level_of,
    padded,
    parent_of,
    range_of,
    unpadded,
)
from geo.errors import BadCode

CODES = st.one_of(
    [st.from_regex(rf"\A[1-9][0-9]{{{n - 1}}}\Z") for n in (6, 9, 12, 15)]
)


@pytest.mark.parametrize(
    ("code", "level"),
    [
        ("410325", "county"),
        ("410325105", "town"),
        ("410325105200", "village"),
        ("410325105200007", "grid"),
    ],
)
def test_the_number_of_digits_tells_the_level(code, level):
    assert level_of(code) == level


@pytest.mark.parametrize(
    "code",
    ["", "4103", "41032510520", "41032510520x", "010325", "４１０３２５", " 410325"],
)
def test_what_is_no_code_is_refused(code):
    with pytest.raises(BadCode, match="is none"):
        level_of(code)


@given(CODES)
def test_padding_a_code_can_be_undone(code):
    assert unpadded(padded(code), level_of(code)) == code


@given(CODES)
def test_a_region_holds_its_children_and_not_its_neighbour(code):
    low, high = range_of(code)
    assert low <= padded(code) < high
    if (parent := parent_of(code)) is not None:
        above = range_of(parent)
        assert above[0] <= low
        assert high <= above[1]
    assert high - low == 10 ** (15 - len(code))


@given(CODES, CODES)
def test_two_regions_of_one_level_share_no_code(a, b):
    if len(a) == len(b) and a != b:
        first, second = sorted([range_of(a), range_of(b)])
        assert first[1] <= second[0]


def test_a_county_has_no_parent():
    assert parent_of("410325") is None
    assert parent_of("410325105200007") == "410325105200"


@pytest.mark.parametrize("serial", [1, MAX_SERIAL])
def test_a_grid_code_is_the_village_and_a_serial(serial):
    code = grid_code("410325105200", serial)
    assert code == f"410325105200{serial:03d}"
    assert parent_of(code) == "410325105200"


@pytest.mark.parametrize("serial", [0, -1, MAX_SERIAL + 1])
def test_a_serial_outside_its_range_is_refused(serial):
    with pytest.raises(BadCode, match="outside"):
        grid_code("410325105200", serial)


def test_a_grid_belongs_to_a_village_and_to_nothing_larger():
    with pytest.raises(BadCode, match="12-digit"):
        grid_code("410325105", 1)
