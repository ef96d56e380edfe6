"""The allowance sheet: what share pays, who waits, and cells that are no formulas."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracking.errors import BadRule, RecordOnly
from tracking.fairness.allowance import (
    HEADER,
    NOT_REACHED,
    NOTHING,
    REACHED,
    WAITING,
    AllowancePolicy,
    Payee,
    allowance_lines,
    safe_text,
    share_text,
    sheet_rows,
)
from tracking.fairness.appeals import Standing
from tracking.fairness.months import Tally, WindowCount

DAY, GRID = date(2026, 5, 20), "410325105200001"
POLICY = AllowancePolicy()


def many(worker="w1", has_basis=True, **counts):
    return [
        WindowCount(worker, DAY, "morning", GRID, Standing(name), has_basis)
        for name, n in counts.items()
        for _ in range(n)
    ]


def result(**counts):
    return allowance_lines(many(**counts), POLICY)[0].result


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ({"verified": 90, "not_verified": 10}, REACHED),
        ({"verified": 899, "not_verified": 101}, NOT_REACHED),
        ({"verified": 90, "no_data": 30, "excused": 5}, REACHED),
        ({"verified": 90, "open_appeal": 1}, WAITING),
        ({"verified": 90, "in_review": 1}, WAITING),
        ({"verified": 90, "provisional": 1}, WAITING),
        ({"no_data": 90}, NOTHING),
    ],
)
def test_the_share_of_what_counts_decides(counts, expected):
    assert result(**counts) == expected


def test_the_share_is_data_of_the_county():
    lines = allowance_lines(
        many(verified=8, not_verified=2), AllowancePolicy(share_permille=800)
    )
    assert lines[0].result == REACHED
    with pytest.raises(BadRule, match="1001"):
        AllowancePolicy(share_permille=1001)


def test_a_rule_that_only_records_gives_no_sheet_and_says_so():
    with pytest.raises(RecordOnly, match="only record"):
        allowance_lines(many(has_basis=False, verified=90), POLICY)


def test_windows_without_a_basis_change_no_line():
    paid = many(verified=9, not_verified=1)
    extra = many(has_basis=False, not_verified=50) + many("w2", False, verified=1)
    assert allowance_lines(paid + extra, POLICY) == allowance_lines(paid, POLICY)


def test_a_share_is_never_rounded_up_to_the_line():
    assert share_text(Tally(verified=8999, not_verified=1001)) == "8999/10000 (89.9%)"
    assert share_text(Tally()) == "0/0"


def test_rows_go_by_grid_and_name_and_never_by_result():
    lines = allowance_lines(many("w1", verified=1) + many("w2", not_verified=1), POLICY)
    payees = {"w1": Payee("乙", GRID, "村"), "w2": Payee("甲", GRID[:-1] + "0", "村")}
    rows = sheet_rows(lines, payees, POLICY)
    assert [row[2] for row in rows] == ["w2", "w1"]
    assert {len(row) for row in rows} == {len(HEADER)}


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-1", "@a", "\t=1", " =1", "\r=1", "＝1", "\n@x", "　=1", "%0A=1"],
)
def test_what_a_spreadsheet_may_run_is_quoted(text):
    assert safe_text(text) == "'" + text


@given(st.text())
def test_a_safe_cell_keeps_its_text_and_never_starts_a_formula(text):
    safe = safe_text(text)
    assert safe in (text, "'" + text)
    assert not safe.lstrip().startswith(("=", "+", "-", "@"))
