"""The set of plans to choose from."""

import pytest

from planning.alternatives import _front, make_alternatives
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
