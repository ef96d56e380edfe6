"""Counties, towns and villages: codes, clean coverage, parents that must be there."""

from collections.abc import Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from api.services.layers.loading.fields import Columns
from api.services.layers.loading.layers import LayerSpec
from geo.cleaning import clean_coverage
from geo.codes import level_of, padded, parent_of, unpadded
from geo.coverage import find_overlaps, symmetric_difference_m2
from geo.crs import STORED, metric_crs
from geo.datum import require_no_shift, suspect_shift
from geo.errors import BadCode, BadLayer

Row = dict[str, Any]

# An outline that nobody delivered, put together from the villages.
DERIVED = "derived"
# Two villages that share more than this of the smaller one are no drawing error.
_MAX_OVERLAP = 0.02
_NOTICEABLE_M2 = 1.0


def region_rows(columns: Columns, spec: LayerSpec) -> list[Row]:
    """Return the rows of a layer of regions, by code.

    Raises
    ------
    BadLayer
        If a code is none, stands twice, or is of another level than the layer.
    """
    codes = [_code(text, columns.what) for text in columns.required_text("code")]
    twice = pd.Series(codes)[pd.Series(codes).duplicated()]
    if len(twice):
        raise BadLayer(f"{columns.what}: code {twice.iloc[0]} stands twice")
    wrong = [c for c in codes if spec.level and level_of(c) != spec.level]
    if wrong:
        raise BadLayer(
            f"{columns.what}: code {wrong[0]} is one of a {level_of(wrong[0])}, "
            f"not of a {spec.level}"
        )
    names, kinds = columns.required_text("name"), columns.text("kind")
    population, households = columns.counts("population"), columns.counts("households")
    rows = [
        {
            "code": padded(code),
            "level": level_of(code),
            "name": names.iloc[i],
            "kind": None if kinds is None else kinds.iloc[i],
            "parent_code": None if (up := parent_of(code)) is None else padded(up),
            "population": population[i],
            "households": households[i],
            "geometry": _multi(columns.frame.geometry.iloc[i]),
        }
        for i, code in enumerate(codes)
    ]
    return sorted(rows, key=lambda row: row["code"])


def clean_rows(rows: list[Row], what: str) -> tuple[list[Row], list[str]]:
    """Return regions of one level as a valid coverage, and what was changed.

    Raises
    ------
    BadLayer
        If two of them overlap by more than a drawing error, or one vanishes.
    """
    frame = frame_of(rows)
    frame["label"] = [_label(row) for row in rows]
    cleaned, report = clean_coverage(frame, id_column="label")
    if report.was_clean:
        return rows, [line for line in report.lines() if "nothing was" not in line]
    _refuse_large_overlaps(frame, report.overlaps_before, what)
    if report.lost:
        raise BadLayer(f"{what}: nothing is left of {report.lost[0]} after cleaning")
    shapes = [_multi(shape) for shape in cleaned.geometry]
    mended = [
        row | {"geometry": shape} for row, shape in zip(rows, shapes, strict=True)
    ]
    return mended, report.lines()


def check_datum(rows: list[Row], existing: gpd.GeoDataFrame, what: str) -> list[str]:
    """Refuse regions that sit a known datum vector off what is loaded; return notes.

    Raises
    ------
    BadDatum
        With the shift and the way out.
    """
    given = existing[existing["kind"] != DERIVED] if len(existing) else existing
    layer = frame_of(rows)
    own = given[given["code"].isin(layer["code"])] if len(given) else given
    if len(own):
        suspicion = suspect_shift(layer, own, key="code", reference_key="code")
    else:
        suspicion = suspect_shift(layer, given) if len(given) else None
    require_no_shift(suspicion, what)
    if suspicion is None:
        return ["first layer here: nothing is loaded to check the datum against"]
    return [f"datum checked: {suspicion.fit['wgs84']:.0%} lies where it should"]


