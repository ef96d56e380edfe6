"""What a planner reads when a layer or a plan is refused."""

import pytest

from api.services.layers.refusals import in_chinese


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("3 grids are more than the 2 units; ask for at most 2", "最多 2 格"),
        ("村界.zip: no column of code; map one of A, B", "找不到“code”这一列"),
        ("x: 人口 is empty in row 3", "“人口”列第 3 行是空的，请补全"),
        ("9 of 12 rows are no longer in the file and would go", "原有 12 行中有 9 行"),
        (
            "x: sits 512 m off by the GCJ-02 vector (1% fits as it is, 99% without "
            "the shift): say --coord-type gcj02",
            "整个图层偏了约 512 米（GCJ-02 偏移），请把坐标类型选为 gcj02 再试",
        ),
        ("上传的文件已清理，请重新上传", "上传的文件已清理，请重新上传"),
        ("something new", "不能这样做，系统说明：something new"),
    ],
)
def test_a_refusal_says_in_chinese_what_to_do(text, words):
    assert words in in_chinese(text)
