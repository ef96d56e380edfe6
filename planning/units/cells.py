"""Cells: the ground of each unit and each exclusive site, cut by one arrangement.

All lines (village outlines, site outlines, Voronoi edges or unit outlines, rivers,
ridges and roads) are noded together once and polygonized; each face is named by a point
inside it, and faces of one name are joined. Neighbours therefore share every vertex,
outlines stay where they were, and nothing is snapped or rounded.

A face cut off from its unit (by a bend of the outline, a site, a river or a road) goes
to the neighbour in the same village with the longest border, a border along a river,
ridge or road counting last. A site belongs to one village: the one it names, else the
one that holds most of it; its largest piece there is the exclusive grid, the rest is
base ground.
"""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from planning.errors import BadUnits
from planning.graphs.contact import FloatArray, IntArray
from planning.units.faces import (
    Shapes,
    contacts_of,
    containing,
    give_away,
    join,
    open_pieces,
    pieces_of,
    polygons_of,
)
from planning.units.spots import Kept, keep_spots, one_side_only

# Voronoi edges run a little past the outline, so that noding surely meets it.
_OVERSHOOT_M = 1.0
# Faces below this are numerical dust: their village cannot be told.
_DUST_M2 = 1e-4


@dataclass(frozen=True)
class Cells:
    """The ground of units and sites.

    Attributes
    ----------
    units : ndarray of Polygon or MultiPolygon or None, shape (n_units,)
        None where a site covers the whole unit.
    sites : ndarray of Polygon, shape (n_sites,)
    covered_by : ndarray of int64, shape (n_units,)
        The site that covers a unit without ground, else -1.
    moved_m2 : float
        Ground that was cut off from its unit and went to a neighbour.
    """

    units: Shapes
    sites: Shapes
    covered_by: IntArray
    moved_m2: float


@dataclass(frozen=True)
class Layout:
    """Everything that is cut, in one metric CRS.

    Attributes
    ----------
    villages : ndarray of Polygon or MultiPolygon
    unit_village, site_village : ndarray of int64
        Index into `villages`.
    outlines : ndarray of Polygon or MultiPolygon or None
        Of the units, where units are polygons.
    anchors : ndarray of float64, shape (n_units, 2) or None
        Where units are points.
    sites : ndarray of Polygon or MultiPolygon
    cuts : ndarray of LineString
        Rivers, ridges and roads that cells of points do not cross.
    spots : ndarray of Point
        Places that no cut may run through.
    unit_ids, site_ids : ndarray of str
        What each is called where it cannot have ground.
    """

    villages: Shapes
    unit_village: IntArray
    outlines: Shapes | None
    anchors: FloatArray | None
    sites: Shapes
    site_village: IntArray
    cuts: Shapes
    spots: Shapes
    unit_ids: NDArray[np.object_]
    site_ids: NDArray[np.object_]


def make_cells(layout: Layout) -> Cells:
    """Cut the villages into the ground of units and sites.

    Raises
    ------
    BadUnits
        If a site leaves nothing of itself in its village.
    """
    lines = _lines(layout)
    faces = polygons_of(np.concatenate([*_outlines(layout), *_between(lines)]))
    village = containing(faces, layout.villages)
    faces, village = _drop_outside(faces, village)
    site = _site_of_faces(faces, village, layout)
    unit = _unit_of_faces(faces, village, layout)
    unit = np.where(site >= 0, -1, unit)
    owner, moved = _settle(faces, village, unit, site, layout, lines)
    count = len(layout.unit_village)
    grounds = join(faces, owner, count + len(layout.sites))
    bare = np.array([ground is None for ground in grounds[count:]], bool)
    if bare.any():
        raise BadUnits(
            f"exclusive site {layout.site_ids[bare][0]!r} has no ground of its own in "
            "its village: another site lies on it, or its village is another; mend one "
            "of them"
        )
    return Cells(
        grounds[:count], grounds[count:], _covered(grounds[:count], layout), moved
    )


def _outlines(layout: Layout) -> list[Shapes]:
    return [shapely.boundary(layout.villages), shapely.boundary(layout.sites)]


def _lines(layout: Layout) -> Kept:
    """Return what runs between cells, around the spots that no cut may run through."""
    none = np.empty(0, object)
    if layout.anchors is None:
        edges = none if layout.outlines is None else shapely.boundary(layout.outlines)
        return Kept(none, edges, none)
    fixed = np.concatenate([*_outlines(layout), shapely.points(layout.anchors)])
    return keep_spots(layout.spots, layout.cuts, _voronoi_edges(layout), fixed)


def _between(lines: Kept) -> list[Shapes]:
    return [lines.cuts, lines.edges, shapely.boundary(lines.discs)]


def _voronoi_edges(layout: Layout) -> Shapes:
    assert layout.anchors is not None
    edges = []
    for number, outline in enumerate(layout.villages):
        own = layout.anchors[layout.unit_village == number]
        if len(own) < 2:
            continue
        whole = shapely.voronoi_polygons(
            shapely.multipoints(own), only_edges=True, extend_to=outline
        )
        near = shapely.buffer(outline, _OVERSHOOT_M)
        edges.append(shapely.intersection(whole, near))
    return np.array(edges, object)


