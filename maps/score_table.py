"""The scores of a plan as rows to read: flat, named in Chinese, numbers made short."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

# In the order in which they are read.
SCORE_NAMES: Mapping[str, str] = {
    "scores": "",
    "balance": "任务相当",
    "max_deviation_pct": "最大偏差",
    "mean_deviation_pct": "平均偏差",
    "cv": "变异系数",
    "residual_max_deviation_pct": "最大偏差（超大单元除外）",
    "residual_mean_deviation_pct": "平均偏差（超大单元除外）",
    "residual_bound_pct": "最大偏差的理论下限（超大单元除外）",
    "bounds": "最大偏差的理论下限",
    "bound_oversized_pct": "由超大单元决定",
    "bound_lines_pct": "由村界、不得跨越的线和不相连的地块决定",
    "bound_units_pct": "由村界和不可分单元决定",
    "bound_neighbours_pct": "由大单元及其邻接单元决定",
    "manageability": "管理方便",
    "broken_grids": "不成片的网格",
    "cut_edges": "被网格线分开的相邻单元对",
    "polsby_popper": "平均紧凑度（圆为 1）",
    "min_polsby_popper": "最小紧凑度",
    "mean_inner_distance_m": "到网格中心的平均距离",
    "longest_walk_m": "网格内最远步行（从中心起，估算）",
    "mean_longest_walk_m": "各网格最远步行的平均（估算）",
    "boundaries": "界定科学",
    "straddling_grids": "跨村的网格",
    "border_road_pct": "网格线沿道路",
    "border_river_pct": "网格线沿河流",
    "border_ridge_pct": "网格线沿山脊",
    "border_village_line_pct": "网格线沿村界",
    "border_open_pct": "网格线在开阔地",
    "stability": "稳定",
    "moved_load_pct": "换了网格的工作量",
    "proof": "全覆盖证明",
    "coverage_valid": "无重叠、边线吻合",
    "gap_m2": "空白 m²",
    "overlap_m2": "重叠 m²",
    "difference_m2": "与外界线之差 m²",
    "worst_village_m2": "与村界之差（最大）m²",
    "pieces": "外界线块数",
    "crs": "量算坐标系",
    "holds": "证明成立",
    "grids": "网格数",
    "base": "基础网格",
    "exclusive": "专属网格",
    "all": "合计",
    "units": "单元数",
    "load": "总工作量",
    "ideal_load": "平均工作量",
    "policy": "参数",
    "seed": "随机种子",
    "tolerance": "允许偏差（占平均）",
    "target_load": "目标工作量",
    "size_band": "每格工作量范围",
    "oversized_units": "超大单元",
    "links": "人工连通",
    "quota": "各村网格数",
    "quota_method": "名额分配方法",
    "notes": "说明",
    "alternatives": "备选方案",
    "more_loads": "同时均衡的其他工作量",
    "joined_villages": "合并划分的村",
    "redraw": "调整的代价",
    "paid": "本方案",
    "prices": "价目",
    "change": "尽量少变",
    "tolerance_pct": "允许偏差 %",
    "reached_pct": "达到的最大偏差 %",
    "moved_load": "换网格的工作量",
    "moved_pct": "换网格的工作量 %",
    "moved_units": "换网格的单元",
    "touched_grids": "涉及的网格",
    "bound_load": "至少要换的工作量",
    "bound_units_load": "单元不拆时至少要换",
    "bound_grids": "至少涉及的网格",
    "price_list": "问价的偏差",
    "line_prices": "各类边界的价",
    "cut_blocks": "小区沿线切开",
    "join_below": "小村合并线（占平均）",
    "forbidden": "不得跨越的线",
    "micro": "微网格",
    "split": "自然村拆分",
    "why_not": "超出允许偏差的原因",
    "input_hash": "输入指纹",
}
# Words that stand as values, by their key.
_WORDS: Mapping[tuple[str, str], str] = {
    ("quota_method", "minimax apportionment (Huntington-Hill for what is free)"): (
        "最大偏差最小；余下的名额按亨廷顿—希尔法"
    ),
    ("change", "people"): "换网格的人",
    ("change", "grids"): "涉及的网格",
    ("change", "free"): "不限，与紧凑一起权衡",
    ("split", "none"): "不拆",
    ("split", "groups"): "可拆到村民组",
    ("split", "blocks"): "可拆到住户块",
}
# Digits behind the point that a score of this unit is told with.
_DIGITS: Mapping[str, int] = {"%": 2, "m": 0}
# What a planner asks first.
_LEADING = ("scores", "proof")
_RANK = {key: rank for rank, key in enumerate(SCORE_NAMES)}


@dataclass(frozen=True)
class ScoreRow:
    """One line of the table; `value` is text, ready to be escaped."""

    group: str
    name: str
    value: str


def score_rows(scores: Mapping[str, Any]) -> list[ScoreRow]:
    """Return every single value of a report, in the order of `SCORE_NAMES`.

    A mapping with a ``value`` is one score (its ``unit`` follows the number); any
    other mapping is a group; the scores and the proof come first. Lists stand with
    their length, empty ones not at all: a table is no place for them. A key without a
    Chinese name stands as it is.

    Parameters
    ----------
    scores : mapping
        The content of a plan's ``report.json``.

    Examples
    --------
    >>> scores = {"cv": 0.03125, "area": {"value": 2, "unit": "m²"}}
    >>> [row.value for row in score_rows(scores)]
    ['0.03125', '2 m²']
    """
    leading = {key: scores[key] for key in _LEADING if key in scores}
    rest = {key: value for key, value in in_order(scores) if key not in leading}
    # Single values first, so that none is left standing under the group before it.
    plain = {k: v for k, v in rest.items() if not _is_group(v)}
    groups = {k: v for k, v in rest.items() if _is_group(v)}
    return list(_rows("", leading | plain | groups))


def in_order(scores: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """Return the items of scores in the order of `SCORE_NAMES`, unknown keys last.

    A database that keeps reports forgets the order of their keys.

    Examples
    --------
    >>> in_order({"bounds": {}, "new": 1, "balance": {}})
    [('balance', {}), ('bounds', {}), ('new', 1)]
    """
    return sorted(scores.items(), key=lambda item: _RANK.get(item[0], len(_RANK)))


def _rows(group: str, scores: Mapping[str, Any]) -> Iterator[ScoreRow]:
    for key, value in scores.items():
        name = SCORE_NAMES.get(str(key), str(key))
        if _is_group(value):
            inner = " · ".join(filter(None, (group, name)))
            yield from _rows(inner, dict(in_order(value)))
        elif value != []:
            yield ScoreRow(group or "概况", name, _text(_said(str(key), value)))


def _said(key: str, value: Any) -> Any:
    """Return a value as it is, in Chinese if it is a word, areas without exponents."""
    if key.endswith("_m2") and isinstance(value, float):
        return f"{value:,.4f}"
    return _WORDS.get((key, str(value)), value) if isinstance(value, str) else value


def _is_group(value: Any) -> bool:
    return isinstance(value, Mapping) and "value" not in value


def _text(value: Any) -> str:
    if isinstance(value, Mapping):
        number, unit = value["value"], value.get("unit") or ""
        if isinstance(number, float) and unit in _DIGITS:
            return f"{number:,.{_DIGITS[unit]}f} {unit}"
        return "—" if number is None else f"{_text(number)} {unit}".strip()
    if value is None:
        return "—"
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float):
        return f"{value:,.6g}" if abs(value) < 1e6 else f"{value:,.0f}"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, list | tuple):
        return f"{len(value)} 项"
    return str(value)
