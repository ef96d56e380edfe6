"""Offers say what hard lines cost, before anything is planned."""

import numpy as np
import pandas as pd
import pytest

from planning.account.offers import grids_in_band, make_offers, offer_lines
from planning.errors import BadQuota
from planning.pipeline import make_plan
from planning.units.territory import PlanPolicy, Territory
from tests.planning.builders import square_units


def villages(*loads):
    return pd.DataFrame({"label": [f"V{i}" for i in range(len(loads))], "load": loads})


def joined(_share):
    return {"V2": "V0"}


def test_nothing_is_offered_where_villages_are_joined_already():
    offers = make_offers(villages(1_000, 1_000), 19)
    assert (offers["free_number"], offers["join"]) == (None, None)
    assert offers["bound_pct"] > 5


def test_another_number_with_a_lower_bound_is_offered():
    offers = make_offers(villages(1_000, 1_000), 19, hosts=joined)
    assert offers["bound_pct"] == pytest.approx(5.5556, abs=1e-3)
    assert offers["free_number"] == {"grids": 18, "bound_pct": 0.0}
    assert "18 grids" in offer_lines(offers, 19)[1]


def test_nothing_is_offered_where_the_lines_cost_nothing():
    offers = make_offers(villages(1_000, 1_000), 20, hosts=joined)
    assert offers == {"bound_pct": 0.0, "free_number": None, "join": None}


def test_tiny_villages_are_named_where_joining_them_helps():
    offers = make_offers(villages(1_000, 1_000, 10), 20, hosts=joined)
    # 1,010 and 1,000 in ten grids each.
    assert offers["join"] == {"villages": ["V2"], "bound_pct": 0.4975}
    assert "--join-tiny 0.5" in offer_lines(offers, 20)[-1]
    assert "0.50 % at best" in offer_lines(offers, 20)[-1]


def test_a_unit_that_stays_whole_has_a_say_in_what_is_offered():
    units = villages(1_000, 1_000, 10)
    offers = make_offers(units, 20, whole=True, hosts=joined)
    assert offers["bound_pct"] == pytest.approx(100 * (1_000 / 100.5 - 1), abs=1e-3)
    # Of fewer grids each is nearer to the heavy unit; joining helps it in nothing.
    assert offers["free_number"]["grids"] < 20
    assert offers["join"] is None


def test_a_band_frees_the_number_of_each_village():
    assert grids_in_band(villages(390, 800, 1_300), (300, 500)) == 1 + 2 + 3


def test_a_village_outside_every_number_of_the_band_is_named():
    with pytest.raises(BadQuota, match="'V0' of load 550"):
        grids_in_band(villages(550, 800), (300, 500))


def test_a_band_that_all_villages_can_keep_is_named():
    with pytest.raises(BadQuota, match=r"2 of 3 .* widen the band to 102-500"):
        grids_in_band(villages(550, 800, 102), (300, 500))
    assert grids_in_band(villages(550, 800, 102), (102, 500)) == 6


def test_a_village_without_load_is_one_grid_of_any_band():
    assert grids_in_band(villages(800, 0), (300, 500)) == 3


def test_a_unit_above_the_band_has_a_grid_of_its_own_and_no_say_in_the_others():
    units = pd.DataFrame(
        {"label": ["A"] * 3 + ["B"], "load": [9_000.0, 400.0, 420.0, 380.0]}
    )
    assert grids_in_band(units, (300, 500), whole=True) == 1 + 2 + 1
    assert grids_in_band(units.drop(index=[1, 2]), (300, 500), whole=True) == 1 + 1


def test_an_empty_band_is_refused():
    with pytest.raises(BadQuota, match="empty"):
        PlanPolicy(size_band=(500, 300))


def test_every_grid_keeps_the_band_however_wide_the_tolerance():
    units = square_units(9, 9, np.arange(81) % 7 + 1.0)
    policy = PlanPolicy(size_band=(61, 68), tolerance=0.4)
    plan = make_plan(Territory(units), policy)
    assert len(plan.grids) == 5
    assert plan.grids["load"].between(61, 68).all()
