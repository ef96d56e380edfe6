"""The scores of a plan as rows to read: flat, named in Chinese, numbers made short."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

SCORE_NAMES: Mapping[str, str] = {
    "grids": "网格数",
    "grids_wanted": "要求网格数",
    "units": "单元数",
    "empty_grids": "空网格",
    "broken_grids": "不成片网格",
    "seed": "随机种子",
    "balance": "任务相当",
    "manageability": "管理方便",
    "boundaries": "界定科学",
    "stability": "稳定",
    "coverage": "全覆盖",
    "bounds": "理论下限",
    "ideal_load": "平均工作量",
    "max_deviation_pct": "最大偏差 %",
    "mean_deviation_pct": "平均偏差 %",
    "cv": "变异系数",
    "polsby_popper": "紧凑度 Polsby-Popper",
    "contiguous": "全部成片",
    "gap_m2": "空白 m²",
    "overlap_m2": "重叠 m²",
}


@dataclass(frozen=True)
class ScoreRow:
    """One line of the table; `value` is text, ready to be escaped."""

    group: str
    name: str
    value: str


def score_rows(scores: Mapping[str, Any]) -> list[ScoreRow]:
    """Return every single value of a report, in its order.

    A mapping with a ``value`` is one score (its ``unit`` follows the number); any
    other mapping is a group. Lists stand with their length: a table is no place for
    them. A key without a Chinese name stands as it is.

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
    return list(_rows("", scores))


def _rows(group: str, scores: Mapping[str, Any]) -> Iterator[ScoreRow]:
    for key, value in scores.items():
        name = SCORE_NAMES.get(str(key), str(key))
        if isinstance(value, Mapping) and "value" not in value:
            yield from _rows(name if not group else f"{group} · {name}", value)
        else:
            yield ScoreRow(group, name, _text(value))


def _text(value: Any) -> str:
    if isinstance(value, Mapping):
        return f"{_text(value['value'])} {value.get('unit') or ''}".rstrip()
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
