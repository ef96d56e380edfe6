"""One door for every layer: file in, frame in a known CRS out, with notes.

Nothing is guessed in silence: an encoding that was found, a zone number that was taken
off, a row without geometry, each leaves a note for the person who loads the layer.
"""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import geopandas as gpd
import numpy as np
import shapely
from pyproj import CRS

from geo.crs import COORD_TYPES, STORED
from geo.errors import BadDatum, BadLayer
from geo.reading.archive import unpack
from geo.reading.geojson import read_geojson
from geo.reading.projection import parse_crs, reproject, settle_crs, unshift
from geo.reading.raw import Raw
from geo.reading.tables import read_csv, read_parquet
from geo.reading.vector import read_package, read_shapefile

Kind = Literal["point", "line", "area"]

_KINDS: dict[int, Kind] = {
    0: "point",
    4: "point",
    1: "line",
    2: "line",
    5: "line",
    3: "area",
    6: "area",
}
_GEOPACKAGE_IDS = (b"GPKG", b"GP10", b"GP11")
_READABLE = "GeoJSON, GeoPackage, Shapefile (zipped too), FlatGeobuf, Parquet, CSV"
_TABLES = (".csv", ".txt", ".tsv")


@dataclass(frozen=True)
class Source:
    """Where a layer came from.

    Attributes
    ----------
    name : str
        File name; in a zip the member's.
    driver, layer_name, encoding : str
    crs : str
        Name of the CRS of the file, after what was stated or assumed.
    row_count : int
        Rows in the file, with those that were left out.
    """

    name: str
    driver: str
    layer_name: str
    encoding: str
    crs: str
    row_count: int


@dataclass(frozen=True)
class Layer:
    """A layer that can be worked with.

    Attributes
    ----------
    frame : GeoDataFrame
        Every row has a finite, two-dimensional geometry of one kind.
    kind : str
        ``point | line | area``.
    source : Source
    notes : tuple of str
        What a person should know.
    """

    frame: gpd.GeoDataFrame
    kind: Kind
    source: Source
    notes: tuple[str, ...] = ()


def read_layer(
    path: str | Path,
    *,
    coord_type: str = "wgs84",
    encoding: str | None = None,
    layer: str | None = None,
    crs: str | None = None,
    lon: str | None = None,
    lat: str | None = None,
    to_crs: CRS | None = STORED,
) -> Layer:
    """Read a layer from a file.

    Parameters
    ----------
    path : str or Path
        A local GeoJSON, GeoPackage, Shapefile, FlatGeobuf, Parquet or CSV file, or a
        zip that holds one. The content decides, not the name. A plain table
        has a column of WKT or two of coordinates.
    coord_type : str
        Datum that the coordinates are shifted to: ``wgs84 | cgcs2000 | gcj02 | bd09``.
    encoding : str, optional
        Of the text; found by itself if left out.
    layer : str, optional
        Which layer, where a GeoPackage or zip has several.
    crs : str, optional
        What the coordinates are in, when the file does not say or says it wrongly.
    lon, lat : str, optional
        Columns of a table; usual names are known.
    to_crs : CRS or None
        CRS of the result; None keeps the file's own.

    Raises
    ------
    BadLayer
        If the file is missing, unreadable, empty, of mixed geometry, or its CRS is
        not known.
    BadDatum
        If `coord_type` is unknown, or the datum of the file has no known shift.
    """
    if coord_type not in COORD_TYPES:
        known = ", ".join(COORD_TYPES)
        raise BadDatum(f"coord_type {coord_type!r} is unknown; use one of {known}")
    file = _local_file(path)
    raw, name = _open(file, encoding, layer, lon, lat)
    row_count = len(raw.frame)
    frame, notes = _whole_rows(raw.frame, name)
    kind = _kind_of(frame, name)
    if crs is not None:
        frame = frame.set_crs(parse_crs(crs), allow_override=True)
    frame, more = settle_crs(frame, name, is_xy_guessed=raw.is_xy_guessed)
    source = Source(
        name, raw.driver, raw.layer_name, raw.encoding, frame.crs.name, row_count
    )
    frame, moved = _placed(frame, coord_type, to_crs, name)
    return Layer(frame, kind, source, (*raw.notes, *notes, *more, *moved))


def _placed(
    frame: gpd.GeoDataFrame, coord_type: str, to: CRS | None, name: str
) -> tuple[gpd.GeoDataFrame, list[str]]:
    if coord_type in ("wgs84", "cgcs2000"):
        return (frame, []) if to is None else reproject(frame, to, name)
    # The shift is defined on degrees, whatever the file is projected in.
    frame, notes = reproject(frame, STORED, name)
    frame = unshift(frame, coord_type)
    notes = [*notes, f"moved from {coord_type} to WGS 84, as stated"]
    if to is not None and to != STORED:
        frame, more = reproject(frame, to, name)
        notes += more
    return frame, notes


