"""A plan out of and into files: the assignment, its layers, its printed pages."""

import csv
import io
import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from api.errors import NotFound, RefusedEdit
from api.services.plans.drafting import editing
from api.services.plans.drafting.editing import Desk
from api.services.plans.drafting.settle import unit_shapes
from api.services.plans.plan_compare import leads_of
from api.services.plans.plan_steps import find_drawn, load_column, village_names
from api.services.plans.plans import region_code_of
from geo.codes import level_of, range_of, unpadded
from geo.crs import STORED
from geo.db.models import Plan
from geo.db.store import drafts as store
from geo.db.store import plans
from geo.errors import BadCode
from geo.localtime import local_date
from maps.layers import feature_collection
from maps.plan_words import measure_of
from maps.village_page import village_pages

COLUMNS = ("unit_id", "grid_id")
# Excel takes a text that begins so for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
_GRID = ("grid_code", "kind", "category", "name", "village_code", "load")


def assignment_csv(desk: Desk) -> bytes:
    """Return unit and grid of every unit, as Excel opens it."""
    find_drawn(desk)
    homes = store.homes_of(desk.session, desk.viewer.county_id, desk.plan_id)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for unit, code in sorted(homes.items()):
        writer.writerow((_plain_text(unit), f"{code:015d}"))
    return out.getvalue().encode("utf-8-sig")


def take_assignment(
    desk: Desk, version: int, content: bytes, now: datetime
) -> dict[str, Any]:
    """Give units the grids of a file, as one edit that can be undone.

    Raises
    ------
    RefusedEdit
        If the file is not such a list; the words name the line.
    """
    wanted = _homes(content)
    # Units that an exclusive site covers stand in the list too, and never move.
    county_id = desk.viewer.county_id
    fixed = store.exclusive_homes(desk.session, county_id, desk.plan_id)
    held = {u for u, code in fixed.items() if wanted.get(u) == f"{code:015d}"}
    own = {unit: grid for unit, grid in wanted.items() if unit not in held}
    return editing.take_assignment(desk, version, own, now)


def grids_layer(desk: Desk) -> dict[str, Any]:
    """Return the grids of a plan as GeoJSON, with their scores."""
    find_drawn(desk)
    grids = plans.plan_grids_of(desk.session, desk.viewer.county_id, desk.plan_id)
    grids = grids.assign(
        grid_code=[unpadded(code, "grid") for code in grids["code"]],
        village_code=[unpadded(code, "village") for code in grids["village_code"]],
    )
    layer = feature_collection(grids, _GRID)
    for feature, more in zip(layer["features"], grids["properties"], strict=True):
        feature["properties"].update(more)
    return layer


def units_layer(desk: Desk) -> dict[str, Any]:
    """Return the units of a plan as GeoJSON, with moved vertices."""
    find_drawn(desk)
    county_id = desk.viewer.county_id
    units = store.placed_units(desk.session, county_id, desk.plan_id)
    head = store.head_of(desk.session, county_id, desk.plan_id)
    draft = desk.drafts.at(desk.session, county_id, head)
    ids = draft.placed.state.land.unit_ids
    drawn = dict(zip(ids, unit_shapes(draft), strict=True))
    shapes = [
        drawn.get(unit, shape)
        for unit, shape in zip(units["unit_id"], units.geometry.values, strict=True)
    ]
    frame = gpd.GeoDataFrame(
        {
            "unit_id": units["unit_id"],
            "name": units["name"],
            "load": units["load"].astype(np.float64),
            "households": units["households"].astype(np.float64),
            "grid_id": [f"{code:015d}" for code in units["code"]],
        },
        geometry=shapes,
        crs=STORED,
    )
    return feature_collection(frame)


def report_page(desk: Desk, now: datetime) -> str:
    """Return the proof sheet and map of a plan as one page."""
    # What draws the map takes half a second to import: only who writes a page waits.
    from maps.report import plan_report

    plan, grids, units, previous = _paper(desk, now)
    called = grids.rename(columns={"label": "village_code"})
    title = plan.name or "网格方案"
    measure = measure_of(load_column(plan))
    names = _names_of_villages(desk, plan, grids)
    leads = leads_of(desk, plan, None, now)
    return plan_report(
        called, units, plan.report, title, previous, measure, names, leads
    )


