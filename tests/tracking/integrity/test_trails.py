"""One pocket with two devices, through two grids one after the other."""

import numpy as np
import pandas as pd
import pytest

from tests.tracking.worlds import (
    HOME,
    NEXT,
    SEEDS,
    at,
    clock,
    codes,
    fixes_of,
    judge,
    phone,
    square,
    verdicts,
    walker,
    window,
)
from tracking.integrity.trails import TICK_MS, apart_m, find_exchanged, trail_of

TWO = [("a", HOME), ("b", NEXT)]


@pytest.fixture(params=SEEDS)
def rng(request):
    return np.random.default_rng([request.param, 83])


def through_both(rng, start=(8, 0)):
    person = walker(0, 0, *start, rng).patrol(square(500.0), 1500)
    person.go_to(at(600, 0), 1.3)
    return person.patrol(square(500.0, x=600.0), 1500)


def carried(person, rng, *workers):
    trace = [fixes_of(person, rng, phone(f"phone-{w}"), w) for w in workers]
    return pd.concat(trace, ignore_index=True)


def test_two_devices_in_one_pocket_through_two_grids_are_suspicious(rng):
    bodies = judge(carried(through_both(rng), rng, "a", "b"), people=TWO)
    for worker in "ab":
        patrol = window(bodies, worker=worker)
        assert patrol["verdict"] == "suspicious"
        assert "companion_device" in codes(patrol)
        (match,) = patrol["evidence"]["matched"]
        assert match["kind"] == "companion"


def test_a_group_that_walks_both_grids_together_is_a_joint_patrol(rng):
    group = [(*row, "team") for row in TWO]
    bodies = judge(carried(through_both(rng), rng, "a", "b"), people=group)
    for worker in "ab":
        assert verdicts(bodies, worker)[0] == "verified"
        assert "joint_patrol" in codes(window(bodies, worker=worker))


def test_a_visitor_on_somebody_elses_round_makes_it_no_less(rng):
    own = walker(0, 0, 8, 0, rng).patrol(square(500.0), 1500)
    alone = walker(600, 0, 9, 0, rng).patrol(square(500.0, x=600.0), 1500)
    fixes = [carried(own, rng, "a", "b"), carried(alone, rng, "b")]
    bodies = judge(*fixes, people=TWO)
    assert verdicts(bodies, "a")[0] == verdicts(bodies, "b")[0] == "verified"


def test_two_who_walk_the_same_grids_apart_stay_strangers(rng):
    one, other = through_both(rng), through_both(rng, (8, 4))
    fixes = [carried(one, rng, "a"), carried(other, rng, "b")]
    bodies = judge(*fixes, people=TWO)
    assert verdicts(bodies, "a")[0] == verdicts(bodies, "b")[0] == "verified"


def line(start, minutes, lat=34.3, step=10):
    t = clock(8) + 1000 * np.arange(60 * start, 60 * (start + minutes) + 1, step)
    return t, 111.9 + 1e-6 * np.arange(len(t)), np.full(len(t), lat)


def test_a_trail_holds_whole_half_minutes_and_no_silence():
    t, lon, lat = (
        column[(np.arange(181) < 60) | (np.arange(181) > 90)] for column in line(0, 30)
    )
    trail = trail_of(t, lon, lat, int(t[0]), int(t[-1]))
    at_ms, apart = apart_m(trail, trail)
    assert set(at_ms % TICK_MS) == {0}
    assert not ((at_ms > clock(8, 10)) & (at_ms < clock(8, 15))).any()
    assert apart.max() == 0.0


def test_whoever_was_elsewhere_at_the_time_is_never_asked():
    near = trail_of(*line(0, 60), clock(8), clock(8, 20))
    along = trail_of(*line(0, 60), clock(8, 30), clock(8, 50))
    later = trail_of(*line(70, 60), clock(9, 20), clock(9, 40))
    far = trail_of(*line(0, 60, lat=34.4), clock(8, 30), clock(8, 50))
    assert find_exchanged([near, later, far, along]) == [(0, 3)]


def test_one_fix_alone_makes_a_trail():
    t, lon, lat = line(0, 0)
    assert len(trail_of(t, lon, lat, int(t[0]), int(t[0])).lon) == 1
    assert find_exchanged([]) == []
