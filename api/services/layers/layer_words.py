"""What was done to a layer on its way in, in the words of the page.

The command line speaks English; a planner reads what stands here. A line that is not
known goes out as it is.
"""

import re
from collections.abc import Iterable

from maps.note_words import OF_LAYERS, Rules, reworded

_RULES: Rules = (
    *OF_LAYERS,
    # The file.
    (r"(\d+) rows without geometry left out: (.+)",
     "{} 行没有图形，未导入（第 {} 行）"),
    (r"x holds northings", "横纵坐标按测绘习惯颠倒，已换回"),
    (r"moved from (\w+) to WGS 84, as stated", "已按所选坐标类型 {} 换算"),
    (r"moved by the shift stated with the CRS", "已按文件写明的参数换算坐标"),
    (r"moved from (.+) with an accuracy of (\S+) m",
     "已从 {} 换算坐标，误差约 {} 米"),
    (r"eastings stand with(?:out)? zone number (\d+), unlike the CRS",
     "横坐标的带号（{}）与坐标系不符，已按实际调整"),
    (r"(?:attributes|text) read as (\S+?)[ :].*sample: (.+)",
     "文字按 {} 编码读取，请核对：{}"),
    # The outlines.
    (r"hole left as it is: (.+)", "保留空洞：{}"),
    (r"lost: (.+)", "丢失：{}"),
    (r"overlaps a loaded neighbour: (.+)", "与已导入的相邻区划重叠：{}"),
    (r"overlap (.+)", "重叠：{}"),
    (r"gap (.+)", "缝隙：{}"),
    (r"villages and outline of (.+) differ by (\d+) m²",
     "各村合起来与{}的边界相差 {} 平方米"),
    # Where it lies.
    (r"datum checked: (\d+)% lies where it should",
     "位置核对过：{}% 落在应在的地方"),
    (r"first layer here: nothing is loaded|nothing is loaded to check the datum",
     "这是第一个图层，没有别的图层可以核对位置，请在图上看一看"),
    (r"too few rows to check the datum",
     "行数太少，位置没有核对，请在图上看一看"),
    (r"all would lie right as (\w+)", "若坐标类型是 {} 则全部落对，请核对坐标类型"),
    (r"row (\d+) says village (\d+), but lies in (\d+)",
     "第 {} 行写的是村 {}，却落在村 {}"),
    (r"row (\d+) says village (\d+), but lies in no",
     "第 {} 行写的是村 {}，却不在任何已导入的村里"),
    (r"\.\.\. and (\d+) more contradictions", "还有 {} 处不一致"),
    # Rows.
    (r"new: (.+)", "新增：{}"),
    (r"changed: (.+)", "变更：{}"),
    (r"gone: (.+)", "删去：{}"),
)  # fmt: skip
# Names, size and place of an overlap or a gap (`geo.coverage.Place`).
_PLACE = re.compile(r"(.+): (\S+) m² at (\S+), (\S+)$")


def in_chinese(lines: Iterable[str]) -> list[str]:
    """Return the lines of a load as the page shows them.

    Which column was taken for what is left out: it stands in the form beside.

    Examples
    --------
    >>> in_chinese(["heights are left out", "columns: code=代码"])
    ['高程未保留']
    """
    told = (line for line in lines if not line.startswith("columns:"))
    return [reworded(line, _RULES, _place) for line in told]


def _place(text: str) -> str:
    found = _PLACE.match(text)
    return "{}，{} 平方米，东经 {}、北纬 {}".format(*found.groups()) if found else text
