"""What a day comes to: checkpoints, visits indoors, several grids, calendar, order."""

from datetime import time

import numpy as np
import orjson
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tracking.worlds import (
    DAY,
    HOME,
    NEXT,
    SIDE,
    at,
    checkpoint,
    clock,
    codes,
    fixes_of,
    honest_round,
    judge,
    leave,
    next_day,
    phone,
    reason,
    square,
    verdicts,
    walker,
    window,
)
from tracking.rules.presets import PRESETS
from tracking.rules.reading import rule_from
from tracking.simulate import synthetic


@pytest.fixture
def rng():
    return np.random.default_rng(20)


def mixed_day(seed):
    """Two workers, a cheat, repeats, conflicts, a wrong clock and bad fixes."""
    rng = np.random.default_rng(seed)
    morning = honest_round(rng)
    evening = synthetic(honest_round(rng, 18))
    second = honest_round(
        rng, 13, worker="w2", device=phone("phone-2", clock_ahead_s=3600.0)
    )
    clash = morning.iloc[30:33].assign(lon=morning["lon"] + 0.0002)
    fixes = pd.concat([morning, evening, second, clash], ignore_index=True)
    fixes.loc[3, "accuracy_m"] = np.nan
    fixes.loc[4, "lat"] = np.nan
    return fixes


MIXED = mixed_day(3)
PEOPLE = [("w1", HOME), ("w2", HOME)]
EXPECTED = orjson.dumps(list(judge(MIXED, people=PEOPLE).values()))


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 4))
def test_order_and_repetition_of_arrival_change_no_byte(seed, times):
    mixed = pd.concat([MIXED] * times).sample(frac=1.0, random_state=seed)
    assert orjson.dumps(list(judge(mixed, people=PEOPLE).values())) == EXPECTED


def test_a_repeat_that_arrives_later_changes_no_byte():
    again = MIXED.assign(received_ms=MIXED["received_ms"] + 3_000_000)
    found = judge(pd.concat([again, MIXED]), people=PEOPLE)
    assert orjson.dumps(list(found.values())) == EXPECTED


def test_the_input_hash_follows_the_inputs(rng):
    fixes = honest_round(rng)
    one = window(judge(fixes))["evidence"]["input_hash"]
    other = window(judge(fixes.iloc[1:]))["evidence"]["input_hash"]
    assert one != other
    assert one == window(judge(fixes))["evidence"]["input_hash"]


def test_checkpoints_take_the_place_of_cells(rng):
    person = walker(-250, 0, 8, 10, rng).stay(20)
    for x, y in ((-100, 100), (100, 100), (100, -100), (-100, -100), (0, 0)):
        person.go_to(at(x, y), 1.2).stay(45)
    person.go_to(at(250, 0), 1.2).stay(20)
    fixes = fixes_of(person, rng)
    near = [checkpoint(f"c{n}", x, 100) for n, x in enumerate((-100, 100))]
    far = [checkpoint(f"d{n}", 280, y) for n, y in enumerate((250, -250, 200))]
    patrol = window(judge(fixes, checkpoints=near))
    assert (patrol["checkpoints_reached"], patrol["checkpoints_required"]) == (2, 2)
    assert patrol["verdict"] == "verified"
    patrol = window(judge(fixes, checkpoints=near + far))
    assert reason(patrol, "checkpoints_missed") == {
        "code": "checkpoints_missed",
        "value": 2,
        "needed": 3,
    }


def household(rng):
    """Somebody who visits three houses; the phone is silent indoors."""
    person = walker(0, 0, 8, 0, rng)
    gaps = []
    for x, y in ((100, 0), (100, 100), (0, 150), (-100, 0)):
        person.go_to(at(x, y), 1.0).stay(120)
        gaps.append((person.now_ms, person.now_ms + 25 * 60_000))
        person.stay(25 * 60).stay(60)
    person.go_to(at(0, 0), 1.0)
    return fixes_of(person, rng, phone(gaps=tuple(gaps)))


def test_visits_indoors_break_nothing_under_the_household_rule(rng):
    fixes = household(rng)
    assert window(judge(fixes))["verdict"] == "partial"
    patrol = window(judge(fixes, rule=PRESETS["household"]))
    assert patrol["verdict"] == "verified"
    assert [gap["indoors"] for gap in patrol["evidence"]["gaps"]] == [True] * 4
    assert patrol["dwell_min"] < 35


def test_a_window_across_midnight_belongs_to_the_day_it_starts(rng):
    night = [{"code": "night", "start": "22:00", "end": "02:00"}]
    rule = rule_from({"rule_id": "night", "windows": night})
    fixes = honest_round(rng, 0, 20, day=next_day())
    bodies = judge(fixes, rule=rule, days=[DAY])
    assert verdicts(bodies) == ["verified"]
    everything = judge(fixes, rule=rule, days=[next_day()])
    assert verdicts(everything) == ["no_data"]


def test_several_grids_of_one_worker_count_as_one_area(rng):
    wide = square(SIDE, x=SIDE / 2)
    both = [("w1", HOME), ("w1", NEXT)]
    assert window(judge(honest_round(rng, area=wide), people=both))["verdict"] == (
        "verified"
    )


def test_an_excused_day_leaves_the_denominator(rng):
    body = judge(honest_round(rng), calendar=[leave()])["w1"]
    assert (body["verified"], body["required"], body["excused"]) == (1, 1, 2)
    assert all(p["excused"] for p in body["patrols"])


def test_an_assignment_ends_with_its_last_day(rng):
    fixes = honest_round(rng)
    assert judge(fixes, people=[("w1", HOME, "", None, DAY)], days=[next_day()]) == {}
    assert judge(fixes, people=[("w1", HOME, "", next_day(), None)]) == {}


def test_a_round_past_the_end_of_its_window_says_when(rng):
    patrol = window(judge(honest_round(rng, 21, 52, minutes=20)), 2)
    assert patrol["verdict"] == "partial"
    assert {"dwell_short", "outside_window"} <= codes(patrol)


def test_nobody_is_followed_home(rng):
    night = honest_round(rng, 23, 10)
    patrol = window(judge(night, honest_round(rng)), 2)
    assert patrol["verdict"] == "no_data"
    assert codes(patrol) == {"off_duty"}
    assert patrol["evidence"]["fixes"]["received"] == 0


def test_a_shortfall_never_reads_as_enough(rng):
    for minutes in (14.0, 14.5, 14.9):
        person = walker(-280, 0, 8, 0, rng)
        person.patrol(square(), 60 * minutes, rest_share=0.0)
        patrol = window(judge(fixes_of(person, rng)))
        for found in patrol["reasons"]:
            assert found["value"] != found["needed"]


def test_before_the_deadline_only_what_is_not_verified_is_provisional(rng):
    bodies = judge(honest_round(rng), as_of=clock(23))
    assert [p["provisional"] for p in bodies["w1"]["patrols"]] == [False, True, True]
    bodies = judge(honest_round(rng), as_of=clock(48))
    assert not any(p["provisional"] for p in bodies["w1"]["patrols"])


def test_an_empty_set_of_fixes_gives_no_line():
    assert judge(MIXED.head(0)) == {}


def test_windows_of_a_preset_are_judged_each(rng):
    fixes = [honest_round(rng, hour) for hour in (6, 9, 12, 15, 18, 21)]
    bodies = judge(*fixes, rule=PRESETS["forest-fire"])
    assert verdicts(bodies) == ["verified"] * 6
    assert PRESETS["forest-fire"].windows[-1].end == time(0)
