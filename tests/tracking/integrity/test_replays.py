"""Copies among rounds: moved, late and noisy ones; and honest ways that are none."""

import numpy as np
import pytest
import shapely

from tests.tracking.worlds import (
    DAY,
    HOME,
    SEEDS,
    codes,
    fixes_of,
    honest_round,
    judge,
    next_day,
    roster,
    square,
    walker,
    window,
)
from tracking.integrity.digests import Digest
from tracking.rules.policy import DEFAULT_RULE
from tracking.simulate import replayed
from tracking.verdict.verify import judge_days, verify_days


@pytest.fixture(params=SEEDS)
def rng(request):
    return np.random.default_rng(request.param)


@pytest.mark.parametrize("moved_m", [0.0, 12.0, 40.0])
def test_a_copy_that_was_moved_aside_is_found(rng, moved_m):
    fixes = honest_round(rng)
    copy = replayed(fixes, 1, rng, 1.5)
    copy["lat"] += moved_m / 111_320
    patrol = window(judge(fixes, copy, days=[next_day()]))
    assert patrol["verdict"] == "suspicious"
    assert "replayed_track" in codes(patrol)


def drawn_again(fixes, rng, grow=1.0, pace=1.0, every_s=10.0, noise_m=1.0):
    """Return a way drawn larger, played at another pace, read anew and made noisy."""
    t = (fixes["t_ms"] - fixes["t_ms"].iloc[0]).to_numpy() / 1000.0
    played = (t if pace > 0 else t[-1] - t) / abs(pace)
    order = np.argsort(played)
    at = np.arange(0.0, played.max(), every_s)
    copy = fixes.iloc[np.resize(np.arange(len(fixes)), len(at))].copy()
    for name, metres in (("lon", 92_000.0), ("lat", 111_320.0)):
        way = np.interp(at, played[order], fixes[name].to_numpy()[order])
        noise = rng.normal(0.0, noise_m, len(at)) / metres
        copy[name] = way.mean() + grow * (way - way.mean()) + noise
    day_ms = 86_400_000
    copy["t_ms"] = fixes["t_ms"].iloc[0] + day_ms + (1000 * at).astype(np.int64)
    return copy.assign(received_ms=copy["t_ms"] + 900)


@pytest.mark.parametrize(
    "change",
    [{"grow": 1.04}, {"grow": 0.97}, {"pace": 1.12}, {"pace": 0.85}, {"pace": -1.0}],
    ids=str,
)
def test_a_copy_drawn_larger_faster_or_backwards_is_found(rng, change):
    fixes = honest_round(rng, minutes=26)
    copy = drawn_again(fixes, rng, **change)
    patrol = window(judge(fixes, copy, days=[next_day()]))
    assert patrol["verdict"] == "suspicious"
    assert "replayed_track" in codes(patrol)


def test_the_same_places_in_another_order_of_time_are_a_copy(rng):
    fixes = honest_round(rng, minutes=26)
    t_ms = fixes["t_ms"].iloc[0] + 86_400_000 + 9_000 * np.arange(len(fixes))
    copy = fixes.iloc[::-1].assign(t_ms=t_ms, received_ms=t_ms + 900)
    patrol = window(judge(fixes, copy, days=[next_day()]))
    assert "replayed_track" in codes(patrol)


@pytest.mark.parametrize("minutes", [4, 18])
def test_a_way_handed_in_while_its_walker_still_walks_is_a_copy(rng, minutes):
    fixes = honest_round(rng, minutes=26)
    copy = replayed(fixes, minutes / 1440, rng, 1.0)
    copy = copy.assign(worker_id="w2", device_id="phone-2")
    bodies = judge(fixes, copy, people=[("w1", HOME), ("w2", HOME)])
    assert codes(window(bodies, worker="w2")) >= {"replayed_track"}
    assert window(bodies)["verdict"] == "verified"


def test_a_digest_stands_for_fixes_that_are_not_at_hand(rng):
    fixes, people = honest_round(rng), roster()
    made = judge_days(fixes, people, DEFAULT_RULE, days=[DAY]).digests
    assert [d.worker_id for d in made] == ["w1"]
    places = np.frombuffer(made[0].packed(), "<i4").reshape(-1, 2)
    stored = [Digest("w1", made[0].start_ms, made[0].end_ms, places)]
    copy = replayed(fixes, 20, rng, 1.0)
    found = {}
    for digests in ((), stored):
        bodies = verify_days(copy, people, days=[next_day(20)], digests=digests)
        found[bool(digests)] = bodies[0]["patrols"][0]
    assert found[False]["verdict"] == "verified"
    assert found[True]["verdict"] == "suspicious"
    matched = found[True]["evidence"]["matched"][0]
    assert matched["digest"] == stored[0].sha256
    assert matched["places_e6"] == stored[0].places.tolist()


def test_a_week_of_the_same_way_holds_no_copy(rng):
    ring = shapely.buffer(square(), -80).exterior
    frames = []
    for number in range(5):
        person = walker(-220, -220, 8, int(rng.integers(0, 20)), rng, next_day(number))
        person.stay(40).follow(ring, float(rng.uniform(1.1, 1.3))).stay(40)
        frames.append(fixes_of(person, rng))
    assert window(judge(*frames, days=[next_day(4)]))["verdict"] == "verified"


def test_the_evidence_of_companions_shows_no_colleagues_place(rng):
    person = walker(0, 0, 8, 10, rng).stay(30).patrol(square(), 1400)
    one = fixes_of(person, rng)
    two = fixes_of(person, rng, worker="w2").assign(device_id="phone-2")
    patrol = window(judge(one, two, people=[("w1", HOME), ("w2", HOME)]))
    matched = patrol["evidence"]["matched"][0]
    assert set(matched) == {"kind", "digest", "at_ms", "apart_m", "near_m"}
    near = np.mean(np.array(matched["apart_m"]) <= matched["near_m"])
    assert near >= 0.9
