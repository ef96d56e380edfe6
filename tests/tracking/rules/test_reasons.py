"""The table of reasons in the code and the one that people read are the same."""

import re
from pathlib import Path

from tracking.rules.reasons import REASONS, of_family

MANUAL = Path(__file__).parents[3] / "docs" / "verdict.md"
FAMILIES = {
    "不足": "shortfall",
    "疑点": "integrity",
    "已改正": "corrected",
    "说明": "information",
}


def rows_of_manual():
    row = re.compile(r"^\| `(\w+)` \| (\S+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", re.M)
    return [tuple(map(str.strip, found)) for found in row.findall(MANUAL.read_text())]


def test_the_manual_names_every_reason_in_the_order_of_the_code():
    assert [row[0] for row in rows_of_manual()] == list(REASONS)


def test_the_manual_says_the_same_of_each_reason():
    told = {
        code: (FAMILIES[family], label, unit)
        for code, family, label, _, unit in rows_of_manual()
    }
    assert told == {r.code: (r.family, r.label, r.unit) for r in REASONS.values()}


def test_each_reason_is_of_one_family():
    families = [of_family(family) for family in FAMILIES.values()]
    assert sum(len(f) for f in families) == len(REASONS)
    assert "teleport" in of_family("integrity")
