"""Frames -> GeoJSON: what one map layer sends to a browser.

A layer is a frame in WGS 84 and the columns that its popup or style reads. Coordinates
are cut to 7 digits (about 1 cm): enough to look at, never to compute with.
"""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry import mapping

from geo.errors import BadFrame
from geo.frames import require_columns

DISPLAY_DIGITS = 7


def feature_collection(
    frame: gpd.GeoDataFrame, columns: Iterable[str] | None = None
) -> dict[str, Any]:
    """Return one layer as a GeoJSON FeatureCollection of plain Python values.

    Parameters
    ----------
    frame : GeoDataFrame
        In EPSG:4326 (longitude, latitude in degrees). Rows without a geometry get
        ``"geometry": null``.
    columns : iterable of str, optional
        Properties to send; all but the geometry if not given.

    Returns
    -------
    dict
        Ready for any JSON writer: NaN, NaT and NA are None, times are ISO 8601,
        UUIDs are text, numpy numbers are Python numbers.

    Raises
    ------
    BadFrame
        If the CRS is not EPSG:4326 or a column is missing.

    Examples
    --------
    >>> points = gpd.GeoSeries.from_xy([111.123456789], [34.0], crs=4326)
    >>> frame = gpd.GeoDataFrame({"n": [np.nan]}, geometry=points)
    >>> feature_collection(frame)["features"][0]["geometry"]["coordinates"]
    (111.1234568, 34.0)
    """
    if frame.crs is None or frame.crs.to_epsg() != 4326:
        raise BadFrame(f"layer: the CRS is {frame.crs}; a map layer needs EPSG:4326")
    names = _property_names(frame, columns)
    geometries = [_geometry(g) for g in rounded(frame.geometry.to_numpy())]
    values = [[plain(v) for v in frame[name]] for name in names]
    rows = zip(*values, strict=True) if names else [()] * len(frame)
    features = [
        {
            "type": "Feature",
            "geometry": geometry,
            "properties": dict(zip(names, row, strict=True)),
        }
        for geometry, row in zip(geometries, rows, strict=True)
    ]
    return {"type": "FeatureCollection", "features": features}


def rounded(geometries: Any) -> Any:
    """Return the geometries with coordinates at `DISPLAY_DIGITS` digits."""
    return shapely.transform(geometries, lambda xy: np.round(xy, DISPLAY_DIGITS))


def plain(value: Any) -> Any:
    """Return a cell of a frame as a value that JSON knows.

    Examples
    --------
    >>> plain(np.float64("nan")), plain(np.int64(3)), plain({"a": [np.nan]})
    (None, 3, {'a': [None]})
    """
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | np.ndarray):
        return [plain(item) for item in value]
    if value is None or pd.isna(value):
        return None
    if isinstance(value, np.generic):
        return plain(value.item())
    if isinstance(value, float):
        return value if np.isfinite(value) else None
    if isinstance(value, UUID):
        return str(value)
    return value.isoformat() if hasattr(value, "isoformat") else value


def _property_names(
    frame: gpd.GeoDataFrame, columns: Iterable[str] | None
) -> list[str]:
    if columns is None:
        return [str(n) for n in frame.columns if n != frame.geometry.name]
    names = list(columns)
    require_columns(frame, dict.fromkeys(names), "layer")
    return names


def _geometry(geometry: Any) -> dict[str, Any] | None:
    return None if geometry is None else mapping(geometry)
