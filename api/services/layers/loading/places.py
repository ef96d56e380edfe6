"""Which village a thing belongs to: by its code, by its place, and contradictions."""

from collections.abc import Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geo.codes import level_of, padded, unpadded
from geo.crs import STORED
from geo.datum import require_no_shift, suspect_shift
from geo.errors import BadCode, BadLayer

Row = dict[str, Any]

# About a metre: a thing on the line between two villages contradicts neither.
_NEAR_DEGREES = 1e-5
_SHOWN = 5


def village_codes(
    frame: gpd.GeoDataFrame,
    said: pd.Series | None,
    villages: gpd.GeoDataFrame,
    what: str,
) -> tuple[list[int], list[str]]:
    """Return the padded village code of each row, and what contradicts it.

    Parameters
    ----------
    frame : GeoDataFrame in EPSG:4326
    said : Series of text, optional
        Village codes that the file states; they win over the place.
    villages : GeoDataFrame
        Villages in force: ``code`` (padded) and geometry.
    what : str
        Name of the file, for messages.

    Raises
    ------
    BadLayer
        If no village is loaded, a stated one is not, or a row without a code lies in
        none.
    """
    if not len(villages):
        raise BadLayer(f"{what}: no village is loaded yet; load the villages first")
    found = _villages_at(frame, villages)
    codes, notes = [], []
    known = {int(code): i for i, code in enumerate(villages["code"])}
    areas = np.asarray(villages.geometry.array)
    geoms = np.asarray(frame.geometry.array)
    for row, at in enumerate(found):
        text = said.iloc[row] if said is not None else None
        if text is None:
            if at < 0:
                raise BadLayer(_nowhere(found, said, what))
            codes.append(int(villages["code"].iloc[at]))
            continue
        code = _stated(text, row, known, what)
        codes.append(code)
        if not shapely.dwithin(areas[known[code]], geoms[row], _NEAR_DEGREES):
            place = (
                unpadded(int(villages["code"].iloc[at]), "village") if at >= 0 else ""
            )
            lies = f"lies in {place}" if place else "lies in no loaded village"
            notes.append(f"row {row + 1} says village {text}, but {lies}")
    return codes, notes


def line_codes(
    frame: gpd.GeoDataFrame, villages: gpd.GeoDataFrame, county: int
) -> list[int]:
    """Return for each line the village of its middle, else the county."""
    lines = np.asarray(frame.geometry.array)
    middle = shapely.line_interpolate_point(lines, 0.5, normalized=True)
    found = _villages_at(gpd.GeoDataFrame(geometry=middle, crs=frame.crs), villages)
    return [int(villages["code"].iloc[at]) if at >= 0 else county for at in found]


def check_datum(
    frame: gpd.GeoDataFrame,
    said: pd.Series | None,
    villages: gpd.GeoDataFrame,
    what: str,
) -> list[str]:
    """Refuse a layer that sits a known datum vector off its villages; return notes.

    Raises
    ------
    BadDatum
        With the shift and the way out.
    """
    if not len(villages):
        return ["nothing is loaded to check the datum against"]
    reference = gpd.GeoDataFrame(
        {"code": [unpadded(int(c), "village") for c in villages["code"]]},
        geometry=villages.geometry.array,
    )
    layer = gpd.GeoDataFrame(geometry=frame.geometry.array)
    if (layer.geom_type.isin(["Polygon", "MultiPolygon"])).any():
        layer = layer.set_geometry(layer.representative_point())
    has_codes = said is not None and bool(said.notna().any())
    if has_codes:
        layer["said"] = said.to_numpy() if said is not None else None
    suspicion = suspect_shift(
        layer,
        reference,
        key="said" if has_codes else None,
        reference_key="code" if has_codes else None,
    )
    require_no_shift(suspicion, what)
    if suspicion is None:
        return ["too few rows to check the datum"]
    checked = f"datum checked: {suspicion.fit['wgs84']:.0%} lies where it should"
    return [checked, suspicion.hint] if suspicion.hint else [checked]


def check_moves(rows: Sequence[Row], existing: Sequence[Row], what: str) -> None:
    """Refuse a layer that sits a known datum vector off its earlier delivery.

    Raises
    ------
    BadDatum
        With the shift and the way out.
    """
    spots = [_spots_by_ref(rows), _spots_by_ref(existing)]
    suspicion = suspect_shift(*spots, key="ref", reference_key="ref")
    require_no_shift(suspicion, what)


def _spots_by_ref(rows: Sequence[Row]) -> gpd.GeoDataFrame:
    spots = shapely.centroid(np.array([row["geometry"] for row in rows], dtype=object))
    refs = [f"{row.get('kind')} {row['ref']}" for row in rows]
    return gpd.GeoDataFrame({"ref": refs}, geometry=spots, crs=STORED)


def _villages_at(
    frame: gpd.GeoDataFrame, villages: gpd.GeoDataFrame
) -> NDArray[np.int64]:
    """Return the position of the village at each row, -1 for none."""
    geoms = np.asarray(frame.geometry.array)
    spots = np.where(
        shapely.get_dimensions(geoms) == 2, shapely.point_on_surface(geoms), geoms
    )
    tree = shapely.STRtree(np.asarray(villages.geometry.array))
    row, at = tree.query(spots, predicate="intersects")
    found = np.full(len(frame), len(villages), np.int64)
    # On a line between two villages the one with the smaller code: it comes first.
    np.minimum.at(found, row, at)
    return np.where(found == len(villages), -1, found)


def _stated(text: str, row: int, known: dict[int, int], what: str) -> int:
    try:
        is_village = level_of(text) == "village"
    except BadCode:
        is_village = False
    if not is_village:
        raise BadLayer(f"{what}: {text!r} in row {row + 1} is no 12-digit village code")
    code = padded(text)
    if code not in known:
        raise BadLayer(
            f"{what}: village {text} in row {row + 1} is not loaded; "
            "load the villages first"
        )
    return code


def _nowhere(
    found: NDArray[np.int64],
    said: pd.Series | None,
    what: str,
) -> str:
    lost: Sequence[int] = [
        i
        for i, at in enumerate(found)
        if at < 0 and (said is None or said.iloc[i] is None)
    ]
    rows = ", ".join(str(i + 1) for i in lost[:_SHOWN])
    return (
        f"{what}: {len(lost)} rows lie in no loaded village and state no village code "
        f"(rows {rows}); load the villages first or map village_code"
    )
