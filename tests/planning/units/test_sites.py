"""The village of a site: the one that it names, or it is said why not."""

import geopandas as gpd
import pytest
import shapely

from planning.errors import BadUnits
from planning.pipeline import make_plan
from planning.units.sites import find_sites
from planning.units.territory import Territory
from tests.planning.builders import EAST, METRIC, NORTH, asking, square_units


def found(label):
    """The village of one site of 150 m, of which 100 lie in the first of two."""
    outlines = gpd.GeoDataFrame(
        {"label": ["east", "far", "west"]},
        geometry=[
            shapely.box(EAST + 100 * x, NORTH, EAST + 100 * x + 100, NORTH + 100)
            for x in (1, 5, 0)
        ],
        crs=METRIC,
    )
    site = gpd.GeoDataFrame(
        {"site_id": ["Z1"], "label": [label]},
        geometry=[shapely.box(EAST, NORTH + 20, EAST + 150, NORTH + 40)],
        crs=METRIC,
    )
    notes = []
    sites = find_sites(Territory(square_units(1, 2), sites=site), outlines, notes)
    return sites["label"].item(), notes


def test_a_site_is_in_the_village_that_it_names_though_most_lies_beside():
    assert found("east") == ("east", [])


def test_a_site_that_names_no_village_goes_where_most_of_it_lies():
    assert found("") == ("west", [])


def test_a_site_that_names_an_unknown_village_is_told():
    village, notes = found("410325105299")
    assert village == "west"
    assert notes == [
        "site Z1 names village 410325105299, which has no outline: its grid is in "
        "village west, which holds most of it"
    ]


def test_sites_that_cover_every_unit_leave_nothing_to_plan():
    units = square_units(1, 2)
    whole = shapely.box(EAST - 9, NORTH - 9, EAST + 300, NORTH + 300)
    site = gpd.GeoDataFrame({"site_id": ["Z"]}, geometry=[whole], crs=METRIC)
    with pytest.raises(BadUnits, match="cover all units; nothing is left to plan"):
        make_plan(Territory(units, sites=site), asking(1))


def test_a_site_below_another_is_named():
    ground = shapely.box(EAST + 20, NORTH + 20, EAST + 60, NORTH + 60)
    sites = gpd.GeoDataFrame(
        {"site_id": ["Z1", "Z2"]}, geometry=[ground] * 2, crs=METRIC
    )
    with pytest.raises(BadUnits, match="'Z2' has no ground of its own"):
        make_plan(Territory(square_units(2, 2), sites=sites), asking(2))


def test_a_site_that_lies_nowhere_in_its_village_is_told():
    village, (note,) = found("far")
    assert village == "west"
    assert "names village far, but lies nowhere in it" in note


@pytest.mark.parametrize("overlay", [False, True])
def test_what_the_grid_of_a_site_leaves_out_is_told_with_the_reason(overlay):
    east, north = EAST + 100, NORTH + 100
    across = shapely.box(EAST + 250, NORTH + 220, EAST + 320, NORTH + 240)
    parts = shapely.union_all(
        [
            shapely.box(east, north, east + 40, north + 40),
            shapely.box(east + 60, north, east + 80, north + 20),
        ]
    )
    sites = gpd.GeoDataFrame(
        {"site_id": ["line", "parts"], "overlay": overlay},
        geometry=[across, parts],
        crs=METRIC,
    )
    units = square_units(3, 6).assign(label=["a", "a", "a", "b", "b", "b"] * 3)
    notes = make_plan(Territory(units, sites=sites), asking(4)).report["notes"]
    assert "site line lost 400 m²: it is kept inside village a" in notes
    assert (
        "site parts lost 400 m²: it is kept inside village a and whole: its largest "
        "part counts"
    ) in notes
