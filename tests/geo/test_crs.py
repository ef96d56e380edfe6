"""Datums in and out."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from geo.crs import (
    COORD_TYPES,
    gcj02_shift,
    metric_crs,
    to_wgs84,
    wgs84_to_bd09,
    wgs84_to_gcj02,
)
from geo.errors import BadDatum

GEOD = Geod(ellps="WGS84")
LON, LAT = st.floats(73.5, 134.5), st.floats(18.5, 53.0)


def apart_m(a, b):
    return GEOD.inv(a[0], a[1], b[0], b[1])[2]


def one(lon, lat):
    return np.array([lon]), np.array([lat])


@given(LON, LAT)
def test_gcj02_and_back_is_the_same_place_to_a_micrometre(lon, lat):
    x, y = to_wgs84(*wgs84_to_gcj02(*one(lon, lat)), "gcj02")
    assert apart_m((lon, lat), (x[0], y[0])) < 1e-6


@given(LON, LAT)
def test_bd09_and_back_is_the_same_place_to_a_micrometre(lon, lat):
    x, y = to_wgs84(*wgs84_to_bd09(*one(lon, lat)), "bd09")
    assert apart_m((lon, lat), (x[0], y[0])) < 1e-6


@given(LON, LAT)
def test_the_shift_is_some_hundred_metres_everywhere_in_china(lon, lat):
    x, y = wgs84_to_gcj02(*one(lon, lat))
    assert 50 < apart_m((lon, lat), (x[0], y[0])) < 1000


def test_the_shift_at_a_known_place():
    # Tiananmen, as published side by side by many open implementations.
    x, y = wgs84_to_gcj02(*one(116.397_128, 39.908_8))
    assert x[0] == pytest.approx(116.403_37, abs=2e-5)
    assert y[0] == pytest.approx(39.910_20, abs=2e-5)


def test_the_shift_in_western_henan_is_577_m():
    lon, lat = one(111.87, 34.06)
    dlon, dlat = gcj02_shift(lon, lat)
    moved = (lon[0] + dlon[0], lat[0] + dlat[0])
    assert apart_m((lon[0], lat[0]), moved) == pytest.approx(577, abs=3)


@pytest.mark.parametrize("coord_type", ["wgs84", "cgcs2000"])
def test_what_is_wgs84_already_stays_to_the_last_bit(coord_type):
    lon, lat = one(111.123456789, 34.987654321)
    assert to_wgs84(lon, lat, coord_type) == (lon, lat)


def test_an_unknown_datum_names_those_that_are_known():
    with pytest.raises(BadDatum, match="'gps' is unknown; use one of wgs84"):
        to_wgs84(*one(111, 34), "gps")
    assert COORD_TYPES == ("wgs84", "cgcs2000", "gcj02", "bd09")


def test_many_places_are_moved_at_once_without_changing_the_input():
    lon, lat = np.linspace(100, 120, 50), np.linspace(22, 45, 50)
    before = lon.copy()
    to_wgs84(lon, lat, "gcj02")
    assert (lon == before).all()


@pytest.mark.parametrize(
    ("lon", "epsg"),
    [(75.0, 4534), (111.9, 4546), (112.5, 4546), (112.6, 4547), (135.0, 4554)],
)
def test_china_is_measured_in_its_three_degree_zones(lon, epsg):
    assert metric_crs(lon).to_epsg() == epsg


@given(st.floats(73.5, 136.5))
def test_the_zone_lies_within_a_degree_and_a_half(lon):
    meridian = metric_crs(lon).coordinate_operation.params[1].value
    assert abs(meridian - lon) <= 1.5


@pytest.mark.parametrize(
    ("lon", "epsg"), [(-87.6, 32616), (2.3, 32631), (179.9, 32660), (180.0, 32601)]
)
def test_elsewhere_the_utm_zone_serves(lon, epsg):
    assert metric_crs(lon).to_epsg() == epsg
