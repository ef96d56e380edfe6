"""The ground under a plan: units, who touches whom, and the vertices they share.

Who touches and who may be gone to are two things: a border along a forbidden line
counts as border, but no grid is one piece across it.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS

from geo.adjacency import CONTACT_M, rook_edges
from planning.edits.ways import among, shut_pairs, without
from planning.errors import BadEdit
from planning.graphs.contact import FloatArray, IntArray
from planning.graphs.graph import (
    PLAIN_COST,
    UnitGraph,
    build_graph,
    components,
    inside,
    integer_loads,
)

MM = 1000.0
CM2 = 10_000.0


@dataclass(frozen=True)
class Land:
    """Units with their measures; arrays are never written to.

    Attributes
    ----------
    unit_ids : tuple of str
    labels : tuple of str
        Villages; `label` holds positions in it.
    graph : UnitGraph
        Contacts of the whole territory, also across village and forbidden lines, and
        links.
    ways : UnitGraph
        Those of them that a grid may hold together by: none across a forbidden line.
    shut : ndarray of int64, shape (s, 2)
        Contacts that are no way, the lower unit first.
    shut_at : ndarray of float64, shape (s, 2)
        A place on each, metres.
    load_factor : float
        The graph's loads are the units' loads times this.
    label : ndarray of int64, shape (n,)
    borders : UnitGraph
        Who shares how much border, in mm as cost: the graph's edges, 0 for a link, and
        pairs that share too little to be a contact. A moved vertex may lengthen it.
    outer_mm, area_cm2 : ndarray of int64, shape (n,)
        Outline that no other unit shares; area.
    shapes : ndarray of Polygon or MultiPolygon, shape (n,)
    xy : ndarray of float64, shape (n_vertices, 2)
        Each distinct vertex once, metres.
    corner : ndarray of int64
        Vertex of each coordinate of `shapes`, unit by unit, ends in `corner_ends`.
    ring : ndarray of int64
        Ring of each coordinate.
    corner_ends : ndarray of int64, shape (n + 1,)
    crs : CRS
        Metric.
    """

    unit_ids: tuple[str, ...]
    labels: tuple[str, ...]
    graph: UnitGraph
    ways: UnitGraph
    shut: IntArray
    shut_at: FloatArray
    load_factor: float
    label: IntArray
    borders: UnitGraph
    outer_mm: IntArray
    area_cm2: IntArray
    shapes: NDArray[np.object_]
    xy: FloatArray
    corner: IntArray
    ring: IntArray
    corner_ends: IntArray
    crs: CRS

    @property
    def size(self) -> int:
        """Number of units."""
        return len(self.unit_ids)

    @cached_property
    def middle(self) -> FloatArray:
        """A point inside each unit, metres, shape (n, 2)."""
        return shapely.get_coordinates(shapely.point_on_surface(self.shapes))

    @cached_property
    def border_mm(self) -> IntArray:
        """Shared border along the graph's edges, shape (2 m,); 0 for a link."""
        contacts = among(_both_ways(self.borders), _both_ways(self.graph))
        return self.borders.cost[contacts]

    @cached_property
    def _place(self) -> dict[str, int]:
        return {name: i for i, name in enumerate(self.unit_ids)}

    @cached_property
    def _around(self) -> tuple[IntArray, IntArray]:
        """Units at each vertex, in compressed rows."""
        unit = np.repeat(np.arange(self.size), np.diff(self.corner_ends))
        pair = np.unique(np.column_stack([self.corner, unit]), axis=0)
        ends = np.zeros(len(self.xy) + 1, np.int64)
        np.cumsum(np.bincount(pair[:, 0], minlength=len(self.xy)), out=ends[1:])
        return ends, pair[:, 1]

    def positions(self, unit_ids: Sequence[str]) -> IntArray:
        """Return where units stand, ascending, each once.

        Raises
        ------
        BadEdit
            If a unit is unknown.
        """
        unknown = [name for name in unit_ids if name not in self._place]
        if unknown:
            raise BadEdit(f"unit {unknown[0]!r} is not in this plan")
        return np.unique([self._place[name] for name in unit_ids]).astype(np.int64)

    def units_at(self, vertex: int) -> IntArray:
        """Return the units that have a vertex."""
        ends, units = self._around
        return units[ends[vertex] : ends[vertex + 1]]

    def corners_of(self, unit: int) -> IntArray:
        """Return the vertices of a unit in the order of its coordinates."""
        return self.corner[self.corner_ends[unit] : self.corner_ends[unit + 1]]

    def beside(self, unit: int, vertex: int) -> IntArray:
        """Return the vertices next to one in the rings of a unit, each once."""
        rows = slice(self.corner_ends[unit], self.corner_ends[unit + 1])
        corners, ring = self.corner[rows], self.ring[rows]
        same = ring[1:] == ring[:-1]
        a, b = corners[:-1][same], corners[1:][same]
        return np.unique(np.r_[b[a == vertex], a[b == vertex]])

    def bordering(self, unit: int) -> IntArray:
        """Return the units that share a border with one, or a link, ascending."""
        ends = self.borders.indptr
        return self.borders.indices[ends[unit] : ends[unit + 1]]

    def within_reach(self, unit: int) -> IntArray:
        """Return the units that one may share a grid with directly, ascending."""
        return self.ways.indices[self.ways.indptr[unit] : self.ways.indptr[unit + 1]]

    def with_ground(
        self, xy: FloatArray, shapes: NDArray[np.object_], **measures: Any
    ) -> "Land":
        """Return the land with moved vertices; who touches whom stays."""
        moved = replace(self, xy=xy, shapes=shapes, **measures)
        # What hangs on names and vertices only need not be found anew.
        for name in ("_place", "_around"):
            if name in self.__dict__:
                moved.__dict__[name] = self.__dict__[name]
        return moved


