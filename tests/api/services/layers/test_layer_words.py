"""What a planner reads of what was done to a layer."""

import pytest

from api.services.layers.layer_words import in_chinese


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("2 rows without geometry left out: 3", "2 行没有图形，未导入（第 3 行）"),
        (
            "attributes read as GBK (no .cpg says it); sample: 杨村",
            "文字按 GBK 编码读取，请核对：杨村",
        ),
        (
            "overlap 杨村, 王村: 12.5 m² at 111.90000, 34.00000",
            "重叠：杨村, 王村，12.5 平方米，东经 111.90000、北纬 34.00000",
        ),
        (
            "coverage was not clean: 1 overlaps (2.0 m²), 3 gaps, 0 invalid outlines",
            "清理前：重叠 1 处（2.0 平方米），缝隙 3 处，无效边界 0 个",
        ),
        ("row 4 says village 410399100200, but lies in no loaded village",
         "第 4 行写的是村 410399100200，却不在任何已导入的村里"),
        ("new: A1 东组", "新增：A1 东组"),
        ("something new", "something new"),
    ],
)  # fmt: skip
def test_a_line_of_the_report_is_told_in_chinese(line, words):
    assert in_chinese([line]) == [words]


def test_columns_are_not_told_twice():
    assert in_chinese(["columns: code=代码"]) == []
