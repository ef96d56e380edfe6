"""Which CRS a layer is in, and how it comes into another.

A file without a CRS is taken for longitude and latitude only if it looks like it.
Chinese offices deliver Gauss-Krueger eastings with the zone number in front
(38 545 082 m) and without (545 082 m), often under the CRS of the other kind. Old
datums (Beijing 54, Xi'an 80) lie tens of metres off, and PROJ moves them by nothing
without a word where it knows no shift: such a layer is refused.
"""

import warnings
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS
from pyproj.aoi import AreaOfInterest
from pyproj.exceptions import CRSError
from pyproj.transformer import Transformer, TransformerGroup

from geo.crs import STORED, to_wgs84
from geo.errors import BadDatum, BadLayer

# EPSG codes of geographic CRS that are WGS 84 within our accuracy.
_SAME_AS_STORED = {4326, 4490}
_ZONE_M = 1_000_000.0


def parse_crs(text: str) -> CRS:
    """Return the CRS that a user named: ``EPSG:4546`` or WKT.

    Raises
    ------
    BadLayer
        If there is none.
    """
    try:
        return CRS.from_user_input(text)
    except CRSError:
        raise BadLayer(
            f"crs {text!r} is unknown; use a code such as EPSG:4546"
        ) from None


def settle_crs(
    frame: gpd.GeoDataFrame, what: str, *, is_xy_guessed: bool = False
) -> tuple[gpd.GeoDataFrame, list[str]]:
    """Return the frame with a CRS that its numbers agree with, and notes.

    Parameters
    ----------
    frame : GeoDataFrame
        Its CRS is what the file says, or None.
    what : str
        Name of the file, for the messages.
    is_xy_guessed : bool
        The axes came from columns called x and y: northing may stand in x.

    Raises
    ------
    BadLayer
        If no CRS is stated in a layer that looks projected, or the numbers contradict
        the stated one.
    """
    notes: list[str] = []
    if is_xy_guessed and _is_northing_first(frame):
        frame = frame.set_geometry(_swapped(frame))
        notes.append("x holds northings (or latitudes), as surveyors write: swapped")
    west, _, east, _ = frame.total_bounds
    if frame.crs is None:
        _refuse_projected_look(frame.total_bounds, what)
        notes.append("no CRS is stated; taken for WGS 84 longitude and latitude")
        frame = frame.set_crs(STORED)
    if frame.crs.is_geographic:
        _require_degrees(frame.total_bounds, what)
        return frame, notes
    _refuse_degrees_look(frame.total_bounds, what)
    middle = (west + east) / 2.0
    return _settle_zone(frame, middle, what, notes)


def reproject(
    frame: gpd.GeoDataFrame, target: CRS, what: str = "layer"
) -> tuple[gpd.GeoDataFrame, list[str]]:
    """Return the frame in another CRS, moved vertex by vertex, and notes.

    Parameters
    ----------
    frame : GeoDataFrame with a CRS
        Not changed. CGCS2000 and WGS 84 degrees are the same here: between them the
        coordinates stay bit-identical.
    target : CRS
    what : str
        Name of the layer, for the message.

    Raises
    ------
    BadDatum
        If the datum of the frame has no known shift here.
    """
    source = frame.crs
    if source.equals(target, ignore_axis_order=True) or (
        _is_same_degrees(source) and _is_same_degrees(target)
    ):
        return frame.set_crs(target, allow_override=True), []
    mover, notes = _mover(frame, source, target, what)
    return _moved(frame, mover.transform).set_crs(target, allow_override=True), notes


def unshift(frame: gpd.GeoDataFrame, coord_type: str) -> gpd.GeoDataFrame:
    """Return degrees of a stated datum as WGS 84, vertex by vertex.

    Parameters
    ----------
    frame : GeoDataFrame in EPSG:4326
    coord_type : str
        ``wgs84 | cgcs2000 | gcj02 | bd09``.

    Raises
    ------
    BadDatum
        If `coord_type` is another.
    """
    return _moved(frame, lambda x, y: to_wgs84(x, y, coord_type))


def _moved(frame: gpd.GeoDataFrame, move: Any) -> gpd.GeoDataFrame:
    geoms = np.asarray(frame.geometry.array)
    moved = shapely.transform(geoms, move, interleaved=False)
    if not np.isfinite(shapely.get_coordinates(moved)).all():
        raise BadLayer("coordinates lie outside the area of their CRS")
    return frame.set_geometry(gpd.GeoSeries(moved, index=frame.index, crs=frame.crs))


def _is_same_degrees(crs: CRS) -> bool:
    return crs.is_geographic and _has_stored_datum(crs)


def _has_stored_datum(crs: CRS) -> bool:
    geodetic = crs.geodetic_crs
    if geodetic is None:
        return False
    if geodetic.to_epsg(min_confidence=70) in _SAME_AS_STORED:
        return True
    name = (geodetic.datum.name if geodetic.datum else geodetic.name).lower()
    return (
        "wgs_1984" in name
        or "world geodetic system 1984" in name
        or ("china" in name and "2000" in name)
    )


