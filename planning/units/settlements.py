"""Settlements as points: split as finely as the quota needs, and no finer.

A settlement much larger than a grid cannot be one unit. It becomes its villager groups,
as many as it states, and where its village needs still smaller units the groups become
household blocks. How small is one stated number per village (`finest_units`): the load
by which the village's mean grid may still move before it leaves what the quota allows.
Where groups and blocks live is not in the data; they are laid out on a small disc
around the settlement, the blocks of a group side by side.
"""

from enum import StrEnum

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from planning.division.quotas.quota import apportion
from planning.graphs.contact import FloatArray, IntArray
from planning.graphs.graph import integer_loads
from planning.units.places import equal_shares

# A settlement above this share of the ideal load is split (DESIGN 4).
SPLIT_ABOVE = 1.05
# A redraw keeps the parts of the plan in force if none is heavier than so often what
# the quota asks for: with other parts others would live in each.
_KEPT_ABOVE = 1.25
# No block is lighter than this share of the ideal, nor than one whole load.
_LEAST_SHARE = 0.01
# A line between two units can be drawn within half a unit of where it should be; a
# quarter of that is kept for units that do not lie in a row.
_UNITS_PER_SLACK = 1.5
# Plans may end so far behind the quota's bound: 0.5 points, less what blocks round off.
_BEHIND_BOUND = 0.004
_EDGE_M = 2.0
# A disc of n units is wanted so large: 10 m around each, and not beyond 150 m.
_DISC_M, _MOST_DISC_M = 20.0, 150.0
# Below 4 m around each, cells begin to share less than a metre of border.
_LEAST_DISC_M = 4.0


class Split(StrEnum):
    """How far settlements may be split."""

    NONE = "none"
    GROUPS = "groups"
    BLOCKS = "blocks"


def finest_units(
    units: gpd.GeoDataFrame, grids: int, tolerance: float
) -> "pd.Series[float]":
    """Return the largest load of a unit that each village can do with, by label.

    The quota gives village v of load P its k grids, and all grids may lie within the
    larger of the tolerance and the quota's bound. A village cut into units no heavier
    than 1.5 x its mean grid's distance from the nearer end of that band can fill its
    grids inside the band. A village of one grid needs no fine units.

    Parameters
    ----------
    units : GeoDataFrame
        ``load, label``.
    grids : int
        Base grids in all.
    tolerance : float
        A fraction.
    """
    load = units.groupby("label", sort=True)["load"].sum()
    if len(load) > grids:
        return pd.Series(np.inf, load.index)
    ideal = float(load.sum()) / grids
    whole, scale = integer_loads(load.to_numpy(np.float64))
    quota = apportion(whole, np.full(len(load), grids), grids)
    band = max(tolerance, quota.bound) + _BEHIND_BOUND
    mean = load.to_numpy(np.float64) / quota.grids
    slack = np.minimum(ideal * (1 + band) - mean, mean - ideal * (1 - band))
    least = max(_LEAST_SHARE * ideal, 1.0 if scale == 1.0 else 0.0)
    wanted = np.maximum(_UNITS_PER_SLACK * slack, least)
    finest = np.where(quota.grids > 1, wanted, np.inf)
    return pd.Series(finest, load.index)


