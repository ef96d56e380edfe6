"""Offers say what hard lines cost, before anything is planned."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import shapely

from planning.account.offers import (
    Offer,
    Offers,
    bound_line,
    grids_in_band,
    make_offers,
    offer_lines,
)
from planning.errors import BadQuota
from planning.graphs.regions import Land
from planning.pipeline import make_plan
from planning.units.territory import PlanPolicy, Territory
from tests.planning.builders import square_units


def villages(*loads):
    return pd.DataFrame({"label": [f"V{i}" for i in range(len(loads))], "load": loads})


def land(*pieces, load=10):
    """Pieces of land in a row, apart: ``(label, units)``; those of a `load` each."""
    label = np.concatenate([np.full(units, label) for label, units in pieces])
    n = len(label)
    last = np.cumsum([units for _, units in pieces]) - 1
    u = np.setdiff1d(np.arange(n), last)
    at = np.arange(n) + 5.0 * np.searchsorted(last, np.arange(n))
    shapes = shapely.box(at, 0.0, at + 1.0, 1.0)
    return Land(shapes, label, np.full(n, load), u, u + 1)


def offers_on(ground, grids, **host):
    names = [f"V{label}" for label in np.unique(ground.label)]
    return make_offers(ground, names, grids, lambda: host)


def test_another_number_with_a_lower_bound_is_offered():
    offers = offers_on(land((0, 100), (1, 100)), 19)
    assert offers.free_number == Offer(pytest.approx(0.0), 18)
    assert offer_lines(offers) == ["  offer: 18 grids come down to 0.00 % at best"]


def test_nothing_is_offered_where_the_lines_cost_nothing():
    assert offers_on(land((0, 100), (1, 100)), 20) == Offers()


def test_a_number_of_grids_that_a_piece_of_land_apart_spoils_is_not_offered():
    # 100 and 100 are even in 18, but not where 15 of the second lie apart.
    offers = offers_on(land((0, 100), (1, 85), (1, 15)), 19)
    assert offers.free_number == Offer(pytest.approx(0.25), 20)


def test_tiny_villages_are_named_where_joining_them_helps():
    offers = offers_on(land((0, 100), (1, 100), (2, 1)), 20, V2="V0")
    # 1,010 and 1,000 in ten grids each.
    assert offers.join is not None
    assert offers.join.joined == ("V2",)
    assert offers.join.bound == pytest.approx(0.004975, abs=1e-6)
    line = offer_lines(offers)[-1]
    assert "--join-tiny 0.5" in line
    assert "0.50 % at best" in line


def test_joining_a_village_does_not_promise_what_its_land_apart_takes_back():
    # The host's own land apart is 1.6 grids, and none of those joined to it.
    apart = land((0, 84), (2, 4), (1, 100), (0, 16))
    plain = offers_on(land((0, 100), (2, 4), (1, 100)), 20, V2="V0").join
    offered = offers_on(apart, 20, V2="V0").join
    assert plain is not None
    assert plain.bound < 0.03
    assert offered is not None
    assert offered.bound > 0.2


def test_an_oversized_unit_has_a_say_in_what_is_offered():
    ground = land((0, 10), (1, 10))
    heavy = replace(ground, load=np.where(np.arange(20) == 3, 400, 10))
    offers = offers_on(heavy, 10)
    # Of fewer grids each is nearer to the heavy unit.
    assert offers.free_number is not None
    assert offers.free_number.grids < 10


def test_beside_a_village_without_load_only_joining_it_is_offered():
    ground = land((0, 100), (1, 100), (2, 1))
    empty = replace(ground, load=np.where(ground.label == 2, 0, 10))
    offers = offers_on(empty, 20, V2="V0")
    assert offers == Offers(None, Offer(pytest.approx(0.0), 20, ("V2",)))


def test_what_lines_cost_by_arithmetic_is_one_line():
    units = villages(1_000, 1_000)
    assert "19 grids under hard lines" in bound_line(units, 19)
    assert "below 5.56 %" in bound_line(units, 19)
    # A unit that stays whole is nearly ten grids.
    assert "below 850.00 %" in bound_line(units, 19, whole=True)
    assert "fewer than the villages" in bound_line(units, 1)


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
