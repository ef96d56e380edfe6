"""Each reason why a grid stays outside the tolerance, on land that forces it."""

from dataclasses import replace

import numpy as np
import pytest
import shapely

from planning.account.whynot import BLOCKS, as_rows, why_not
from planning.division.trials import Divided
from planning.graphs.graph import PLAIN_COST, build_graph, pieces_of

UNEVEN, PAIRS = [6, 6, 6, 6, 2, 2, 2, 2], [0, 0, 1, 1, 2, 2, 3, 3]
HALVES = [0, 0, 0, 0, 1, 1, 1, 1]


def divided(load, part, *, region=None, fixed=(), label=None, tolerance=0.05):
    """Units in a row, each touching the next."""
    load, part = np.array(load, np.int64), np.array(part, np.int64)
    n = len(load)
    u = np.arange(n - 1)
    region = np.zeros(n, np.int64) if region is None else np.array(region, np.int64)
    label = region if label is None else np.array(label, np.int64)
    own = (label[u] == label[u + 1]) & (region[u] == region[u + 1])
    return Divided(
        graph=build_graph(load, u, u + 1, np.full(n - 1, PLAIN_COST)),
        label=label,
        region=region,
        part=part,
        piece=pieces_of(label, u[own], u[own] + 1),
        polygons=shapely.box(u0 := np.arange(n), 0.0, u0 + 1.0, 1.0),
        fixed=np.isin(np.arange(n), fixed),
        grids=int(part.max()) + 1,
        tolerance=tolerance,
        seed=0,
    )


def test_a_plan_inside_the_tolerance_has_no_reasons():
    assert why_not(divided([5, 5, 5, 5], [0, 0, 1, 1])) == []


def test_a_unit_heavier_than_a_grid_is_named_with_the_pieces_it_needs():
    plan = divided([30, 5, 5, 10, 10], [0, 1, 1, 2, 3])
    first = why_not(plan)[0]
    assert (first.grid, first.blocked_by) == (0, "oversized_unit")
    assert (first.ways[0].relax, first.ways[0].unit, first.ways[0].count) == (
        "split_unit",
        0,
        2,
    )
    assert first.ways[0].gives.off_pct == pytest.approx(0.0)


def test_grids_that_share_what_an_oversized_unit_leaves_name_that_unit():
    plan = divided([300, 5, 5, 10, 10], [0, 1, 1, 2, 3])
    others = why_not(plan)[1:]
    assert [r.blocked_by for r in others] == ["oversized_elsewhere"] * 3
    assert [r.ways[0].unit for r in others] == [0, 0, 0]


def test_beside_an_oversized_unit_grids_are_explained_by_what_is_left():
    load = [*UNEVEN, 900]
    plan = divided(load, [*PAIRS, 4], region=[*HALVES, 2])
    reasons = {r.grid: r for r in why_not(plan)}
    assert reasons[4].blocked_by == "oversized_unit"
    assert {reasons[g].blocked_by for g in range(4)} == {"village_line"}
    assert [way.relax for way in reasons[0].ways] == [
        "village_line",
        "grids",
        "tolerance",
    ]
    # Of all with the giant's: 5 + 1 grids, four of them here.
    assert (reasons[0].ways[1].total, reasons[0].ways[1].count) == (6, 4)
    assert reasons[0].deviation_pct < -90
    coarse = why_not(divided([900, 7, 7, 8, 7, 7], [0, 1, 1, 1, 2, 2]))
    first = next(r for r in coarse if r.grid == 1)
    assert (first.blocked_by, first.ways[0].relax) == ("few_units", "split_unit")
    assert first.ways[0].unit in range(1, 6)


def test_a_grid_outside_of_what_giants_leave_has_a_reason_though_near_the_raw_mean():
    plan = divided([130, 53, 53, 47, 47], [0, 1, 1, 2, 2])
    reasons = {r.grid: r for r in why_not(plan)}
    assert sorted(reasons) == [0, 1, 2]
    assert reasons[1].deviation_pct == pytest.approx(6.0)


