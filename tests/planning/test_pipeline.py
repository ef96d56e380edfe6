"""The promises of a plan, on small worlds."""

from dataclasses import replace
from functools import cache

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.adjacency import rook_edges
from planning.errors import BadLock, BadQuota, BadUnits
from planning.graphs.graph import build_graph, components
from planning.pipeline import make_plan
from planning.plan import Plan
from planning.units.territory import Territory
from tests.planning.builders import (
    EAST,
    METRIC,
    NORTH,
    VILLAGES,
    asking,
    settlements,
    shuffled,
    site_across_a_line,
    small_town,
    square_units,
    square_villages,
)


def broken_grids(plan: Plan) -> list[str]:
    """Grids whose units are not connected by shared borders."""
    broken = []
    for grid, units in plan.units.to_crs(METRIC).groupby("grid_id"):
        shapes = np.asarray(units.geometry.values, object)
        u, v, _ = rook_edges(shapes)
        ones = np.ones(len(u), np.int64)
        if components(build_graph(np.ones(len(shapes), np.int64), u, v, ones)).any():
            broken.append(str(grid))
    return broken


@cache
def plan_of_the_town(grids: int) -> Plan:
    """The small town planned once for all tests that look at its plan."""
    return make_plan(small_town(), asking(grids))


def test_a_town_of_points_gets_its_grids_and_its_proof():
    plan = plan_of_the_town(30)
    assert plan.grids["kind"].value_counts().to_dict() == {"base": 30, "exclusive": 1}
    assert plan.proof.holds
    assert plan.proof.pieces == 1
    assert broken_grids(plan) == []
    assert plan.report["scores"]["boundaries"]["straddling_grids"]["value"] == 0


def test_grid_codes_begin_with_their_village_and_count_from_one():
    plan = plan_of_the_town(30)
    for village, grids in plan.grids.groupby("label"):
        serials = [f"{village}{i + 1:03d}" for i in range(len(grids))]
        assert grids["grid_id"].tolist() == serials
    assert (
        plan.grids.set_index("label").loc[VILLAGES[0], "kind"].iloc[-1] == "exclusive"
    )


def test_serials_run_from_west_to_east():
    plan = plan_of_the_town(30)
    base = plan.grids[plan.grids["kind"] == "base"].to_crs(METRIC)
    for _, grids in base.groupby("label"):
        assert grids.centroid.x.is_monotonic_increasing


def test_village_outlines_keep_every_vertex_to_the_last_bit():
    town = small_town()
    assert town.villages is not None
    plan = plan_of_the_town(30)
    theirs = {tuple(p) for p in shapely.get_coordinates(town.villages.geometry.values)}
    ours = {tuple(p) for p in shapely.get_coordinates(plan.grids.geometry.values)}
    assert theirs <= ours


def test_a_site_across_a_line_stays_in_the_village_that_it_names():
    plan = plan_of_the_town(30)
    site = plan.grids[plan.grids["kind"] == "exclusive"].to_crs(METRIC)
    assert site.area.iloc[0] == pytest.approx(200.0 * 200.0, rel=1e-3)
    assert any("site Z1 lost 2000" in note for note in plan.report["notes"])


def test_a_large_settlement_is_split_and_its_people_are_all_there():
    town = small_town()
    plan = make_plan(town, asking(60))
    loads = plan.units.groupby("settlement_id")["load"].sum()
    expected = town.units.set_index("unit_id")["load"]
    pd.testing.assert_series_equal(
        loads, expected.sort_index(), check_names=False, check_dtype=False
    )
    assert plan.units["load"].max() <= 1.05 * plan.report["ideal_load"]


def test_a_plan_tells_how_far_it_is_village_by_village():
    told = []
    make_plan(small_town(), asking(12), lambda *told_of: told.append(told_of))
    shares = [done for _, done in told]
    assert shares == sorted(shares)
    assert sum(stage == "divide" for stage, _ in told) == 1 + len(VILLAGES)


def test_what_a_forbidden_river_forces_is_heard_before_dividing():
    units = square_units(6, 6, np.full(36, 10.0))
    river = gpd.GeoDataFrame(
        {"kind": ["river"]},
        geometry=[shapely.LineString([(EAST, NORTH + 200), (EAST + 600, NORTH + 200)])],
        crs=units.crs,
    )
    heard = []
    wish = asking(4, forbidden=("river",))
    make_plan(
        Territory(units, lines=river), wish, hear=lambda bound, _: heard.append(bound)
    )
    make_plan(Territory(units), asking(4), hear=lambda bound, _: heard.append(bound))
    assert heard == pytest.approx([1 / 3, 0.0])


