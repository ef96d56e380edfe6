"""What every plan promises, whatever the loads: one result, and codes that stay."""

from dataclasses import replace

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from planning.pipeline import make_plan
from planning.units.territory import Territory
from tests.planning.builders import asking, shuffled, square_units

LOADS = st.lists(st.integers(1, 9), min_size=30, max_size=30)


def town_of(loads):
    units = square_units(5, 6, np.array(loads, float))
    return Territory(units.assign(label=["A"] * 12 + ["B"] * 18))


@settings(max_examples=4, deadline=None)
@given(loads=LOADS, order=st.integers(0, 99), grids=st.integers(2, 9))
def test_the_order_of_the_rows_changes_nothing(loads, order, grids):
    town = town_of(loads)
    other = replace(town, units=shuffled(town.units, order))
    first, second = make_plan(town, asking(grids)), make_plan(other, asking(grids))
    pd.testing.assert_frame_equal(first.assignment, second.assignment)
    assert first.report["scores"] == second.report["scores"]


@settings(max_examples=4, deadline=None)
@given(loads=LOADS, later=LOADS, grids=st.integers(4, 8), less=st.integers(-1, 1))
def test_a_code_stays_with_the_grid_that_keeps_most_of_it(loads, later, grids, less):
    town = town_of(loads)
    previous = make_plan(town, asking(grids)).assignment.set_index("unit_id")["grid_id"]
    units = town.units.assign(load=np.array(later, float))
    changed = Territory(units, previous=previous)
    wishes = asking(grids + less, change="free", stability=0.2)
    new = make_plan(changed, wishes).assignment.set_index("unit_id")["grid_id"]
    assert new.nunique() == grids + less
    table = pd.DataFrame({"old": previous, "new": new})
    table["load"] = pd.Series(later, units["unit_id"], dtype=float)
    shared = table.groupby(["old", "new"])["load"].sum()
    before, after = (table.groupby(side)["load"].sum() for side in ("old", "new"))
    for (old, code), load in shared.items():
        if load > before[old] / 2 and load > after[code] / 2:
            assert code == old
