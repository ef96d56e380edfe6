"""The adversarial cases, by their numbers in the study: one verdict each, any seed.

Every case is drawn anew for each seed; nothing here fits one draw.
"""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely

from geo.crs import wgs84_to_gcj02
from geo.localtime import DAY_MS
from tests.tracking.worlds import (
    DAY,
    HOME,
    NEXT,
    SEEDS,
    SIDE,
    at,
    clock,
    codes,
    fixes_of,
    honest_round,
    in_degrees,
    judge,
    next_day,
    phone,
    reason,
    square,
    verdicts,
    walker,
    window,
)
from tracking.rules.presets import PRESETS
from tracking.simulate import honest_day, replayed, synthetic, with_mock_flag

MANUAL = Path(__file__).parents[3] / "docs" / "verdict.md"


@pytest.fixture(params=SEEDS, ids=lambda seed: f"seed{seed}")
def rng(request):
    return np.random.default_rng(request.param)


def settled(rng, x=0.0, y=0.0, hours=(6, 22), **device):
    """Somebody at one place all day, pottering about a little."""
    person = walker(x, y, hours[0], 0, rng)
    person.stay((hours[1] - hours[0]) * 3600, pottering_m=4.0)
    return fixes_of(person, rng, phone(**device))


# 1 to 6: where somebody is


@pytest.mark.parametrize("drift_m", [3.0, 6.0, 10.0, 15.0, 20.0])
def test_01_jitter_at_home_inside_the_grid_is_stationary(rng, drift_m):
    bodies = judge(settled(rng, drift_m=drift_m, white_m=2.0))
    assert verdicts(bodies) == ["partial"] * 3
    assert "stationary" in codes(window(bodies))


def test_01_jitter_without_a_stated_accuracy_is_no_round_either(rng):
    bodies = judge(settled(rng, drift_m=8.0, says_accuracy=False))
    assert set(verdicts(bodies)) == {"partial"}


def test_02_a_home_ten_metres_outside_the_grid_is_missed(rng):
    bodies = judge(settled(rng, x=-SIDE / 2 - 10.0))
    assert verdicts(bodies) == ["missed"] * 3


def test_03_drift_along_the_edge_is_one_stay_and_no_coverage(rng):
    bodies = judge(settled(rng, x=-SIDE / 2 + 3.0))
    assert "verified" not in verdicts(bodies)
    assert all(p["evidence"].get("cells_per_10_min", 0) < 8 for p in (window(bodies),))


def test_04_a_motorbike_that_drives_through_is_too_fast_and_too_short(rng):
    person = walker(-900, 20, 9, 0, rng)
    for x in (-300, 300, 900):
        person.go_to(at(x, float(rng.uniform(-80, 80))), 12.0)
    bodies = judge(fixes_of(person, rng, phone(interval_s=5.0)))
    assert window(bodies)["verdict"] == "partial"
    assert {"vehicle_speed", "dwell_short"} <= codes(window(bodies))


@pytest.mark.parametrize("speed", [9.0, 12.0, 16.0])
def test_05_a_motorbike_that_circles_for_twenty_minutes_is_too_fast(rng, speed):
    person = walker(0, 0, 9, 0, rng)
    end = clock(9, 22)
    turn = 0.0
    while person.now_ms < end:
        turn += float(rng.uniform(0.5, 1.0))
        person.go_to(at(220 * np.cos(turn), 220 * np.sin(turn)), speed)
    bodies = judge(fixes_of(person, rng))
    assert window(bodies)["verdict"] == "partial"
    assert "vehicle_speed" in codes(window(bodies))


