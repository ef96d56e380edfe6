"""A rule is tried in every grid before anybody is held to it."""

import numpy as np
import shapely

from tests.tracking.worlds import HOME, NEXT, at, checkpoint, roster, square
from tracking.rules.policy import DEFAULT_RULE
from tracking.rules.presets import PRESETS
from tracking.rules.reading import rule_from
from tracking.verdict.feasibility import find_unfit


def unfit(shapes, rule=DEFAULT_RULE, checkpoints=()):
    codes = (HOME, NEXT)
    grids = [(code, shape) for code, shape in zip(codes, shapes, strict=False)]
    versions = roster(grids=grids, checkpoints=checkpoints).versions
    return find_unfit(versions, rule, np.random.default_rng(5), checkpoints)


def test_a_grid_of_600_metres_fits_the_default_rule():
    assert unfit([square(), square(x=700)]) == []


def test_a_yard_of_25_metres_cannot_pass_and_says_what_lacks():
    found = unfit([square(), square(25.0, x=700)])
    assert [f.grid_code for f in found] == [NEXT]
    assert found[0].minutes is None
    assert found[0].lacks


def test_a_yard_of_75_metres_is_given_the_preset_for_small_grids():
    found = unfit([square(), square(75.0, x=700)])
    assert [(f.grid_code, f.preset) for f in found] == [(NEXT, "small-grid")]


def test_a_yard_of_62_metres_is_given_the_preset_for_yards():
    found = unfit([square(), square(62.0, x=700)])
    assert [(f.grid_code, f.preset) for f in found] == [(NEXT, "yard")]


def test_a_bent_yard_in_which_only_some_rounds_pass_gets_a_preset():
    x, y = at(0, 0)
    wide = shapely.box(x, y, x + 120, y + 50)
    bent = wide.union(shapely.box(x, y, x + 50, y + 120))
    found = unfit([bent])
    assert [f.preset for f in found] == ["small-grid"]
    assert "stationary" in found[0].lacks


def test_a_rule_that_asks_too_much_names_the_preset_that_fits():
    rule = rule_from({"base": "30-2000", "distance_m": 9000})
    found = unfit([square()], rule)
    assert found[0].preset == "5-300"
    assert "distance_short" in found[0].lacks


def test_checkpoints_are_walked_to():
    points = [checkpoint(f"c{n}", x, 100) for n, x in enumerate((-200, 0, 200))]
    assert unfit([square()], PRESETS["5-300"], points) == []
