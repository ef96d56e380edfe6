"""Checks of the frames that cross borders: column, row, way out."""

import pandas as pd
import pytest

from geo.errors import BadFrame, BadInput, XungeError
from geo.frames import GRID_COLUMNS, require_columns, require_unique


def test_a_missing_column_is_named_with_those_that_are_there():
    frame = pd.DataFrame({"a": [1], "b": [2]})
    with pytest.raises(
        BadFrame, match="grids: column 'grid_code' is missing; the columns are a, b"
    ):
        require_columns(frame, GRID_COLUMNS, "grids")


def test_further_columns_do_no_harm():
    frame = pd.DataFrame({"grid_code": ["1"], "more": [2]})
    require_columns(frame, GRID_COLUMNS, "grids")


def test_a_value_that_stands_twice_is_named():
    frame = pd.DataFrame({"id": ["a", "b", "a"]})
    with pytest.raises(BadFrame, match="id 'a' stands 2 times"):
        require_unique(frame, "id", "units")


def test_an_empty_value_is_named_with_its_row():
    frame = pd.DataFrame({"id": ["a", None]})
    with pytest.raises(BadFrame, match="id is empty in row 2"):
        require_unique(frame, "id", "units")


def test_distinct_values_pass():
    require_unique(pd.DataFrame({"id": ["a", "b"]}), "id", "units")


def test_every_error_of_input_is_one_that_a_user_may_read():
    assert issubclass(BadFrame, BadInput)
    assert issubclass(BadInput, XungeError)
