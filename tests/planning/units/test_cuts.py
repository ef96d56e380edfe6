"""Lines as borders: blocks cut along them, cells that end there, spots kept whole."""

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pytest
import shapely

from planning.errors import BadUnits
from planning.graphs.borders import LINE_PRICES
from planning.pipeline import make_plan
from planning.units.blocks import cut_blocks
from planning.units.territory import Territory
from tests.planning.builders import (
    EAST,
    METRIC,
    NORTH,
    asking,
    site_across_a_line,
    small_town,
    square_units,
)


def line_at(x_m, kind="river", rows=4):
    """A line from south to north through squares of 100 m."""
    ends = [(EAST + x_m, NORTH - 10), (EAST + x_m, NORTH + 100 * rows + 10)]
    return gpd.GeoDataFrame(
        {"kind": [kind]}, geometry=[shapely.linestrings(ends)], crs=METRIC
    )


def as_blocks(units):
    return units.assign(settlement_id=units["unit_id"], unit_kind="unit")


def test_a_line_cuts_blocks_and_their_people_stay_whole():
    units = as_blocks(square_units(4, 4, np.full(16, 10.0)))
    pieces = cut_blocks(units, np.asarray(line_at(130.0).geometry.values, object))
    assert len(pieces) == 20
    west = pieces.set_index("unit_id").loc["u0001-01"]
    assert (west["load"], west["unit_kind"]) == (3.0, "piece")
    assert west.geometry.area == pytest.approx(3_000.0)
    sums = pieces.groupby("settlement_id")["load"].sum()
    assert (sums == 10.0).all()
    assert shapely.coverage_is_valid(np.asarray(pieces.geometry.values, object))


def test_a_sliver_stays_with_its_block():
    units = as_blocks(square_units(4, 4))
    cuts = np.asarray(line_at(195.0).geometry.values, object)
    assert len(cut_blocks(units, cuts)) == 16


def test_a_line_that_ends_inside_a_block_does_not_cut_it():
    units = as_blocks(square_units(1, 1))
    stub = shapely.linestrings([(EAST - 5, NORTH + 50), (EAST + 60, NORTH + 50)])
    assert len(cut_blocks(units, np.array([stub], object))) == 1


def test_a_plan_may_cut_its_blocks():
    town = Territory(square_units(4, 4), lines=line_at(130.0))
    plan = make_plan(town, asking(4, cut_blocks=True))
    assert plan.proof.holds
    assert plan.report["units"] == 20
    assert "4 blocks were cut" in " ".join(plan.report["notes"])


def road_through_spots():
    town = small_town(per_village=4)
    x = EAST + np.arange(-1, 42) * 100.0
    y = NORTH + 700.0 + 200.0 * np.sin(x / 300.0)
    road = shapely.linestrings(np.column_stack([x, y]))
    lines = gpd.GeoDataFrame({"kind": ["road"]}, geometry=[road], crs=METRIC)
    spots = shapely.points(x, y)
    inside = shapely.box(EAST, NORTH, EAST + 4_000, NORTH + 4_000)
    spots = spots[shapely.contains_properly(inside, spots)]
    points = gpd.GeoDataFrame(geometry=spots, crs=METRIC)
    return replace(town, lines=lines.to_crs(4326), spots=points.to_crs(4326))


def test_borders_follow_a_road_and_every_spot_on_it_is_in_one_grid():
    town = road_through_spots()
    assert town.spots is not None
    plan = make_plan(town, asking(12))
    assert plan.proof.holds
    assert plan.report["scores"]["boundaries"]["border_road_pct"]["value"] > 1
    grids = plan.grids.to_crs(METRIC).geometry.values
    spots = town.spots.to_crs(METRIC).geometry.values
    found = shapely.STRtree(grids).query(spots, predicate="covered_by")[0]
    assert np.bincount(found, minlength=len(spots)).tolist() == [1] * len(spots)


def test_an_overlay_lies_on_base_grids_and_leaves_no_hole():
    town = small_town(per_village=2)
    sites = site_across_a_line().assign(overlay=True)
    plan = make_plan(replace(town, sites=sites), asking(4))
    over = plan.grids[plan.grids["overlay"]]
    assert over["kind"].tolist() == ["exclusive"]
    assert plan.proof.holds
    below = plan.grids[~plan.grids["overlay"]].to_crs(METRIC)
    shape = over.to_crs(METRIC).geometry.iloc[0]
    covered = shapely.area(shapely.intersection(below.geometry.values, shape)).sum()
    assert covered == pytest.approx(shape.area, rel=1e-6)


def test_a_dear_kind_of_border_is_avoided():
    units = square_units(6, 6)
    lines = line_at(300.0, rows=6)
    shares = []
    for price in (0.1, 20.0):
        wish = asking(4, tolerance=0.2, line_prices=(("river", price),))
        scores = make_plan(Territory(units, lines=lines), wish).report["scores"]
        shares.append(scores["boundaries"]["border_river_pct"]["value"])
    assert shares[0] > shares[1]


@pytest.mark.parametrize("price", [("lake", 1.0), ("river", -1.0), ("river", np.nan)])
def test_a_price_for_no_border_or_of_no_worth_is_refused(price):
    with pytest.raises(BadUnits, match=r"lake|price"):
        asking(4, line_prices=(price,))


def test_every_kind_of_border_has_a_price():
    assert set(LINE_PRICES) == {"road", "river", "ridge", "village_line", "open"}
