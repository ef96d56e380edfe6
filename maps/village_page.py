"""One A4 sheet per village, for the meeting that must accept the plan.

Old and new map, why so many grids and not one more, who goes from whom to whom, what
was refused and what it would have cost; in everyday words, self-contained.
"""

from collections.abc import Mapping, Sequence
from importlib import resources
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from maps.escaping import escaped
from maps.legend import LINE_NAMES, line_legend
from maps.plan_words import Measure, borders_in_words, more_or_less
from maps.style import colour_grids, style
from maps.svg_map import Layer, svg_map
from maps.village_facts import VillageFacts, village_facts
from maps.village_rows import WALK_M_PER_MIN, GridFacts, old_grids

# More would not fit on the sheet; the rest is counted and stands in the tables.
_GRIDS_SHOWN, _STREAMS_SHOWN, _REFUSED_SHOWN, _NAMES_SHOWN = 24, 6, 5, 30
# With more lines the maps are lower and the lines closer.
_LOOKS = ((20, "", (350, 290)), (28, "dense", (350, 250)), (99, "tight", (350, 230)))


def village_pages(
    grids: gpd.GeoDataFrame,
    units: gpd.GeoDataFrame,
    report: Mapping[str, Any],
    previous: "pd.Series[str] | None",
    names: Mapping[str, str],
    measure: Measure,
    title: str,
    lines: gpd.GeoDataFrame | None = None,
) -> str:
    """Return one self-contained HTML file with an A4 sheet for each village.

    Parameters
    ----------
    grids, units : GeoDataFrame
        EPSG:4326; as in `planning.plan.Plan`.
    report : mapping
        The plan's ``report.json``.
    previous : Series or None
        Previous grid by unit id.
    names : mapping of str to str
        Village names by label; a label without one stands for itself.
    measure : Measure
        What the loads count.
    title : str
        Name of the plan, on each sheet.
    lines : GeoDataFrame or None
        EPSG:4326; ``kind`` road, river or ridge: what a villager finds the way by.
    """
    facts = village_facts(grids, units, report, previous, names, measure)
    known = _lines_by_kind(lines)
    sheets = "".join(
        _sheet(village, report, measure, title, _landscape(village, known))
        for village in facts
    )
    css = resources.files("maps").joinpath("assets/report/sheet.css").read_text("utf-8")
    return (
        '<!DOCTYPE html><html lang="zh-CN"><head><meta charset="utf-8">'
        f"<title>{escaped(title)} 村页</title><style>{css}</style></head>"
        f'<body class="villages">{sheets}</body></html>'
    )


def _origin(report: Mapping[str, Any]) -> str:
    """Return what a plan can be made again from; one brought in does not say."""
    if "input_hash" not in report:
        return ""
    start = escaped(str(report["input_hash"])[:12])
    return f" · 输入指纹 {start}，种子 {report['seed']}"


def _sheet(
    facts: VillageFacts,
    report: Mapping[str, Any],
    measure: Measure,
    title: str,
    landscape: list[Layer],
) -> str:
    count = sum(grid.is_base for grid in facts.grids)
    exclusive = len(facts.grids) - count
    look, size = _look(facts)
    more = f"，另有专属网格 {exclusive} 个" if exclusive else ""
    return (
        f'<section class="page {look}"><header>'
        f"<h1>{escaped(facts.name)}网格划分征求意见表</h1>"
        f"<p>{escaped(title)} · 基础网格 {count} 个{more}{_origin(report)}</p></header>"
        f'<p class="why"><b>为什么是 {count} 格？</b>{escaped(facts.why)}</p>'
        f'<div class="maps">{_maps(facts, size, landscape)}</div>'
        f"{line_legend([layer.name for layer in landscape])}"
        f"<h2>各网格的任务</h2>{_grid_table(facts, measure)}"
        f"<h2>谁换网格</h2>{_moves(facts, measure)}"
        f"<h2>考虑过但没有采用的办法</h2>{_refused(facts)}"
        "<footer><span>村民代表意见：</span><span>村（社区）签章：</span>"
        "<span>日期：</span></footer></section>"
    )


def _look(facts: VillageFacts) -> tuple[str, tuple[int, int]]:
    lines = min(len(facts.grids), _GRIDS_SHOWN) + min(
        len(facts.refused), _REFUSED_SHOWN
    )
    lines += min(len(facts.streams), _STREAMS_SHOWN)
    return next((look, size) for most, look, size in _LOOKS if lines <= most)


def _lines_by_kind(lines: gpd.GeoDataFrame | None) -> dict[str, shapely.STRtree]:
    """Return the lines of each kind, to be found by place."""
    if lines is None or not len(lines):
        return {}
    return {
        kind: shapely.STRtree(np.asarray(lines[lines["kind"] == kind].geometry))
        for kind in LINE_NAMES
    }


def _landscape(facts: VillageFacts, lines: dict[str, shapely.STRtree]) -> list[Layer]:
    """Return the lines in the village, one layer per kind."""
    if not lines:
        return []
    village = shapely.union_all(_shapes(facts.grids))
    colours = style()["landscape"]
    layers = []
    for kind, tree in lines.items():
        near = tree.geometries[np.sort(tree.query(village))]
        inside = shapely.intersection(near, village)
        inside = inside[~shapely.is_empty(inside)]
        if len(inside):
            none = ["none"] * len(inside)
            layers.append(Layer(inside, none, colours[kind], 1.6, name=kind))
    return layers