def test_what_a_village_settled_exactly_forces_is_heard_before_dividing():
    # Three equal grids of the first six cannot be connected, whatever arithmetic says.
    load = [15, 15, 1, 15, 15, 1, 10, 10, 10, 10, 10, 10]
    units = square_units(1, 12, load)
    units["label"] = ["a"] * 6 + ["b"] * 6
    heard = []
    plan = make_plan(
        Territory(units), asking(5), hear=lambda bound, _: heard.append(bound)
    )
    told = plan.report["scores"]["bounds"]["bound_lines_pct"]["value"]
    assert heard == [pytest.approx(told / 100.0, abs=1e-6)]
    assert told == pytest.approx(100 * (31 / 24.4 - 1), abs=1e-3)


def test_a_village_without_load_is_a_grid_that_is_all_off_as_is_heard_before():
    units = square_units(1, 12, [10.0] * 11 + [0.0])
    units["label"] = ["a"] * 11 + ["b"]
    heard = []
    plan = make_plan(
        Territory(units), asking(5), hear=lambda bound, _: heard.append(bound)
    )
    most = plan.report["scores"]["balance"]["max_deviation_pct"]["value"]
    assert (heard, most) == ([1.0], 100.0)


def test_the_same_plan_for_shuffled_rows():
    town = small_town()
    assert town.villages is not None
    other = replace(
        town,
        units=shuffled(town.units, 5),
        villages=shuffled(town.villages, 6),
    )
    first, second = plan_of_the_town(25), make_plan(other, asking(25))
    pd.testing.assert_frame_equal(first.assignment, second.assignment)
    assert first.report["input_hash"] == second.report["input_hash"]
    assert first.grids.geometry.to_wkb().equals(second.grids.geometry.to_wkb())


def test_another_load_is_another_input():
    town = small_town()
    changed = replace(town, units=town.units.assign(load=town.units["load"] + 1))
    before = plan_of_the_town(25).report["input_hash"]
    assert make_plan(changed, asking(25)).report["input_hash"] != before


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 10_000), per_village=st.integers(1, 7), data=st.data())
def test_any_small_town_is_covered_by_exactly_its_grids(seed, per_village, data):
    town = small_town(seed, per_village)
    grids = data.draw(st.integers(4, 4 * per_village))
    plan = make_plan(town, asking(grids, seed=seed % 3))
    assert (plan.grids["kind"] == "base").sum() == grids
    assert plan.proof.holds
    assert broken_grids(plan) == []
    assert set(plan.units["grid_id"]) <= set(plan.grids["grid_id"])


def test_polygons_are_kept_as_they_are():
    units = square_units(6, 6)
    plan = make_plan(Territory(units), asking(6))
    assert plan.proof.holds
    assert plan.grids["load"].tolist() == [6.0] * 6
    assert plan.grids["grid_id"].tolist() == [f"G00{i}" for i in range(1, 7)]
    assert np.allclose(plan.units.to_crs(METRIC).area, 10_000.0)


def test_a_unit_heavier_than_the_ideal_stands_alone_and_is_named():
    load = np.ones(36)
    load[14] = 100.0
    plan = make_plan(Territory(square_units(6, 6, load)), asking(6))
    alone = plan.units.groupby("grid_id")["unit_id"].agg(list)
    assert ["u0014"] in alone.tolist()
    assert plan.report["oversized_units"] == ["u0014"]
    assert plan.report["scores"]["balance"]["residual_max_deviation_pct"]["value"] == 0


def test_an_island_with_many_people_gets_grids_of_its_own():
    units = square_units(4, 8)
    sea = units[~units["unit_id"].isin([f"u{8 * r + 4:04d}" for r in range(4)])]
    plan = make_plan(Territory(sea), asking(7))
    assert broken_grids(plan) == []
    assert plan.report["links"] == []


def test_a_small_island_belongs_to_the_nearest_land_by_one_stated_link():
    units = square_units(4, 4)
    island = square_units(1, 8).iloc[[7]].assign(unit_id="island")
    both = gpd.GeoDataFrame(pd.concat([units, island], ignore_index=True), crs=METRIC)
    plan = make_plan(Territory(both), asking(4))
    assert plan.report["links"] == [["island", "u0003"]]
    assert plan.report["scores"]["manageability"]["broken_grids"]["value"] == 0
    assert len(plan.grids) == 4