def test_village_arithmetic_names_the_neighbour_that_would_even_it_out():
    plan = divided(UNEVEN, PAIRS, region=HALVES)
    reasons = why_not(plan)
    assert {r.blocked_by for r in reasons} == {"village_line"}
    found = [(way.relax, way.count, way.other) for way in reasons[0].ways]
    assert found[:2] == [("village_line", None, 1), ("grids", 4, None)]
    assert reasons[0].ways[0].gives.off_pct == pytest.approx(0.0)


def test_another_number_of_grids_is_offered_as_it_would_be_shared_beside_its_own_mean():
    # 28 and 13: of four grids three and one, of three two and one.
    load, region = [4, 5, 5, 4, 5, 5, 6, 7], [0] * 6 + [1] * 2
    first = why_not(divided(load, [0, 0, 1, 1, 2, 2, 3, 3], region=region))[0]
    assert (first.grid, first.blocked_by) == (3, "village_line")
    way = first.ways[0]
    assert (way.relax, way.total, way.count, way.is_bound) == ("grids", 3, 1, True)
    assert way.gives.off_pct == pytest.approx(100 * (1 - 13 / (41 / 3)))
    made = divided(load, [0, 0, 0, 1, 1, 1, 2, 2], region=region)
    assert why_not(made) == []


def test_a_piece_of_land_of_its_own_is_not_called_a_village_line():
    plan = divided(UNEVEN, PAIRS, region=HALVES, label=[0] * 8)
    assert {r.blocked_by for r in why_not(plan)} == {"separate_land"}


def test_a_lock_is_named_when_it_holds_the_load():
    plan = divided([5, 5, 5, 5, 5, 5], [0, 0, 0, 0, 1, 1], fixed=[0, 1, 2, 3])
    heavy = next(r for r in why_not(plan) if r.grid == 0)
    assert heavy.blocked_by == "lock"
    assert heavy.ways[0].relax == "lock"
    assert heavy.ways[0].gives.off_pct == pytest.approx(0.0)


def test_what_a_new_search_settles_is_called_a_search():
    plan = divided([5, 5, 5, 5, 5, 5], [0, 0, 0, 0, 1, 1])
    assert {r.blocked_by for r in why_not(plan)} == {"search"}
    assert why_not(plan)[0].ways[0].relax == "rebalance"


def test_coarse_units_are_named_and_halving_one_is_tried():
    plan = divided([7, 7, 8, 7, 7], [0, 0, 0, 1, 1])
    first = why_not(plan)[0]
    assert first.blocked_by == "few_units"
    assert first.ways[0].relax == "split_unit"
    assert first.ways[0].gives.off_pct == pytest.approx(0.0)


def test_a_unit_that_no_neighbours_even_out_is_named():
    first = why_not(divided([10, 12, 10], [0, 0, 1]))[0]
    assert first.blocked_by == "heavy_unit"
    assert first.ways[0].relax == "split_unit"
    assert first.ways[0].gives.off_pct == pytest.approx(0.0)


def test_a_wider_tolerance_is_always_the_last_way():
    for plan in (
        divided([10, 12, 10], [0, 0, 1]),
        divided(UNEVEN, PAIRS, region=HALVES),
    ):
        for reason in why_not(plan):
            assert reason.blocked_by in BLOCKS
            assert reason.ways[-1].relax == "tolerance"
            assert reason.ways[-1].gives.off_pct == abs(reason.deviation_pct)


def test_trials_end_when_their_number_is_spent(monkeypatch):
    monkeypatch.setattr("planning.division.trials._TRIES_IN_ALL", 0)
    plan = divided([5, 5, 5, 5, 5, 5], [0, 0, 0, 0, 1, 1])
    assert {r.blocked_by for r in why_not(plan)} == {"not_tried"}


def test_where_many_grids_are_outside_each_is_tried_though_with_fewer_proposals():
    # Of four neighbours one grid has three, the next has one: 120 times.
    part = np.repeat(np.arange(240), [3, 1] * 120)
    found = why_not(divided([5] * 480, part))
    assert len(found) == 240
    assert "not_tried" not in {reason.blocked_by for reason in found}