def split_settlements(
    units: gpd.GeoDataFrame,
    ideal: float,
    finest: "pd.Series[float]",
    split: Split,
    also: tuple[str, ...] = (),
    before: "pd.Series[str] | None" = None,
) -> gpd.GeoDataFrame:
    """Return the units with heavy settlements split into groups and blocks.

    Parameters
    ----------
    units : GeoDataFrame
        ``unit_id, load, label, settlement_id, unit_kind`` and if known ``groups``;
        points, as `places.single_places` returns them.
    ideal : float
        Load of an average grid.
    finest : Series
        Largest load of a unit by label.
    split : Split
        How far settlements may be split.
    also : tuple of str
        Further columns of loads; parts share them as they share the load.
    before : Series of str, optional
        Grids of the previous plan by id: what was split there keeps as many parts, if
        they are fine enough.

    Returns
    -------
    GeoDataFrame
        The same columns; what was split is of the kind group or block. Ids of groups
        are ``ID-01``, ``ID-02``, of blocks ``ID-01-001``; whole loads stay whole and
        sum exactly.
    """
    most = np.full(len(units), SPLIT_ABOVE * ideal)
    if split is Split.BLOCKS:
        most = np.minimum(most, units["label"].map(finest).to_numpy(np.float64))
    out = units.assign(most=most, whole=units["load"]).reset_index(drop=True)
    ids = pd.Series([] if before is None else before.index.astype(str), dtype=object)
    if split is not Split.NONE:
        count = _stated_groups(out)
        if split is Split.GROUPS:
            count = np.maximum(count, _needed(out))
        groups = ids.str.replace(r"-\d{3}$", "", regex=True)
        out = _split_heavy(out, count, "group", 2, pd.concat([ids, groups]))
    if split is Split.BLOCKS:
        out = _split_heavy(out, _needed(out), "block", 3, ids)
    share = (out["load"] / out["whole"]).fillna(1.0)
    shared = {name: out[name] * share for name in also}
    return out.drop(columns=["most", "whole"]).assign(**shared)


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
        one place, or moved to one, stand on a disc around it, in their order around its
        centre.
    """
    xy = shapely.get_coordinates(np.asarray(units.geometry.values, object))
    first, place = _places(xy, land)
    count = np.bincount(place)
    wanted = _wanted_radius(count)
    middle = np.array(
        [
            _nearest_inside(x, y, ground, margin if members > 1 else _EDGE_M)
            for (x, y), ground, margin, members in zip(
                xy[first], land[first], wanted, count, strict=True
            )
        ]
    )
    # Settlements at one corner of a village may have been moved to the same spot.
    kept, same = _places(np.round(middle, 3), land[first])
    middle, land, place = middle[kept], land[first[kept]], same[place]
    count = np.bincount(place)
    radius = np.minimum(_free_radius(middle, land, count), _wanted_radius(count))
    return middle[place] + radius[place, None] * _disc_spots(place, count)


def _places(xy: FloatArray, land: NDArray[np.object_]) -> tuple[IntArray, IntArray]:
    """Return the first row at each place of a village, and the place of each row."""
    number: dict[int, int] = {}
    village = [number.setdefault(id(ground), len(number)) for ground in land]
    _, first, place = np.unique(
        np.column_stack([xy, village]), axis=0, return_index=True, return_inverse=True
    )
    return first, place.ravel()


def _wanted_radius(count: IntArray) -> FloatArray:
    return np.asarray(
        np.clip(_DISC_M * np.sqrt(count), _EDGE_M, _MOST_DISC_M), np.float64
    )


def _stated_groups(units: gpd.GeoDataFrame) -> IntArray:
    if "groups" not in units:
        return np.ones(len(units), np.int64)
    values = pd.to_numeric(units["groups"], errors="coerce").fillna(1)
    return values.clip(1, 999).to_numpy(np.float64).astype(np.int64)


def _needed(units: gpd.GeoDataFrame) -> IntArray:
    return np.ceil(units["load"].to_numpy() / units["most"].to_numpy()).astype(np.int64)


def _parts_before(
    units: gpd.GeoDataFrame, ids: "pd.Series[str]", digits: int
) -> IntArray:
    """Return into how many parts of so many digits each unit was split; 0 if not."""
    known = ids[~ids.isin(set(units["unit_id"]))].drop_duplicates()
    whole = known[known.str.contains(rf"-\d{{{digits}}}$")].str.slice(stop=-digits - 1)
    count = units["unit_id"].map(whole.value_counts())
    return count.fillna(0).to_numpy(np.int64)


def _split_heavy(
    units: gpd.GeoDataFrame,
    count: IntArray,
    kind: str,
    digits: int,
    before: "pd.Series[str]",
) -> gpd.GeoDataFrame:
    """Return the units with those above `most` cut into `count` parts each.

    Or into as many as `before`, ids of parts, says, where those are fine enough.
    """
    load = units["load"].to_numpy(np.float64)
    most = units["most"].to_numpy(np.float64)
    count = np.where(load > most, count, 1)
    parts = _parts_before(units, before, digits)
    is_fine = (parts > 1) & (load <= _KEPT_ABOVE * most * parts)
    count = np.where(is_fine, parts, count)
    if (load == np.round(load)).all():
        count = np.maximum(1, np.minimum(count, load.astype(np.int64)))
    row = np.repeat(np.arange(len(units)), count)
    number = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    out = units.iloc[row].reset_index(drop=True)
    is_part = count[row] > 1
    part = pd.Series([f"-{i + 1:0{digits}d}" for i in number], dtype=object)
    out["unit_id"] = out["unit_id"].where(~is_part, out["unit_id"] + part)
    out["unit_kind"] = out["unit_kind"].where(~is_part, kind)
    out["load"] = equal_shares(load[row], count[row], number)
    return out


def _nearest_inside(
    x: float, y: float, ground: shapely.Geometry, margin_m: float
) -> tuple[float, float]:
    """Return the point, or the nearest one that far inside the ground.

    Where the ground is too narrow for the margin half of it is tried, down to 2 m.
    """
    point = shapely.Point(x, y)
    if shapely.contains(ground, point) and (
        shapely.distance(ground.boundary, point) >= margin_m
    ):
        return x, y
    while margin_m >= _EDGE_M:
        inner = shapely.buffer(ground, -margin_m)
        if not inner.is_empty:
            spot = shapely.get_point(shapely.shortest_line(inner, point), 0)
            return float(spot.x), float(spot.y)
        margin_m = _EDGE_M if _EDGE_M < margin_m < 2 * _EDGE_M else margin_m / 2
    spot = shapely.point_on_surface(ground)
    return float(spot.x), float(spot.y)


def _free_radius(
    places: FloatArray, land: NDArray[np.object_], count: IntArray
) -> FloatArray:
    """Return a radius that keeps a disc inside its land and off its neighbours.

    Discs of places too close to each other overlap: smaller ones would hold cells that
    share less than a metre of border, and such cells are no neighbours.
    """
    near = np.full(len(places), np.inf)
    if len(places) > 1:
        near = np.asarray(cKDTree(places).query(places, k=2)[0])[:, 1]
    edge = shapely.distance(shapely.boundary(land), shapely.points(places))
    apart = np.maximum(0.35 * near, _LEAST_DISC_M * np.sqrt(count))
    return np.asarray(np.minimum(apart, 0.8 * edge), np.float64)


def _disc_spots(place: IntArray, count: IntArray) -> FloatArray:
    """Return spots on the unit disc: evenly spread, in the order of their angles."""
    spots = np.zeros((len(place), 2))
    order = np.argsort(place, kind="stable")
    ends = np.cumsum(count)
    for size, end in zip(count.tolist(), ends.tolist(), strict=True):
        if size > 1:
            rank = np.arange(size)
            # The sunflower's angle: no two spots line up, no hole stays in the middle.
            angle = rank * (np.pi * (3.0 - np.sqrt(5.0))) % (2 * np.pi)
            away = np.sqrt((rank + 0.5) / size)
            turn = np.argsort(angle, kind="stable")
            disc = away[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
            spots[order[end - size : end]] = disc[turn]
    return spots
