"""Several loads balanced at once."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planning.division.loads import balance_all, deviations_pct
from planning.division.partition import divide
from planning.division.task import Kept, nothing_kept
from planning.errors import BadUnits
from planning.graphs.kernels import label_pieces
from planning.pipeline import make_plan
from planning.units.territory import Territory
from tests.planning.builders import asking, square_units
from tests.planning.division.test_partition import lattice


@settings(max_examples=6, deadline=None)
@given(seed=st.integers(0, 500), grids=st.integers(1, 6))
def test_grids_stay_whole_and_no_load_is_worse_in_all(seed, grids):
    rng = np.random.default_rng(seed)
    graph = lattice(5, 5, rng.integers(1, 9, 25))
    part = divide(graph, np.zeros(25, np.int64), grids, 0.05, 0).part
    more = rng.integers(1, 9, (2, 25)).astype(np.float64)
    fixed = rng.random(25) < 0.1
    kept = replace(nothing_kept(25), fixed=fixed)
    after = balance_all(graph, more, part, kept, 0.1, 0)
    pieces = label_pieces(graph.indptr, graph.indices, after)
    assert pieces.max() + 1 == grids == len(set(after.tolist()))
    assert (after[fixed] == part[fixed]).all()


def test_a_second_load_that_lies_elsewhere_is_balanced_too():
    people = np.ones((10, 10))
    mines = np.where(np.arange(100) % 10 < 3, 10.0, 1.0)
    units = square_units(10, 10, people.ravel()).assign(mines=mines)
    alone = make_plan(Territory(units), asking(4, tolerance=0.1))
    part = alone.units.sort_values("unit_id")["grid_id"]
    before = np.abs(deviations_pct(mines, np.unique(part, return_inverse=True)[1]))
    both = make_plan(Territory(units, also=("mines",)), asking(4, tolerance=0.1))
    (row,) = both.report["more_loads"]
    assert row["max_deviation_pct"] <= 10.0 < before.max()
    assert row["outside_grids"] == 0
    assert row["bound_units_pct"] <= row["max_deviation_pct"]
    assert both.report["scores"]["balance"]["max_deviation_pct"]["value"] <= 10.0


def test_loads_that_contradict_each_other_are_the_reason_of_what_stays_outside():
    """In a row, people are even at 3 and 3 units, mines at 2 and 4."""
    units = square_units(1, 6).assign(mines=[1.0, 1.0, 1.0, 1.0, 0.0, 0.0])
    report = make_plan(Territory(units, also=("mines",)), asking(2)).report
    (row,) = report["more_loads"]
    reasons = report["why_not"] + row["why_not"]
    assert len(row["why_not"]) == row["outside_grids"]
    assert {reason["blocked_by"] for reason in reasons} == {"other_load"}


def test_units_change_places_where_no_move_alone_balances_both_loads():
    """Each grid has two of one and none of the other; any move unbalances people."""
    graph = lattice(2, 2, [10, 10, 10, 10])
    part, mines = np.array([0, 1, 0, 1]), np.array([[2.0, 0.0, 2.0, 0.0]])
    after = balance_all(graph, mines, part, nothing_kept(4), 0.05, 0)
    assert np.bincount(after).tolist() == [2, 2]
    assert np.bincount(after, mines[0]).tolist() == [2.0, 2.0]


def test_a_redraw_moves_nobody_for_a_further_load_at_a_price_above_its_gain():
    graph = lattice(2, 2, [10, 10, 10, 10])
    part, mines = np.array([0, 1, 0, 1]), np.array([[2.0, 0.0, 2.0, 0.0]])
    dear = Kept(part, np.full(4, 10**9), np.zeros(4, bool))
    assert (balance_all(graph, mines, part, dear, 0.05, 0) == part).all()


@pytest.mark.parametrize("values", [[-1.0], [np.nan], [0.0]])
def test_a_further_load_is_checked_like_the_first(values):
    units = square_units(3, 3).assign(mines=values * 9)
    with pytest.raises(BadUnits, match="mines"):
        make_plan(Territory(units, also=("mines",)), asking(2))


def test_what_one_unit_has_too_much_is_not_asked_of_the_others():
    """Beside a giant all are even in both loads: nothing is left to do."""
    load = np.random.default_rng(1).integers(1, 9, 100).astype(float)
    units = square_units(10, 10, load).assign(mines=load)
    units.loc[44, "load"] = 300.0
    alone = make_plan(Territory(units), asking(8, tolerance=0.1))
    both = make_plan(Territory(units, also=("mines",)), asking(8, tolerance=0.1))
    assert both.assignment.equals(alone.assignment)