def _drop_outside(faces: Shapes, village: IntArray) -> tuple[Shapes, IntArray]:
    dust = shapely.area(faces) < _DUST_M2
    keep = (village >= 0) | dust
    return faces[keep], np.where(dust, -1, village)[keep]


def _site_of_faces(faces: Shapes, village: IntArray, layout: Layout) -> IntArray:
    """Return the site whose ground a face is: its largest piece in its village."""
    site = np.full(len(faces), -1, np.int64)
    if len(layout.sites) == 0:
        return site
    inside = shapely.point_on_surface(faces)
    face, number = shapely.STRtree(layout.sites).query(inside, predicate="intersects")
    ours = village[face] == layout.site_village[number]
    face, number = face[ours], number[ours]
    order = np.lexsort((-number, face))
    site[face[order]] = number[order]
    piece = pieces_of(faces, site)
    area = np.bincount(piece, shapely.area(faces))
    member = site >= 0
    best = np.lexsort((piece[member], -area[piece[member]], site[member]))
    chosen = np.unique(site[member][best], return_index=True)[1]
    keep = np.isin(piece, piece[member][best][chosen]) & member
    return np.where(keep, site, -1)


def _unit_of_faces(faces: Shapes, village: IntArray, layout: Layout) -> IntArray:
    unit = np.full(len(faces), -1, np.int64)
    inside = shapely.point_on_surface(faces)
    if layout.anchors is None:
        unit = containing(
            faces, layout.outlines if layout.outlines is not None else faces[:0]
        )
        strange = layout.unit_village[np.maximum(unit, 0)] != village
        return np.where(strange, -1, unit)
    xy = shapely.get_coordinates(inside)
    for number in range(len(layout.villages)):
        own = np.flatnonzero(layout.unit_village == number)
        here = np.flatnonzero(village == number)
        if len(own) and len(here):
            unit[here] = own[cKDTree(layout.anchors[own]).query(xy[here])[1]]
    return unit


def _settle(
    faces: Shapes,
    village: IntArray,
    unit: IntArray,
    site: IntArray,
    layout: Layout,
    lines: Kept,
) -> tuple[IntArray, float]:
    """Return the owner of each face: a unit, or ``n_units + site``."""
    count = len(layout.unit_village)
    name = np.where(site >= 0, count + site, unit)
    contacts = contacts_of(faces, lines.cuts)
    contacts = one_side_only(contacts, faces, name, lines.discs)
    piece = open_pieces(len(faces), name, contacts)
    core = _core_pieces(faces, piece, unit, layout)
    held = (core[piece] | (site >= 0)) & (village >= 0)
    owner = np.where(held, name, -1)
    moved = float(shapely.area(faces)[~held].sum())
    give_away(owner, piece, village, count, contacts)
    _give_rest(owner, faces, village, layout)
    return owner, moved


def _core_pieces(
    faces: Shapes, piece: IntArray, unit: IntArray, layout: Layout
) -> NDArray[np.bool_]:
    """Return which pieces are the core of their unit: its anchor's, or its largest.

    A polygon in several parts has a core in each: it came with them.
    """
    core = np.zeros(int(piece.max()) + 1, bool)
    own = np.flatnonzero(unit >= 0)
    area = np.bincount(piece, shapely.area(faces))[piece[own]]
    away, home = np.zeros(len(own)), unit[own]
    if layout.anchors is not None:
        away = shapely.distance(faces[own], shapely.points(layout.anchors[home]))
    elif layout.outlines is not None:
        home = containing(faces[own], shapely.get_parts(layout.outlines))
    order = np.lexsort((own, -area, away, home))
    first = np.unique(home[order], return_index=True)[1]
    core[piece[own[order[first]]]] = True
    return core


def _give_rest(
    owner: IntArray, faces: Shapes, village: IntArray, layout: Layout
) -> None:
    """Give ground that touches no unit of its village to the nearest owner there.

    It is what a site cuts off from every settlement (it joins the site), or a piece of
    a village apart from the others (it joins the nearest unit and stays apart).
    """
    for face in np.flatnonzero(owner < 0).tolist():
        here = np.flatnonzero((owner >= 0) & (village == village[face]))
        if len(here) == 0:
            here = np.flatnonzero(owner >= 0)
        away = shapely.distance(faces[here], faces[face])
        contact = shapely.length(shapely.intersection(faces[here], faces[face]))
        owner[face] = owner[here[np.lexsort((owner[here], -contact, away))[0]]]


def _covered(grounds: Shapes, layout: Layout) -> IntArray:
    covered = np.full(len(grounds), -1, np.int64)
    for number in np.flatnonzero([ground is None for ground in grounds]).tolist():
        if len(layout.sites) == 0:
            raise BadUnits(
                f"unit {layout.unit_ids[number]!r} has no ground: it lies outside its "
                "village"
            )
        covered[number] = _site_over(number, layout)
    return covered


def _site_over(unit: int, layout: Layout) -> int:
    """Return the site that lies on a unit."""
    if layout.outlines is not None:
        shared = shapely.intersection(layout.sites, layout.outlines[unit])
        return int(np.argmax(shapely.area(shared)))
    assert layout.anchors is not None
    away = shapely.distance(layout.sites, shapely.Point(layout.anchors[unit]))
    ours = layout.site_village == layout.unit_village[unit]
    return int(np.argmin(np.where(ours, away, np.inf)))