def make_land(
    units: gpd.GeoDataFrame,
    links: Sequence[tuple[str, str]] = (),
    lines: gpd.GeoDataFrame | None = None,
    forbidden: Collection[str] = (),
) -> Land:
    """Return the land of some units.

    Parameters
    ----------
    units : GeoDataFrame
        ``unit_id, label, load``; polygons of a valid coverage in a metric CRS.
    links : sequence of pairs of unit ids
        Units that count as neighbours although they share no border (islands).
    lines : GeoDataFrame, optional
        ``kind``; roads, rivers and ridges in the same CRS.
    forbidden : collection of str
        Kinds that a grid may lie across only where a road crosses.

    Raises
    ------
    BadEdit
        If the CRS is not metric or a link names an unknown unit.
    """
    crs = CRS(units.crs)
    if not crs.is_projected:
        raise BadEdit(f"units: the CRS is {crs.name}; edits need one in metres")
    frame = units.assign(unit_id=units["unit_id"].astype(str))
    frame = frame.sort_values("unit_id", kind="stable")
    shapes = np.asarray(frame.geometry.values, object)
    ids = tuple(frame["unit_id"])
    u, v, length = rook_edges(shapes, min_shared_m=0.0)
    sharing, joined = np.column_stack([u, v]), _linked(ids, links)
    touching = sharing[length >= CONTACT_M]
    load, load_factor = integer_loads(frame["load"].to_numpy(np.float64))
    borders = _graph(load, sharing, whole(length, MM), joined, 0)
    plain = np.full(len(touching), PLAIN_COST)
    graph = _graph(load, touching, plain, joined, PLAIN_COST)
    names, label = np.unique(frame["label"].to_numpy(str), return_inverse=True)
    label = label.astype(np.int64)
    # A link that the planner drew across a line is a way all the same.
    apart = touching[~among(touching, joined)]
    shut, shut_at = shut_pairs(shapes, label, apart, lines, forbidden)
    shared = np.bincount(u, length, len(ids)) + np.bincount(v, length, len(ids))
    outer = np.maximum(0.0, shapely.length(shapes) - shared)
    xy, owner = shapely.get_coordinates(shapes, return_index=True)
    vertices, corner = np.unique(xy, axis=0, return_inverse=True)
    return Land(
        unit_ids=ids,
        labels=tuple(names.tolist()),
        graph=graph,
        ways=without(graph, shut),
        shut=shut,
        shut_at=shut_at,
        load_factor=load_factor,
        label=label,
        borders=borders,
        outer_mm=whole(outer, MM),
        area_cm2=whole(shapely.area(shapes), CM2),
        shapes=shapes,
        xy=vertices,
        corner=corner.astype(np.int64).ravel(),
        ring=_rings(shapes),
        corner_ends=np.searchsorted(owner, np.arange(len(ids) + 1)).astype(np.int64),
        crs=crs,
    )


def regions_of(land: Land) -> IntArray:
    """Return the region of each unit: the part of its village that ways join."""
    return components(inside(land.ways, land.label))


def contacts_of(land: Land) -> tuple[IntArray, IntArray]:
    """Return the pairs of units that a way joins and a border too: all but links."""
    pairs = _both_ways(land.ways)
    links = _both_ways(land.graph)[land.border_mm == 0]
    u, v = pairs[~among(pairs, links)].T
    return u, v


def whole(values: Any, scale: float) -> IntArray:
    """Return measures as whole numbers of a small unit, so that sums never drift."""
    return np.round(np.asarray(values) * scale).astype(np.int64)


def _rings(shapes: NDArray[np.object_]) -> IntArray:
    rings = shapely.get_rings(shapely.get_parts(shapes))
    return np.repeat(np.arange(len(rings)), shapely.get_num_coordinates(rings))


def _linked(ids: tuple[str, ...], links: Sequence[tuple[str, str]]) -> IntArray:
    """Return links as pairs of positions, the lower first, each once."""
    place = {name: i for i, name in enumerate(ids)}
    for name in (name for link in links for name in link):
        if name not in place:
            raise BadEdit(f"link to unit {name!r}, which is not in this plan")
    pairs = {tuple(sorted((place[a], place[b]))) for a, b in links}
    return np.array(sorted(pairs), np.int64).reshape(-1, 2)


def _graph(
    load: IntArray, pairs: IntArray, cost: IntArray, joined: IntArray, link: int
) -> UnitGraph:
    """Return the graph of pairs and of the links that are none of them."""
    more = joined[~among(joined, pairs)]
    both = np.vstack([pairs, more])
    costs = np.r_[cost, np.full(len(more), link)]
    return build_graph(load, both[:, 0], both[:, 1], costs)


def _both_ways(graph: UnitGraph) -> IntArray:
    u = np.repeat(np.arange(graph.size), np.diff(graph.indptr))
    return np.column_stack([u, graph.indices])