def _maps(facts: VillageFacts, size: tuple[int, int], landscape: list[Layer]) -> str:
    colours, units = _colours(facts), facts.units
    names = [grid.grid_id for grid in facts.grids]
    new = _layer(names, _shapes(facts.grids), colours)
    is_shown = ~shapely.is_missing(units.shape)
    shown = units.shape[is_shown]
    outlines = Layer(shown, ["none"] * len(shown), "#c4ccd3", 0.5)
    moves = [unit in facts.moved for unit in units.unit_id[is_shown]]
    moving = shown[np.array(moves, bool)]
    hatched = Layer(moving, ["url(#moved)"] * len(moving), "#C8281E", 0.8)
    after = svg_map([new, hatched, *landscape], *size, f"{facts.name}新网格图")
    if units.old is None:
        before = svg_map([outlines, *landscape], *size, f"{facts.name}居民点")
        heading = "原来：没有划分网格（图为居民点和小区的范围）"
    else:
        old = _layer(*old_grids(units), colours)
        before = svg_map([outlines, old, *landscape], *size, f"{facts.name}旧网格图")
        heading = "原来的网格"
    note = "（红色斜线：换网格的地方）" if facts.moved else ""
    return (
        f"<figure>{before}<figcaption>{heading}</figcaption></figure>"
        f"<figure>{after}<figcaption>新的网格{note}</figcaption></figure>"
    )


def _colours(facts: VillageFacts) -> dict[str, str]:
    """Return a colour for each grid, neighbours apart; old grids keep theirs."""
    palette = style()["grids"]["fill"]
    place = {grid.grid_id: i for i, grid in enumerate(facts.grids)}
    edges = [
        (place[grid.grid_id], place[str(border["to"])])
        for grid in facts.grids
        for border in grid.borders
        if border["to"] in place
    ]
    pairs = np.array(edges, np.int64).reshape(-1, 2)
    numbers = colour_grids(pairs, len(facts.grids)).tolist()
    light = style()["grids"]["exclusive"] + "55"
    return {
        grid.grid_id: light
        if grid.kind == "exclusive"
        else palette[number % len(palette)]
        for grid, number in zip(facts.grids, numbers, strict=True)
    }


def _layer(names: Sequence[str], shapes: Any, colours: Mapping[str, str]) -> Layer:
    fills = [colours.get(name, "#E8ECEF") for name in names]
    return Layer(shapes, fills, "#2F3A45", 1.2, [_short(name) for name in names])


def _grid_table(facts: VillageFacts, measure: Measure) -> str:
    rows = []
    for grid in facts.grids[:_GRIDS_SHOWN]:
        name = _short(grid.grid_id) + (f" {grid.name}" if grid.name else "")
        load, against, along = "—", "专属", "—"
        if grid.is_base:
            against = more_or_less(measure, grid.load, facts.ideal)
            along = borders_in_words(grid.borders)
        if grid.is_base or grid.load:
            load = measure.say(grid.load)
        rows.append(
            f"<tr><td>{escaped(name)}</td><td>{escaped(load)}</td>"
            f"<td>{against}</td><td>{_minutes(grid.walk_min)}</td>"
            f"<td>{escaped(along)}</td></tr>"
        )
    left = len(facts.grids) - _GRIDS_SHOWN
    rest = f"<p>另有 {left} 个网格，见 grids.geojson。</p>" if left > 0 else ""
    return (
        "<table><thead><tr><th>网格</th><th>任务</th><th>与平均比</th>"
        f"<th>走一圈*</th><th>边界沿着</th></tr></thead>{''.join(rows)}</table>{rest}"
        '<p class="note">* 按居民点数和面积估算，步行每分钟 '
        f"{WALK_M_PER_MIN:.0f} 米，不含入户时间。</p>"
    )


def _minutes(minutes: float) -> str:
    return "—" if minutes < 1 else f"约 {minutes:.0f} 分钟"


def _moves(facts: VillageFacts, measure: Measure) -> str:
    if facts.units.old is None:
        return "<p>第一次划分，没有人换网格。</p>"
    table: pd.DataFrame = facts.streams
    if table.empty:
        return "<p>没有人换网格。</p>"
    lines = [
        f"<li><b>{escaped(_short(row['old']))} → {escaped(_short(row['new']))}</b>："
        f"{row['units']} 处，{escaped(measure.say(row['load']))}"
        f"（{escaped(_cut_short(row['names']))}）</li>"
        for row in table.head(_STREAMS_SHOWN).to_dict("records")
    ]
    left = len(table) - _STREAMS_SHOWN
    if left > 0:
        lines.append(f"<li>另有 {left} 项，见 moves.csv。</li>")
    total = measure.say(float(table["load"].sum()))
    return f"<p>共 {escaped(total)}换网格：</p><ul>{''.join(lines)}</ul>"


def _refused(facts: VillageFacts) -> str:
    rows = "".join(
        f"<tr><td>{escaped(row.what)}</td><td>{escaped(row.cost)}</td>"
        f"<td>{escaped(row.why)}</td></tr>"
        for row in facts.refused[:_REFUSED_SHOWN]
    )
    head = (
        "<thead><tr><th>办法</th><th>结果和代价</th><th>没采用的原因</th></tr></thead>"
    )
    return f"<table>{head}{rows}</table>" if rows else "<p>没有别的分法。</p>"


def _short(grid_id: str) -> str:
    """Return the serial of a code; other names as they are."""
    return grid_id[-3:] if len(grid_id) == 15 and grid_id.isdigit() else str(grid_id)


def _cut_short(text: str) -> str:
    return text if len(text) <= _NAMES_SHOWN else text[:_NAMES_SHOWN] + "…"


def _shapes(grids: Sequence[GridFacts]) -> Any:
    return np.array([grid.shape for grid in grids], object)
