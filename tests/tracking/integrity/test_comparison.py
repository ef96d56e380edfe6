"""Two devices on one body, however poor their receivers, and two people."""

import numpy as np
import pytest

from tests.tracking.worlds import (
    HOME,
    SEEDS,
    codes,
    fixes_of,
    judge,
    phone,
    square,
    walker,
    window,
)

BOTH = [("w1", HOME), ("w2", HOME)]
POOR = {"drift_m": 14.0, "drift_s": 50.0, "white_m": 2.0}


@pytest.fixture(params=SEEDS)
def rng(request):
    return np.random.default_rng(request.param)


def poor_pair(one, two, rng, says_m=5.0):
    """Return what poor phones, sure of themselves, make of the ways of two people."""
    return [
        fixes_of(person, rng, phone(f"phone-{worker}", **POOR), worker).assign(
            accuracy_m=says_m
        )
        for person, worker in ((one, "w1"), (two, "w2"))
    ]


@pytest.mark.parametrize("says_m", [5.0, 20.0])
def test_two_poor_phones_in_one_bag_are_companions_both(rng, says_m):
    person = walker(0, 0, 8, 10, rng).stay(30).patrol(square(), 1900)
    frames = poor_pair(person, person, rng, says_m)
    bodies = judge(*frames, people=BOTH)
    for worker in ("w1", "w2"):
        assert "companion_device" in codes(window(bodies, worker=worker))


def test_two_people_with_poor_phones_on_small_ground_are_no_companions(rng):
    people = [
        walker(0, 0, 8, 10, rng).stay(30).patrol(square(240.0), 1900) for _ in "ab"
    ]
    frames = poor_pair(*people, rng)
    bodies = judge(*frames, people=BOTH)
    for worker in ("w1", "w2"):
        assert "companion_device" not in codes(window(bodies, worker=worker))
