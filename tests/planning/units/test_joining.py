"""Tiny villages joined to a neighbour."""

from dataclasses import replace

import numpy as np
import pytest

from planning.pipeline import make_plan
from planning.units.joining import tiny_villages
from planning.units.territory import Territory
from tests.planning.builders import VILLAGES, asking, small_town, square_units


def row_of_villages(*widths):
    """Villages side by side, each so many columns of three squares wide."""
    labels = [name for name, w in zip("ABCDE", widths, strict=False) for _ in range(w)]
    units = square_units(3, len(labels))
    return Territory(units.assign(label=labels * 3))


@pytest.mark.parametrize(
    ("widths", "share", "joined"),
    [
        ((4, 1, 5), 0.5, {"B": "A"}),
        ((4, 1, 5), 0.1, {}),
        ((1, 1, 8), 0.5, {"A": "B"}),
        ((1, 1, 8), 0.7, {"A": "C", "B": "C"}),
    ],
)
def test_the_lightest_joins_a_neighbour_until_none_is_tiny(widths, share, joined):
    assert tiny_villages(row_of_villages(*widths), 10.0, share) == joined


def test_an_island_joins_the_nearest_village():
    town = row_of_villages(4, 1, 1, 4)
    units = town.units[town.units["label"] != "C"]
    assert tiny_villages(replace(town, units=units), 10.0, 0.5) == {"B": "A"}


def test_points_without_outlines_join_the_nearest():
    town = row_of_villages(4, 1, 5)
    points = town.units.assign(geometry=town.units.centroid)
    assert set(tiny_villages(replace(town, units=points), 10.0, 0.5)) == {"B"}


def test_joined_villages_share_their_grids_and_the_report_says_so():
    town = small_town(per_village=3)
    assert town.villages is not None
    light = np.where(town.units["label"] == VILLAGES[3], 5.0, town.units["load"])
    town = replace(town, units=town.units.assign(load=light))
    plan = make_plan(town, asking(5, join_below=0.6))
    (joined,) = plan.report["joined_villages"]
    assert joined["village"] == VILLAGES[3]
    assert plan.proof.holds
    assert set(plan.grids["label"]) == set(VILLAGES) - {VILLAGES[3]}
    assert len(plan.outlines) == 3
