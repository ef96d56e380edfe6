"""The set of plans to choose from."""

import numpy as np
import pytest

from planning.alternatives import _front, make_alternatives
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
            plan.report["scores"]["balance"]["max_deviation_pct"]["value"],
            plan.report["scores"]["balance"]["mean_deviation_pct"]["value"],
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
