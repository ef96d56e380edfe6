"""Tables: CSV and Parquet, with a column of WKT or of longitudes and of latitudes."""

import io
import re
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow
import pyarrow.parquet
import shapely

from geo.errors import BadLayer
from geo.reading.projection import parse_crs
from geo.reading.raw import Raw
from geo.reading.text import decode, sample_of

_LON = ("lon", "lng", "long", "longitude", "经度", "x", "x坐标", "东经")
_LAT = ("lat", "latitude", "纬度", "y", "y坐标", "北纬")
# Column names that are a habit and no statement about the order of the axes.
_LOOSE = {"x", "y", "x坐标", "y坐标"}
_WKT = ("wkt", "geometry", "geom", "the_geom", "wkt_geom", "几何")
# EWKT, as PostGIS writes it, names the CRS in front.
_WKT_START = r"\s*(?:SRID=\d+;\s*)?(?:MULTI)?(?:POINT|LINESTRING|POLYGON)\b"
_NUMBER = r"-?(?:0|[1-9]\d{0,14})(?:\.\d+)?(?:[eE][+-]?\d+)?"


def read_csv(path: Path, encoding: str | None, lon: str | None, lat: str | None) -> Raw:
    """Read a CSV with WKT or coordinates; comma, semicolon or tab, UTF-8 or GB18030.

    WKT is read where a column has a usual name for it and no coordinates were named.

    Raises
    ------
    BadLayer
        If it cannot be read, or neither WKT nor the coordinate columns are found.
    """
    text, codec, note = decode(path.read_bytes(), encoding, path.name)
    head = text[:10_000].split("\n", 1)[0]
    delimiter = max(",;\t", key=head.count)
    try:
        table = pd.read_csv(
            io.StringIO(text), sep=delimiter, dtype=str, skipinitialspace=True
        )
    except (pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise BadLayer(f"{path.name}: not a table: {error}") from None
    table.columns = pd.Index([str(c).strip().lstrip("\ufeff") for c in table.columns])
    table = table.apply(_as_numbers)
    texts = [str(v) for c in table.columns if table[c].dtype != float for v in table[c]]
    notes = (f"{note}; sample: {sample_of(texts)}",) if note else ()
    return _with_shapes(table, "CSV", path, lon, lat, codec, notes)


def read_parquet(path: Path, lon: str | None, lat: str | None) -> Raw:
    """Read GeoParquet, or a plain Parquet table with WKT or coordinates.

    Raises
    ------
    BadLayer
        If it cannot be read, or there is neither geometry nor coordinates.
    """
    try:
        has_geometry = b"geo" in (pyarrow.parquet.read_schema(path).metadata or {})
        if has_geometry:
            return Raw(gpd.read_parquet(path), "Parquet", path.stem)
        table = pd.read_parquet(path)
    except (pyarrow.ArrowException, ValueError, KeyError, OSError) as error:
        raise BadLayer(f"{path.name}: cannot be read: {error}") from None
    return _with_shapes(table, "Parquet", path, lon, lat, "UTF-8", ())


def _with_shapes(
    table: pd.DataFrame,
    driver: str,
    path: Path,
    lon: str | None,
    lat: str | None,
    codec: str,
    notes: tuple[str, ...],
) -> Raw:
    written = _wkt_column(table) if lon is None and lat is None else None
    if written is not None:
        shapes = _from_wkt(table, written, path.name)
        return Raw(shapes, driver, path.stem, codec, notes)
    x_name = _column(table, lon, _LON, "longitude", path.name)
    y_name = _column(table, lat, _LAT, "latitude", path.name)
    x, y = _degrees(table, x_name, path.name), _degrees(table, y_name, path.name)
    geometry = gpd.points_from_xy(x, y)
    geometry[np.isnan(x) | np.isnan(y)] = None
    frame = gpd.GeoDataFrame(table.drop(columns=[x_name, y_name]), geometry=geometry)
    is_loose = lon is None and x_name.lower() in _LOOSE
    return Raw(frame, driver, path.stem, codec, notes, is_loose)


def _wkt_column(table: pd.DataFrame) -> str | None:
    """Return the column that holds WKT, if its name and its first value say so."""
    by_name = {str(name).lower(): str(name) for name in table.columns}
    for name in (by_name[known] for known in _WKT if known in by_name):
        values = table[name].dropna()
        if len(values) and re.match(_WKT_START, str(values.iloc[0]), re.IGNORECASE):
            return name
    return None


def _from_wkt(table: pd.DataFrame, name: str, file: str) -> gpd.GeoDataFrame:
    texts = table[name].fillna("").astype(str).str.strip()
    codes = sorted(set(texts.str.extract(r"^SRID=(\d+);", re.IGNORECASE)[0].dropna()))
    if len(codes) > 1:
        raise BadLayer(f"{file}: {name} is in several CRS: {', '.join(codes)}")
    plain = texts.str.replace(r"^SRID=\d+;\s*", "", flags=re.IGNORECASE, regex=True)
    filled = [text or None for text in plain]
    shapes = shapely.from_wkt(filled, on_invalid="ignore")
    wrong = shapely.is_missing(shapes) & (plain != "").to_numpy()
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        raise BadLayer(
            f"{file}: {name} {plain.iloc[row][:40]!r} in row {row + 1} is no WKT"
        )
    # PostGIS writes 0 where it knows none.
    crs = parse_crs(f"EPSG:{codes[0]}") if codes and codes[0] != "0" else None
    return gpd.GeoDataFrame(table.drop(columns=[name]), geometry=shapes, crs=crs)


def _column(
    table: pd.DataFrame, given: str | None, known: tuple[str, ...], what: str, file: str
) -> str:
    if given is not None and given in table.columns:
        return given
    by_name = {str(name).lower(): str(name) for name in table.columns}
    found = [by_name[name] for name in known if name in by_name]
    if given is None and found:
        return found[0]
    have = ", ".join(map(str, table.columns))
    wanted = f"column {given!r}" if given else f"column of {what}, nor one of WKT"
    raise BadLayer(f"{file}: no {wanted}; the columns are {have}")


def _degrees(table: pd.DataFrame, name: str, file: str) -> Any:
    values = pd.to_numeric(table[name], errors="coerce").to_numpy(np.float64)
    wrong = np.isnan(values) & table[name].notna().to_numpy()
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        raise BadLayer(
            f"{file}: {name} {table[name].iloc[row]!r} in row {row + 1} is no number"
        )
    return values


def _as_numbers(column: pd.Series) -> pd.Series:
    """Return numbers where every value is one; codes with leading zeros stay text."""
    filled = column.dropna()
    if len(filled) and filled.str.strip().str.fullmatch(_NUMBER).all():
        return pd.to_numeric(column)
    return column
