"""Frames become GeoJSON that any browser reads."""

import json
from datetime import date
from uuid import UUID

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import Point, box

from geo.errors import BadFrame
from maps.layers import feature_collection


def frame(**columns):
    count = len(next(iter(columns.values())))
    return gpd.GeoDataFrame(columns, geometry=[box(0, 0, 1, 1)] * count, crs=4326)


def test_missing_values_of_every_kind_become_null():
    layer = feature_collection(
        frame(a=[np.nan], b=[None], c=[pd.NaT], d=[np.inf], e=[{"x": np.nan}])
    )
    cells = layer["features"][0]["properties"]
    assert cells == {"a": None, "b": None, "c": None, "d": None, "e": {"x": None}}


def test_a_layer_is_strict_json():
    uid = UUID(int=5)
    layer = feature_collection(
        frame(
            id=[uid],
            n=np.array([3], dtype=np.int64),
            day=[date(2026, 5, 20)],
            t=pd.to_datetime(["2026-05-20T01:00:00Z"]),
        )
    )
    back = json.loads(json.dumps(layer, allow_nan=False))
    assert back["features"][0]["properties"] == {
        "id": str(uid),
        "n": 3,
        "day": "2026-05-20",
        "t": "2026-05-20T01:00:00+00:00",
    }


def test_only_the_wanted_columns_are_sent():
    layer = feature_collection(frame(name=["a"], phone=["1"]), ["name"])
    assert layer["features"][0]["properties"] == {"name": "a"}


def test_coordinates_are_cut_to_seven_digits_and_the_frame_stays_as_it_was():
    points = gpd.GeoDataFrame(geometry=[Point(1.123456789, 2)], crs=4326)
    layer = feature_collection(points)
    assert layer["features"][0]["geometry"]["coordinates"] == (1.1234568, 2.0)
    assert points.geometry.iloc[0].x == 1.123456789


def test_a_row_without_geometry_stays_with_a_null_geometry():
    points = gpd.GeoDataFrame({"n": [1]}, geometry=[None], crs=4326)
    assert feature_collection(points)["features"][0]["geometry"] is None


def test_an_empty_frame_is_an_empty_layer():
    empty = gpd.GeoDataFrame({"n": []}, geometry=[], crs=4326)
    assert feature_collection(empty) == {"type": "FeatureCollection", "features": []}


def test_metres_are_refused():
    with pytest.raises(BadFrame, match="EPSG:4326"):
        feature_collection(frame(n=[1]).to_crs(3857))


def test_a_missing_column_is_named():
    with pytest.raises(BadFrame, match="'load'"):
        feature_collection(frame(n=[1]), ["load"])
