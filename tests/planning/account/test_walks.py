"""The longest walk of a grid goes through its own units only."""

import numpy as np
import pytest

from planning.account.walks import longest_walks
from planning.graphs.graph import build_graph
from planning.pipeline import make_plan
from planning.units.territory import Territory
from tests.planning.builders import asking, square_units


def row(count):
    u = np.arange(count - 1)
    ones = np.ones(count - 1, np.int64)
    return build_graph(np.ones(count, np.int64), u, u + 1, ones)


def test_it_is_the_way_from_the_middle_to_the_farthest_unit():
    xy = np.column_stack([np.arange(7) * 100.0, np.zeros(7)])
    part = np.array([0, 0, 0, 0, 0, 1, 1])
    walks = longest_walks(row(7), xy, np.ones(7), part, 2)
    assert walks.tolist() == [200.0, 100.0]


def test_it_goes_round_what_the_grid_goes_round():
    """A horseshoe: its ends are 100 m apart and 500 m to walk."""
    xy = np.array([[0, 0], [0, 100], [0, 200], [100, 200], [100, 100], [100, 0]], float)
    load = np.array([1000.0, 1, 1, 1, 1, 1])
    assert longest_walks(row(6), xy, load, np.zeros(6, int), 1).tolist() == [500.0]


def test_it_stands_in_the_scores_and_with_each_grid():
    plan = make_plan(Territory(square_units(4, 4)), asking(4))
    scores = plan.report["scores"]["manageability"]
    assert scores["longest_walk_m"]["value"] == plan.grids["longest_walk_m"].max()
    assert scores["mean_longest_walk_m"]["value"] == pytest.approx(
        plan.grids["longest_walk_m"].mean()
    )
