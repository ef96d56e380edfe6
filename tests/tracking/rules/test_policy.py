"""Rules are data: presets, rules files, and what they refuse."""

from datetime import date, time
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.localtime import DAY_MS
from tracking.errors import BadRule
from tracking.rules.policy import DEFAULT_RULE, Window
from tracking.rules.presets import PRESETS
from tracking.rules.reading import rule_from


def test_the_default_rule_has_three_windows_of_the_day():
    assert DEFAULT_RULE.rule_id == "yiri-sanxun-1"
    assert [w.code for w in DEFAULT_RULE.windows] == ["morning", "afternoon", "evening"]


@pytest.mark.parametrize(
    "name",
    ["winter", "summer-heat", "forest-fire", "flood", "weak-signal", "household"],
)
def test_each_season_has_a_preset(name):
    assert PRESETS[name].digest != DEFAULT_RULE.digest


@pytest.mark.parametrize("rule", PRESETS.values(), ids=PRESETS)
def test_windows_of_a_preset_follow_one_another(rule):
    spans = [w.span_ms(date(2026, 5, 20)) for w in rule.windows]
    assert all(a[1] <= b[0] for a, b in pairwise(spans))
    assert spans[-1][1] <= spans[0][0] + DAY_MS


def test_a_window_may_cross_midnight():
    start, end = Window("night", "夜", time(22), time(2)).span_ms(date(2026, 5, 20))
    assert end - start == 4 * 3_600_000


def test_a_changed_rule_never_keeps_the_name_of_its_preset():
    changed = rule_from({"dwell_min": 6})
    assert changed.rule_id.startswith("yiri-sanxun-1+")
    assert rule_from({}) is not changed


def test_a_rule_without_a_basis_only_records():
    assert DEFAULT_RULE.record_only
    told = {"basis": "县办〔2026〕8号", "scene": "森林防火", "ends_on": "2026-06-30"}
    assert not rule_from(told).record_only


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ({"dwell": 5}, "'dwell' is no field"),
        ({"base": "autumn"}, "no preset"),
        ({"dwell_min": "15"}, "must be a number"),
        ({"dwell_min": -1}, "from 0 up"),
        ({"gap_s": float("nan")}, "from 0 up"),
        ({"rate_share": 80}, "share"),
        ({"visits": 1.5}, "whole number"),
        ({"dwell_min": True}, "must be a number"),
        ({"windows": []}, "list of tables"),
        ({"windows": [{"code": "a", "start": "06:00"}]}, "needs code, start and end"),
        ({"windows": [{"code": "a", "start": "6", "end": "25:00"}]}, "06:00"),
        ({"windows": [{"code": "早", "start": "06:00", "end": "07:00"}]}, "letters"),
        (
            {
                "windows": [
                    {"code": "a", "start": "06:00", "end": "09:00"},
                    {"code": "b", "start": "08:00", "end": "10:00"},
                ]
            },
            "b starts before a ends",
        ),
        (
            {
                "windows": [
                    {"code": "a", "start": "06:00", "end": "09:00"},
                    {"code": "a", "start": "10:00", "end": "11:00"},
                ]
            },
            "twice",
        ),
        (
            {
                "windows": [
                    {"code": "a", "start": "06:00", "end": "09:00"},
                    {"code": "b", "start": "22:00", "end": "07:00"},
                ]
            },
            "next day",
        ),
    ],
)
def test_a_wrong_rule_is_refused_with_its_field(table, words):
    with pytest.raises(BadRule, match=words):
        rule_from(table)


@settings(deadline=None)
@given(st.floats(0, 500), st.floats(0, 5000))
def test_the_digest_tells_any_two_rules_apart(dwell, distance):
    one = rule_from({"rule_id": "x", "dwell_min": dwell, "distance_m": distance})
    two = rule_from({"rule_id": "x", "dwell_min": dwell + 1, "distance_m": distance})
    assert one.digest != two.digest
