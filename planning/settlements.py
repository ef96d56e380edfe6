"""Settlements as points: split into villager groups, put on ground that has a grid.

A settlement much larger than a grid cannot be one unit, so it becomes its villager
groups: as many as it states, and at least so many that each fits. Where the groups
live is not in the data; they are laid out on a small ring around the settlement.
"""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from planning.contact import FloatArray, IntArray

# A settlement above this share of the ideal load is split (DESIGN 4).
SPLIT_ABOVE = 1.05
_EDGE_M = 2.0
_RING_M = 60.0


def split_settlements(units: gpd.GeoDataFrame, ideal: float) -> gpd.GeoDataFrame:
    """Return the units with every settlement above 1.05 x `ideal` split into groups.

    Parameters
    ----------
    units : GeoDataFrame
        ``unit_id, load, label`` and if known ``groups``; points.
    ideal : float
        Load of an average grid.

    Returns
    -------
    GeoDataFrame
        The same columns and ``settlement_id``; ids of groups are ``ID-01``, ``ID-02``
        and so on; whole loads stay whole and sum exactly.
    """
    load = units["load"].to_numpy(np.float64)
    least = np.ceil(load / (SPLIT_ABOVE * ideal)).astype(np.int64)
    stated = np.ones(len(units), np.int64)
    if "groups" in units:
        values = pd.to_numeric(units["groups"], errors="coerce").fillna(1)
        stated = values.clip(1, 999).astype(np.int64).to_numpy()
    count = np.where(load > SPLIT_ABOVE * ideal, np.maximum(least, stated), 1)
    rows = np.repeat(np.arange(len(units)), count)
    number = np.arange(len(rows)) - np.repeat(np.cumsum(count) - count, count)
    out = units.iloc[rows].reset_index(drop=True)
    out["settlement_id"] = out["unit_id"]
    name = out["unit_id"].astype(str)
    suffix = pd.Series([f"-{i + 1:02d}" for i in number])
    out["unit_id"] = name.where(count[rows] == 1, name + suffix)
    out["load"] = _shares(load[rows], count[rows], number)
    return out


def place_units(units: gpd.GeoDataFrame, land: NDArray[np.object_]) -> FloatArray:
    """Return a place of its own for each unit, inside its land.

    Parameters
    ----------
    units : GeoDataFrame
        Points in a metric CRS; several may share one place.
    land : ndarray of Polygon or MultiPolygon, shape (n,)
        For each unit the ground that its grid may take: its village less the sites.

    Returns
    -------
    ndarray of float64, shape (n, 2)
        Metres. A unit outside its land is moved to the nearest spot inside; units at
        one place stand on a ring around it, in their order.
    """
    xy = np.array(
        [
            _nearest_inside(x, y, ground)
            for x, y, ground in zip(
                units.geometry.x, units.geometry.y, land, strict=True
            )
        ]
    )
    places, inverse, count = np.unique(
        xy, axis=0, return_inverse=True, return_counts=True
    )
    rank = _rank_within(inverse.ravel())
    members = count[inverse.ravel()]
    first = np.unique(inverse.ravel(), return_index=True)[1]
    radius = _ring_radius(places, land[first])[inverse.ravel()]
    angle = 2 * np.pi * (rank + 0.5) / members
    ring = radius[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
    return np.where((members > 1)[:, None], xy + ring, xy)


def _shares(load: FloatArray, count: IntArray, number: IntArray) -> FloatArray:
    if (load == np.round(load)).all():
        whole = load.astype(np.int64)
        return (whole // count + (number < whole % count)).astype(np.float64)
    return load / count


def _nearest_inside(
    x: float, y: float, ground: shapely.Geometry
) -> tuple[float, float]:
    """Return the point, or the nearest one at least `_EDGE_M` inside the ground."""
    point = shapely.Point(x, y)
    if shapely.contains(ground, point) and (
        shapely.distance(ground.boundary, point) >= _EDGE_M
    ):
        return x, y
    inner = shapely.buffer(ground, -_EDGE_M)
    if inner.is_empty:
        spot = shapely.point_on_surface(ground)
    else:
        line = shapely.shortest_line(inner, point)
        spot = shapely.get_point(line, 0)
    return float(spot.x), float(spot.y)


def _ring_radius(places: FloatArray, land: NDArray[np.object_]) -> FloatArray:
    """Return a radius that keeps a ring inside its land and off its neighbours."""
    near = np.full(len(places), np.inf)
    if len(places) > 1:
        near = np.asarray(cKDTree(places).query(places, k=2)[0])[:, 1]
    edge = shapely.distance(shapely.boundary(land), shapely.points(places))
    return np.minimum(np.minimum(0.35 * near, 0.6 * edge), _RING_M)


def _rank_within(group: IntArray) -> IntArray:
    order = np.argsort(group, kind="stable")
    start = np.r_[True, np.diff(group[order]) != 0]
    position = np.arange(len(group))
    rank = np.empty(len(group), np.int64)
    rank[order] = position - np.maximum.accumulate(np.where(start, position, 0))
    return rank
