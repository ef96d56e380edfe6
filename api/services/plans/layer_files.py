"""Layers that a command names: a file, or FILE#LAYER where it holds several."""

from pathlib import Path

import geopandas as gpd

from geo.crs import STORED
from geo.datum import suspect_shift
from geo.errors import BadDatum, BadLayer, SeveralLayers
from geo.reading import Layer, read_layer


def read_named(path: Path) -> Layer:
    """Read a layer in its own CRS; what stands behind a # names it in its file.

    Raises
    ------
    BadLayer
        If it cannot be read, or the file holds several and none is named.
    """
    file, mark, name = str(path).rpartition("#")
    if mark and not path.exists():
        return read_layer(file, layer=name, to_crs=None)
    try:
        return read_layer(path, to_crs=None)
    except SeveralLayers as error:
        first = f"{path.name}#{error.names[0]}" if error.names else "none"
        raise BadLayer(f"{error}; write {first} for the first") from None


def require_in_place(
    units: gpd.GeoDataFrame, villages: gpd.GeoDataFrame | None, name: str
) -> None:
    """Raise if units sit a known datum vector off the villages that they name.

    Parameters
    ----------
    units, villages : GeoDataFrame
        ``label``.
    name : str
        What the units are called.

    Raises
    ------
    BadDatum
        With the datum that fits.
    """
    if villages is None or villages.crs is None or units.crs is None:
        return
    if not (units["label"] != "").any():
        return
    spots = units.set_geometry(units.geometry.representative_point())
    found = suspect_shift(
        spots.to_crs(STORED),
        villages.to_crs(STORED),
        key="label",
        reference_key="label",
    )
    if found is None or not found.is_shifted:
        return
    now, then = found.fit["wgs84"], found.fit[found.coord_type]
    raise BadDatum(
        f"{name}: sits {found.offset_m:.0f} m off its villages as a layer in "
        f"{found.coord_type} does ({now:.0%} of it lie inside, {then:.0%} without that "
        "shift); convert one of the two layers first"
    )
