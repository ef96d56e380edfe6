"""The proof sheet: what an approval needs of a plan, on A4, inside the report.

Coverage, scores with their bounds, grids outside the tolerance with the reason, who
moves, the kinds of every grid's border, and hash and seed to make it from again.
"""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from maps.escaping import escaped
from maps.legend import deviation_legend
from maps.moved import moved_units, names_of, streams
from maps.note_words import note_in_chinese
from maps.plan_words import (
    BLOCK_NAMES,
    Measure,
    borders_in_words,
    signed_pct,
    way_in_words,
)
from maps.score_table import score_rows
from maps.style import deviation_colour, style
from maps.svg_map import Layer, svg_map

_MAP = (680, 460)
# Labels on more grids than this only blacken the picture.
_LABELS_UP_TO = 60
_STREAMS_SHOWN = 200


def proof_sheet(
    grids: gpd.GeoDataFrame,
    units: pd.DataFrame | None,
    report: Mapping[str, Any],
    title: str,
    previous: "pd.Series[str] | None" = None,
    measure: Measure | None = None,
    villages: Mapping[str, str] = MappingProxyType({}),
    workers: Mapping[str, str] = MappingProxyType({}),
) -> str:
    """Return the sheet as one HTML section, to stand inside a page.

    Parameters
    ----------
    grids : GeoDataFrame
        EPSG:4326; ``grid_code`` or ``grid_id``, ``load``, ``deviation_pct``, and if
        known ``borders``.
    units : DataFrame or None
        ``unit_id, label, load, grid_id`` and if known ``name``, for who moves.
    report : mapping
        The plan's ``report.json``; what it lacks is left out.
    previous : Series or None
        Previous grid by unit id.
    measure : Measure or None
        What the loads count.
    villages : mapping of str to str
        Their names by label.
    workers : mapping of str to str
        Who works in a grid, by its name; the list of who moves then says so.
    """
    measure = measure or Measure()
    key = "grid_id" if "grid_id" in grids.columns else "grid_code"
    parts = [
        f"<h1>{escaped(title)} 证明单</h1>",
        _identity(report),
        _coverage(report, units),
        svg_map([_layer(grids, key)], *_MAP, title),
        deviation_legend(),
        _scores(report),
        _outside(report, {**villages, **names_of(units)}),
        _stated(report),
        _prices(report, measure),
        "" if units is None else _moves(units, previous, measure, workers),
        _borders(grids, key, measure),
    ]
    return f'<main class="proof" id="proof">{"".join(parts)}</main>'


def _identity(report: Mapping[str, Any]) -> str:
    cells = [
        (words, report.get(key))
        for key, words in (("input_hash", "输入指纹"), ("seed", "随机种子"))
    ]
    text = "；".join(f"{words} {escaped(v)}" for words, v in cells if v is not None)
    return (
        f'<p class="note">{text}。用同样的输入和种子可以重做出同样的方案。</p>'
        if text
        else ""
    )


def _coverage(report: Mapping[str, Any], units: pd.DataFrame | None) -> str:
    proof = report.get("proof")
    if proof is None:
        return ""
    holds = "成立" if proof["holds"] else "不成立"
    broken = report["scores"]["manageability"]["broken_grids"]["value"]
    placed = "" if units is None else f"单元 {len(units)} 个，全部有网格；"
    return (
        f'<p class="verdict {"good" if proof["holds"] else "bad"}">'
        f"全覆盖证明：<b>{holds}</b>。{placed}空白 {proof['gap_m2']:.4f} m²，"
        f"重叠 {proof['overlap_m2']:.4f} m²，不成片的网格 {broken} 个，"
        f"与外界线之差 {proof['difference_m2']:.4f} m²，"
        f"与村界之差最大 {proof['worst_village_m2']:.4f} m²"
        f"（量算坐标系 {escaped(proof['crs'])}）。</p>"
    )