def test_06_one_spike_changes_no_verdict(rng):
    fixes = honest_round(rng)
    fixes.loc[len(fixes) // 2, "lon"] += 0.05
    patrol = window(judge(fixes))
    assert patrol["verdict"] == "verified"
    assert patrol["evidence"]["fixes"]["excluded"] == {"spike": 1}


# 7 to 14: what was never walked


def test_07_a_teleport_into_the_grid_is_suspicious(rng):
    person = walker(4000, 3000, 8, 0, rng).stay(1800)
    person.jump_to(at(0, 0)).patrol(square(), 1500)
    person.jump_to(at(4000, 3000)).stay(1800)
    patrol = window(judge(fixes_of(person, rng)))
    assert patrol["verdict"] == "suspicious"
    assert "teleport" in codes(patrol)


def test_07_a_jump_that_lands_beside_the_grid_is_suspicious(rng):
    person = walker(5000, 3000, 7, 30, rng).stay(1800)
    person.jump_to(at(360, 0)).go_to(at(280, 0), 1.2).patrol(square(), 1500)
    patrol = window(judge(fixes_of(person, rng)))
    assert patrol["verdict"] == "suspicious"
    assert "teleport" in codes(patrol)


def test_07_a_cached_place_before_the_first_real_fix_is_no_teleport(rng):
    fixes = honest_round(rng)
    stale = fixes.head(1).assign(
        t_ms=fixes["t_ms"].iloc[0] - 8000,
        received_ms=fixes["received_ms"].iloc[0] - 8000,
        lon=fixes["lon"].iloc[0] + 0.04,
    )
    assert window(judge(stale, fixes))["verdict"] == "verified"


def test_07_a_phone_that_admits_a_mock_is_suspicious(rng):
    patrol = window(judge(with_mock_flag(honest_round(rng))))
    assert patrol["verdict"] == "suspicious"
    assert "mock_location" in codes(patrol)


@pytest.mark.parametrize("digits", [7, 5])
def test_07_a_line_drawn_by_a_script_is_suspicious(rng, digits):
    drawn = synthetic(honest_round(rng))
    rounded = drawn.assign(
        lon=drawn["lon"].round(digits), lat=drawn["lat"].round(digits)
    )
    patrol = window(judge(rounded))
    assert patrol["verdict"] == "suspicious"
    assert "synthetic_track" in codes(patrol)


def test_08_a_good_spoofer_passes_and_the_manual_says_so(rng):
    """Drift, warm-up and pauses made up as a receiver has them cannot be told apart."""
    assert window(judge(honest_round(rng)))["verdict"] == "verified"
    assert "好的造假软件" in MANUAL.read_text("utf-8").split("## 查不出来的")[1]


@pytest.mark.parametrize("days", [1, 6])
def test_09_the_exact_replay_of_an_earlier_day_is_suspicious(rng, days):
    fixes = honest_round(rng)
    later = next_day(days)
    both = judge(fixes, replayed(fixes, days), days=[later])
    assert window(both)["verdict"] == "suspicious"
    assert "replayed_track" in codes(window(both))
    assert window(judge(fixes, replayed(fixes, days)))["verdict"] == "verified"


def test_09_the_replay_of_the_morning_in_the_evening_is_suspicious(rng):
    fixes = honest_round(rng)
    assert verdicts(judge(fixes, replayed(fixes, 10 / 24))) == [
        "verified",
        "no_data",
        "suspicious",
    ]


def test_09_the_replay_of_a_colleague_is_suspicious(rng):
    fixes = honest_round(rng, worker="w2", device=phone("phone-2"))
    copy = replayed(fixes, 1).assign(worker_id="w1", device_id="phone-1")
    people = [("w1", HOME), ("w2", HOME)]
    patrol = window(judge(fixes, copy, people=people, days=[next_day()]))
    assert "replayed_track" in codes(patrol)


@pytest.mark.parametrize("noise_m", [1.0, 2.0, 3.0])
def test_10_a_replay_with_noise_on_top_is_suspicious(rng, noise_m):
    fixes = honest_round(rng)
    copy = replayed(fixes, 1 + float(rng.uniform(-0.01, 0.01)), rng, noise_m)
    patrol = window(judge(fixes, copy, days=[next_day()]))
    assert patrol["verdict"] == "suspicious"
    assert "replayed_track" in codes(patrol)


def test_11_the_same_route_every_day_is_verified(rng):
    ring = shapely.buffer(square(), -80).exterior
    frames = []
    for number in range(5):
        person = walker(-220, -220, 8, int(rng.integers(0, 20)), rng, next_day(number))
        person.stay(40).follow(ring, float(rng.uniform(1.1, 1.3))).stay(40)
        frames.append(fixes_of(person, rng))
    for number in range(5):
        assert window(judge(*frames, days=[next_day(number)]))["verdict"] == "verified"


def companions(rng, apart_s=3.0, groups=("", "")):
    person = walker(0, 0, 8, 10, rng).stay(30).patrol(square(), 1400).stay(30)
    first = fixes_of(person, rng)
    person.start_ms += int(1000 * apart_s)
    second = fixes_of(person, rng, phone("phone-2"), "w2")
    people = [("w1", HOME, groups[0]), ("w2", HOME, groups[1])]
    return judge(first, second, people=people)


def test_12_two_phones_on_one_body_are_suspicious_both(rng):
    bodies = companions(rng)
    for worker in ("w1", "w2"):
        assert window(bodies, worker=worker)["verdict"] == "suspicious"
        assert "companion_device" in codes(window(bodies, worker=worker))


def test_13_colleagues_of_one_group_walk_together(rng):
    bodies = companions(rng, groups=("g1", "g1"))
    for worker in ("w1", "w2"):
        assert window(bodies, worker=worker)["verdict"] == "verified"
        assert "joint_patrol" in codes(window(bodies, worker=worker))


def test_13_people_of_one_grid_on_different_ways_are_no_companions(rng):
    first = honest_round(rng)
    second = honest_round(rng, worker="w2", device=phone("phone-2"))
    people = [("w1", HOME), ("w2", HOME)]
    bodies = judge(first, second, people=people)
    assert window(bodies)["verdict"] == window(bodies, 0, "w2")["verdict"] == "verified"


def test_14_one_phone_for_two_people_at_once_is_suspicious(rng):
    first = honest_round(rng)
    second = honest_round(rng, worker="w2")
    bodies = judge(first, second, people=[("w1", HOME), ("w2", HOME)])
    assert "device_shared" in codes(window(bodies))
    assert window(bodies, 0, "w2")["verdict"] == "suspicious"


def test_14_sharing_at_one_hour_casts_no_doubt_on_another(rng):
    first, later = honest_round(rng), honest_round(rng, 13)
    second = honest_round(rng, worker="w2")
    bodies = judge(first, later, second, people=[("w1", HOME), ("w2", HOME)])
    assert verdicts(bodies)[:2] == ["suspicious", "verified"]


def test_14_a_phone_that_is_handed_over_is_no_offence(rng):
    morning = honest_round(rng)
    noon = honest_round(rng, 13, worker="w2")
    bodies = judge(morning, noon, people=[("w1", HOME), ("w2", HOME)])
    assert verdicts(bodies)[0] == verdicts(bodies, "w2")[1] == "verified"


# 15 to 21: clocks and uploads


@pytest.mark.parametrize("ahead_s", [3600.0, -3600.0, 86_400.0, -86_400.0, 400.0])
def test_15_a_wrong_clock_that_live_uploads_prove_is_corrected(rng, ahead_s):
    bodies = judge(honest_round(rng, device=phone(clock_ahead_s=ahead_s)))
    patrol = window(bodies)
    assert patrol["verdict"] == "verified"
    assert patrol["start"].startswith("2026-05-20T08:1")
    assert abs(reason(patrol, "clock_skew")["value"] + ahead_s) < 10


def test_15_twenty_equal_errors_are_the_servers_and_not_corrected(rng):
    frames, people = [], []
    for n in range(20):
        device = phone(f"phone-{n}", clock_ahead_s=-7200.0)
        frames.append(honest_round(rng, 10, 30, worker=f"w{n:02d}", device=device))
        people.append((f"w{n:02d}", HOME))
    patrol = window(judge(*frames, people=people), 0, "w05")
    assert "clock_skew" not in codes(patrol)
    assert patrol["start"].startswith("2026-05-20T08:3")


def test_16_a_week_counter_that_rolled_over_is_corrected(rng):
    fixes = honest_round(rng)
    patrol = window(judge(fixes.assign(t_ms=fixes["t_ms"] - 7168 * DAY_MS)))
    assert patrol["verdict"] == "verified"
    assert reason(patrol, "time_rollover")["value"] > 100


def test_17_a_batch_made_up_at_night_is_refuted_by_live_fixes(rng):
    home = settled(rng, x=5000.0, hours=(7, 12))
    made_up = honest_round(rng).assign(received_ms=clock(23, 30))
    patrol = window(judge(home, made_up))
    assert patrol["verdict"] == "suspicious"
    assert "backdated" in codes(patrol)


def test_18_a_gap_of_four_minutes_is_listed_and_breaks_nothing(rng):
    gap = (clock(8, 18), clock(8, 22))
    patrol = window(judge(honest_round(rng, device=phone(gaps=(gap,)))))
    assert patrol["verdict"] == "verified"
    assert len(patrol["evidence"]["gaps"]) == 1


def test_19_a_gap_of_25_minutes_is_too_long(rng):
    gap = (clock(8, 22), clock(8, 47))
    device = phone(gaps=(gap,))
    patrol = window(judge(honest_round(rng, minutes=50, device=device)))
    assert patrol["verdict"] == "partial"
    assert "gap_long" in codes(patrol)


def test_19_a_whole_round_beside_a_long_gap_does_not_mend_it(rng):
    """Only what bounds a round splits it, and a gap on the way does not."""
    person = walker(-280, -250, 8, 10, rng)
    for x, y in ((280, -250), (280, 0), (-280, 0), (-280, 250), (280, 250), (0, 0)):
        person.go_to(at(x, y), 1.1)
    gap = (clock(8, 31), clock(8, 31) + 600_000)
    whole = fixes_of(person, rng)
    assert window(judge(whole))["verdict"] == "verified"
    patrol = window(judge(fixes_of(person, rng, phone(gaps=(gap,)))))
    assert patrol["verdict"] == "partial"
    assert "gap_long" in codes(patrol)


def test_19_a_phone_that_sleeps_at_home_between_two_walks_rests(rng):
    """A silence of 20 minutes in one place is a stay, and a stay bounds a round."""
    person = walker(0, 0, 8, 0, rng).stay(300)
    person.patrol(square(), 1300).go_to(at(0, 0), 1.2).stay(60)
    gap = (person.now_ms, person.now_ms + 40 * 60_000)
    person.stay(2400).stay(60).go_to(at(120, 0), 1.2).go_to(at(0, 0), 1.2)
    patrol = window(judge(fixes_of(person, rng, phone(gaps=(gap,)))))
    assert patrol["verdict"] == "verified"
    assert patrol["largest_gap_s"] < 120


def test_20_offline_all_day_counts_with_the_evening_upload(rng):
    device = phone(offline=((clock(6), clock(23)),))
    fixes = honest_round(rng, device=device)
    assert judge(fixes, as_of=clock(20)) == {}
    assert window(judge(fixes, as_of=clock(23, 30)))["verdict"] == "verified"


def test_20_before_the_upload_the_verdict_is_provisional(rng):
    sent = honest_round(rng)
    kept = honest_round(rng, 13, device=phone(offline=((clock(12), clock(23)),)))
    afternoon = window(judge(sent, kept, as_of=clock(20)), 1)
    assert (afternoon["verdict"], afternoon["provisional"]) == ("no_data", True)
    afternoon = window(judge(sent, kept, as_of=clock(23, 30)), 1)
    assert (afternoon["verdict"], afternoon["provisional"]) == ("verified", False)


def test_21_what_comes_after_the_deadline_leaves_the_day_as_closed(rng):
    fixes = honest_round(rng)
    patrol = window(judge(fixes.assign(received_ms=clock(48 + 3))))
    assert patrol["verdict"] == "no_data"
    assert "late_upload" in codes(patrol)
    patient = PRESETS["weak-signal"]
    late = fixes.assign(received_ms=clock(48 + 3))
    assert window(judge(late, rule=patient))["verdict"] == "verified"


# 22 to 31: bad fixes and odd maps


def test_22_a_whole_day_in_gcj02_is_a_datum_shift_and_not_corrected(rng):
    small = square(400.0)
    fixes = honest_round(rng, area=small)
    lon, lat = wgs84_to_gcj02(fixes["lon"].to_numpy(), fixes["lat"].to_numpy())
    patrol = window(judge(fixes.assign(lon=lon, lat=lat), grids=[(HOME, small)]))
    assert patrol["verdict"] == "suspicious"
    assert "datum_shift" in codes(patrol)


def test_22_who_lives_outside_and_walks_in_has_no_shifted_datum(rng):
    person = walker(860, 0, 8, 0, rng).stay(600)
    for y in (250, -250, 0):
        person.go_to(at(860, y), 1.2)
    person.patrol(square(400.0, x=600.0), 1320).go_to(at(860, 0), 1.2).stay(600)
    large = square(1600.0)
    patrol = window(judge(fixes_of(person, rng), grids=[(HOME, large)]))
    assert patrol["verdict"] == "verified"


def test_22_a_walk_from_one_own_grid_into_the_next_has_no_shifted_datum(rng):
    wide = square(1200.0, x=-300.0).union(square(1200.0, x=-600.0))
    person = walker(100, 0, 8, 0, rng)
    for y in (-250, 0, 250):
        person.go_to(at(750, y), 1.2).go_to(at(100, y + 50), 1.2)
    both = [("w1", HOME), ("w1", NEXT)]
    grids = [(HOME, wide), (NEXT, square(1200.0, x=900.0))]
    bodies = judge(fixes_of(person, rng), people=both, grids=grids)
    assert window(bodies)["verdict"] == "verified"


def test_22_a_way_through_a_yard_inside_the_grid_is_no_shifted_datum(rng):
    yard = shapely.box(*at(370, -40), *at(430, 40))
    person = walker(250, 0, 8, 10, rng)
    for _ in range(4):
        person.go_to(at(550, 0), 1.2).go_to(at(250, 0), 1.2)
    grids = [(HOME, square(2000.0) - yard), (NEXT, yard)]
    patrol = window(judge(fixes_of(person, rng), grids=grids))
    assert patrol["verdict"] == "verified"


def test_23_single_posts_in_gcj02_are_left_out(rng):
    fixes = honest_round(rng)
    manual = fixes.index[20::40]
    lon, lat = wgs84_to_gcj02(fixes["lon"].to_numpy(), fixes["lat"].to_numpy())
    fixes.loc[manual, "lon"], fixes.loc[manual, "lat"] = lon[manual], lat[manual]
    patrol = window(judge(fixes))
    assert patrol["verdict"] == "verified"
    assert patrol["evidence"]["fixes"]["excluded"]["datum_shift"] == len(manual)


def frozen(rng, speed_mps):
    fixes = honest_round(rng, minutes=30)
    first = fixes.iloc[0]
    return fixes.assign(
        lon=first.lon, lat=first.lat, accuracy_m=5.0, speed_mps=speed_mps
    )


def test_24_frozen_coordinates_that_claim_motion_are_suspicious(rng):
    patrol = window(judge(frozen(rng, 1.2)))
    assert patrol["verdict"] == "suspicious"
    assert "frozen" in codes(patrol)


def test_24_frozen_coordinates_that_claim_motion_may_say_any_accuracy(rng):
    fixes = frozen(rng, 1.2)
    fixes = fixes.assign(accuracy_m=rng.uniform(3.0, 9.0, len(fixes)).round(1))
    patrol = window(judge(fixes))
    assert patrol["verdict"] == "suspicious"
    assert "frozen" in codes(patrol)


def test_24_frozen_coordinates_at_rest_are_a_shortfall(rng):
    patrol = window(judge(frozen(rng, 0.0)))
    assert patrol["verdict"] == "partial"
    assert "frozen" in codes(patrol)


def test_25_repeats_and_any_order_change_no_byte(rng):
    fixes = honest_round(rng)
    shuffled = pd.concat([fixes] * 10).sample(frac=1.0, random_state=rng)
    assert judge(shuffled) == judge(fixes)


def test_26_of_two_contents_at_one_time_the_first_received_counts(rng):
    fixes = honest_round(rng)
    other = fixes.iloc[10:20].assign(
        lon=fixes["lon"] + 0.001, received_ms=fixes["received_ms"] + 60_000
    )
    patrol = window(judge(other, fixes))
    assert patrol["verdict"] == "verified"
    assert reason(patrol, "conflict")["value"] == 10
    alone = window(judge(fixes))
    assert patrol["evidence"]["line"] == alone["evidence"]["line"]


def test_27_null_island_and_nan_are_flagged_and_the_rest_counts(rng):
    fixes = honest_round(rng)
    fixes.loc[5, ["lon", "lat"]] = 0.0
    fixes.loc[7, ["lon", "lat"]] = np.nan
    fixes.loc[9, "lat"] = 91.0
    patrol = window(judge(fixes))
    assert patrol["verdict"] == "verified"
    excluded = patrol["evidence"]["fixes"]["excluded"]
    assert excluded == {"bad_position": 2, "null_island": 1}


def test_27_swapped_coordinates_are_no_round(rng):
    fixes = honest_round(rng)
    swapped = fixes.assign(lon=fixes["lat"], lat=fixes["lon"])
    patrol = window(judge(swapped))
    assert patrol["verdict"] == "no_data"
    assert patrol["evidence"]["fixes"]["excluded"] == {"bad_position": len(fixes)}


def test_28_cell_positions_are_no_evidence(rng):
    patrol = window(judge(honest_round(rng).assign(accuracy_m=2200.0)))
    assert patrol["verdict"] == "no_data"
    assert "accuracy_poor" in codes(patrol)


@pytest.mark.parametrize("said", [np.nan, 0.0])
def test_29_an_accuracy_that_was_not_said_is_taken_as_25_metres(rng, said):
    patrol = window(judge(honest_round(rng).assign(accuracy_m=said)))
    assert patrol["verdict"] == "verified"
    assert "accuracy_unknown" in codes(patrol)


def test_30_the_unit_of_the_stated_speed_has_no_effect(rng):
    fixes = honest_round(rng)
    knots = judge(fixes.assign(speed_mps=fixes["speed_mps"] * 3.6))
    assert window(knots)["verdict"] == window(judge(fixes))["verdict"] == "verified"


def test_31_each_fix_is_judged_by_the_border_of_its_moment(rng):
    west, east = square(), square(x=SIDE)
    versions = [(HOME, west, None, clock(12)), (HOME, east, clock(12), None)]
    morning, later = honest_round(rng, area=west), honest_round(rng, 14, area=east)
    bodies = judge(morning, later, grids=versions)
    assert verdicts(bodies)[:2] == ["verified", "verified"]
    morning, later = honest_round(rng, area=east), honest_round(rng, 14, area=west)
    bodies = judge(morning, later, grids=versions)
    assert "verified" not in verdicts(bodies)


# 32 to 42: where, when and how often


def test_32_a_round_in_the_neighbours_grid_is_the_wrong_grid(rng):
    patrol = window(judge(honest_round(rng, area=square(x=SIDE))))
    assert patrol["verdict"] == "missed"
    assert reason(patrol, "wrong_grid")["value"] == NEXT


def test_32_a_substitute_with_an_assignment_is_verified(rng):
    people = [("w1", HOME), ("w1", NEXT, "", DAY, DAY)]
    patrol = window(judge(honest_round(rng, area=square(x=SIDE)), people=people))
    assert patrol["verdict"] == "verified"


def test_33_a_round_across_the_edge_of_two_windows_is_one_credit(rng):
    bodies = judge(honest_round(rng, 10, 49, minutes=20))
    assert sorted(verdicts(bodies)).count("verified") == 1


def test_34_laps_back_to_back_are_one_round_and_too_soon(rng):
    first = honest_round(rng, 10, 30)
    second = honest_round(rng, 11, 5)
    bodies = judge(first, second)
    assert verdicts(bodies)[:2] == ["verified", "partial"]
    soon = reason(window(bodies, 1), "too_soon")
    assert soon["needed"] == 60
    assert 5 < soon["value"] < 20


def test_35_a_courier_in_the_grid_is_too_fast(rng):
    person = walker(0, 0, 8, 0, rng)
    end = clock(10)
    while person.now_ms < end:
        x, y = rng.uniform(-280, 280, 2)
        person.go_to(at(float(x), float(y)), float(rng.uniform(8, 13)))
        if rng.random() < 0.2:
            person.stay(60)
    patrol = window(judge(fixes_of(person, rng)))
    assert patrol["verdict"] == "partial"
    assert "vehicle_speed" in codes(patrol)


def test_36_a_fix_every_five_minutes_is_too_few_and_no_accusation(rng):
    device = phone(interval_s=300.0, loss=0.0)
    patrol = window(judge(honest_round(rng, minutes=40, device=device)))
    assert patrol["verdict"] == "partial"
    assert "rate_low" in codes(patrol)


def test_39_a_phone_parked_with_a_colleague_is_stationary(rng):
    bodies = judge(settled(rng, x=100.0, hours=(8, 18)))
    assert "stationary" in codes(window(bodies, 1))


def test_40_a_phone_on_a_dog_passes_and_the_manual_says_so(rng):
    person = walker(0, 0, 8, 10, rng)
    while person.now_ms < clock(8, 40):
        x, y = rng.uniform(-270, 270, 2)
        person.go_to(at(float(x), float(y)), float(rng.uniform(1.0, 3.5)))
        person.stay(float(rng.uniform(5, 60)))
    assert window(judge(fixes_of(person, rng)))["verdict"] == "verified"
    assert "狗" in MANUAL.read_text("utf-8").split("## 查不出来的")[1]


def test_41_a_patrol_along_the_border_road_is_verified(rng):
    x, y = -SIDE / 2, -SIDE / 2
    person = walker(x + 10, y + 10, 8, 10, rng).stay(20)
    for dx, dy in ((0, 0), (SIDE, 0), (SIDE, SIDE), (0, SIDE), (0, 0)):
        person.go_to(at(x + dx, y + dy), 1.3)
    patrol = window(judge(fixes_of(person, rng)))
    assert patrol["verdict"] == "verified"


def test_41_the_far_side_of_the_border_road_counts_before_one_is_inside(rng):
    x, y = -SIDE / 2 - 6, -SIDE / 2 - 6
    person = walker(x, y, 8, 10, rng).stay(20)
    for dx, dy in ((0, SIDE), (0, 0), (SIDE, 0), (SIDE / 2, 30)):
        person.go_to(at(x + dx, y + dy), float(rng.uniform(1.2, 1.6)))
    device = phone(drift_m=1.0, white_m=0.3)
    patrol = window(judge(fixes_of(person, rng, device)))
    assert patrol["dwell_min"] > 20


def test_42_who_lives_in_the_grid_and_walks_three_times_has_three_rounds(rng):
    fixes = honest_day("w1", in_degrees(square()), DAY, rng)
    assert verdicts(judge(fixes)) == ["verified"] * 3


def test_42_who_only_sits_has_none(rng):
    assert "verified" not in verdicts(judge(settled(rng)))


def test_a_slow_patrol_from_house_to_house_is_verified(rng):
    person = walker(-200, -200, 8, 10, rng)
    for _ in range(14):
        x, y = rng.uniform(-250, 250, 2)
        person.go_to(at(float(x), float(y)), float(rng.uniform(0.9, 1.3)))
        person.stay(float(rng.uniform(40, 150)), pottering_m=2.0)
    assert window(judge(fixes_of(person, rng)))["verdict"] == "verified"


def test_an_e_bike_patrol_is_verified(rng):
    person = walker(-200, -200, 8, 10, rng)
    while person.now_ms < clock(8, 32):
        x, y = rng.uniform(-270, 270, 2)
        person.go_to(at(float(x), float(y)), float(rng.uniform(2.5, 5.5)))
        person.stay(float(rng.uniform(20, 70)))
    assert window(judge(fixes_of(person, rng)))["verdict"] == "verified"


def test_a_silent_phone_is_no_data_and_never_missed(rng):
    bodies = judge(honest_round(rng))
    assert verdicts(bodies) == ["verified", "no_data", "no_data"]


def test_a_fix_a_minute_is_enough(rng):
    device = replace(phone(), interval_s=58.0, loss=0.0)
    patrol = window(judge(honest_round(rng, minutes=24, device=device)))
    assert patrol["verdict"] == "verified"