def village_page(desk: Desk, village_code: str, now: datetime) -> str:
    """Return the sheet of one village of a plan.

    Raises
    ------
    NotFound
        If the plan has no such village.
    """
    plan, grids, units, previous = _paper(desk, now)
    if village_code not in set(grids["label"]):
        raise NotFound(f"village {village_code} is not in plan {plan.id}")
    names = _names_of_villages(desk, plan, grids)
    return village_pages(
        grids[grids["label"] == village_code],
        units[units["label"] == village_code],
        _stated(plan.report, grids),
        previous,
        names,
        measure_of(load_column(plan)),
        plan.name or "网格方案",
    )


def _names_of_villages(
    desk: Desk, plan: Plan, grids: gpd.GeoDataFrame
) -> dict[str, str]:
    """Return the names of a plan's villages by code."""
    codes = sorted(set(grids["label"]))
    return {row["code"]: row["name"] for row in village_names(desk, plan, codes)}


def _stated(report: dict[str, Any], grids: gpd.GeoDataFrame) -> dict[str, Any]:
    """Return a report with what a plan that was brought in does not say of itself."""
    base = grids.loc[grids["kind"] == "base", "load"]
    return {"ideal_load": base.mean(), "grids": {"base": len(base)}, **report}


def _paper(
    desk: Desk, now: datetime
) -> tuple[Plan, gpd.GeoDataFrame, gpd.GeoDataFrame, "pd.Series[str] | None"]:
    """Return a plan with its grids and units as the pages read them."""
    session, county_id = desk.session, desk.viewer.county_id
    plan = find_drawn(desk)
    stored = plans.plan_grids_of(session, county_id, plan.id)
    more = pd.DataFrame(stored["properties"].tolist(), index=stored.index)
    grids = gpd.GeoDataFrame(
        {
            "grid_id": [unpadded(code, "grid") for code in stored["code"]],
            "kind": stored["kind"],
            "category": stored["category"].fillna(""),
            "name": stored["name"],
            "label": [unpadded(code, "village") for code in stored["village_code"]],
            "load": stored["load"].astype(np.float64),
            **{name: more[name] for name in more.columns if name != "site_id"},
        },
        geometry=np.asarray(stored.geometry.values, object),
        crs=STORED,
    )
    placed = store.placed_units(session, county_id, plan.id)
    units = gpd.GeoDataFrame(
        {
            "unit_id": placed["unit_id"],
            "name": placed["name"].fillna(placed["unit_id"]),
            "label": [unpadded(int(c), "village") for c in placed["code"]],
            "load": placed["load"].astype(np.float64),
            "grid_id": [f"{code:015d}" for code in placed["code"]],
        },
        geometry=np.asarray(placed.geometry.values, object),
        crs=STORED,
    )
    scope = (range_of(region_code_of(plan)),)
    before = plans.unit_grids_in(session, county_id, scope, local_date(now))
    old = {unit: f"{code:015d}" for unit, code in before.items()}
    return plan, grids, units, pd.Series(old, dtype=object) if old else None


def _homes(content: bytes) -> dict[str, str | None]:
    """Return the grid of each unit of a CSV, or of the units as GeoJSON."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise RefusedEdit("文件不是 UTF-8 编码的 CSV，请另存后再导入") from None
    is_json = text.lstrip()[:1] == "{"
    homes: dict[str, str | None] = {}
    for place, unit, grid in _features(text) if is_json else _lines(text):
        if unit in homes:
            raise RefusedEdit(f"{place}：单元重复")
        if grid and not _is_grid(grid):
            raise RefusedEdit(f"{place}：grid_id 不是 15 位网格编码")
        homes[unit] = grid or None
    return homes


def _lines(text: str) -> Iterator[tuple[str, str, str]]:
    rows = csv.DictReader(io.StringIO(text))
    if rows.fieldnames is None or not set(COLUMNS) <= set(rows.fieldnames):
        raise RefusedEdit("第 1 行须有 unit_id 和 grid_id 两列")
    for row in rows:
        unit, grid = (row["unit_id"] or "").strip(), (row["grid_id"] or "").strip()
        unit = unit[1:] if unit[:1] == "'" and unit[1:2] in _FORMULA else unit
        yield f"第 {rows.line_num} 行", unit, grid


def _features(text: str) -> Iterator[tuple[str, str, str]]:
    try:
        features = json.loads(text)["features"]
        rows = [
            (f["properties"]["unit_id"], f["properties"]["grid_id"]) for f in features
        ]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise RefusedEdit(
            "不是有效的 GeoJSON：每个要素须有 unit_id 和 grid_id"
        ) from None
    for number, (unit, grid) in enumerate(rows, start=1):
        yield f"第 {number} 个要素", str(unit), str(grid or "")


def _is_grid(code: str) -> bool:
    try:
        return level_of(code) == "grid"
    except BadCode:
        return False


def _plain_text(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text
