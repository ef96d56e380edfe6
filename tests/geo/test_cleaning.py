"""What cleaning finds, mends and leaves alone."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import Point, Polygon, box

from geo.cleaning import MAX_REPAIR_VERTICES, clean_coverage
from geo.coverage import find_overlaps, is_valid_coverage
from geo.errors import BadFrame, BadLayer
from tests.geo.builders import EAST, NORTH, ZONE, cell, square_town


def moved(frame, row, shape):
    shapes = list(frame.geometry)
    shapes[row] = shape
    return frame.set_geometry(gpd.GeoSeries(shapes, crs=frame.crs))


def wkb(frame):
    return shapely.to_wkb(frame.geometry.to_numpy()).tolist()


def overlapping(by_m=30.0):
    """Two cells in a row of which the western one reaches into the other."""
    town = square_town(2, 1)
    return moved(town, 0, box(EAST, NORTH, EAST + 1000 + by_m, NORTH + 1000))


@pytest.mark.parametrize("crs", [ZONE, 4326])
def test_a_clean_layer_passes_untouched_to_the_last_bit(crs):
    town = square_town(4, 3).to_crs(crs)
    cleaned, report = clean_coverage(town)
    assert wkb(cleaned) == wkb(town)
    assert report.was_clean
    assert report.lines() == ["coverage is clean; nothing was changed"]


def test_the_input_is_not_changed():
    town = overlapping()
    before = wkb(town)
    clean_coverage(town)
    assert wkb(town) == before


@pytest.mark.parametrize("crs", [ZONE, 4326])
def test_an_overlap_is_given_to_one_side_and_reported_with_its_place(crs):
    cleaned, report = clean_coverage(overlapping().to_crs(crs), id_column="code")
    assert is_valid_coverage(cleaned)
    (place,) = report.overlaps_before
    assert place.what == "0 / 1"
    assert place.area_m2 == pytest.approx(30_000, rel=1e-3)
    spot = gpd.GeoSeries([Point(place.lon, place.lat)], crs=4326).to_crs(ZONE)[0]
    assert spot.within(box(EAST + 1000, NORTH, EAST + 1030, NORTH + 1000))
    assert report.changed
    assert report.moved_m2 == pytest.approx(30_000, rel=1e-3)


def test_areas_that_need_no_change_keep_their_bits():
    town = square_town(6, 1)
    dirty = moved(town, 0, box(EAST, NORTH, EAST + 1030, NORTH + 1000))
    cleaned, report = clean_coverage(dirty, id_column="code")
    assert set(report.changed) == {"0", "1"}
    assert wkb(cleaned)[2:] == wkb(dirty)[2:]


def test_a_narrow_hole_is_filled_and_a_wide_one_is_left_and_named():
    narrow = box(EAST + 999.5, NORTH + 400, EAST + 1000, NORTH + 600)
    wide = box(EAST + 300, NORTH + 300, EAST + 400, NORTH + 400)
    town = square_town(2, 1)
    dirty = moved(town, 0, town.geometry[0] - narrow - wide)
    cleaned, report = clean_coverage(dirty)
    assert sorted(round(p.area_m2) for p in report.gaps_before) == [100, 10_000]
    assert [round(p.area_m2) for p in report.gaps_after] == [10_000]
    assert is_valid_coverage(cleaned)


def test_an_area_of_which_nothing_is_left_is_reported_lost():
    town = square_town(2, 1)
    twin = gpd.GeoDataFrame({"code": ["twin"]}, geometry=[town.geometry[0]], crs=ZONE)
    both = gpd.GeoDataFrame(
        {"code": [*town["code"], "twin"]},
        geometry=[*town.geometry, *twin.geometry],
        crs=ZONE,
    )
    cleaned, report = clean_coverage(both, id_column="code")
    assert len(report.lost) == 1
    assert len(cleaned) == 2
    assert f"lost: {report.lost[0]}" in report.lines()


def test_a_bow_tie_is_mended_and_named():
    bow_tie = Polygon([(0, 0), (10, 10), (10, 0), (0, 10)])
    frame = gpd.GeoDataFrame({"code": ["x"]}, geometry=[bow_tie], crs=ZONE)
    cleaned, report = clean_coverage(frame, id_column="code")
    assert report.repaired == ("x",)
    assert cleaned.is_valid.all()


def test_an_outline_too_large_to_mend_is_refused_at_once():
    angle = np.linspace(0, 40 * np.pi, MAX_REPAIR_VERTICES + 1)
    star = Polygon(np.column_stack([np.cos(angle), np.sin(angle * 1.1)]) * 1000)
    assert not star.is_valid
    with pytest.raises(BadLayer, match="too many to mend"):
        clean_coverage(gpd.GeoDataFrame(geometry=[star], crs=ZONE))


def test_what_is_no_area_is_refused():
    points = gpd.GeoDataFrame(geometry=[Point(0, 0)], crs=ZONE)
    with pytest.raises(BadFrame, match="row 1 is Point"):
        clean_coverage(points)
    with pytest.raises(BadFrame, match="no CRS"):
        clean_coverage(square_town(1, 1).set_crs(None, allow_override=True))


@given(
    st.lists(
        st.tuples(st.integers(0, 8), *[st.floats(-40, 40)] * 4), min_size=1, max_size=6
    )
)
@settings(max_examples=40, deadline=None)
def test_whatever_was_moved_the_result_is_a_valid_coverage(moves):
    town = square_town(3, 3)
    for row, *shifts in moves:
        bounds = np.array(cell(row % 3, row // 3).bounds) + shifts
        town = moved(town, row, box(*bounds))
    cleaned, report = clean_coverage(town, id_column="code")
    assert is_valid_coverage(cleaned)
    assert len(cleaned) + len(report.lost) == 9
    assert find_overlaps(cleaned) == ()
    untouched = set(cleaned["code"]) - set(report.changed)
    before = dict(zip(town["code"], wkb(town), strict=True))
    for code, bits in zip(cleaned["code"], wkb(cleaned), strict=True):
        assert (bits == before[code]) == (code in untouched)
