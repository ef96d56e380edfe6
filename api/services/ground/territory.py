"""The territory as a viewer may see it: regions, grids, sites, landscape."""

from datetime import date
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from sqlalchemy.orm import Session

from geo.adjacency import rook_edges
from geo.codes import Level, unpadded
from geo.crs import metric_crs
from geo.db.door import Viewer
from geo.db.store import counties
from geo.db.store import territory as store
from maps.layers import feature_collection
from maps.style import colour_grids

_REGION = ("code", "name", "level", "kind", "population", "households")
_GRID = (
    "grid_id",
    "grid_code",
    "kind",
    "category",
    "name",
    "village_code",
    "village_name",
    "load",
    "lead",
    "colour",
)
_SITE = ("id", "ref", "kind", "name", "grid_code", "attrs")
_LINE = ("kind", "name")


def describe(session: Session, viewer: Viewer, day: date) -> dict[str, Any]:
    """Return county, towns, extent and counts of what the viewer sees on a day."""
    county = counties.county_of(session, viewer.county_id)
    regions = store.regions_on(session, viewer.county_id, day, scope=viewer.scope)
    grids = store.grids_on(session, viewer.county_id, day, viewer.scope)
    sites = store.sites_on(session, viewer.county_id, day, scope=viewer.scope)
    towns = regions[regions["level"] == "town"]
    return {
        "county": {"code": unpadded(county.code, "county"), "name": county.name},
        "towns": [
            {"code": unpadded(code, "town"), "name": name}
            for code, name in zip(towns["code"], towns["name"], strict=True)
        ],
        "bbox": _bounds(regions, grids),
        "date": day,
        "counts": {
            "towns": len(towns),
            "villages": int((regions["level"] == "village").sum()),
            "base_grids": int((grids["kind"] == "base").sum()),
            "exclusive_grids": int((grids["kind"] == "exclusive").sum()),
            "sites": len(sites),
        },
    }


def regions_layer(
    session: Session, viewer: Viewer, day: date, level: Level | None
) -> dict[str, Any]:
    """Return regions of one level or all, as GeoJSON."""
    frame = store.regions_on(
        session, viewer.county_id, day, level=level, scope=viewer.scope
    )
    pairs = zip(frame["code"], frame["level"], strict=True)
    frame["code"] = [unpadded(code, its_level) for code, its_level in pairs]
    return feature_collection(frame, _REGION)


def grids_layer(session: Session, viewer: Viewer, day: date) -> dict[str, Any]:
    """Return the grids in force on a day, each with a colour unlike its neighbours'."""
    frame = store.grids_on(session, viewer.county_id, day, viewer.scope)
    villages = store.regions_on(
        session, viewer.county_id, day, level="village", scope=viewer.scope
    )
    names = dict(zip(villages["code"], villages["name"], strict=True))
    frame["grid_code"] = [str(code) for code in frame["code"]]
    frame["village_name"] = [names.get(code) for code in frame["village_code"]]
    frame["village_code"] = [unpadded(c, "village") for c in frame["village_code"]]
    frame["colour"] = _colours(frame)
    return feature_collection(frame, _GRID)


def sites_layer(
    session: Session, viewer: Viewer, day: date, kind: str | None
) -> dict[str, Any]:
    """Return the sites in force on a day, of one kind or all."""
    frame = store.sites_on(
        session, viewer.county_id, day, kind=kind, scope=viewer.scope
    )
    # Before the first publication the code is the village's: it ends in no serial.
    frame["grid_code"] = [str(c) if c % 1000 else None for c in frame["code"]]
    return feature_collection(frame, _SITE)


def landscape_layer(session: Session, viewer: Viewer) -> dict[str, Any]:
    """Return rivers, roads and ridges."""
    frame = store.lines_of(session, viewer.county_id, scope=viewer.scope)
    return feature_collection(frame, _LINE)


def _bounds(*frames: gpd.GeoDataFrame) -> tuple[float, float, float, float] | None:
    filled = [frame.geometry for frame in frames if len(frame)]
    if not filled:
        return None
    west, south, east, north = pd.concat(filled).total_bounds.tolist()
    return west, south, east, north


def _colours(frame: gpd.GeoDataFrame) -> list[int]:
    if not len(frame):
        return []
    west, _, east, _ = frame.total_bounds
    metric = frame.geometry.to_crs(metric_crs(float(west + east) / 2.0))
    u, v, _length = rook_edges(np.asarray(metric.array))
    return colour_grids(np.column_stack([u, v]), len(frame)).tolist()
