"""The proof sheet holds what an approval needs."""

import numpy as np

from maps.plan_words import BLOCK_NAMES, measure_of
from maps.proof_sheet import proof_sheet
from maps.report import plan_report
from planning.account.whynot import BLOCKS
from tests.maps.plans import VILLAGES, grids, previous, report, units

PEOPLE = measure_of("population")


def sheet(workers=None, **changes):
    frame = grids().assign(deviation_pct=[9.9, 9.9, np.nan, 12.7, -32.4])
    content = {**report(), **changes}
    return proof_sheet(
        frame, units(), content, "方案", previous(), PEOPLE, workers=workers or {}
    )


def test_hash_seed_and_coverage_are_there():
    text = sheet()
    assert report()["input_hash"] in text
    assert "随机种子 7" in text
    assert "全覆盖证明：<b>成立</b>。单元 8 个，全部有网格" in text


def test_a_proof_that_fails_is_said_so():
    proof = {**report()["proof"], "holds": False, "gap_m2": 12.5}
    text = sheet(proof=proof)
    assert "<b>不成立</b>" in text
    assert "空白 12.5000 m²" in text


def test_scores_stand_beside_their_bounds():
    text = sheet()
    assert "32.40 %" in text
    assert "由村界、不得跨越的线和不相连的地块决定" in text


def test_a_grid_outside_has_its_reason_and_the_cheapest_way():
    assert "网格不跨村，本村的总量分不匀" in sheet()
    assert "本村改为 3 格，偏差可降到 9.9%" in sheet()
    assert "没有。" in sheet(why_not=[])


def test_units_and_villages_are_called_by_their_names():
    ways = [{"relax": "village_line", "gives_pct": 2.0, "other": VILLAGES[0]}]
    ways += [{"relax": "split_unit", "gives_pct": 3.0, "unit": "u1", "count": 2}]
    rows = [{**report()["why_not"][0], "ways": [way]} for way in ways]
    frame = grids().assign(deviation_pct=0.0)
    named = units().assign(unit_id=[f"u{i}" for i in range(8)], name="东<头")
    content = {**report(), "why_not": rows}
    text = proof_sheet(frame, named, content, "方案", villages={VILLAGES[0]: "杨村"})
    assert "允许与杨村合并划分" in text
    assert "把 东&lt;头 再分成 2 份" in text


def test_what_a_rule_settled_is_stated():
    text = sheet(links=[["岛", "岸"]], oversized_units=["大院"], notes=["a < b"])
    assert "岛 与 岸 不相邻，按一处连通计" in text
    assert "大院 超过一个网格的量，单独成格" in text
    assert "<li>a &lt; b</li>" in text


def test_what_stays_outside_in_a_further_load_has_its_own_table():
    more = {"column": "mines<", "why_not": report()["why_not"]}
    text = sheet(why_not=[], more_loads=[more])
    assert "mines&lt;：超出允许偏差" in text
    assert "网格不跨村，本村的总量分不匀" in text


def test_under_a_size_band_grids_are_outside_the_band():
    text = sheet(policy={**report()["policy"], "size_band": [300.0, 500.0]})
    assert "超出规模区间（300–500）的网格" in text


def test_every_reason_of_the_planner_has_words():
    assert set(BLOCK_NAMES) == set(BLOCKS)


def test_who_moves_is_listed():
    assert "1 个单元、100 人（14.08%）换网格" in sheet()
    assert f"<td>{VILLAGES[0]}001</td><td>{VILLAGES[0]}002</td>" in sheet()


def test_who_moves_is_listed_with_the_workers_that_are_known():
    known = sheet({f"{VILLAGES[0]}001": "<张>"})
    assert f"<td>{VILLAGES[0]}001（&lt;张&gt;）</td><td>{VILLAGES[0]}002</td>" in known
    assert "<th>原网格（网格员）</th>" in known
    assert "网格员" not in sheet()


def test_each_grid_has_the_kinds_of_its_border():
    assert sheet().count("道路 60%，外边界 40%") == 5


def test_the_report_carries_the_sheet():
    page = plan_report(grids(), units(), report(), "方案", previous(), PEOPLE)
    assert 'id="proof"' in page
    assert 'href="#proof"' in page
