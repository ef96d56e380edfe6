"""A frame and its columns -> rows of settlements, sites and lines."""

import hashlib
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from api.services.layers.loading.fields import Columns
from api.services.layers.loading.layers import LayerSpec
from geo.errors import BadLayer

Row = dict[str, Any]

# Kinds of exclusive grids (专属网格) as offices write them.
CATEGORIES = {
    "矿山": "mine",
    "矿区": "mine",
    "学校": "school",
    "企业": "enterprise",
    "园区": "park",
    "工业园区": "park",
    "医院": "hospital",
    "市场": "market",
    "商圈": "market",
    "机关": "office",
}


def settlement_rows(columns: Columns, codes: list[int]) -> list[Row]:
    """Return the rows of a layer of settlements or household blocks.

    Raises
    ------
    BadLayer
        If number or population is missing.
    """
    refs = _refs(columns)
    names = columns.text("name")
    population = columns.counts("population")
    if None in population:
        column = columns.column_of("population")
        where = f"{column} is empty in row {population.index(None) + 1}"
        raise BadLayer(
            f"{columns.what}: {where if column else 'no column of population; map one'}"
        )
    households, groups = columns.counts("households"), columns.counts("groups")
    columns.text("village_code")
    return [
        {
            "ref": ref,
            "name": _or(names, i, ref),
            "code": codes[i],
            "population": population[i],
            "households": households[i],
            "groups": groups[i],
            "attrs": attrs,
            "geometry": geometry,
        }
        for i, (ref, attrs, geometry) in enumerate(
            zip(refs, columns.rest(), _points(columns.frame), strict=True)
        )
    ]


def site_rows(columns: Columns, spec: LayerSpec, codes: list[int]) -> list[Row]:
    """Return the rows of a layer of sites.

    Raises
    ------
    BadLayer
        If the number is missing, or the kind of a mixed layer.
    """
    refs = _refs(columns)
    names, kinds = columns.text("name"), columns.text("kind")
    if spec.kind is None:
        kinds = columns.required_text("kind")
    columns.text("village_code")
    rows = []
    for i, (ref, attrs) in enumerate(zip(refs, columns.rest(), strict=True)):
        stated = _or(kinds, i, None)
        rows.append(
            {
                "kind": spec.kind or stated,
                "ref": ref,
                "name": _or(names, i, ref),
                "code": codes[i],
                "is_exclusive": spec.is_exclusive,
                "category": _category(stated, spec) if spec.kind else None,
                "attrs": attrs,
                "geometry": columns.frame.geometry.iloc[i],
            }
        )
    return rows


def single_lines(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return lines of one piece each; pieces of one line stay in order."""
    geoms = np.asarray(frame.geometry.array)
    merged = shapely.line_merge(geoms)
    whole = np.where(shapely.get_type_id(geoms) == 5, merged, geoms)
    parts = frame.set_geometry(gpd.GeoSeries(whole, index=frame.index, crs=frame.crs))
    return parts.explode(index_parts=False).reset_index(drop=True)


def line_rows(columns: Columns, spec: LayerSpec, codes: list[int]) -> list[Row]:
    """Return the rows of a layer of lines; those without a number get one by place."""
    names, classes = columns.text("name"), columns.text("line_class")
    geoms = list(columns.frame.geometry)
    rows = [
        {
            "kind": spec.kind,
            "ref": ref,
            "name": _or(names, i, None),
            "line_class": _or(classes, i, None),
            "code": codes[i],
            "geometry": geoms[i],
        }
        for i, ref in enumerate(_line_refs(columns, geoms))
    ]
    # The same line twice in a file is one line.
    return list({row["ref"]: row for row in rows}.values())


def _line_refs(columns: Columns, geoms: list[Any]) -> list[str]:
    for field in ("ref", "name"):
        texts = columns.text(field)
        if texts is not None and texts.notna().all() and texts.is_unique:
            return texts.tolist()
    return [
        hashlib.sha256(shapely.to_wkb(shapely.normalize(geom))).hexdigest()[:16]
        for geom in geoms
    ]


def _refs(columns: Columns) -> list[str]:
    refs = columns.required_text("ref")
    twice = refs[refs.duplicated()]
    if len(twice):
        raise BadLayer(
            f"{columns.what}: {columns.column_of('ref')} {twice.iloc[0]!r} stands twice"
        )
    return refs.tolist()


def _category(stated: str | None, spec: LayerSpec) -> str | None:
    if stated is None or not spec.is_exclusive:
        return stated
    return CATEGORIES.get(stated, stated)


def _or(values: pd.Series | None, row: int, otherwise: Any) -> Any:
    value = None if values is None else values.iloc[row]
    return otherwise if value is None else value


def _points(frame: gpd.GeoDataFrame) -> list[Any]:
    """Return one point per row; a collection of one point is that point."""
    geoms = np.asarray(frame.geometry.array)
    many = shapely.get_num_geometries(geoms) != 1
    if many.any():
        row = int(np.flatnonzero(many)[0]) + 1
        raise BadLayer(f"row {row} is several points; a settlement is one")
    return list(shapely.get_geometry(geoms, 0))
