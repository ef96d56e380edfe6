"""Rides from stop to stop and throws by reflections are no walks."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tracking.worlds import (
    SEEDS,
    at,
    clock,
    codes,
    fixes_of,
    judge,
    phone,
    verdicts,
    walker,
    window,
)
from tracking.walking.bursts import find_rests, half_way_share, is_ridden


@pytest.fixture(params=SEEDS)
def rng(request):
    return np.random.default_rng([request.param, 71])


def steps(*speeds, every=10.0):
    """Return times, places on a line and speeds of steps of ten seconds."""
    t = every * np.arange(len(speeds) + 1.0)
    step = np.array([0.0, *speeds])
    x = np.cumsum(every * step)
    return t, x, np.zeros(len(t)), step, np.ones(len(t), bool)


def test_standing_between_two_rides_is_no_slow_motion():
    found = find_rests(*steps(10, 10, 5, 0.1, 0.1, 0.1, 4, 10, 10), 0.3, 7.0)
    assert found.tolist() == [False] * 3 + [True] * 5 + [False] * 2


def test_a_walk_beside_a_ride_stays_a_walk():
    assert not find_rests(*steps(10, 10, 5, 1, 1, 1, 1, 4, 10), 0.3, 7.0).any()


@given(st.lists(st.floats(0.0, 6.9), min_size=1, max_size=40))
def test_who_never_rides_never_rests_beside_a_ride(speeds):
    assert not find_rests(*steps(*speeds), 0.3, 7.0).any()


@given(st.lists(st.floats(0.1, 20.0), min_size=2, max_size=40))
def test_half_of_a_way_takes_half_of_the_time_at_most_and_a_step(speeds):
    t, _, _, step, moving = steps(*speeds)
    assert half_way_share(t, step, moving) <= 0.5 + 1.0 / len(speeds)


def test_whoever_rides_from_stop_to_stop_is_too_fast(rng):
    person = walker(0, 0, 8, 0, rng)
    end = clock(9)
    while person.now_ms < end:
        x, y = rng.uniform(-280, 280, 2)
        person.go_to(at(float(x), float(y)), float(rng.uniform(9.5, 13)))
        person.stay(float(rng.uniform(40, 80)))
    patrol = window(judge(fixes_of(person, rng)))
    assert patrol["verdict"] == "partial"
    assert "vehicle_speed" in codes(patrol)


def test_a_phone_that_reflections_throw_about_walks_no_round(rng):
    person = walker(0, 0, 6, 5, rng).stay(15.8 * 3600)
    fixes = fixes_of(person, rng, phone(interval_s=10.0))
    t, thrown = fixes["t_ms"].to_numpy(), np.zeros((len(fixes), 2))
    begin = float(t[0])
    while begin < t[-1]:
        begin += 1000 * rng.exponential(60)
        end = begin + 1000 * (10 + rng.exponential(90))
        turn, far = rng.uniform(0, 2 * np.pi), rng.exponential(25)
        thrown[(t >= begin) & (t < end)] = far * np.cos(turn), far * np.sin(turn)
        begin = end
    fixes["lon"] += thrown[:, 0] / 92_000
    fixes["lat"] += thrown[:, 1] / 111_000
    assert verdicts(judge(fixes)) == ["partial"] * 3


def test_somebody_who_stops_at_each_door_walks_a_round(rng):
    person = walker(-280, -200, 8, 0, rng)
    for x in range(-260, 281, 20):
        person.go_to(at(x, -200 + float(rng.uniform(-3, 3))), 1.0)
        person.stay(float(rng.uniform(15, 45)))
    for x in range(280, -261, -20):
        person.go_to(at(x, -120 + float(rng.uniform(-3, 3))), 1.0)
        person.stay(float(rng.uniform(15, 45)))
    assert window(judge(fixes_of(person, rng)))["verdict"] == "verified"


def test_a_step_across_a_corner_belongs_to_the_ride_beside_it():
    step, moving = np.array([0.0, 9.0, 5.0, 5.0, 9.0, 3.0]), np.ones(6, bool)
    ridden = [is_ridden(step, moving, i, 7.0) for i in range(1, 6)]
    assert ridden == [True, True, True, True, False]


def test_a_bicycle_is_not_ridden_too_fast_anywhere():
    step, moving = np.full(20, 5.5), np.ones(20, bool)
    assert not any(is_ridden(step, moving, i, 7.0) for i in range(1, 20))
