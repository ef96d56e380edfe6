"""GeoJSON, read without GDAL: it can name no other file and fetch nothing."""

from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import orjson
import pandas as pd
import shapely
from pyproj import CRS
from pyproj.exceptions import CRSError

from geo.crs import STORED
from geo.errors import BadLayer
from geo.reading.raw import Raw
from geo.reading.text import decode, sample_of


def read_geojson(path: Path, encoding: str | None) -> Raw:
    """Read a FeatureCollection or a Feature; UTF-8, else GB18030.

    Raises
    ------
    BadLayer
        If it is not JSON, not GeoJSON, or a geometry is none.
    """
    text, codec, note = decode(path.read_bytes(), encoding, path.name)
    try:
        document = orjson.loads(text.removeprefix("\ufeff"))
    except orjson.JSONDecodeError as error:
        raise BadLayer(f"{path.name}: not JSON: {error}") from None
    features = _features(document, path.name)
    frame = gpd.GeoDataFrame(
        _properties(features),
        geometry=_geometries(features, path.name),
    )
    frame = frame.set_crs(_stated_crs(document, path.name) or _default_crs(frame))
    notes: tuple[str, ...] = ()
    if note:
        notes = (f"{note}; sample: {sample_of(_texts(features))}",)
    name = document.get("name")
    return Raw(frame, "GeoJSON", str(name or path.stem), codec, notes)


def _features(document: Any, what: str) -> list[dict[str, Any]]:
    kind = document.get("type") if isinstance(document, dict) else None
    features = document.get("features") if kind == "FeatureCollection" else [document]
    if kind not in ("FeatureCollection", "Feature") or not isinstance(features, list):
        raise BadLayer(f"{what}: JSON, but no GeoJSON FeatureCollection")
    if not all(isinstance(f, dict) and f.get("type") == "Feature" for f in features):
        raise BadLayer(f"{what}: something among the features is no Feature")
    return features


def _properties(features: list[dict[str, Any]]) -> pd.DataFrame:
    rows = []
    for feature in features:
        row = dict(feature.get("properties") or {})
        if "id" in feature:
            row.setdefault("id", feature["id"])
        if "geometry" in row:
            row["geometry_"] = row.pop("geometry")
        rows.append(row)
    return pd.DataFrame(rows, index=range(len(rows)))


def _geometries(features: list[dict[str, Any]], what: str) -> Any:
    texts = [
        orjson.dumps(g).decode() if (g := feature.get("geometry")) else None
        for feature in features
    ]
    try:
        return shapely.from_geojson(np.array(texts, dtype=object))
    except (shapely.errors.GEOSException, ValueError):
        row = next(i for i, text in enumerate(texts) if not _is_geometry(text))
        raise BadLayer(f"{what}: feature {row + 1} has a broken geometry") from None


def _is_geometry(text: str | None) -> bool:
    if text is None:
        return True
    try:
        shapely.from_geojson(text)
    except (shapely.errors.GEOSException, ValueError):
        return False
    return True


def _stated_crs(document: dict[str, Any], what: str) -> CRS | None:
    """Return the CRS of the old ``crs`` member; a link is never followed."""
    stated = document.get("crs")
    if not stated:
        return None
    properties = stated.get("properties") if isinstance(stated, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    try:
        return CRS.from_user_input(str(name)) if name else _no_crs(what)
    except CRSError:
        return _no_crs(what)


def _default_crs(frame: gpd.GeoDataFrame) -> CRS | None:
    """Return WGS 84, which the standard prescribes, unless it cannot be meant."""
    west, _, east, _ = frame.total_bounds
    return None if max(abs(west), abs(east)) > 360 else STORED


def _no_crs(what: str) -> CRS:
    raise BadLayer(f"{what}: its crs member names no known CRS; state it (EPSG:...)")


def _texts(features: list[dict[str, Any]]) -> list[str]:
    values = (v for f in features for v in (f.get("properties") or {}).values())
    return [value for value in values if isinstance(value, str)]