def test_rows_for_the_report_name_grids_units_and_villages():
    plan = divided(UNEVEN, PAIRS, region=HALVES)
    rows = as_rows(why_not(plan), list("abcd"), list("wxyz"), ["甲村", "乙村"])
    assert rows[0]["grid_id"] in "abcd"
    assert rows[0]["ways"][:2] == [
        {"relax": "village_line", "gives_pct": 0.0, "bound": True, "other": "乙村"},
        {"relax": "grids", "gives_pct": 6.25, "bound": True, "count": 4, "total": 5},
    ]


def test_land_parted_by_a_forbidden_line_is_said_to_be_so_and_what_crossing_gives():
    parted = replace(
        divided(UNEVEN, PAIRS, region=HALVES, label=[0] * 8), shut=np.array([[3, 4]])
    )
    # No contact where the line is: as the planner's graph has it.
    u = np.array([0, 1, 2, 4, 5, 6])
    cost = np.full(6, PLAIN_COST)
    plan = replace(parted, graph=build_graph(np.array(UNEVEN), u, u + 1, cost))
    reasons = why_not(plan)
    assert {r.blocked_by for r in reasons} == {"barrier"}
    ways = {way.relax: way.gives.off_pct for way in reasons[0].ways}
    assert ways["barrier"] == pytest.approx(0.0)
    assert "village_line" not in ways


def test_what_crossing_gives_is_of_all_the_land_that_lines_part_in_the_village():
    # Alone 40 % off, with the piece beside still 20 %, all three together even.
    load, part = np.array([3, 3, 5, 5, 7, 7]), np.repeat([0, 1, 2], 2)
    u = np.array([0, 2, 4])
    plan = replace(
        divided(load, part, region=part, label=[0] * 6),
        graph=build_graph(load, u, u + 1, np.full(3, PLAIN_COST)),
        shut=np.array([[1, 2], [3, 4]]),
    )
    first = next(r for r in why_not(plan) if r.grid == 0)
    assert first.ways[0].relax == "barrier"
    assert first.ways[0].gives.off_pct == pytest.approx(0.0)


def test_land_that_a_village_would_not_touch_is_not_divided_with_it():
    # Village 1 touches only an islet of village 0, which a link joins to its rest:
    # without the village line the islet goes with village 1, and the rest stays alone.
    load, label = [10, 10, 10, 10, 1, 3, 3], [0] * 5 + [1] * 2
    plan = divided(load, [0, 1, 2, 3, 3, 4, 4], region=label)
    apart = replace(plan, piece=np.array([0, 0, 0, 0, 1, 2, 2]))
    last = [next(r for r in why_not(p) if r.grid == 4) for p in (plan, apart)]
    offers = [{w.relax: w.gives.off_pct for w in r.ways} for r in last]
    assert offers[0]["village_line"] == pytest.approx(0.0)
    assert offers[1]["village_line"] == pytest.approx(100 * (1 - 7 / 9.4))


def test_a_grid_that_a_village_needs_no_more_goes_where_the_plan_of_then_needs_it():
    # 4, 18 and 38 have one, two and three grids of six; 22 and 38 get two and four.
    load, label = [2, 2, 6, 6, 6, 10, 9, 10, 9], [0] * 2 + [1] * 3 + [2] * 4
    plan = divided(load, [0, 0, 1, 1, 2, 3, 3, 4, 5], region=label)
    first = next(r for r in why_not(plan) if r.grid == 0)
    offers = {way.relax: way for way in first.ways}
    assert offers["village_line"].other == 1
    assert offers["village_line"].gives.off_pct == pytest.approx(10.0)


def test_a_village_divided_together_may_take_a_grid_from_another():
    # 13, 35 and 36 have one, three and four of eight; 48 and 36 get five and three.
    load = [7, 6, 6, 6, 6, 6, 6, 5, 9, 9, 9, 9]
    label = [0] * 2 + [1] * 6 + [2] * 4
    plan = divided(load, [0, 0, 1, 1, 2, 2, 3, 3, 4, 5, 6, 7], region=label)
    first = next(r for r in why_not(plan) if r.grid == 0)
    offers = {way.relax: way for way in first.ways}
    assert offers["village_line"].other == 1
    assert offers["village_line"].gives.off_pct == pytest.approx(100 * (1 - 9.6 / 10.5))


