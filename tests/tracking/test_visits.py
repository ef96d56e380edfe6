"""Visits: near and long enough, by the same cleaned fixes that a verdict reads."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tracking.worlds import HOME, at, clock, fixes_of, in_degrees, square, walker
from tracking.errors import BadRule
from tracking.rules.policy import DEFAULT_RULE
from tracking.signals.fixes import prepare_tracks
from tracking.simulate import Phone, with_mock_flag
from tracking.visits import VisitPoint, find_visits
from tracking.visits_due import (
    DueState,
    VisitPolicy,
    Watched,
    due_visits,
    interval_of,
)

SEEDS = (1, 2, 3)
TODAY = date(2026, 5, 20)


def mine(x=0.0, y=0.0, name="m1"):
    shape = in_degrees(square(0.02, x, y)).centroid
    return VisitPoint(name, "mine_opening", "硐口", HOME, shape)


def stay(minutes, x=0.0, y=0.0, seed=1, phone=None):
    rng = np.random.default_rng(seed)
    person = walker(x, y, 9, 0, rng)
    person.stay(60.0 * minutes)
    return fixes_of(person, rng, phone)


def visits(fixes, *points):
    return find_visits(
        prepare_tracks(fixes, DEFAULT_RULE), points or (mine(),), DEFAULT_RULE
    )


@pytest.mark.parametrize("seed", SEEDS)
def test_five_minutes_beside_the_opening_are_one_visit(seed):
    found = visits(stay(5, x=10.0, seed=seed))
    assert [v.point.point_id for v in found] == ["m1"]
    visit = found[0]
    assert 120.0 <= visit.dwell_s <= 301.0
    assert visit.distance_m < 25.0
    assert visit.fixes >= 12
    assert clock(9) - 1000 <= visit.start_ms <= visit.end_ms <= clock(9, 5) + 1000
    assert visit.is_proven


@pytest.mark.parametrize("seed", SEEDS)
def test_a_minute_and_a_half_is_no_visit(seed):
    assert visits(stay(1.5, seed=seed)) == []


@pytest.mark.parametrize("seed", SEEDS)
def test_five_minutes_sixty_metres_off_are_no_visit(seed):
    assert visits(stay(5, x=60.0, seed=seed)) == []


@pytest.mark.parametrize(("away_m", "count"), [(50.0, 1), (110.0, 2)])
def test_a_short_way_off_does_not_end_a_visit_and_a_longer_one_does(away_m, count):
    rng = np.random.default_rng(1)
    person = walker(0, 0, 9, 0, rng)
    person.stay(240.0)
    person.go_to(square(0.02, away_m).centroid.coords[0], 1.2)
    person.go_to(square(0.02).centroid.coords[0], 1.2)
    person.stay(240.0)
    assert len(visits(fixes_of(person, rng))) == count


@pytest.mark.parametrize("speed", [1.2, 5.0])
def test_passing_by_is_no_visit(speed):
    rng = np.random.default_rng(4)
    person = walker(-300.0, 0.0, 9, 0, rng).go_to(at(300.0, 0.0), speed)
    assert visits(fixes_of(person, rng)) == []


def test_a_silence_earns_no_time():
    fixes = stay(10)
    t = fixes["t_ms"]
    ends = fixes[(t < clock(9, 0) + 30_000) | (t > clock(9, 9) + 30_000)]
    assert visits(ends) == []


def test_a_mocked_visit_waits_for_a_person():
    found = visits(with_mock_flag(stay(5)))
    assert [v.doubts for v in found] == [("mock_location",)]
    assert not found[0].is_proven


def test_an_outline_is_visited_inside_it():
    outline = VisitPoint("s", "school", "学校", HOME, in_degrees(square(80.0)))
    found = visits(stay(5, x=30.0), outline)
    assert found[0].distance_m == 0.0


def test_each_point_and_each_device_has_its_own_visits():
    both = [mine(), mine(x=8.0, name="m2"), mine(x=500.0, name="far")]
    found = visits(stay(5, phone=Phone(device_id="p9")), *both)
    assert {v.point.point_id for v in found} == {"m1", "m2"}
    assert {v.device_id for v in found} == {"p9"}


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 3))
def test_order_and_repetition_change_no_visit(seed, times):
    mixed = pd.concat([FIVE] * times).sample(frac=1.0, random_state=seed)
    assert visits(mixed) == EXPECTED


FIVE = stay(5)
EXPECTED = visits(FIVE)


def test_nobody_and_nothing_give_no_visit():
    assert find_visits([], [mine()], DEFAULT_RULE) == []
    assert find_visits(prepare_tracks(FIVE, DEFAULT_RULE), [], DEFAULT_RULE) == []


@pytest.mark.parametrize(
    ("ago", "state", "late"),
    [
        (0, DueState.IN_TIME, -30),
        (22, DueState.IN_TIME, -8),
        (23, DueState.DUE, -7),
        (30, DueState.DUE, 0),
        (31, DueState.OVERDUE, 1),
    ],
)
def test_a_visit_is_due_an_interval_after_the_last(ago, state, late):
    point = Watched("m", 30, date(2020, 1, 1), TODAY - timedelta(days=ago))
    due = due_visits([point], TODAY, VisitPolicy())[0]
    assert (due.state, due.late_days) == (state, late)


def test_a_point_that_was_never_visited_is_due_after_its_first_interval():
    point = Watched("m", 30, TODAY - timedelta(days=40))
    assert due_visits([point], TODAY, VisitPolicy())[0].late_days == 10


def test_the_longest_overdue_comes_first():
    points = [
        Watched(name, 30, TODAY - timedelta(days=n)) for name, n in (("a", 1), ("b", 9))
    ]
    assert [d.point_id for d in due_visits(points, TODAY, VisitPolicy())] == ["b", "a"]


def test_a_point_has_its_own_interval_or_that_of_its_kind_or_none():
    policy = VisitPolicy({"mine_opening": 30})
    assert interval_of("mine_opening", {}, policy) == 30
    assert interval_of("mine_opening", {"inspection_interval_days": 7}, policy) == 7
    assert interval_of("school", {"inspection_interval_days": "x"}, policy) is None
    with pytest.raises(BadRule, match="school"):
        VisitPolicy({"school": 0})
