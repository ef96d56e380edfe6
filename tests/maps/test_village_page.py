"""A sheet for each village says what a meeting asks."""

import re

import pytest

from maps.plan_words import Measure, measure_of
from maps.village_facts import village_facts
from maps.village_page import village_pages
from tests.maps.plans import NAMES, VILLAGES, grids, previous, report, units

PEOPLE = measure_of("population")


def page(old=True):
    before = previous() if old else None
    return village_pages(grids(), units(), report(), before, NAMES, PEOPLE, "方案")


def facts(old=True):
    before = previous() if old else None
    return list(village_facts(grids(), units(), report(), before, NAMES, PEOPLE))


def test_each_village_gets_one_sheet():
    assert page().count('<section class="page') == 2
    assert "杨村网格划分征求意见表" in page()


def test_nothing_is_loaded_and_names_cannot_leave_their_place():
    assert not re.search(r"<(script|link|img)", page())
    assert "&lt;b&gt;槐村" in page()
    assert "${x" not in page()


def test_one_sentence_says_why_two_grids_and_not_three():
    why = facts()[0].why
    assert "本村共 390 人，分 2 格每格约 195 人" in why
    assert "分 3 格每格只有 130 人" in why
    assert why.endswith("所以分 2 格，不分 3 格。")


def test_who_moves_is_told_from_whom_to_whom():
    first, second = facts()
    assert first.streams[["old", "new", "units", "load"]].values.tolist() == [
        [f"{VILLAGES[0]}001", f"{VILLAGES[0]}002", 1, 100.0]
    ]
    assert second.streams.empty
    assert "<b>001 → 002</b>：1 处，100 人（户组2）" in page()
    assert "没有人换网格" in page()


def test_without_an_earlier_plan_nobody_moves():
    assert "第一次划分" in page(old=False)
    assert "原来：没有划分网格" in page(old=False)


def test_refused_alternatives_stand_with_their_cost():
    what = [row.what for row in facts()[0].refused]
    assert what[:3] == ["分成 1 格", "分成 3 格", "维持原来的 2 格不动"]
    assert what[-1] == "备选方案 2（全部村）"
    kept = facts()[0].refused[2]
    assert kept.cost == "最忙的 300 人，最闲的 90 人，相差 118% 个平均量"
    relaxed = [row.what for row in facts()[1].refused]
    offer = "允许与杨村合并划分，偏差可降到 2.0%（只就这里和相邻网格试算）"
    assert offer in relaxed


def test_grids_that_were_even_are_not_refused_for_their_loads():
    even = {**report(), "policy": {"tolerance": 0.9}}
    first = next(village_facts(grids(), units(), even, previous(), NAMES, PEOPLE))
    assert "任务虽相当" in first.refused[2].why


def test_a_plan_that_was_brought_in_states_no_tolerance():
    bare = {key: value for key, value in report().items() if key != "policy"}
    first = next(village_facts(grids(), units(), bare, previous(), NAMES, PEOPLE))
    assert "任务不相当" in first.refused[2].why


@pytest.mark.parametrize(
    ("worst", "cut", "moved", "why"),
    [
        (40.0, 18, 1.0, "更不均衡"),
        (32.4, 21, 14.1, "边界更碎"),
        (30.0, 18, 15.0, "换人更多"),
        (40.0, 21, 15.0, "更不均衡，边界更碎，换人更多"),
        (30.0, 18, 1.0, "容差放得更宽"),
    ],
)
def test_another_plan_is_refused_for_what_is_worse_in_it(worst, cut, moved, why):
    said = report()
    scores = said["alternatives"][0]["scores"]
    scores["balance"]["max_deviation_pct"]["value"] = worst
    scores["manageability"]["cut_edges"]["value"] = cut
    scores["stability"]["moved_load_pct"]["value"] = moved
    first = next(village_facts(grids(), units(), said, previous(), NAMES, PEOPLE))
    assert first.refused[-1].why == why


def test_a_plan_in_force_that_stays_is_no_refused_alternative():
    same = units().set_index("unit_id")["grid_id"]
    first = next(village_facts(grids(), units(), report(), same, NAMES, PEOPLE))
    assert not any(row.what.startswith("维持") for row in first.refused)


def test_exclusive_grids_are_shown_but_not_compared():
    assert "003 学校</td><td>—</td><td>专属" in page()


def test_old_and_new_maps_are_drawn_and_what_moves_is_hatched():
    sheet = page()
    assert sheet.count("<svg") == 4
    assert 'fill="url(#moved)"' in sheet


def test_the_same_plan_gives_the_same_sheets():
    assert page() == page()


@pytest.mark.parametrize(
    ("measure", "load", "words"),
    [
        (PEOPLE, 1234.4, "1,234 人"),
        (measure_of("households"), 12.0, "12 户"),
        (measure_of("other"), 0.25, "工作量 0.25"),
        (Measure(), 1234.0, "工作量 1,234"),
    ],
)
def test_loads_are_said_in_their_own_word(measure, load, words):
    assert measure.say(load) == words


def test_a_tiny_village_stands_by_its_name_on_the_page_of_its_host():
    joined = {**report(), "joined_villages": [{"village": "X", "into": VILLAGES[0]}]}
    names = {**NAMES, "X": "小河村"}
    first, second = village_facts(grids(), units(), joined, None, names, PEOPLE)
    assert first.name.endswith("（含小河村）")
    assert "小河村" not in second.name
