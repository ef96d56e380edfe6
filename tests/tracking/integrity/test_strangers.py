"""Two walks along one way like clockwork, and copies of one walk."""

import numpy as np
import pytest

from tests.tracking.worlds import (
    DAY,
    SEEDS,
    clock,
    codes,
    fixes_of,
    judge,
    verdicts,
    walker,
    window,
)
from tracking.integrity.digests import _minute_means
from tracking.integrity.likeness import separation
from tracking.integrity.overlay import Clock, Pair
from tracking.integrity.strangers import are_kin, are_strangers, bends

EVERY_S = 10.0


@pytest.fixture(params=SEEDS)
def rng(request):
    return np.random.default_rng(request.param)


def errors(rng, count, metres, memory_s):
    """Return errors of a receiver that forgets; each way, shape (2, count)."""
    keep = np.exp(-EVERY_S / memory_s)
    found = rng.normal(0.0, metres, (2, count))
    for i in range(1, count):
        found[:, i] *= np.sqrt(1 - keep * keep)
        found[:, i] += keep * found[:, i - 1]
    return found


def legs(count=170, pace=1.2, long_m=300.0):
    """Return even places along the sides of a square, again and again."""
    gone = pace * EVERY_S * np.arange(count)
    side, rest = (gone // long_m).astype(int) % 4, gone % long_m
    corners = long_m * np.array([[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]])
    start, end = corners[side], corners[side + 1]
    return (start + (end - start) * (rest / long_m)[:, None]).T


def means(way, begin=0):
    """Return the minute means of a digest, metres.

    Contiguous, as a night has them: other arrays would be compiled for anew.
    """
    t_ms = (1000 * EVERY_S * np.arange(way.shape[1] - begin)).astype(np.int64)
    lon, lat = np.ascontiguousarray(way[:, begin:] / 111_320.0)
    places = np.ascontiguousarray((_minute_means(t_ms, lon, lat) * 0.111_32).T)
    return places[0], places[1]


def pair(one, two, begin=0):
    return Pair(*means(one, begin), *means(two))


def parted(one, two, begin=0):
    return are_strangers(pair(two, one, begin), Clock(float(begin), 1.0))


@pytest.mark.parametrize(("metres", "memory_s"), [(3.0, 0.1), (5.0, 0.1), (3.0, 20.0)])
def test_two_walks_by_clockwork_have_errors_that_are_strangers(rng, metres, memory_s):
    one, two = (legs() + errors(rng, 170, metres, memory_s) for _ in range(2))
    assert parted(one, two)


@pytest.mark.parametrize("begin", [0, 3])
@pytest.mark.parametrize(("noise_m", "memory_s"), [(0.5, 0.1), (3.0, 0.1), (2.0, 40.0)])
def test_a_copy_carries_the_errors_of_its_original(rng, noise_m, memory_s, begin):
    one = legs() + errors(rng, 170, 4.0, 30.0)
    copy = one + errors(rng, 170, noise_m, memory_s)
    assert not parted(one, copy, begin)


def test_slow_noise_on_a_copy_leaves_the_errors_of_its_original(rng):
    one = legs() + errors(rng, 170, 4.0, 30.0)
    copy = one + errors(rng, 170, 2.5, 60.0)
    other = legs() + errors(rng, 170, 4.0, 30.0)
    assert are_kin(pair(copy, one), Clock(0.0, 1.0))
    assert not are_kin(pair(other, one), Clock(0.0, 1.0))


@pytest.mark.parametrize("pace", [1.0, 1.25])
def test_ways_further_apart_than_two_walks_may_be_are_a_copy_if_kin(rng, pace):
    one = legs() + errors(rng, 170, 4.0, 30.0)
    at = np.arange(0.0, 169.0, pace)
    played = np.array([np.interp(at, np.arange(170), v) for v in one])
    copy = played + errors(rng, len(at), 2.0 if pace == 1.0 else 1.2, 60.0)
    apart, near_m, *_ = separation(pair(copy, one), 60, 0.6, 1.8)
    assert apart < near_m
    other = legs() + errors(rng, 170, 4.0, 30.0)
    apart, near_m, *_ = separation(pair(other, one), 60, 0.6, 1.8)
    assert apart >= near_m


def test_an_original_without_errors_of_its_own_shows_nothing(rng):
    assert not parted(legs(), legs() + errors(rng, 170, 3.0, 0.1))
    assert not parted(legs(), legs())


def test_errors_smoothed_away_and_put_on_anew_are_still_a_copy(rng):
    one = legs() + errors(rng, 170, 4.0, 60.0)
    kernel = np.ones(3) / 3.0
    smooth = [np.convolve(np.pad(v, 1, "edge"), kernel, "valid") for v in one]
    assert not parted(one, np.array(smooth) + errors(rng, 170, 1.0, 0.1))


def test_winding_ways_show_no_bends_that_are_errors_alone(rng):
    turn = np.arange(170) / 4.0
    way = 60.0 * np.array([np.cos(turn), np.sin(turn)])
    one, two = (way + errors(rng, 170, 4.0, 0.1) for _ in range(2))
    assert bends(pair(one, two), Clock(0.0, 1.0), 1, 0.95)[3] == 0


def clockwork_day(rng, error_m):
    """Return three rounds of one day: one pace, one way, white errors."""
    frames = []
    for hour in (8, 13, 18):
        fixes = fixes_of(walker(0, 0, hour, 5, rng).stay(1690), rng)
        at = clock(hour, 5, DAY) + 10_000 * np.arange(169)
        x, y = legs(169) - 150.0 + rng.normal(0.0, error_m, (2, 169))
        east = 111_320.0 * np.cos(np.radians(34.3))
        fixes = fixes.iloc[np.resize(np.arange(len(fixes)), 169)]
        lon, lat = 111.9 + x / east, 34.3 + y / 111_320.0
        frames.append(fixes.assign(t_ms=at, received_ms=at, lon=lon, lat=lat))
    return frames


@pytest.mark.parametrize("error_m", [2.5, 4.0, 6.0])
def test_somebody_like_clockwork_with_a_plain_receiver_is_believed(rng, error_m):
    assert verdicts(judge(*clockwork_day(rng, error_m))) == ["verified"] * 3


def test_a_line_that_is_only_shaken_is_still_a_script(rng):
    patrol = window(judge(*clockwork_day(rng, 1.0)))
    assert patrol["verdict"] == "suspicious"
    assert "synthetic_track" in codes(patrol)