def derived_towns(
    villages: Sequence[Row], existing: gpd.GeoDataFrame, names: dict[int, str]
) -> list[Row]:
    """Return the towns of villages that nobody delivered, as unions of villages.

    Parameters
    ----------
    villages : sequence of dict
        All villages as they will be, of the towns concerned.
    existing : GeoDataFrame
        Regions in force.
    names : dict of int to str
        Names of towns that the file states, by padded code.
    """
    given = existing[existing["kind"] != DERIVED] if len(existing) else existing
    delivered = set(given["code"]) if len(given) else set()
    old = (
        dict(zip(existing["code"], existing["name"], strict=True))
        if len(existing)
        else {}
    )
    by_town: dict[int, list[Any]] = {}
    for village in sorted(villages, key=lambda row: row["code"]):
        by_town.setdefault(village["parent_code"], []).append(village["geometry"])
    return [
        {
            "code": code,
            "level": "town",
            "name": names.get(code) or old.get(code) or unpadded(code, "town"),
            "kind": DERIVED,
            "parent_code": padded(unpadded(code, "county")),
            "population": None,
            "households": None,
            "geometry": _multi(shapely.normalize(shapely.union_all(shapes))),
        }
        for code, shapes in by_town.items()
        if code not in delivered
    ]


def compare_with_towns(
    villages: Sequence[Row], existing: gpd.GeoDataFrame
) -> list[str]:
    """Return where villages and the outlines of their towns differ."""
    notes = []
    for _, town in existing[existing["level"] == "town"].iterrows():
        parts = [v for v in villages if v["parent_code"] == town["code"]]
        if town["kind"] == DERIVED or not parts:
            continue
        outline = gpd.GeoSeries([town.geometry], crs=STORED)
        apart_m2 = symmetric_difference_m2(frame_of(parts), outline)
        if apart_m2 > _NOTICEABLE_M2:
            notes.append(
                f"villages and outline of {town['name']} differ by {apart_m2:.0f} m²"
            )
    return notes


def frame_of(rows: Sequence[Row]) -> gpd.GeoDataFrame:
    """Return rows as a frame of code and geometry."""
    return gpd.GeoDataFrame(
        {"code": [row["code"] for row in rows]},
        geometry=[row["geometry"] for row in rows],
        crs=STORED,
    )


def _refuse_large_overlaps(
    frame: gpd.GeoDataFrame, overlaps: Sequence[Any], what: str
) -> None:
    if not overlaps:
        return
    lon = float(np.mean(frame.total_bounds[[0, 2]]))
    area = frame.to_crs(metric_crs(lon)).area.to_numpy()
    by_label = dict(zip(frame["label"], area, strict=True))
    for place in overlaps:
        first, second = place.what.split(" / ")
        smaller = min(by_label[first], by_label[second])
        if place.area_m2 > _MAX_OVERLAP * smaller:
            raise BadLayer(
                f"{what}: {place} is {place.area_m2 / smaller:.0%} of the smaller; "
                "no drawing error: mend the layer"
            )


def overlap_with_neighbours(
    rows: Sequence[Row], existing: gpd.GeoDataFrame
) -> list[str]:
    """Return where new villages overlap loaded ones that the file does not hold."""
    codes = {row["code"] for row in rows}
    level = rows[0]["level"]
    near = existing[(existing["level"] == level) & ~existing["code"].isin(codes)]
    if not len(near):
        return []
    both = pd.concat([frame_of(rows), near[["code", "geometry"]]], ignore_index=True)
    places = find_overlaps(gpd.GeoDataFrame(both, crs=STORED), "code")
    return [f"overlaps a loaded neighbour: {p}" for p in places[:3]]


def _code(text: str, what: str) -> str:
    """Return a code without the zeros that lists pad towns and counties with."""
    if len(text) == 12 and text.endswith("000"):
        text = text[:6] if text.endswith("000000") else text[:9]
    try:
        level = level_of(text)
    except BadCode as error:
        raise BadLayer(f"{what}: {error}") from None
    if level == "grid":
        raise BadLayer(f"{what}: code {text} is one of a grid, not of a region")
    return text


def _label(row: Row) -> str:
    return f"{unpadded(row['code'], row['level'])} {row['name']}"


def _multi(shape: Any) -> Any:
    return (
        shape if shape.geom_type == "MultiPolygon" else shapely.multipolygons([shape])
    )