def _mover(
    frame: gpd.GeoDataFrame, source: CRS, target: CRS, what: str
) -> tuple[Transformer, list[str]]:
    if _has_stored_datum(source) and _has_stored_datum(target):
        return Transformer.from_crs(source, target, always_xy=True), []
    with warnings.catch_warnings():
        # "Best transformation is not available": the accuracy in the note says it.
        warnings.simplefilter("ignore", UserWarning)
        group = TransformerGroup(
            source,
            target,
            always_xy=True,
            area_of_interest=_place_of(frame, source),  # type: ignore[arg-type]
        )
    if source.is_bound and _has_parameters(source):
        return group.transformers[0], ["moved by the shift stated with the CRS"]
    known = [t for t in group.transformers if t.accuracy >= 0]
    if not known:
        datum = source.geodetic_crs.name if source.geodetic_crs else source.name
        raise BadDatum(
            f"{what}: datum {datum} has no known shift here: give parameters "
            "(a PROJ string with +towgs84 as --crs) or deliver CGCS2000"
        )
    if source.geodetic_crs == target.geodetic_crs:
        return known[0], []
    note = f"moved from {source.name} with an accuracy of {known[0].accuracy:g} m"
    return known[0], [note]


def _has_parameters(bound: CRS) -> bool:
    """Tell whether a +towgs84 says anything: zeros are what programs fill in."""
    operation = bound.coordinate_operation
    return operation is not None and any(operation.towgs84)


def _place_of(frame: gpd.GeoDataFrame, source: CRS) -> AreaOfInterest | None:
    if source.geodetic_crs is None:
        return None
    rough = Transformer.from_crs(source, source.geodetic_crs, always_xy=True)
    bounds = np.array(rough.transform_bounds(*frame.total_bounds))
    return AreaOfInterest(*bounds) if np.isfinite(bounds).all() else None


def _settle_zone(
    frame: gpd.GeoDataFrame, easting: float, what: str, notes: list[str]
) -> tuple[gpd.GeoDataFrame, list[str]]:
    """Make eastings agree with the CRS about the zone number in front."""
    parameters = _transverse_mercator(frame.crs)
    if parameters is None:
        return frame, notes
    meridian, false_easting = parameters
    said, seen = int(false_easting // _ZONE_M), int(easting // _ZONE_M)
    if said == seen:
        return frame, notes
    zone = seen or said
    if round(meridian) not in (3 * zone, 6 * zone - 3):
        raise BadLayer(
            f"{what}: eastings of {easting:.0f} m contradict {frame.crs.name} "
            f"(central meridian {meridian:g}); state the right CRS"
        )
    shift = (said - seen) * _ZONE_M
    moved = _moved(frame, lambda x, y: (x + shift, y))
    how = "with" if seen else "without"
    notes.append(f"eastings stand {how} zone number {zone}, unlike the CRS: adjusted")
    return moved, notes


def _transverse_mercator(crs: CRS) -> tuple[float, float] | None:
    """Return central meridian and false easting of a Gauss-Krueger CRS."""
    plain = crs.source_crs if crs.is_bound and crs.source_crs else crs
    operation = plain.coordinate_operation
    if operation is None or "transverse mercator" not in operation.method_name.lower():
        return None
    values = {p.name.lower(): p.value for p in operation.params}
    meridian = values.get("longitude of natural origin")
    easting = values.get("false easting")
    if meridian is None or easting is None:
        return None
    return float(meridian), float(easting)


def _refuse_projected_look(bounds: NDArray[np.float64], what: str) -> None:
    west, south, east, north = bounds
    if max(abs(west), abs(east)) <= 360 and max(abs(south), abs(north)) <= 360:
        return
    zone, hint = int(east // _ZONE_M), "state it, as in EPSG:4546"
    if 25 <= zone <= 45:
        hint = f"it looks like CGCS2000 3-degree zone {zone}: EPSG:{4513 + zone - 25}"
    elif 13 <= zone <= 23:
        hint = f"it looks like CGCS2000 6-degree zone {zone}: EPSG:{4491 + zone - 13}"
    raise BadLayer(
        f"{what}: no CRS is stated and the coordinates are metres "
        f"({east:.0f}, {north:.0f}); {hint}"
    )


def _refuse_degrees_look(bounds: NDArray[np.float64], what: str) -> None:
    """Raise if metres are stated and the coordinates are degrees in China."""
    west, south, east, north = bounds
    if 73 <= west and east <= 136 and 3 <= south and north <= 54:
        raise BadLayer(
            f"{what}: the stated CRS is in metres and the coordinates are degrees "
            f"({east:g}, {north:g}); state EPSG:4490 or EPSG:4326"
        )


def _require_degrees(bounds: NDArray[np.float64], what: str) -> None:
    west, south, east, north = bounds
    if -180 <= west and east <= 180 and -90 <= south and north <= 90:
        return
    if -90 <= west and east <= 90 and -180 <= south and north <= 180:
        raise BadLayer(f"{what}: longitude and latitude are swapped")
    raise BadLayer(
        f"{what}: {east:g}, {north:g} are no degrees; state the CRS of the file"
    )


def _is_northing_first(frame: gpd.GeoDataFrame) -> bool:
    """Tell whether x holds what can only be northings or latitudes in China."""
    west, south, east, north = frame.total_bounds
    if frame.crs is None or frame.crs.is_geographic:
        return 0 < west and east < 60 and 70 < south and north < 140
    is_easting = (1e5 < south and north < 9e5) or south > 13 * _ZONE_M
    return bool(1.5e6 < west and east < 6.5e6 and is_easting)


def _swapped(frame: gpd.GeoDataFrame) -> gpd.GeoSeries:
    geoms = np.asarray(frame.geometry.array)
    swapped = shapely.transform(geoms, lambda x, y: (y, x), interleaved=False)
    return gpd.GeoSeries(swapped, index=frame.index, crs=frame.crs)