def test_crossing_a_forbidden_line_beside_a_grid_is_tried_where_units_are_coarse():
    row = divided([6, 4, 7, 8, 4, 1], [0, 0, 0, 1, 1, 1], tolerance=0.02)
    assert "barrier" not in {way.relax for way in why_not(row)[0].ways}
    # The ends of the row touch across the line: 4 + 1 + 6 + 4 is half of all.
    first = why_not(replace(row, shut=np.array([[0, 5]])))[0]
    assert first.blocked_by == "few_units"
    assert (first.ways[0].relax, first.ways[0].gives.off_pct) == ("barrier", 0.0)


def test_the_village_that_would_even_a_grid_out_is_the_one_that_is_named():
    # Three units of village 0, one of 1 that touches them all, two of 2.
    load, label = np.array([2, 10, 8, 10, 2, 8]), np.array([0, 0, 0, 1, 2, 2])
    u, v = np.array([0, 1, 0, 1, 2, 2, 0, 4]), np.array([1, 2, 3, 3, 3, 4, 5, 5])
    plan = replace(
        divided(load, [0, 0, 1, 2, 3, 3], region=label, tolerance=0.02),
        graph=build_graph(load, u, v, np.full(8, PLAIN_COST)),
    )
    first = why_not(plan)[0]
    assert first.blocked_by == "few_units"
    way = first.ways[0]
    assert (way.relax, way.other, way.gives.off_pct) == ("village_line", 2, 0.0)


def test_a_lock_is_not_blamed_for_what_a_village_line_forces():
    plan = divided(UNEVEN, PAIRS, region=HALVES, fixed=[0])
    assert {r.blocked_by for r in why_not(plan)} == {"village_line"}


def test_trials_leave_locked_units_where_they_are():
    plan = divided([5, 5, 5, 5, 5, 5], [0, 0, 0, 0, 1, 1], fixed=[3])
    light = next(r for r in why_not(plan) if r.grid == 1)
    assert light.blocked_by == "lock"
    assert light.ways[0].relax == "lock"


def test_under_a_size_band_what_a_trial_reaches_is_judged_by_the_band():
    load = [7, 7, 8, 7, 7]
    # At best 22 and 14: in a wide band, though 22 % off.
    wide = replace(divided(load, [0, 0, 0, 0, 1]), size=(10.0, 30.0))
    (reason,) = why_not(wide)
    assert (reason.grid, reason.blocked_by) == (1, "search")
    # Not in a narrow one, though inside a tolerance of 30 %.
    row = divided(load, [0, 0, 0, 1, 1], tolerance=0.3)
    assert why_not(row) == []
    reasons = why_not(replace(row, size=(17.0, 19.0)))
    assert [r.blocked_by for r in reasons] == ["few_units"] * 2
    assert reasons[0].ways[0].relax == "split_unit"
    assert reasons[0].ways[0].gives.is_inside


def test_under_a_size_band_a_village_is_judged_by_the_band_and_its_edge_is_offered():
    plan = divided([40, 40, 11, 12], [0, 1, 2, 2], region=[0, 0, 1, 1], tolerance=0.9)
    narrow = replace(plan, size=(30.0, 50.0))
    (reason,) = why_not(narrow)
    assert (reason.grid, reason.blocked_by) == (2, "village_line")
    # 103 in three grids, or in two.
    assert reason.ways[0].relax == "village_line"
    last = reason.ways[-1]
    assert (last.relax, last.low, last.high) == ("band", 23, 50)
    rows = as_rows([reason], list("abc"), list("wxyz"), ["甲村", "乙村"], 10.0)
    assert (rows[0]["ways"][-1]["low"], rows[0]["ways"][-1]["high"]) == (2.3, 5.0)


def test_a_unit_above_the_band_is_oversized_whatever_the_tolerance():
    plan = divided([99, 40, 26, 14, 12], [0, 1, 2, 2, 3], tolerance=0.9)
    giant, light = why_not(replace(plan, size=(20.0, 42.0)))
    assert (giant.grid, giant.blocked_by) == (0, "oversized_unit")
    assert (giant.ways[0].relax, giant.ways[0].count) == ("split_unit", 3)
    # 92 in three grids is a mean inside the band, whatever the giant is.
    assert (light.grid, light.blocked_by) == (3, "search")
