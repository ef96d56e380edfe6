"""Polygons become a coverage: noise of drawing is cleaned, overlaps are refused."""

import pytest
import shapely

from planning.errors import BadUnits
from planning.pipeline import make_plan
from planning.units.territory import Territory
from tests.planning.builders import EAST, METRIC, NORTH, asking, square_units


def _reaching(by_m: float):
    """Nine squares of 100 m, of which the middle one reaches into the others."""
    units = square_units(3, 3)
    units.loc[4, "geometry"] = shapely.buffer(
        units.geometry[4], by_m, join_style="mitre"
    )
    return units


def test_squares_that_overlap_by_a_centimetre_are_planned_and_it_is_told():
    plan = make_plan(Territory(_reaching(0.012)), asking(3))
    assert plan.proof.holds
    assert plan.grids.to_crs(METRIC).area.sum() == pytest.approx(90_000, abs=5)
    assert "coverage was not clean" in str(plan.report["notes"])


def test_squares_that_overlap_by_decimetres_are_refused():
    with pytest.raises(BadUnits, match="units overlap in"):
        make_plan(Territory(_reaching(0.2)), asking(3))


def test_a_unit_without_ground_of_its_own_is_named_with_a_way_out():
    units = square_units(2, 2)
    line = [(EAST + 100, NORTH), (EAST + 100, NORTH + 90), (EAST + 100, NORTH + 30)]
    units.loc[3, "geometry"] = shapely.Polygon([*line, line[0]])
    with pytest.raises(BadUnits, match=r"1 units have no .* 'u0003'; leave them"):
        make_plan(Territory(units), asking(2))
