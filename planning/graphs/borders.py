"""What a border runs along: road, river, ridge, a village line, or open ground.

Tracking needs the kind (workers walk on the roads that make good borders), and the
planner prefers borders that a person can see.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geo.adjacency import SharedSegments, shared_segments
from planning.graphs.banks import far_banks, on_far_bank, split_at
from planning.graphs.contact import MIN_CONTACT_M, FloatArray, IntArray, sum_by_pair
from planning.graphs.graph import PLAIN_COST
from planning.graphs.roundness import length_prices

# In the order of their worth: a border along a road and a village line is a road.
KINDS = ("road", "river", "ridge", "village_line", "open")
VILLAGE_LINE, OPEN = KINDS.index("village_line"), KINDS.index("open")
# Price of a border by kind, as a share of one on open ground.
LINE_PRICES: Mapping[str, float] = {
    "road": 0.6, "river": 0.4, "ridge": 0.5, "village_line": 1.0, "open": 1.0
}  # fmt: skip
# A border that stays this close to a line runs along it.
_ALONG_M = 10.0
# Shorter is a corner.
_TOUCH_M = 1e-3


@dataclass(frozen=True)
class UnitBorders:
    """Straight pieces of border between units, with their kinds.

    Attributes
    ----------
    u, v : ndarray of int64, shape (n,)
        Units at both sides, u < v.
    length_m : ndarray of float64, shape (n,)
    middle : ndarray of float64, shape (n, 2)
        Metres.
    kind : ndarray of int64, shape (n,)
        Index into `KINDS`.
    closed : ndarray of bool, shape (n,)
        Pieces along a forbidden line without a bridge, and on the far bank of a unit
        that lies across one.
    astride : ndarray of int64
        The units that lie across a forbidden line.
    """

    u: IntArray
    v: IntArray
    length_m: FloatArray
    middle: FloatArray
    kind: IntArray
    closed: NDArray[np.bool_]
    astride: IntArray


def find_borders(
    polygons: NDArray[np.object_],
    label: IntArray,
    lines: gpd.GeoDataFrame | None,
    forbidden: Collection[str] = (),
) -> UnitBorders:
    """Return the borders between units and what they run along.

    Parameters
    ----------
    polygons : ndarray of Polygon or MultiPolygon, shape (n,)
        A valid coverage in a metric CRS.
    label : ndarray of int64, shape (n,)
        Village of each unit.
    lines : GeoDataFrame or None
        ``kind``; lines in the same CRS.
    forbidden : collection of str
        Kinds that a grid may lie across only where a road crosses: a bridge.
    """
    barriers, bridges = _forbidden(lines, forbidden)
    shared = shared_segments(polygons)
    if len(barriers):
        shared = split_at(shared, barriers)
    kind = np.where(label[shared.u] != label[shared.v], VILLAGE_LINE, OPEN)
    if lines is not None and len(lines):
        for number in (2, 1, 0):
            own = lines.geometry.values[(lines["kind"] == KINDS[number]).to_numpy()]
            kind[_runs_along(shared, np.asarray(own, object))] = number
    closed = _without_bridge(shared, barriers, bridges)
    astride, banks = far_banks(polygons, barriers, bridges, _ALONG_M)
    closed |= on_far_bank(shared, astride, banks)
    return UnitBorders(
        shared.u,
        shared.v,
        shared.length,
        (shared.ends[:, :2] + shared.ends[:, 2:]) / 2.0,
        kind.astype(np.int64),
        closed,
        np.unique(astride),
    )


def unit_contacts(
    borders: UnitBorders, prices: Mapping[str, float] | None = None
) -> tuple[IntArray, IntArray, IntArray]:
    """Return ``(u, v, cost)`` of the neighbours: pairs that share more than 1 m.

    The cost is `graph.PLAIN_COST` times the mean price of the kinds along the border,
    and its price by length; `prices` replace those of `LINE_PRICES`.
    """
    per_kind = {**LINE_PRICES, **(prices or {})}
    open_ = ~borders.closed
    price = np.array([per_kind[kind] for kind in KINDS])[borders.kind]
    open_m = borders.length_m * open_
    u, v, length = sum_by_pair(borders.u, borders.v, open_m)
    _, _, priced = sum_by_pair(borders.u, borders.v, open_m * price)
    keep = length > MIN_CONTACT_M
    u, v, length = u[keep], v[keep], length[keep]
    price = priced[keep] / length * length_prices(u, v, length)
    return u, v, np.round(PLAIN_COST * price).astype(np.int64)


def shut_contacts(borders: UnitBorders) -> IntArray:
    """Return the pairs of units that only a forbidden line keeps from being neighbours.

    Returns
    -------
    ndarray of int64, shape (s, 2)
        The lower unit first, sorted.
    """
    closed_m = borders.length_m * borders.closed
    u, v, shut = sum_by_pair(borders.u, borders.v, closed_m)
    _, _, open_ = sum_by_pair(borders.u, borders.v, borders.length_m * ~borders.closed)
    barred = (shut > MIN_CONTACT_M) & (open_ <= MIN_CONTACT_M)
    return np.column_stack([u[barred], v[barred]])


def grid_borders(borders: UnitBorders, part: IntArray) -> pd.DataFrame:
    """Return the borders between grids: ``a, b, kind, length_m``, a < b, sorted."""
    a, b = part[borders.u], part[borders.v]
    cut = a != b
    table = pd.DataFrame(
        {
            "a": np.minimum(a, b)[cut],
            "b": np.maximum(a, b)[cut],
            "kind": borders.kind[cut],
            "length_m": borders.length_m[cut],
        }
    )
    summed = table.groupby(["a", "b", "kind"], as_index=False)["length_m"].sum()
    return summed.assign(kind=[KINDS[k] for k in summed["kind"]])


def parted_pairs(borders: UnitBorders, part: IntArray) -> int:
    """Return how many pairs of units with a border between them the plan parts.

    Any border counts that is longer than an accident of arithmetic, also one that is
    too short to walk across, or closed: as everybody counts who has only the units.
    """
    length = sum_by_pair(borders.u, borders.v, borders.length_m)
    u, v = (side[length[2] > _TOUCH_M] for side in length[:2])
    return int((part[u] != part[v]).sum())


def site_borders(
    shapes: NDArray[np.object_],
    label: IntArray,
    base: int,
    lines: gpd.GeoDataFrame | None,
) -> pd.DataFrame:
    """Return the borders of carved-out sites: ``a, b, kind, length_m``, a < b.

    Parameters
    ----------
    shapes : ndarray of Polygon or MultiPolygon
        Base grids, then sites that are carved out of them, in a metric CRS.
    label : ndarray of int64
        Village of each.
    base : int
        Base grids.
    lines : GeoDataFrame or None
        ``kind``; lines in the same CRS.
    """
    sites = shapes[base:]
    beside = np.unique(shapely.STRtree(shapes).query(sites, "intersects")[1])
    borders = find_borders(shapes[beside], label[beside], lines)
    table = grid_borders(borders, beside)
    return table[table["b"] >= base]


def _forbidden(
    lines: gpd.GeoDataFrame | None, forbidden: Collection[str]
) -> tuple[NDArray[np.object_], NDArray[np.object_]]:
    """Return the lines that may not be crossed, and where roads cross them."""
    none = np.empty(0, object)
    if lines is None or not forbidden or not len(lines):
        return none, none
    kind, shapes = lines["kind"], np.asarray(lines.geometry.values, object)
    barriers = shapes[kind.isin(list(forbidden)).to_numpy()]
    roads = shapes[(kind == "road").to_numpy()]
    if "road" in forbidden or not len(roads) or not len(barriers):
        return barriers, none
    road, barrier = shapely.STRtree(barriers).query(roads, predicate="crosses")
    return barriers, shapely.intersection(roads[road], barriers[barrier])


def _without_bridge(
    shared: SharedSegments,
    barriers: NDArray[np.object_],
    bridges: NDArray[np.object_],
) -> NDArray[np.bool_]:
    """Return which segments run along a forbidden line, far from any bridge."""
    along = _runs_along(shared, barriers)
    if not len(bridges) or not along.any():
        return along
    ends = shapely.linestrings(shared.ends.reshape(-1, 2, 2))
    tree = shapely.STRtree(bridges)
    along[tree.query(ends, predicate="dwithin", distance=_ALONG_M)[0]] = False
    return along


def _runs_along(
    shared: SharedSegments, lines: NDArray[np.object_]
) -> NDArray[np.bool_]:
    """Return which segments have both ends and their middle near one of the lines."""
    along = np.ones(len(shared.u), bool)
    if not len(lines):
        return ~along
    tree = shapely.STRtree(lines)
    for share in (0.0, 0.5, 1.0):
        spot = (1 - share) * shared.ends[:, :2] + share * shared.ends[:, 2:]
        near = np.zeros(len(along), bool)
        near[
            tree.query(shapely.points(spot), predicate="dwithin", distance=_ALONG_M)[0]
        ] = True
        along &= near
    return along
