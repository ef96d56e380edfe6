"""Gaps, overlaps and missing vertices are found, and measured in metres."""

import geopandas as gpd
import pytest
from shapely import box

from geo.coverage import (
    find_gaps,
    find_overlaps,
    is_valid_coverage,
    symmetric_difference_m2,
)
from tests.geo.builders import EAST, NORTH, ZONE, square_town


def test_what_two_areas_claim_is_named_by_both_the_largest_first():
    shapes = [
        box(EAST, NORTH, EAST + 1000, NORTH + 1000),
        box(EAST + 990, NORTH, EAST + 2000, NORTH + 1000),
        box(EAST, NORTH + 970, EAST + 900, NORTH + 2000),
    ]
    frame = gpd.GeoDataFrame({"code": ["a", "b", "c"]}, geometry=shapes, crs=ZONE)
    first, second = find_overlaps(frame, "code")
    assert (first.what, second.what) == ("a / c", "a / b")
    assert first.area_m2 == pytest.approx(27_000)
    assert second.area_m2 == pytest.approx(10_000)


def test_gaps_are_measured_against_an_outline():
    outline = box(EAST, NORTH, EAST + 2000, NORTH + 1500)
    (gap,) = find_gaps(square_town(2, 1), outline)
    assert gap.area_m2 == pytest.approx(1_000_000)


def test_missing_vertices_make_a_coverage_invalid():
    south = gpd.GeoSeries([box(0, 0, 10, 10)], crs=ZONE)
    north = [box(0, 10, 4, 20), box(4, 10, 10, 20)]
    assert not is_valid_coverage(gpd.GeoSeries([south[0], *north], crs=ZONE))
    assert is_valid_coverage(gpd.GeoSeries(north, crs=ZONE))


@pytest.mark.parametrize("crs", [ZONE, 4326])
def test_cells_and_their_outline_do_not_differ(crs):
    town = square_town(3, 2).to_crs(crs)
    outline = gpd.GeoSeries([town.union_all()], crs=crs)
    assert symmetric_difference_m2(town, outline) < 1e-6


def test_what_differs_is_measured_in_square_metres():
    town = square_town(2, 1)
    outline = gpd.GeoSeries([box(EAST, NORTH, EAST + 2000, NORTH + 999)], crs=ZONE)
    assert symmetric_difference_m2(town.to_crs(4326), outline) == pytest.approx(
        2000, rel=1e-3
    )
