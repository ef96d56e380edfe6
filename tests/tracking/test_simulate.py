"""The simulator: same state of chance, same fixes; bodies stay where they say."""

import numpy as np
import pandas as pd
import shapely

from geo.frames import FIX_COLUMNS
from tests.tracking.worlds import DAY, PLANE, at, in_degrees, square, walker
from tracking.simulate import Phone, honest_day, record, workforce_day

BENT = shapely.union(square(300.0), square(300.0, 300.0, 200.0))


def day(seed):
    return honest_day("w1", in_degrees(BENT), DAY, np.random.default_rng(seed))


def test_the_same_state_of_chance_gives_the_same_fixes():
    pd.testing.assert_frame_equal(day(4), day(4))
    assert not day(4).equals(day(5))


def test_fixes_have_the_columns_of_the_contract():
    assert list(day(1).columns) == list(FIX_COLUMNS)


def test_a_patrol_stays_inside_a_grid_that_is_not_convex():
    rng = np.random.default_rng(2)
    trace = walker(0, 0, 8, 0, rng).patrol(BENT, 1500).trace()
    assert shapely.contains_xy(BENT, trace.x, trace.y).all()
    assert len(trace.x) >= 1500


def test_a_small_grid_is_walked_too():
    rng = np.random.default_rng(2)
    trace = walker(0, 0, 8, 0, rng).patrol(square(20.0), 300).trace()
    assert shapely.covers(square(20.0), shapely.points(trace.x, trace.y)).all()


def test_drift_has_the_size_that_was_asked_for():
    rng = np.random.default_rng(3)
    trace = walker(0, 0, 0, 0, rng).stay(86_400).trace()
    fixes = record(trace, Phone("p", drift_m=6.0, white_m=0.0), "w1", PLANE, rng)
    x, _ = PLANE.project(fixes["lon"].to_numpy(), fixes["lat"].to_numpy())
    assert 4.0 < np.std(x - at(0, 0)[0]) < 8.0


def test_a_workforce_has_everybody_and_its_cheats():
    grids = {f"w{n}": in_degrees(square(x=700.0 * n)) for n in range(3)}
    rng = np.random.default_rng(1)
    fixes = workforce_day(grids, DAY, rng, made_up=["w1"], silent=["w2"])
    assert sorted(fixes["worker_id"].unique()) == ["w0", "w1", "w2"]
    made_up = fixes[fixes["worker_id"] == "w1"]
    assert made_up["accuracy_m"].nunique() == 1
