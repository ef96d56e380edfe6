"""The slip: plain words, what would have passed, and nothing that runs."""

from datetime import UTC, datetime

import numpy as np
import pytest

from tests.tracking.worlds import fixes_of, honest_round, judge, walker, window
from tracking.fairness.appeals import Outcome, Standing
from tracking.fairness.slip import VERDICT_NAMES, Decided, Heading, slip_html
from tracking.rules.policy import DEFAULT_RULE

HEADING = Heading(
    "嵩县", "王五", "410325105200001", "大王沟村", "早巡", "2026年5月20日"
)
UNTIL = datetime(2026, 5, 28, 16, tzinfo=UTC)


def slip(patrol, standing=Standing.NOT_VERIFIED, decisions=(), heading=HEADING):
    return slip_html(patrol, heading, DEFAULT_RULE, standing, decisions, UNTIL)


@pytest.fixture
def short():
    rng = np.random.default_rng(1)
    return window(judge(honest_round(rng, minutes=8)))


def test_it_says_what_was_found_needed_and_what_would_have_passed(short):
    page = slip(short)
    value = next(r["value"] for r in short["reasons"] if r["code"] == "dwell_short")
    assert "还差几项" in page
    assert "网格内时间不够" in page
    assert f"在网格里多走 {int(np.ceil(15 - value))} 分钟" in page
    assert "可以在 2026-05-29 00:00 以前申诉" in page
    assert "只作记录，不进报酬表" in page


def test_a_stay_at_home_is_told_to_walk():
    rng = np.random.default_rng(2)
    patrol = window(judge(fixes_of(walker(0, 0, 7, 0, rng).stay(7200), rng)))
    assert "拿着手机在网格里走动" in slip(patrol)


def test_silence_is_no_accusation(short):
    silent = short | {"verdict": "no_data", "start": None, "end": None, "reasons": []}
    page = slip(silent, Standing.NO_DATA)
    assert "不记在您头上" in page
    assert "在本网格里走 15 分钟、500 米以上" in page


def test_what_came_after_the_deadline_is_told_to_appeal(short):
    late = {"code": "late_upload", "value": 62.5, "needed": DEFAULT_RULE.late_upload_h}
    silent = short | {"verdict": "no_data", "start": None, "end": None}
    assert "才到" in slip(silent | {"reasons": [late]}, Standing.NO_DATA)
    in_time = late | {"value": 3.0, "needed": 1}
    assert "才到" not in slip(silent | {"reasons": [in_time]}, Standing.NO_DATA)


def test_a_verified_window_has_nothing_to_appeal(short):
    page = slip(short | {"verdict": "verified", "reasons": []}, Standing.VERIFIED)
    assert "怎样申诉" not in page
    assert "怎样就算数" not in page


def test_human_decisions_stand_beside_the_machine(short):
    decided = Decided(Outcome.VERIFIED, "邻居证明", "李四", UNTIL)
    page = slip(short, Standing.VERIFIED, [decided])
    assert "还差几项" in page
    assert "认定有效" in page
    assert "邻居证明" in page


@pytest.mark.parametrize("verdict", VERDICT_NAMES)
def test_no_verdict_uses_a_word_of_guilt(short, verdict):
    page = slip(short | {"verdict": verdict})
    for word in ("作弊", "造假", "违规", "旷工", "处分", "罚款"):
        assert word not in page


def test_nothing_from_outside_runs(short):
    bad = Heading(*["<script>x</script>"] * 6)
    evil = Decided(Outcome.UPHELD, "<img src=x onerror=y>", '"><b>', UNTIL)
    code = {"code": "<i>", "value": "<i>", "needed": "<i>"}
    page = slip(short | {"reasons": [code]}, decisions=[evil], heading=bad)
    for tag in ("<script", "<img", "<i>", '"><b>'):
        assert tag not in page


def test_it_loads_nothing(short):
    page = slip(short)
    assert "http" not in page
    assert "src=" not in page
