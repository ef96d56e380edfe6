"""Layers that sit a datum vector off are found, others are left in peace."""

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geo.crs import wgs84_to_bd09, wgs84_to_gcj02
from geo.datum import require_no_shift, suspect_shift
from geo.errors import BadDatum
from tests.geo.builders import square_town

SHIFTS = {
    "wgs84": lambda x, y: (x, y),
    "gcj02": wgs84_to_gcj02,
    "bd09": wgs84_to_bd09,
}


@pytest.fixture
def town():
    """Five by five villages of 2 km, in degrees."""
    return square_town(5, 5, side_m=2000).to_crs(4326)


def shifted(frame, datum):
    geoms = shapely.transform(
        np.asarray(frame.geometry.array), SHIFTS[datum], interleaved=False
    )
    return frame.set_geometry(gpd.GeoSeries(geoms, crs=4326))


def homes(town, per_village=6):
    """Points inside each village, with its code."""
    rng = np.random.default_rng(1)
    rows = []
    for code, area in zip(town["code"], town.geometry, strict=True):
        west, south, east, north = area.bounds
        for x, y in rng.uniform(0.1, 0.9, (per_village, 2)):
            spot = shapely.Point(west + x * (east - west), south + y * (north - south))
            rows.append({"village": code, "geometry": spot})
    return gpd.GeoDataFrame(rows, crs=4326)


@pytest.mark.parametrize("datum", SHIFTS)
def test_outlines_of_the_same_codes_tell_their_datum(town, datum):
    found = suspect_shift(shifted(town, datum), town, key="code", reference_key="code")
    assert found.coord_type == datum


@pytest.mark.parametrize("datum", SHIFTS)
def test_outlines_inside_a_county_tell_their_datum(town, datum):
    county = gpd.GeoDataFrame(geometry=[town.union_all()], crs=4326)
    assert suspect_shift(shifted(town, datum), county).coord_type == datum


@pytest.mark.parametrize("datum", SHIFTS)
def test_points_that_name_their_village_tell_their_datum(town, datum):
    found = suspect_shift(
        shifted(homes(town), datum), town, key="village", reference_key="code"
    )
    assert found.coord_type == datum


@pytest.mark.parametrize("datum", SHIFTS)
def test_a_second_delivery_of_the_same_points_tells_its_datum(town, datum):
    points = homes(town, 1)
    found = suspect_shift(
        shifted(points, datum), points, key="village", reference_key="village"
    )
    assert found.coord_type == datum


def test_the_refusal_says_how_far_and_the_way_out(town):
    found = suspect_shift(
        shifted(town, "gcj02"), town, key="code", reference_key="code"
    )
    with pytest.raises(
        BadDatum,
        match=r"sits 5\d\d m off by the GCJ-02 vector .*say --coord-type gcj02",
    ):
        require_no_shift(found, "villages.shp")


def test_a_layer_in_its_place_is_not_suspected(town):
    found = suspect_shift(town, town, key="code", reference_key="code")
    assert not found.is_shifted
    require_no_shift(found, "villages.shp")


def test_a_layer_that_is_off_by_something_else_is_not_called_gcj02(town):
    west = town.set_geometry(town.translate(xoff=-0.006, yoff=0.004))
    found = suspect_shift(west, town, key="code", reference_key="code")
    assert not found.is_shifted


def test_three_points_of_many_tell_the_datum_if_all_fit_in_it(town):
    middles = town.set_geometry(town.representative_point())
    near = shifted(homes(town), "gcj02")
    inside = gpd.sjoin(near, town, predicate="intersects")
    is_out = ~near.index.isin(inside.index[inside["village"] == inside["code"]])
    layer = gpd.GeoDataFrame(
        {"village": [*middles["code"], *near["village"][is_out][:3]]},
        geometry=[*shifted(middles, "gcj02").geometry, *near.geometry[is_out][:3]],
        crs=4326,
    )
    found = suspect_shift(layer, town, key="village", reference_key="code")
    assert found.coord_type == "gcj02"
    fewer = suspect_shift(layer[:-1], town, key="village", reference_key="code")
    assert fewer.coord_type == "wgs84"
    assert fewer.hint == "all would lie right as gcj02: check the datum of the file"


def test_a_few_wrong_village_codes_are_no_shift(town):
    points = homes(town)
    points.loc[:9, "village"] = "24"
    found = suspect_shift(points, town, key="village", reference_key="code")
    assert not found.is_shifted


def test_too_little_proves_nothing(town):
    assert suspect_shift(homes(town)[:2], town) is None
    assert suspect_shift(town, town[:0]) is None
    other = town.assign(code="none")
    assert suspect_shift(other, town, key="code", reference_key="code") is None
    require_no_shift(None, "anything")


def test_the_layer_is_never_moved(town):
    layer = shifted(town, "gcj02")
    before = layer.geometry.to_wkb().tolist()
    suspect_shift(layer, town)
    assert layer.geometry.to_wkb().tolist() == before
