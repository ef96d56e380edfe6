"""A plan as one HTML file that opens anywhere: map, legend, scores.

folium draws the map; `maps.inline` writes Leaflet into the file; there are no tiles, so
nothing is asked of another host. The colour of a grid says how far its load is from
the mean of the base grids. Everything that came from data is escaped twice over: for
HTML, and for the templates into which folium puts it.
"""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

import folium
import geopandas as gpd
import numpy as np
import pandas as pd

from geo.errors import BadFrame
from geo.frames import require_columns
from maps.escaping import escaped
from maps.inline import inline_assets
from maps.layers import feature_collection
from maps.legend import deviation_legend
from maps.plan_words import BLOCK_NAMES, Measure
from maps.proof_sheet import proof_sheet
from maps.score_table import score_rows
from maps.style import deviation_colour, style

COLUMN_NAMES: Mapping[str, str] = {
    "grid_code": "网格编码",
    "grid_id": "网格",
    "name": "名称",
    "village_name": "村/社区",
    "village_code": "村/社区编码",
    "kind": "类型",
    "category": "类别",
    "load": "工作量",
    "label": "村/社区",
    "deviation_pct": "偏差 %",
    "population": "人口",
    "households": "户数",
    "units": "单元数",
    "area_m2": "面积 m²",
    "polsby_popper": "紧凑度",
    "reason": "说明",
}
KIND_NAMES = {"base": "基础网格", "exclusive": "专属网格", "micro": "微网格"}
# Outlines of more units than this would make the file slow to open.
MAX_UNITS_DRAWN = 10_000
WORST_SHOWN = 10


def plan_report(
    grids: gpd.GeoDataFrame,
    units: gpd.GeoDataFrame | None,
    report: Mapping[str, Any],
    title: str,
    previous: "pd.Series[str] | None" = None,
    measure: Measure | None = None,
    villages: Mapping[str, str] = MappingProxyType({}),
    workers: Mapping[str, str] = MappingProxyType({}),
) -> str:
    """Return a plan as a self-contained HTML page in Chinese.

    On screen a map with a panel; printed, the proof sheet of `maps.proof_sheet`.

    Parameters
    ----------
    grids : GeoDataFrame
        EPSG:4326; ``grid_code`` or ``grid_id``, ``load`` (tasks per day), optionally
        ``kind`` and any scores of a grid, which its tooltip shows.
    units : GeoDataFrame or None
        EPSG:4326; outlines of what was divided. More than `MAX_UNITS_DRAWN` are left
        out, and the page says so.
    report : mapping
        The plan's ``report.json``.
    title : str
        Heading of the page.
    previous : Series or None
        Previous grid by unit id; the sheet then lists who moves.
    measure : Measure or None
        What the loads count.
    villages : mapping of str to str
        Their names by label; the sheet calls units by their ``name``, if they have one.
    workers : mapping of str to str
        Who works in a grid, by its name; the sheet names them beside who moves.

    Returns
    -------
    str
        HTML; the same input gives the same text.

    Raises
    ------
    BadFrame
        If a frame is not in EPSG:4326, is empty, or lacks a column named above.
    """
    key = _key_column(grids)
    shown = _with_deviation(grids)
    chart = _blank_map()
    if units is not None and 0 < len(units) <= MAX_UNITS_DRAWN:
        _unit_layer(units[units.geometry.notna()]).add_to(chart)
    _grid_layer(shown, key).add_to(chart)
    west, south, east, north = shown.total_bounds
    # The panel covers 380 pixels on the right.
    chart.fit_bounds([[south, west], [north, east]], padding_bottom_right=(400, 10))
    folium.LayerControl(position="topleft", collapsed=False).add_to(chart)
    panel = _panel(shown, key, units, report, title)
    panel += proof_sheet(
        shown, units, report, title, previous, measure, villages, workers
    )
    return inline_assets(_with_panel(chart, panel, title))


def _blank_map() -> folium.Map:
    # No attribution: there are no tiles to name, and Leaflet's own mark shows a flag.
    chart = folium.Map(tiles=None, attribution_control=False, prefer_canvas=True)
    chart.default_js = [("leaflet", "leaflet/leaflet.js")]
    chart.default_css = [
        ("leaflet_css", "leaflet/leaflet.css"),
        ("report_css", "report/report.css"),
    ]
    return chart


def _key_column(grids: gpd.GeoDataFrame) -> str:
    if grids.empty:
        raise BadFrame("grids: the frame is empty; there is no plan to show")
    key = "grid_code" if "grid_code" in grids.columns else "grid_id"
    require_columns(grids, {key: "str", "load": "float64"}, "grids")
    return key


