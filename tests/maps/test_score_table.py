"""Scores become rows that a person reads."""

from maps.score_table import score_rows


def test_groups_and_names_are_chinese_where_known():
    rows = score_rows({"balance": {"cv": 0.5}, "strange": {"deep": {"x": None}}})
    assert [(r.group, r.name, r.value) for r in rows] == [
        ("任务相当", "变异系数", "0.5"),
        ("strange · deep", "x", "—"),
    ]


def test_a_value_with_a_unit_is_one_row():
    (row,) = score_rows({"gap": {"value": 0.0, "unit": "m²"}})
    assert (row.name, row.value) == ("gap", "0 m²")


def test_truth_numbers_and_lists_have_their_own_words():
    rows = score_rows({"a": True, "b": 1234567, "c": [1, 2], "d": 12345678.9})
    assert [r.value for r in rows] == ["是", "1,234,567", "2 项", "12,345,679"]