def _local_file(path: str | Path) -> Path:
    text = str(path)
    if "://" in text or text.startswith("/vsi"):
        raise BadLayer(f"{text}: only local files are read; fetch it first")
    file = Path(path)
    if file.is_dir():
        raise BadLayer(f"{text}: is a folder; name the file in it")
    if not file.is_file():
        raise BadLayer(f"{text}: there is no such file")
    return file


def _open(
    file: Path,
    encoding: str | None,
    layer: str | None,
    lon: str | None,
    lat: str | None,
) -> tuple[Raw, str]:
    with file.open("rb") as stream:
        head = stream.read(1024)
    if not head.startswith(b"PK\x03\x04"):
        return _open_plain(file, head, encoding, layer, lon, lat), file.name
    with tempfile.TemporaryDirectory(prefix="xunge-") as folder:
        inner, name = unpack(file, layer, Path(folder))
        with inner.open("rb") as stream:
            head = stream.read(1024)
        raw = _open_plain(inner, head, encoding, None, lon, lat)
    return raw, name


def _open_plain(
    file: Path,
    head: bytes,
    encoding: str | None,
    layer: str | None,
    lon: str | None,
    lat: str | None,
) -> Raw:
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    readers: list[tuple[bool, Callable[[], Raw]]] = [
        (start[:1] in (b"{", b"["), lambda: read_geojson(file, encoding)),
        (head[:4] == b"\0\0\x27\x0a", lambda: read_shapefile(file, encoding)),
        (head[:3] == b"fgb", lambda: read_package(file, "FlatGeobuf", layer)),
        (_is_geopackage(head), lambda: read_package(file, "GPKG", layer)),
        (head[:4] == b"PAR1", lambda: read_parquet(file, lon, lat)),
        (
            file.suffix.lower() in _TABLES and start[:1] != b"<" and b"\0" not in head,
            lambda: read_csv(file, encoding, lon, lat),
        ),
    ]
    if not head:
        raise BadLayer(f"{file.name}: is empty")
    for is_it, read in readers:
        if is_it:
            return read()
    raise BadLayer(f"{file.name}: {_what_it_is(file, start)}; readable are {_READABLE}")


def _is_geopackage(head: bytes) -> bool:
    return head.startswith(b"SQLite format 3\0") and head[68:72] in _GEOPACKAGE_IDS


def _what_it_is(file: Path, start: bytes) -> str:
    if b"OGRVRT" in start:
        return "is a VRT, which points to other data, and is not read"
    if start[:1] == b"<":
        return "is XML"
    if file.suffix.lower() in (".dbf", ".shx", ".prj", ".cpg"):
        return "is a part of a Shapefile; name the .shp"
    return "is of no known format"


def _whole_rows(
    frame: gpd.GeoDataFrame, name: str
) -> tuple[gpd.GeoDataFrame, list[str]]:
    """Return the rows that have a geometry, flat, and what was left out."""
    notes: list[str] = []
    geoms = np.asarray(frame.geometry.array)
    bare = shapely.is_missing(geoms) | shapely.is_empty(geoms)
    if not len(frame) or bare.all():
        raise BadLayer(f"{name}: holds no feature with a geometry")
    if bare.any():
        rows = ", ".join(str(i + 1) for i in np.flatnonzero(bare)[:5])
        notes.append(f"{int(bare.sum())} rows without geometry left out: {rows}")
    geoms = geoms[~bare]
    if shapely.has_z(geoms).any() or shapely.has_m(geoms).any():
        notes.append("heights are left out")
        geoms = shapely.force_2d(geoms)
    xy, row = shapely.get_coordinates(geoms, return_index=True)
    wild = ~np.isfinite(xy).all(axis=1)
    if wild.any():
        raise BadLayer(f"{name}: feature {row[wild][0] + 1} has an infinite coordinate")
    whole = frame[~bare].reset_index(drop=True)
    whole = whole.set_geometry(gpd.GeoSeries(geoms, index=whole.index, crs=frame.crs))
    if whole.geometry.name != "geometry":
        whole = whole.rename_geometry("geometry")
    return whole, notes


def _kind_of(frame: gpd.GeoDataFrame, name: str) -> Kind:
    types = shapely.get_type_id(np.asarray(frame.geometry.array))
    kinds = {_KINDS.get(int(t), "collection") for t in np.unique(types)}
    if len(kinds) > 1 or "collection" in kinds:
        found = ", ".join(sorted(set(frame.geom_type)))
        raise BadLayer(f"{name}: mixed geometry ({found}); deliver one kind per layer")
    kind: Kind = _KINDS[int(types[0])]
    return kind