def _stated(report: Mapping[str, Any]) -> str:
    """Return what was settled by a rule: links over water, giants, joined villages."""
    lines = [
        *(
            f"{a} 与 {b} 不相邻，按一处连通计（小块离岛并入最近的地）"
            for a, b in report.get("links", ())
        ),
        *(
            f"{unit} 超过一个网格的量，单独成格"
            for unit in report.get("oversized_units", ())
        ),
        *(
            f"{pair['village']} 太小，与 {pair['into']} 合并划分"
            for pair in report.get("joined_villages", ())
        ),
        *map(note_in_chinese, report.get("notes", ())),
    ]
    if not lines:
        return ""
    rows = "".join(f"<li>{escaped(line)}</li>" for line in lines[:_STREAMS_SHOWN])
    more = len(lines) - _STREAMS_SHOWN
    rest = f'<p class="note">另有 {more} 项见 report.json。</p>' if more > 0 else ""
    return f"<h2>按规则处理的情况</h2><ul>{rows}</ul>{rest}"


def _layer(grids: gpd.GeoDataFrame, key: str) -> Layer:
    exclusive = style()["grids"]["exclusive"]
    fills = [
        exclusive if np.isnan(off) else deviation_colour(off)
        for off in grids["deviation_pct"].astype(float)
    ]
    few = len(grids) <= _LABELS_UP_TO
    labels = [str(name)[-3:] for name in grids[key]] if few else []
    return Layer(np.asarray(grids.geometry.values, object), fills, labels=labels)


def _scores(report: Mapping[str, Any]) -> str:
    rows = "".join(
        f"<tr><td>{escaped(row.group)}</td><td>{escaped(row.name)}</td>"
        f'<td class="number">{escaped(row.value)}</td></tr>'
        for row in score_rows({"scores": report.get("scores", {})})
    )
    head = "<thead><tr><th>方面</th><th>指标</th><th>数值</th></tr></thead>"
    return f"<h2>评分和理论下限</h2><table>{head}{rows}</table>" if rows else ""


def _outside(report: Mapping[str, Any], names: Mapping[str, str]) -> str:
    if "why_not" not in report:
        return ""
    further = "".join(
        _outside_table(
            f"{escaped(load['column'])}：{_allowed(report, False)}", load, names
        )
        for load in report.get("more_loads", ())
    )
    return _outside_table(_allowed(report, True), report, names) + further


def _allowed(report: Mapping[str, Any], with_size: bool) -> str:
    """Return what is outside of what, in words."""
    # A plan that was brought in, not made here, states no policy.
    policy = report.get("policy", {})
    if with_size and policy.get("size_band"):
        low, high = policy["size_band"]
        return f"超出规模区间（{low:g}–{high:g}）的网格"
    if "tolerance" not in policy:
        return "超出允许偏差的网格"
    return f"超出允许偏差（±{100 * policy['tolerance']:g}%）的网格"


def _outside_table(
    title: str, report: Mapping[str, Any], names: Mapping[str, str]
) -> str:
    heading = f"<h2>{title}</h2>"
    if not report["why_not"]:
        return heading + "<p>没有。</p>"
    rows = "".join(
        f"<tr><td>{escaped(row['grid_id'])}</td>"
        f'<td class="number">{signed_pct(row["deviation_pct"] / 100)}</td>'
        f"<td>{escaped(BLOCK_NAMES[row['blocked_by']])}</td>"
        f"<td>{escaped(way_in_words(row['ways'][0], names))}</td></tr>"
        for row in report["why_not"]
    )
    head = (
        "<thead><tr><th>网格</th><th>偏差</th><th>被什么卡住</th>"
        "<th>最省的办法</th></tr></thead>"
    )
    return f"{heading}<table>{head}{rows}</table>"