def _with_deviation(grids: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    load = grids["load"].to_numpy(dtype=np.float64)
    counted = _is_counted(grids)
    ideal = float(load[counted].mean()) if counted.any() else 0.0
    percent = 100 * (load - ideal) / ideal if ideal else np.zeros(len(load))
    return grids.assign(deviation_pct=np.where(counted, percent.round(2), np.nan))


def _is_counted(grids: gpd.GeoDataFrame) -> Any:
    """Exclusive grids are not balanced against each other, so they do not count."""
    if "kind" not in grids.columns:
        return np.ones(len(grids), dtype=bool)
    return (grids["kind"] != "exclusive").to_numpy()


def _unit_layer(units: gpd.GeoDataFrame) -> folium.GeoJson:
    return folium.GeoJson(
        feature_collection(units, []),
        name="单元",
        style_function=lambda _: {"color": "#9aa5ae", "weight": 0.5, "fill": False},
        marker=folium.CircleMarker(radius=2, weight=1, color="#5f6b76"),
        show=False,
    )


def _grid_layer(grids: gpd.GeoDataFrame, key: str) -> folium.GeoJson:
    known = [n for n in COLUMN_NAMES if n in grids.columns]
    names = [key, *(n for n in known if n not in {key, "grid_id", "grid_code"})]
    layer = feature_collection(grids, names)
    for feature in layer["features"]:
        cells = feature["properties"]
        cells["colour"] = _fill(cells)
        cells.update({name: escaped(_cell(name, cells[name])) for name in names})
    return folium.GeoJson(
        layer,
        name="网格",
        style_function=_grid_style,
        tooltip=folium.GeoJsonTooltip(names, [COLUMN_NAMES[n] for n in names]),
    )


def _grid_style(feature: dict[str, Any]) -> dict[str, Any]:
    return {
        "color": style()["grids"]["line"],
        "weight": 1.2,
        "fillColor": feature["properties"]["colour"],
        "fillOpacity": 0.75,
    }


def _fill(cells: Mapping[str, Any]) -> str:
    percent = cells["deviation_pct"]
    exclusive: str = style()["grids"]["exclusive"]
    return exclusive if percent is None else deviation_colour(percent)


def _cell(name: str, value: Any) -> str:
    if value is None:
        return "—"
    if name == "kind":
        return KIND_NAMES.get(str(value), str(value))
    if name == "reason":
        return BLOCK_NAMES.get(str(value), str(value))
    return f"{value:,.6g}" if isinstance(value, float) else str(value)


def _panel(
    grids: gpd.GeoDataFrame,
    key: str,
    units: gpd.GeoDataFrame | None,
    report: Mapping[str, Any],
    title: str,
) -> str:
    facts = f"网格 {len(grids)} 个"
    if units is not None:
        facts += f"，单元 {len(units)} 个"
        if len(units) > MAX_UNITS_DRAWN:
            facts += f"（超过 {MAX_UNITS_DRAWN} 个，图上不画单元）"
    return (
        f'<aside class="panel"><h1>{escaped(title)}</h1><p>{facts}</p>'
        '<p><a href="#proof">证明单（可直接打印）</a></p>'
        f"<h2>图例：与平均工作量的偏差</h2>{deviation_legend()}"
        f"<h2>评分</h2>{_score_table(report)}"
        f"<h2>偏差最大的网格</h2>{_worst_table(grids, key)}</aside>"
    )


def _score_table(report: Mapping[str, Any]) -> str:
    lines, group = [], ""
    for row in score_rows(report):
        if row.group != group:
            group = row.group
            lines.append(f'<tr><th colspan="2"><b>{escaped(group)}</b></th></tr>')
        lines.append(
            f'<tr><td>{escaped(row.name)}</td><td class="number">'
            f"{escaped(row.value)}</td></tr>"
        )
    return f'<table class="scores">{"".join(lines)}</table>'


def _worst_table(grids: gpd.GeoDataFrame, key: str) -> str:
    told = grids.get("reason", pd.Series("", grids.index))
    frame = pd.DataFrame(grids[[key, "load", "deviation_pct"]]).dropna()
    order = frame["deviation_pct"].abs().sort_values(ascending=False, kind="stable")
    lines = [
        f"<tr><td>{escaped(row[key])}</td>"
        f'<td class="number">{row["load"]:,.6g}</td>'
        f'<td class="number">{row["deviation_pct"]:+.2f}</td>'
        f"<td>{escaped(_cell('reason', told[at]))}</td></tr>"
        for at, row in frame.loc[order.index[:WORST_SHOWN]].iterrows()
    ]
    head = (
        '<thead><tr><th>网格</th><th class="number">工作量</th>'
        '<th class="number">偏差 %</th><th>原因</th></tr></thead>'
    )
    return f"<table>{head}{''.join(lines)}</table>"


def _with_panel(chart: folium.Map, panel: str, title: str) -> str:
    figure = chart.get_root()
    # Folium names its elements at random; the same plan must give the same file.
    for number, element in enumerate(_elements(figure)):
        element._id = str(number)
    page: str = figure.render()
    page = page.replace("<html>", '<html lang="zh-CN">', 1)
    page = page.replace("<head>", f"<head><title>{escaped(title)}</title>", 1)
    return page.replace("</body>", f"{panel}</body>", 1)


def _elements(element: Any) -> Iterator[Any]:
    yield element
    for child in element._children.values():
        yield from _elements(child)
