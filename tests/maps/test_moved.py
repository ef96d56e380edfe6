"""Who changes grid, from whom to whom."""

import pandas as pd

from maps.moved import moved_units, streams
from tests.maps.plans import previous, units


def test_nobody_moves_without_an_earlier_plan():
    assert moved_units(units(), None).empty


def test_new_units_do_not_move():
    assert len(moved_units(units(), previous().drop("户组2"))) == 0


def test_units_are_called_by_their_names_each_name_once():
    frame = units().assign(name="上庄")
    old = pd.Series("别处", index=frame["unit_id"])
    table = streams(moved_units(frame, old))
    assert set(table["names"]) == {"上庄"}
    assert table["load"].sum() == frame["load"].sum()
    assert table["load"].is_monotonic_decreasing
