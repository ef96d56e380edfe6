"""Units of several points are parted by a stated rule."""

import geopandas as gpd
import pytest
import shapely

from planning.errors import BadUnits
from planning.pipeline import make_plan
from planning.units.places import single_places
from planning.units.territory import Territory
from tests.planning.builders import EAST, METRIC, NORTH, asking

PLACES = {
    "a": [(500, 0), (0, 0), (0, 0), (250, 90)],
    "b": [(900, 400)],
    "c": [(100, 800), (800, 800)],
}


def several_points(load=(10.0, 4.0, 5.0), **columns):
    shapes = [
        shapely.multipoints([(EAST + x, NORTH + y) for x, y in spots])
        for spots in PLACES.values()
    ]
    cells = {"unit_id": list(PLACES), "load": load, "label": "", **columns}
    return gpd.GeoDataFrame(cells, geometry=shapes, crs=METRIC)


def test_each_place_has_an_equal_share_and_whole_loads_stay_whole():
    notes = []
    made = single_places(several_points(tax=[3.0, 1.0, 0.0]), ("tax",), notes)
    rows = made[["unit_id", "settlement_id", "unit_kind", "load", "tax"]]
    assert rows.to_numpy().tolist() == [
        ["a-01", "a", "place", 4.0, 1.0],
        ["a-02", "a", "place", 3.0, 1.0],
        ["a-03", "a", "place", 3.0, 1.0],
        ["b", "b", "settlement", 4.0, 1.0],
        ["c-01", "c", "place", 3.0, 0.0],
        ["c-02", "c", "place", 2.0, 0.0],
    ]
    assert made.geometry.x.tolist()[:3] == [EAST, EAST + 250, EAST + 500]
    assert notes == [
        "2 units of several points became 5 units of one point, each with an equal "
        "share of the load"
    ]


def test_broken_loads_are_shared_without_rounding_and_groups_too():
    made = single_places(several_points([0.5, 1.0, 1.0], groups=[6, 2, 1]), (), [])
    assert made["load"].tolist() == pytest.approx([0.5 / 3] * 3 + [1.0, 0.5, 0.5])
    assert made["groups"].tolist() == [2, 2, 2, 2, 1, 1]


def test_a_plan_of_them_is_proven_and_says_so():
    plan = make_plan(Territory(several_points()), asking(2, split="none"))
    assert plan.proof.holds
    assert sorted(plan.assignment["unit_id"]) == [
        "a-01", "a-02", "a-03", "b", "c-01", "c-02",
    ]  # fmt: skip
    assert any("of several points" in note for note in plan.report["notes"])


def test_a_part_that_would_be_called_as_another_unit_is_refused():
    units = several_points()
    units["unit_id"] = ["a", "a-02", "c"]
    with pytest.raises(
        BadUnits, match=r"'a' and 'a-02' would both have a unit 'a-02-001'"
    ):
        make_plan(Territory(units), asking(2))
