"""Checks of the frames that cross borders: column, row, way out."""

import geopandas as gpd
import pandas as pd
import pytest
from shapely import Point

from geo.errors import BadFrame, BadInput, XungeError
from geo.frames import GRID_COLUMNS, require_columns, require_metric, require_unique


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


@pytest.mark.parametrize(
    ("crs", "problem"), [(None, "no CRS is stated"), (4326, "is in degrees")]
)
def test_what_cannot_be_measured_is_refused(crs, problem):
    frame = gpd.GeoDataFrame(geometry=[Point(111, 34)], crs=crs)
    with pytest.raises(BadFrame, match=problem):
        require_metric(frame, "units")


def test_metres_pass():
    require_metric(gpd.GeoDataFrame(geometry=[Point(1, 1)], crs=4546), "units")


def test_every_error_of_input_is_one_that_a_user_may_read():
    assert issubclass(BadFrame, BadInput)
    assert issubclass(BadInput, XungeError)
