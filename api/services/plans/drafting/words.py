"""Edits, refusals and breaches in the words of the page."""

import re
from collections.abc import Mapping
from typing import Any

from api.services.plans.drafting.effects import Effect

KINDS: Mapping[str, str] = {
    "move": "移动单元",
    "new_grid": "新建网格",
    "unassign": "移出网格",
    "merge": "合并网格",
    "split_line": "画线拆分",
    "split_even": "平均拆分",
    "split_seed": "从一处拆分",
    "move_vertex": "移动界点",
    "repair": "修复不成片",
    "rebalance": "就地均衡",
    "lock": "锁定网格",
    "unlock": "解锁网格",
    "import": "导入网格划分",
    "undo": "撤销",
    "redo": "重做",
}
BREACHES: Mapping[str, str] = {
    "gap": "有空白",
    "overlap": "有重叠",
    "outside_outline": "超出外界线",
    "broken_grid": "网格不成片",
    "crossed_line": "网格越过不得跨越的线",
    "straddled_line": "网格跨村",
    "unassigned": "有单元没有网格",
}
# The texts of `planning.edits`, and what the page says instead.
_REFUSALS: tuple[tuple[str, str], ...] = (
    (r"grid '(\w+)' is locked", "网格 {} 已锁定，请先解锁"),
    (r"grid '(\w+)' is in pieces", "网格 {} 不成片，请先修复"),
    (r"grid '(\w+)' has one unit", "网格 {} 只有一个单元，不能再拆"),
    (r"grid '(\w+)' is not in this plan", "方案中没有网格 {}"),
    (r"grid '(\w+)' is or was in this plan", "编码 {} 已经用过，请换一个"),
    (r"grid '(\w+)' alone cannot be merged", "请再选一个要合并的网格"),
    (r"grid '(\w+)' has no free, unbroken", "网格 {} 在本村没有可调的相邻网格"),
    (r"all \d+ units of grid '(\w+)'", "这条线没有把网格 {} 的单元分到两边，请重画"),
    (r"unit '(.+?)' is not in grid", "单元 {} 不在这个网格里"),
    (r"unit '?(.+?)'? is not in this plan", "方案中没有单元 {}"),
    (r"two points of the line are one", "所画的线有重合的点，请重画"),
    (r"vertex (\d+) is not in this plan", "方案中没有这个界点"),
    (r"another vertex lies there", "那里已有一个界点，两点不能重合"),
    (r"serial \d+ of (\d+) is outside", "村 {} 的网格编号已用完"),
)


def refusal(text: str) -> str:
    """Return what the page says of an edit that was refused."""
    for pattern, words in _REFUSALS:
        found = re.search(pattern, text)
        if found:
            return words.format(*found.groups())
    return "此项修改不能进行"


def in_words(kind: str, effect: Effect) -> str:
    """Return one row of the history in a sentence."""
    units = sum(len(move.units) for move in effect.moves)
    grids = sorted(grid[-6:] for grid in effect.grids)
    parts = [KINDS.get(kind, kind)]
    if units:
        parts.append(f"{units} 个单元")
    if grids:
        more = " 等" if len(grids) > 3 else ""
        parts.append("网格 " + "、".join(grids[:3]) + more)
    return "，".join(parts)


def first_breach(breach: Mapping[str, Any]) -> str:
    """Return why a plan cannot go on, with the place."""
    grid = f"（网格 {breach['grid']}）" if breach["grid"] else ""
    return f"{BREACHES[breach['kind']]}{grid}，请先修改"
