"""A phone at rest under reflections is told from one that somebody carries."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from tests.tracking.walking.test_heading import thrown_about
from tracking.rules.policy import DEFAULT_RULE
from tracking.walking.measuring import Measures
from tracking.walking.motion import trace
from tracking.walking.rest import is_at_rest


@pytest.fixture(params=(1, 2, 3))
def rng(request):
    return np.random.default_rng(request.param)


def rests(t, x, y, rule=DEFAULT_RULE):
    """Whether a way of places every few seconds is one of a phone at rest."""
    t_ms = (1000 * t).astype(np.int64)
    found = trace(t_ms, x, y, np.full(len(t), 5.0), 25.0, rule.gap_s, 0.3)
    t, smooth_x, smooth_y, _, step_mps, is_moving = found
    path = SimpleNamespace(
        t=t, x=x, y=y, smooth_x=smooth_x, smooth_y=smooth_y, step_mps=step_mps,
        is_moving=is_moving,
    )  # fmt: skip
    moved = float(np.diff(t)[is_moving[1:]].sum()) / 60.0
    measures = Measures(t[-1] / 60.0, 900.0, 900.0, moved, 1.0, 9.0, 10.0, 1.0, 0)
    scene = SimpleNamespace(path=path, stay_radius_m=rule.stay_radius_m)
    return is_at_rest(scene, slice(0, len(t)), measures, rule)


def to_and_fro(rng, lane_m=100.0):
    """A lane walked up and down at 1.2 m/s, without a rest."""
    t = np.arange(0.0, 1800.0, 10.0)
    there = 1.2 * t % (2 * lane_m)
    x = np.where(there < lane_m, there, 2 * lane_m - there)
    return t, x + rng.normal(0, 1.0, len(t)), rng.normal(0, 1.0, len(t))


def test_a_phone_under_reflections_is_at_rest(rng):
    assert rests(*thrown_about(rng))


def test_reflections_are_at_rest_in_a_yard_too(rng):
    yard = replace(DEFAULT_RULE, turns_back=0)
    assert rests(*thrown_about(rng, fixes=15), yard)


def test_a_round_along_streets_is_not_at_rest(rng):
    t = np.arange(0.0, 1800.0, 10.0)
    turn = 1.2 * t / 250.0
    noise = rng.normal(0, 2.0, (2, len(t)))
    way = 250.0 * np.cos(turn) + noise[0], 250.0 * np.sin(turn) + noise[1]
    assert not rests(t, *way)


def test_a_lane_walked_to_and_fro_is_no_rest(rng):
    assert not rests(*to_and_fro(rng), replace(DEFAULT_RULE, turns_back=0))


def test_home_most_of_the_time_between_short_ways_is_rest(rng):
    t = np.arange(0.0, 2700.0, 10.0)
    out = np.clip(np.abs((t % 540.0) - 270.0) - 170.0, 0.0, None)
    assert rests(t, out + rng.normal(0, 1.0, len(t)), rng.normal(0, 1.0, len(t)))
