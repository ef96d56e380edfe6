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
    assert _front(points) == front


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
            plan.report["scores"]["manageability"]["cut_edges"]["value"],
        )
        for plan in plans
    ]
    assert len(set(values)) == len(values)
    for one in values:
        assert not any(o != one and o[0] <= one[0] and o[1] <= one[1] for o in values)
