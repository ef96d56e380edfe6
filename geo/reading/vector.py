"""GeoPackage, FlatGeobuf and Shapefile: read by GDAL, one driver at a time.

The format is known by the first bytes, so GDAL is never asked to guess: a VRT by any
other name is XML and does not come this far. What was opened is checked once more.
"""

import warnings
from pathlib import Path
from typing import Any

import geopandas as gpd
import pyogrio
from pyogrio.errors import CRSError, DataLayerError, DataSourceError, FieldError

from geo.errors import BadLayer, SeveralLayers
from geo.reading.dbf import encoding_of, names_are_cut, sibling
from geo.reading.raw import Raw

# Every byte is a character of it; GDAL knows it by other names only and passes it on.
_BYTES = "latin1"

_TROUBLE = (
    DataSourceError,
    DataLayerError,
    CRSError,
    FieldError,
    UnicodeDecodeError,
    ValueError,
)


def read_shapefile(path: Path, encoding: str | None) -> Raw:
    """Read a shapefile in the encoding that its bytes are in.

    Raises
    ------
    BadLayer
        If a part is missing or broken, or the encoding cannot be found.
    """
    if sibling(path, ".shx") is None:
        raise BadLayer(f"{path.name}: its .shx is missing; copy all parts of the layer")
    found = encoding_of(path, encoding)
    if names_are_cut(path, found.codec):
        frame, notes = _read(path, "ESRI Shapefile", None, encoding=_BYTES)
        frame = _with_whole_characters(frame, path, found.codec)
    else:
        frame, notes = _read(path, "ESRI Shapefile", None, encoding=found.codec)
    if found.note:
        notes = (found.note, *notes)
    return Raw(frame, "ESRI Shapefile", path.stem, found.codec, notes)


def read_package(path: Path, driver: str, layer: str | None) -> Raw:
    """Read a GeoPackage or FlatGeobuf; of several layers the named one.

    Raises
    ------
    BadLayer
        If it cannot be read, or has several layers and none was named.
    """
    name = _layer_name(path, layer)
    frame, notes = _read(path, driver, name)
    return Raw(frame, driver, name, "UTF-8", notes)


def _with_whole_characters(
    frame: gpd.GeoDataFrame, path: Path, codec: str
) -> gpd.GeoDataFrame:
    """Return what was read as bytes as text, without the characters that were cut."""

    def text(value: Any) -> Any:
        if not isinstance(value, str):
            return value
        return value.encode(_BYTES).decode(codec, "ignore")

    names = [text(name) for name in frame.columns]
    twice = [name for name in names if names.count(name) > 1]
    if twice:
        raise BadLayer(
            f"{path.name}: {len(twice)} column names are {twice[0]!r} when cut to ten "
            "bytes; shorten them, or save the layer as a GeoPackage"
        )
    words = frame.select_dtypes(["object", "string"])
    frame = frame.assign(**{str(name): words[name].map(text) for name in words})
    return frame.set_axis(names, axis=1)


def _layer_name(path: Path, layer: str | None) -> str:
    try:
        rows = pyogrio.list_layers(path)
    except _TROUBLE as error:
        raise BadLayer(f"{path.name}: cannot be read: {error}") from None
    names = [str(name) for name, kind in rows if kind is not None]
    if layer is not None and layer in names:
        return layer
    if layer is None and len(names) == 1:
        return names[0]
    if layer is None:
        raise SeveralLayers(path.name, names)
    have = ", ".join(names) or "none"
    raise BadLayer(f"{path.name}: no layer {layer!r}; it has {have}")


def _read(
    path: Path, driver: str, layer: str | None, **options: Any
) -> tuple[gpd.GeoDataFrame, tuple[str, ...]]:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            info = pyogrio.read_info(path, layer=layer, **options)
            if info["driver"] != driver:
                raise BadLayer(f"{path.name}: is {info['driver']}, not {driver}")
            frame = pyogrio.read_dataframe(path, layer=layer, **options)
        except _TROUBLE as error:
            raise BadLayer(f"{path.name}: cannot be read: {error}") from None
        except Exception as error:
            # shapely's GEOSException for a geometry that is none
            if "GEOS" not in type(error).__name__:
                raise
            raise BadLayer(f"{path.name}: broken geometry: {error}") from None
    if not isinstance(frame, gpd.GeoDataFrame):
        raise BadLayer(f"{path.name}: a table without geometry")
    notes = dict.fromkeys(str(warning.message) for warning in caught)
    return frame, tuple(notes)
