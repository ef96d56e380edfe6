"""Lines that a script draws, straight or bent, and noise that nobody walks."""

import numpy as np
import pytest

from tests.tracking.worlds import (
    SEEDS,
    codes,
    fixes_of,
    honest_round,
    judge,
    phone,
    verdicts,
    walker,
    window,
)
from tracking.integrity.drawn import _never_tires
from tracking.integrity.smoothness import roughness
from tracking.walking.heading import mean_turn


@pytest.fixture(params=SEEDS)
def rng(request):
    return np.random.default_rng(request.param)


def moved_to(fixes, x, y):
    """Return fixes whose places are metres about their first one."""
    lon, lat = fixes["lon"].iloc[0], fixes["lat"].iloc[0]
    east = 111_320.0 * np.cos(np.radians(lat))
    return fixes.assign(lon=lon + x / east, lat=lat + y / 111_320.0)


def test_a_bent_road_gone_along_at_one_speed_is_a_script(rng):
    fixes = honest_round(rng, minutes=28)
    turn = 1.2 * (fixes["t_ms"] - fixes["t_ms"].iloc[0]) / 1000.0 / 150.0
    patrol = window(judge(moved_to(fixes, 150 * np.cos(turn), 150 * np.sin(turn))))
    assert patrol["verdict"] == "suspicious"
    assert "synthetic_track" in codes(patrol)


def test_a_circle_with_noise_on_top_has_steps_too_equal(rng):
    fixes = honest_round(rng, minutes=32, device=phone(interval_s=10.0, loss=0.0))
    turn = 1.2 * (fixes["t_ms"] - fixes["t_ms"].iloc[0]).to_numpy() / 1000.0 / 110.0
    noise = rng.normal(0.0, 0.6, (2, len(fixes)))
    x, y = 110 * np.array([np.cos(turn), np.sin(turn)]) + noise
    patrol = window(judge(moved_to(fixes, x, y)))
    assert "synthetic_track" in codes(patrol)


def test_white_noise_on_straight_legs_does_not_make_a_walk(rng):
    fixes = honest_round(rng, minutes=28)
    gone = 1.25 * (fixes["t_ms"] - fixes["t_ms"].iloc[0]).to_numpy() / 1000.0
    along = np.abs((gone + 200.0) % 800.0 - 400.0) - 200.0
    noise = rng.normal(0.0, 1.0, (2, len(fixes)))
    patrol = window(judge(moved_to(fixes, along + noise[0], noise[1])))
    assert patrol["verdict"] == "suspicious"
    assert "synthetic_track" in codes(patrol)


def test_a_wave_that_a_formula_draws_is_a_script_though_its_pace_varies(rng):
    fixes = honest_round(rng, minutes=30, device=phone(interval_s=10.0, loss=0.0))
    t = np.round((fixes["t_ms"] - fixes["t_ms"].iloc[0]).to_numpy() / 1e4) * 10.0
    fixes = fixes.assign(t_ms=fixes["t_ms"].iloc[0] + (1000 * t).astype(np.int64))
    x, y = 130.0 * np.cos(0.008 * t), 130.0 * np.sin(0.012 * t)
    patrol = window(judge(moved_to(fixes, x, y)))
    assert "synthetic_track" in codes(patrol)


def test_a_line_shaken_by_a_metre_on_a_bent_road_is_a_script(rng):
    fixes = honest_round(rng, minutes=32, device=phone(interval_s=5.0, loss=0.0))
    turn = 1.2 * (fixes["t_ms"] - fixes["t_ms"].iloc[0]).to_numpy() / 1000.0 / 110.0
    noise = rng.normal(0.0, 1.0, (2, len(fixes)))
    x, y = 110 * np.array([np.cos(turn), np.sin(turn)]) + noise
    patrol = window(judge(moved_to(fixes, x, y)))
    assert "synthetic_track" in codes(patrol)


def test_a_desk_phone_that_boasts_of_its_accuracy_makes_no_round(rng):
    person = walker(0, 0, 6, 0, rng).stay(10 * 3600)
    fixes = fixes_of(person, rng).assign(accuracy_m=5.0)
    spots = np.vstack([np.zeros(2), rng.uniform(-45, 45, (5, 2))])
    place = spots[rng.integers(0, 6, len(fixes))[np.arange(len(fixes)) // 9 * 9]]
    lon = fixes["lon"] + place[:, 0] / 92_000.0
    lat = fixes["lat"] + place[:, 1] / 111_320.0
    bodies = judge(fixes.assign(lon=lon, lat=lat))
    assert "verified" not in verdicts(bodies)


def test_a_way_that_goes_on_turns_little_and_noise_turns_back(rng):
    way = np.arange(0.0, 900.0, 12.0)
    assert mean_turn(way, np.zeros(len(way)), 30.0)[0] > 0.99
    x, y = rng.normal(0.0, 30.0, (2, 400))
    assert mean_turn(x, y, 30.0)[0] < -0.2


def test_uneven_steps_say_nothing_of_how_rough_a_way_is(rng):
    t = np.cumsum(np.resize([10.0, 13.0, 17.0], 160))
    x, y = 1.2 * t + rng.normal(0.0, 1.0, len(t)), np.zeros(len(t))
    is_moving = np.ones(len(t), bool)
    assert not np.isfinite(roughness(t, x, y, is_moving, 10.0))
    assert _never_tires(t, x, y, is_moving) is None