def test_polygons_that_cross_an_outline_are_cut_at_it():
    units = square_units(40, 40)
    units = units.assign(geometry=units.translate(-30.0, -30.0))
    plan = make_plan(
        Territory(units, villages=square_villages(), sites=site_across_a_line()),
        asking(20),
    )
    assert plan.proof.holds
    assert (plan.grids["kind"] == "base").sum() == 20


def test_villages_that_overlap_are_refused():
    town = small_town()
    assert town.villages is not None
    wide = town.villages.to_crs(METRIC)
    wide.loc[0, "geometry"] = wide.geometry[0].buffer(20.0)
    with pytest.raises(BadUnits, match="overlap by"):
        make_plan(replace(town, villages=wide), asking(12))


def test_a_site_that_crosses_itself_is_refused():
    bow = shapely.Polygon([(0, 0), (90, 90), (90, 0), (0, 90)])
    site = gpd.GeoDataFrame(
        {"site_id": ["S1"]},
        geometry=[shapely.affinity.translate(bow, EAST, NORTH)],
        crs=METRIC,
    )
    with pytest.raises(BadUnits, match="'S1' is broken"):
        make_plan(Territory(square_units(3, 3), sites=site), asking(2))


def test_a_unit_in_several_parts_keeps_them_inside_an_outline():
    units = square_units(6, 6, label=VILLAGES[0])
    units.loc[0, "geometry"] = shapely.union(units.geometry[0], units.geometry[21])
    units = units.drop(index=21)
    outline = units.dissolve("label").reset_index()[["label", "geometry"]]
    plan = make_plan(Territory(units, outline), asking(5))
    assert np.allclose(plan.units.to_crs(METRIC).area, [20_000.0, *[10_000.0] * 34])


def test_a_unit_outside_the_outline_of_its_village_is_named():
    units = square_units(4, 4).assign(label=VILLAGES[0])
    outline = square_villages(1)
    units.loc[3, "geometry"] = shapely.affinity.translate(
        units.geometry[3], 20_000.0, 0.0
    )
    with pytest.raises(BadUnits, match="'u0003' of '410325105201'"):
        make_plan(Territory(units, outline), asking(2))


def test_points_without_outlines_get_a_hull_and_say_so():
    units = settlements(np.random.default_rng(4), 6).assign(label="")
    plan = make_plan(Territory(units), asking(8))
    assert plan.proof.holds
    assert any("convex hull" in note for note in plan.report["notes"])


def test_a_redraw_keeps_names_and_moves_little():
    units = square_units(12, 12, np.random.default_rng(2).integers(5, 15, 144))
    first = make_plan(Territory(units), asking(12))
    shock = np.random.default_rng(3).lognormal(0, 0.1, 144)
    later = units.assign(load=np.round(units["load"] * shock * 10))
    old = first.assignment.set_index("unit_id")["grid_id"]
    plan = make_plan(
        Territory(later, previous=old), asking(12, stability=0.9, tolerance=0.1)
    )
    assert set(plan.grids["grid_id"]) == set(first.grids["grid_id"])
    assert plan.report["scores"]["stability"]["moved_load_pct"]["value"] < 10


def test_a_new_grid_never_takes_a_retired_name():
    units = square_units(6, 6)
    old = make_plan(Territory(units), asking(4)).assignment
    previous = old.set_index("unit_id")["grid_id"]
    plan = make_plan(Territory(units, previous=previous), asking(5))
    new = set(plan.grids["grid_id"]) - set(previous)
    assert new == {"G005"}


def test_locked_units_never_move():
    units = square_units(8, 8, np.random.default_rng(2).integers(5, 15, 64))
    first = make_plan(Territory(units), asking(8))
    old = first.assignment.set_index("unit_id")["grid_id"]
    locked = frozenset(old[old == "G001"].index)
    changed = units.assign(
        load=np.where(units["unit_id"].isin(locked), 40.0, units["load"])
    )
    plan = make_plan(
        Territory(changed, previous=old, locked=locked), asking(8, stability=0.0)
    )
    new = plan.assignment.set_index("unit_id")["grid_id"]
    assert (new[list(locked)] == "G001").all()


