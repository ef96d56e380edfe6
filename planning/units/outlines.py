"""Village outlines: what all ground of a plan must cover, and whose each unit is."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from geo.coverage import find_overlaps
from planning.errors import BadUnits
from planning.units.territory import Territory

# Overlaps of outlines up to this are noise of drawing; more is a fault.
OVERLAP_NOISE_M2 = 1.0
_SAMPLES = 5


def find_outlines(
    territory: Territory, units: gpd.GeoDataFrame, notes: list[str]
) -> gpd.GeoDataFrame:
    """Return the outlines that all ground must cover.

    The villages', if they are known; else what polygons of one label cover together;
    of points, one outline around all of them.

    Parameters
    ----------
    territory : Territory
        In a metric CRS.
    units : GeoDataFrame
        ``label``; as they came, or as a clean coverage.
    notes : list of str
        Gets a line if an outline had to be made up.

    Returns
    -------
    GeoDataFrame
        ``label`` and the outlines.

    Raises
    ------
    BadUnits
        If villages overlap.
    """
    if territory.villages is not None:
        _require_apart(territory.villages)
        return territory.villages
    if not territory.has_points:
        grouped = units.groupby("label", sort=True).groups
        shapes = [
            shapely.coverage_union_all(_array(units.loc[rows]))
            for rows in grouped.values()
        ]
        return gpd.GeoDataFrame(
            {"label": list(grouped)}, geometry=shapes, crs=units.crs
        )
    return _around(units, notes)


def _require_apart(villages: gpd.GeoDataFrame) -> None:
    """Raise if villages overlap: two of them would have the same ground."""
    found = find_overlaps(villages, "label")
    large = [place for place in found if place.area_m2 > OVERLAP_NOISE_M2]
    if large:
        worst = large[0]
        raise BadUnits(
            f"villages {worst.what} overlap by {worst.area_m2:.0f} m² at "
            f"{worst.lon:.5f}, {worst.lat:.5f}, and {len(large)} places do; each spot "
            "may belong to one village only"
        )


def _around(units: gpd.GeoDataFrame, notes: list[str]) -> gpd.GeoDataFrame:
    """Return one outline around all points, as wide as they lie apart."""
    xy = np.unique(shapely.get_coordinates(_array(units)), axis=0)
    spacing = 100.0
    if len(xy) > 1:
        spacing = float(np.median(np.asarray(cKDTree(xy).query(xy, k=2)[0])[:, 1]))
    land = shapely.buffer(shapely.convex_hull(shapely.multipoints(xy)), spacing)
    notes.append(
        "no outlines were given: the territory is the convex hull of the points and "
        f"{spacing:.0f} m around it"
    )
    return gpd.GeoDataFrame({"label": [""]}, geometry=[land], crs=units.crs)


def label_units(
    units: gpd.GeoDataFrame,
    outlines: gpd.GeoDataFrame,
    territory: Territory,
    notes: list[str],
) -> gpd.GeoDataFrame:
    """Return units whose labels all have an outline, and no outline without a unit.

    Units without labels get that of the village that they lie in; a village without
    units becomes a unit without load.

    Parameters
    ----------
    units : GeoDataFrame
        ``unit_id, label, load``; of polygons ``settlement_id, unit_kind`` too.
    outlines : GeoDataFrame
        ``label`` and the outlines.
    territory : Territory
        The same villages; what is known of them decides.
    notes : list of str
        Gets a line if villages have no units.

    Raises
    ------
    BadUnits
        If a label has no outline, or a polygon lies outside its village.
    """
    if territory.villages is None:
        return units
    known = set(outlines["label"])
    if (units["label"] == "").all():
        spots = shapely.point_on_surface(_array(units))
        nearest = shapely.STRtree(_array(outlines)).nearest(spots)
        units = units.assign(label=outlines["label"].to_numpy()[nearest])
    unknown = sorted(set(units["label"]) - known)
    if unknown:
        raise BadUnits(
            f"units: label {unknown[0]!r} has no village outline; "
            f"the outlines are {', '.join(sorted(known)[:_SAMPLES])}, ..."
        )
    if not territory.has_points:
        _require_inside(units, outlines)
    empty = sorted(known - set(units["label"]))
    if not empty:
        return units
    return _with_empty(units, outlines, empty, territory, notes)


def _require_inside(units: gpd.GeoDataFrame, outlines: gpd.GeoDataFrame) -> None:
    land = dict(zip(outlines["label"], _array(outlines), strict=True))
    own = np.array([land[label] for label in units["label"]], object)
    outside = np.flatnonzero(~shapely.intersects(_array(units), own))
    if len(outside):
        first = units.iloc[int(outside[0])]
        raise BadUnits(
            f"units: {len(outside)} lie outside the outline of their village; the "
            f"first is {first['unit_id']!r} of {first['label']!r}; mend the outline "
            "or the label"
        )


def _with_empty(
    units: gpd.GeoDataFrame,
    outlines: gpd.GeoDataFrame,
    empty: list[str],
    territory: Territory,
    notes: list[str],
) -> gpd.GeoDataFrame:
    """Return units with one without load for each village that has none."""
    notes.append(
        f"{len(empty)} villages without units become one unit each, without load; "
        f"the first is {empty[0]}"
    )
    rows = outlines.set_index("label").loc[empty]
    shapes = _array(rows)
    if territory.has_points:
        shapes = shapely.point_on_surface(shapes)
    extra = gpd.GeoDataFrame(
        {"unit_id": [f"{name}-0" for name in empty], "label": empty, "load": 0.0},
        geometry=shapes,
        crs=units.crs,
    )
    extra = extra.assign(**dict.fromkeys(territory.also, 0.0))
    if not territory.has_points:
        extra = extra.assign(settlement_id=extra["unit_id"], unit_kind="unit")
    joined = pd.concat([units, extra], ignore_index=True)
    order = joined["unit_id"].argsort(kind="stable")
    return gpd.GeoDataFrame(joined.iloc[order].reset_index(drop=True), crs=units.crs)


def _array(frame: gpd.GeoDataFrame) -> NDArray[np.object_]:
    return np.asarray(frame.geometry.values, object)
