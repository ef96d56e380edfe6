"""The set of plans to choose from."""

from types import SimpleNamespace

import numpy as np
import pytest

from planning.alternatives import _front, _judged, make_alternatives
from planning.pipeline import make_plan
from planning.units.territory import Territory
from tests.planning.builders import asking, square_units


@pytest.mark.parametrize(
    ("points", "front"),
    [
        ([(5.0, 9, 0.0), (1.0, 12, 0.0), (6.0, 8, 0.0)], [0, 1, 2]),
        ([(5.0, 9, 0.0), (5.0, 10, 0.0), (5.0, 9, 0.0)], [0]),
        # The plan that was asked for is beaten by two: the best balanced leads.
        ([(5.0, 9, 0.0), (4.0, 9, 0.0), (3.0, 9, 0.0)], [2]),
        ([(5.0, 9, 2.0), (6.0, 9, 1.0), (5.0, 8, 2.0)], [2, 1]),
    ],
)
def test_only_what_nothing_beats_is_offered_and_only_once(points, front):
    assert _front(points, [True] * len(points)) == front


def test_a_wider_tolerance_never_leads_though_it_beats_what_was_asked_for():
    points = [(5.0, 9, 0.0), (5.0, 8, 0.0)]
    assert _front(points, [True, False]) == [0, 1]


def test_where_a_line_forces_the_largest_deviation_the_tolerance_asked_for_is_kept():
    # The village of one heavy unit is far outside; the rest can be even or round.
    units = square_units(8, 8, load=np.r_[np.arange(1.0, 64.0), 900.0])
    plans = make_alternatives(Territory(units), asking(9, tolerance=0.02), 3)
    assert plans[0].report["policy"]["tolerance"] <= 0.02


def test_a_giant_that_no_plan_can_divide_does_not_hide_the_more_even_plans():
    units = square_units(9, 9, load=np.r_[np.arange(80) % 7 + 1.0, 4_000.0])
    plans = make_alternatives(Territory(units), asking(9, tolerance=0.2), 4)
    evenness = [balance_of(plan)["residual_max_deviation_pct"] for plan in plans]
    assert len({balance_of(plan)["max_deviation_pct"] for plan in plans}) == 1
    assert min(evenness) < 0.5 * max(evenness)


def test_where_all_grids_of_a_village_are_too_large_the_spread_tells_which_is_even():
    # 34, 34, 34 or 30, 30, 42 where 25 should be: the mean deviation is the same.
    plans = [report_of(cv=0.02, cut_edges=60), report_of(cv=0.2, cut_edges=50)]
    assert _front([_judged(plan) for plan in plans], [True, True]) == [0, 1]


def test_the_price_list_is_found_once_and_told_with_each():
    units = square_units(6, 6)
    previous = make_plan(Territory(units), asking(5)).assignment
    town = Territory(
        units.assign(load=units["load"] + (np.arange(36) < 9)),
        previous=previous.set_index("unit_id")["grid_id"],
    )
    plans = make_alternatives(town, asking(5, price_list=(0.1,), change="free"), 4)
    prices = [plan.report["redraw"]["prices"] for plan in plans]
    assert len(prices[0]) == 1
    assert all(told == prices[0] for told in prices)


def test_no_alternative_beats_another():
    plans = make_alternatives(Territory(square_units(6, 6)), asking(5), 4)
    values = [
        (
            balance_of(plan)["max_deviation_pct"],
            balance_of(plan)["mean_deviation_pct"],
            balance_of(plan)["cv"],
            plan.report["scores"]["manageability"]["cut_edges"]["value"],
        )
        for plan in plans
    ]
    assert len(set(values)) == len(values)
    for one in values:
        assert not any(
            o != one and all(a <= b for a, b in zip(o, one, strict=True))
            for o in values
        )


def balance_of(plan):
    return {key: it["value"] for key, it in plan.report["scores"]["balance"].items()}


def report_of(cv, cut_edges):
    """Stand for a plan of which only the spread and the borders are its own."""
    value = {"value": 19.8}
    balance = dict.fromkeys(("max_deviation_pct", "mean_deviation_pct"), value)
    residual = {f"residual_{key}": value for key in balance}
    scores = {
        "balance": {**balance, **residual, "cv": {"value": cv}},
        "manageability": {"cut_edges": {"value": cut_edges}},
        "stability": {"moved_load_pct": {"value": None}},
    }
    return SimpleNamespace(report={"scores": scores})
