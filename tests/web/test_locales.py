"""The words of the pages cover every code that the server may send."""

import json
import re
from pathlib import Path
from typing import get_args

import pytest

from api.services.upkeep.record_words import ACTION_NAMES
from maps.plan_words import BLOCK_NAMES, way_in_words
from maps.score_table import SCORE_NAMES
from planning.states import PlanEvent
from tracking.cases.cases import CaseEvent, CaseState
from tracking.cases.roles import ROLE_NAMES
from tracking.rules.presets import PRESETS
from tracking.rules.reasons import REASONS, of_family

LOCALES = Path(__file__).parents[2] / "maps" / "web" / "src" / "locales"


@pytest.fixture(params=["zh-CN", "en"])
def words(request):
    return json.loads((LOCALES / f"{request.param}.json").read_text("utf-8"))


def test_every_reason_has_words(words):
    assert set(words["reasons"]) == set(REASONS)


def test_units_belong_to_reasons(words):
    assert set(words["reasonUnits"]) <= set(REASONS)


def test_the_chinese_reasons_are_those_of_the_table():
    chinese = json.loads((LOCALES / "zh-CN.json").read_text("utf-8"))
    assert chinese["reasons"] == {code: r.label for code, r in REASONS.items()}


def test_every_state_and_event_of_a_case_has_words(words):
    assert set(words["states"]) == {str(state) for state in CaseState}
    assert set(words["events"]) == {str(event) for event in CaseEvent}


def test_the_record_and_the_pages_call_steps_of_cases_the_same():
    events = json.loads((LOCALES / "zh-CN.json").read_text("utf-8"))["events"]
    for event, name in events.items():
        assert ACTION_NAMES[f"case_{event}"] == f"事项：{name}"


def test_the_record_names_every_step_of_a_plan():
    assert {f"plan_{event}" for event in get_args(PlanEvent)} <= set(ACTION_NAMES)


def test_the_pages_count_the_same_shortfalls():
    source = (LOCALES.parent / "core" / "reasons.ts").read_text("utf-8")
    listed = source.split("new Set([")[1].split("])")[0]
    assert set(re.findall(r"'(\w+)'", listed)) == of_family("shortfall")


def test_every_role_has_words(words):
    assert set(words["roles"]) == {str(role) for role in ROLE_NAMES}


def test_every_round_of_the_presets_has_words(words):
    codes = {window.code for rule in PRESETS.values() for window in rule.windows}
    assert codes <= set(words["windows"])


def test_the_chinese_names_of_scores_are_those_of_the_report():
    chinese = json.loads((LOCALES / "zh-CN.json").read_text("utf-8"))
    assert chinese["scores"].items() <= SCORE_NAMES.items()


def test_reasons_and_ways_of_a_plan_have_the_words_of_its_report(words):
    chinese = json.loads((LOCALES / "zh-CN.json").read_text("utf-8"))
    said, here = chinese["planner"]["whyNot"], words["planner"]["whyNot"]
    assert said["blocks"] == BLOCK_NAMES
    assert (set(here["blocks"]), set(here["ways"])) == (
        set(said["blocks"]),
        set(said["ways"]),
    )
    fields = {"unit": "甲", "other": "乙", "count": 3, "gives_pct": 4.5}
    fields |= {"low": 280.0, "high": 500.5, "total": 40}
    plain = {"unit": "甲", "other": "乙", "n": 3, "p": "4.5"}
    plain |= {"low": "280", "high": "500.5", "total": 40}
    for relax, text in said["ways"].items():
        for key, is_bound in (("gives", False), ("givesAtBest", True)):
            told = text.format(gives=said[key].format(p="4.5"), **plain)
            way = {"relax": relax, "bound": is_bound, **fields}
            assert told == way_in_words(way, {})
