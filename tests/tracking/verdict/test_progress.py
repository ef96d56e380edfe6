"""Live progress: what the engine measured, said to the worker in one line."""

from datetime import time

import numpy as np
import pytest

from geo.localtime import at_local, to_ms
from tests.tracking.worlds import DAY, checkpoint, honest_round, judge, leave
from tracking.rules.policy import DEFAULT_RULE
from tracking.verdict.progress import progress


def shown(hour, *frames, **world):
    now = at_local(DAY, time(hour))
    silent = honest_round(np.random.default_rng(9)).iloc[:0]
    if not frames:
        return progress(NOTHING, DEFAULT_RULE, DAY, now)
    bodies = judge(silent, *frames, as_of=to_ms(now), **world)
    return progress(bodies["w1"], DEFAULT_RULE, DAY, now)


NOTHING = {
    "verified": 0,
    "required": 3,
    "excused": 0,
    "patrols": [
        {
            "window": w.code,
            "verdict": "no_data",
            "excused": False,
            "start": None,
            "reasons": [],
            "checkpoints_required": 0,
        }
        for w in DEFAULT_RULE.windows
    ],
}


def test_a_good_round_is_one_of_three():
    found = shown(10, honest_round(np.random.default_rng(1)))
    assert (found.done, found.required, found.is_done) == (1, 3, True)
    assert found.text == "今日 1/3 巡；早巡已完成"


def test_a_short_round_says_how_many_minutes_are_to_go():
    fixes = honest_round(np.random.default_rng(1), minutes=8)
    found = shown(10, fixes)
    needs = {n.code: n for n in found.to_go}
    dwell = needs["dwell_short"]
    assert dwell.missing is not None
    assert dwell.value + dwell.missing >= dwell.needed > dwell.value
    assert f"再走 {dwell.missing} 分钟" in found.text
    assert "（至 11:00）" in found.text


def test_checkpoints_to_go_are_counted():
    points = [checkpoint(f"c{i}", 5000.0 + i, 5000.0) for i in range(2)]
    fixes = honest_round(np.random.default_rng(1))
    found = shown(10, fixes, checkpoints=points)
    assert [(n.code, n.missing) for n in found.to_go] == [("checkpoints_missed", 2)]
    assert found.text.endswith("还有 2 个必到点")


def test_who_has_not_begun_is_told_what_a_round_needs():
    found = shown(12)
    assert [n.missing for n in found.to_go] == [15, 500]
    assert found.window_name == "午巡"


@pytest.mark.parametrize("hour", [5, 23])
def test_outside_all_windows_nothing_is_to_go(hour):
    found = shown(hour)
    assert (found.window, found.to_go) == (None, ())
    assert "不在巡查时段" in found.text


def test_whoever_is_excused_has_nothing_to_go():
    fixes = honest_round(np.random.default_rng(1), minutes=8)
    found = shown(10, fixes, calendar=[leave()])
    assert (found.is_excused, found.to_go) == (True, ())
    assert found.text.endswith("早巡免巡")