def test_no_part_of_a_locked_settlement_moves_though_it_is_split_now():
    town = small_town()
    first = make_plan(town, asking(12, split="none"))
    old = first.assignment.set_index("unit_id")["grid_id"]
    heavy = town.units.set_index("unit_id")["load"].nlargest(6).index
    locked = frozenset(heavy)
    plan = make_plan(replace(town, previous=old, locked=locked), asking(12))
    parts = plan.units[plan.units["settlement_id"].isin(locked)]
    assert len(parts) > len(locked)
    assert (parts["grid_id"] == parts["settlement_id"].map(old)).all()


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"load": [np.nan] + [1.0] * 8}, BadUnits, "load of 'u0000' is nan"),
        ({"load": [-1.0] + [1.0] * 8}, BadUnits, "not negative"),
        ({"load": [0.0] * 9}, BadUnits, "sum to 0"),
        ({"load": [1e15] * 9}, BadUnits, "another unit"),
        ({"unit_id": ["a"] * 9}, Exception, "stands 9 times"),
    ],
)
def test_bad_units_are_refused_in_one_line(change, error, words):
    with pytest.raises(error, match=words):
        make_plan(Territory(square_units(3, 3).assign(**change)), asking(3))


def test_a_previous_plan_of_no_units_is_refused():
    nothing = pd.Series([], index=[], dtype=object)
    with pytest.raises(BadLock, match="holds no units; leave it out"):
        make_plan(Territory(square_units(3, 3), previous=nothing), asking(3))


def test_a_tolerance_in_percent_is_refused_with_the_share_that_it_is():
    with pytest.raises(BadQuota, match=r"5 % is 0\.05"):
        asking(3, tolerance=5.0)


@pytest.mark.parametrize("shape", ["centroid", "boundary"])
def test_an_outline_that_is_no_polygon_is_named(shape):
    units = square_units(2, 2, label="V")
    outline = gpd.GeoSeries([units.union_all()], crs=units.crs)
    villages = gpd.GeoDataFrame({"label": ["V"]}, geometry=getattr(outline, shape))
    with pytest.raises(BadUnits, match=r"'V' is .*; an outline is a polygon"):
        make_plan(Territory(units, villages=villages), asking(2))


def test_shares_of_a_whole_are_divided_as_well_as_numbers():
    shares = np.random.default_rng(5).integers(20, 60, 64) / 1e9
    plan = make_plan(Territory(square_units(8, 8, shares)), asking(8))
    assert plan.report["scores"]["balance"]["max_deviation_pct"]["value"] <= 5.0


def test_a_seed_beyond_what_searches_count_to_is_refused():
    with pytest.raises(BadQuota, match="seed"):
        asking(3, seed=10**22)


def test_a_further_load_that_one_unit_holds_is_explained():
    units = square_units(4, 4).assign(mines=[3.0] + [0.0] * 15)
    plan = make_plan(Territory(units, also=("mines",)), asking(4))
    assert plan.report["more_loads"][0]["bound_units_pct"] == 300.0


def test_overlapping_units_are_refused():
    units = square_units(3, 3)
    shapes = units.geometry.copy()
    shapes.iloc[0] = shapes.iloc[0].buffer(20.0)
    with pytest.raises(BadUnits, match="overlap"):
        make_plan(Territory(units.set_geometry(shapes)), asking(3))


def test_more_grids_than_units_are_refused_with_the_nearest_number():
    with pytest.raises(BadQuota, match="at most 9"):
        make_plan(Territory(square_units(3, 3)), asking(10))


def test_fewer_grids_than_villages_are_refused_with_the_nearest_number():
    with pytest.raises(BadQuota, match="at least 4"):
        make_plan(small_town(), asking(3))


def test_nothing_to_plan_is_refused():
    with pytest.raises(BadUnits, match="nothing to plan"):
        make_plan(Territory(square_units(3, 3).iloc[:0]), asking(1))


def test_a_lock_without_a_previous_plan_is_refused():
    with pytest.raises(BadLock, match="previous plan"):
        make_plan(Territory(square_units(3, 3), locked=frozenset({"u0001"})), asking(3))


def test_settlements_need_not_state_their_groups():
    town = small_town()
    silent = replace(town, units=town.units.assign(groups=np.nan))
    assert make_plan(silent, asking(40)).proof.holds


def test_a_lock_across_a_line_is_refused():
    units = square_units(4, 4).assign(label=["A", "B"] * 8)
    previous = pd.Series("G1", units["unit_id"])
    locked = frozenset({"u0000", "u0001"})
    with pytest.raises(BadLock, match="'A' and 'B'"):
        make_plan(Territory(units, previous=previous, locked=locked), asking(4))