def _moves(
    units: pd.DataFrame,
    previous: "pd.Series[str] | None",
    measure: Measure,
    workers: Mapping[str, str],
) -> str:
    if previous is None:
        return "<h2>换网格</h2><p>没有给出上一版方案。</p>"
    moved = moved_units(units, previous)
    if moved.empty:
        return "<h2>换网格</h2><p>没有单元换网格。</p>"
    table = streams(moved)
    share = 100 * float(moved["load"].sum()) / (float(units["load"].sum()) or 1.0)
    rows = "".join(
        f"<tr><td>{_led(row['old'], workers)}</td><td>{_led(row['new'], workers)}</td>"
        f'<td class="number">{row["units"]}</td>'
        f'<td class="number">{escaped(measure.say(row["load"]))}</td>'
        f"<td>{escaped(row['names'])}</td></tr>"
        for row in table.head(_STREAMS_SHOWN).to_dict("records")
    )
    left = len(table) - _STREAMS_SHOWN
    rest = f"<p>另有 {left} 项，见 moves.csv。</p>" if left > 0 else ""
    names = ("原网格", "新网格", "单元数", "合计", "哪些单元")
    if workers:
        names = ("原网格（网格员）", "新网格（网格员）", *names[2:])
    head = "".join(f"<th>{name}</th>" for name in names)
    total = escaped(measure.say(float(moved["load"].sum())))
    return (
        "<h2>换网格</h2>"
        f"<p>{len(moved)} 个单元、{total}（{share:.2f}%）换网格。</p>"
        f"<table><thead><tr>{head}</tr></thead>{rows}</table>{rest}"
    )


def _led(grid: str, workers: Mapping[str, str]) -> str:
    """Return a grid with its worker, if it has one, as HTML."""
    worker = workers.get(grid)
    return escaped(f"{grid}（{worker}）" if worker else grid)


def _prices(report: Mapping[str, Any], measure: Measure) -> str:
    """Say what each tolerance would cost in people who change grid."""
    redraw = report.get("redraw")
    if not redraw:
        return ""
    rows = "".join(
        f"<tr><td>{escaped(words)}</td>"
        f'<td class="number">{_asked(price)}</td>'
        f'<td class="number">{price["reached_pct"]:.2f}%</td>'
        f'<td class="number">{escaped(measure.say(price["moved_load"]))}'
        f"（{price['moved_pct']:.2f}%）</td>"
        f'<td class="number">{price["moved_units"]}</td>'
        f'<td class="number">{price["touched_grids"]}</td>'
        f'<td class="number">{escaped(measure.say(price["bound_units_load"]))}</td>'
        "</tr>"
        for words, price in [
            ("本方案", redraw["paid"]),
            *(("如果要求", price) for price in redraw["prices"]),
        ]
    )
    names = ("", "允许偏差", "达到", "换网格", "单元", "涉及网格", "理论上至少")
    head = "".join(f"<th>{name}</th>" for name in names)
    return (
        "<h2>调整的价目：均衡到多少，要多少人换网格</h2>"
        f"<table><thead><tr>{head}</tr></thead>{rows}</table>"
    )


def _asked(price: Mapping[str, Any]) -> str:
    asked = price["tolerance_pct"]
    return "规模区间" if asked is None else f"±{asked:g}%"


def _borders(grids: gpd.GeoDataFrame, key: str, measure: Measure) -> str:
    if "borders" not in grids.columns:
        return ""
    names = ("网格", "任务", "偏差", "边界沿着")
    head = f"<thead><tr>{''.join(f'<th>{n}</th>' for n in names)}</tr></thead>"
    rows = "".join(_border_rows(grids, key, measure))
    return f"<h2>各网格的边界</h2><table>{head}{rows}</table>"


def _border_rows(grids: pd.DataFrame, key: str, measure: Measure) -> Iterator[str]:
    for row in pd.DataFrame(grids).to_dict("records"):
        off = row["deviation_pct"]
        deviation = "专属" if np.isnan(off) else signed_pct(off / 100)
        yield (
            f"<tr><td>{escaped(row[key])}</td><td>{escaped(measure.say(row['load']))}"
            f'</td><td class="number">{deviation}</td>'
            f"<td>{escaped(borders_in_words(row['borders']))}</td></tr>"
        )
