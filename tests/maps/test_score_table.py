"""Scores become rows that a person reads."""

from maps.score_table import score_rows
from planning.division.quotas.quota import METHOD


def test_groups_and_names_are_chinese_where_known():
    rows = score_rows({"balance": {"cv": 0.5}, "strange": {"deep": {"x": None}}})
    assert [(r.group, r.name, r.value) for r in rows] == [
        ("任务相当", "变异系数", "0.5"),
        ("strange · deep", "x", "—"),
    ]


def test_a_value_with_a_unit_is_one_row():
    (row,) = score_rows({"gap": {"value": 0.0, "unit": "m²"}})
    assert (row.name, row.value) == ("gap", "0 m²")


def test_percents_and_metres_have_as_many_digits_as_one_reads():
    rows = score_rows(
        {"a": {"value": 13.4521, "unit": "%"}, "b": {"value": 6235.27, "unit": "m"}}
    )
    assert [row.value for row in rows] == ["13.45 %", "6,235 m"]


def test_areas_of_the_proof_are_told_without_exponents():
    rows = score_rows({"proof": {"gap_m2": 5.75369e-06, "overlap_m2": 0.0}})
    assert [row.value for row in rows] == ["0.0000", "0.0000"]


def test_words_among_the_values_are_chinese():
    (method,) = score_rows({"quota_method": METHOD})
    rows = score_rows({"policy": {"change": "people", "split": "blocks"}})
    assert method.value == "最大偏差最小；余下的名额按亨廷顿—希尔法"
    assert [row.value for row in rows] == ["换网格的人", "可拆到住户块"]


def test_scores_and_proof_come_before_the_rest():
    report = {
        "seed": 0,
        "policy": {"tolerance": 0.05},
        "notes": [],
        "proof": {"holds": True},
        "units": 9,
        "scores": {"balance": {"cv": {"value": 0.1, "unit": ""}}},
    }
    assert [(r.group, r.name) for r in score_rows(report)] == [
        ("任务相当", "变异系数"),
        ("全覆盖证明", "证明成立"),
        ("概况", "单元数"),
        ("概况", "随机种子"),
        ("参数", "允许偏差（占平均）"),
    ]


def test_whatever_the_order_of_a_report_its_rows_are_in_one_order():
    scores = {"bounds": {"bound_units_pct": 2.0}, "balance": {"cv": 1.0}}
    scores["bounds"]["bound_lines_pct"] = 1.0
    rows = score_rows({"seed": 0, "scores": scores, "units": 9})
    assert [row.value for row in rows] == ["1", "1", "2", "9", "0"]


def test_a_score_that_was_not_measured_has_no_unit():
    (row,) = score_rows({"x": {"value": None, "unit": "%"}})
    assert row.value == "—"


def test_truth_numbers_and_lists_have_their_own_words():
    rows = score_rows({"a": True, "b": 1234567, "c": [1, 2], "d": 12345678.9})
    assert [r.value for r in rows] == ["是", "1,234,567", "2 项", "12,345,679"]
