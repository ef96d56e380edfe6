"""The village of a site: the one that it names, or it is said why not."""

import geopandas as gpd
import pytest
import shapely

from planning.errors import BadUnits
from planning.pipeline import make_plan, units_to_plan
from planning.units.sites import find_sites
from planning.units.territory import PlanPolicy, Territory
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


def _labelled_rows() -> gpd.GeoDataFrame:
    """Three rows of five squares, a village each; the lowest is nearly empty."""
    units = square_units(3, 5, load=[1] * 5 + [20] * 10)
    return units.assign(label=[name for name in "abc" for _ in range(5)])


def _site_on(shape: shapely.Geometry) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"site_id": ["Z"]}, geometry=[shape], crs=METRIC)


_LOWEST_ROW = shapely.box(EAST, NORTH, EAST + 500, NORTH + 100)


def test_what_a_site_takes_whole_is_not_shared_by_base_grids():
    town = Territory(_labelled_rows(), sites=_site_on(_LOWEST_ROW))
    assert units_to_plan(town)["label"].unique().tolist() == ["b", "c"]
    # All 205 would be five grids of that load.
    plan = make_plan(town, PlanPolicy(target_load=45.2))
    assert plan.report["grids"]["base"] == 4
    assert plan.grids.set_index("label")["load"]["a"] == 5
    assert plan.proof.holds
    told = "5 units, of a load of 5, lie in exclusive sites altogether"
    assert told in str(plan.report["notes"])


def test_grids_inside_a_band_are_counted_beside_what_sites_take():
    row = shapely.box(EAST, NORTH + 100, EAST + 300, NORTH + 200)
    town = Territory(_labelled_rows(), sites=_site_on(row))
    plan = make_plan(town, PlanPolicy(size_band=(5, 50)))
    base = plan.grids[plan.grids["kind"] == "base"]
    # With all of its squares the second village would have four grids.
    assert base.groupby("label").size().to_dict() == {"a": 1, "b": 1, "c": 4}
    assert base["load"].between(5, 50).all()


def test_points_of_a_village_that_a_site_takes_whole_belong_to_the_site():
    squares = _labelled_rows()
    spots = squares.set_geometry(squares.centroid)
    villages = squares.dissolve("label", as_index=False)[["label", "geometry"]]
    town = Territory(spots, villages=villages, sites=_site_on(_LOWEST_ROW))
    plan = make_plan(town, asking(4))
    homes = plan.units.set_index("settlement_id")["grid_id"]
    kinds = plan.grids.set_index("grid_id")["kind"]
    assert {kinds[homes[f"u{i:04d}"]] for i in range(5)} == {"exclusive"}
    assert not set(homes[[f"u{i:04d}" for i in range(5)]]) & set(homes[["u0005"]])
    assert plan.proof.holds


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
