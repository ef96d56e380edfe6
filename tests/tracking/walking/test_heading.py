"""Who goes on, and who is only thrown to and fro."""

import numpy as np
import pytest

from tests.tracking.worlds import fixes_of, judge, square, walker, window
from tracking.walking.heading import leap_share, mean_turn

SEEDS = (1, 2, 3)


@pytest.fixture(params=SEEDS)
def rng(request):
    return np.random.default_rng(request.param)


def thrown_about(rng, minutes=30, far_m=50.0, fixes=5):
    """Return times and places of a phone that lies still under reflections.

    It is thrown out for so many fixes, and then as long back at its place.
    """
    t = np.arange(0.0, 60.0 * minutes, 10.0)
    turn = np.repeat(rng.uniform(0, 2 * np.pi, len(t) // fixes + 1), fixes)[: len(t)]
    away = np.where(np.arange(len(t)) // fixes % 2, far_m, 0.0)
    noise = rng.normal(0, 1.0, (2, len(t)))
    return t, away * np.cos(turn) + noise[0], away * np.sin(turn) + noise[1]


def test_a_phone_thrown_about_by_reflections_leaps(rng):
    t, x, y = thrown_about(rng)
    assert leap_share(t, x, y, 30.0) > 0.3
    assert mean_turn(x, y, 30.0)[0] < 0.2


def test_a_walk_does_not_leap_even_with_rests(rng):
    t = np.arange(0.0, 1800.0, 10.0)
    goes = np.arange(len(t)) // 9 % 2 == 0
    x = np.cumsum(np.where(goes, 12.0, 0.0)) + rng.normal(0, 2.0, len(t))
    assert leap_share(t, x, np.zeros(len(t)), 30.0) < 0.3


def test_a_ride_seen_once_a_minute_does_not_leap():
    t = np.arange(0.0, 1800.0, 58.0)
    assert leap_share(t, 4.0 * t, np.zeros(len(t)), 30.0) == 0.0


def test_who_rests_at_home_and_passes_it_on_the_way_has_a_round(rng):
    person = walker(0, 0, 8, 0, rng).stay(17 * 60)
    for x, y in ((150, 60), (-140, 80), (-120, -160), (160, -90)):
        person.go_to(square(2.0, x, y).centroid.coords[0], 1.2)
        person.go_to(square(2.0).centroid.coords[0], 1.2)
    person.stay(17 * 60)
    assert window(judge(fixes_of(person, rng)))["verdict"] == "verified"
