"""Cells: the ground of each unit and each exclusive site, cut by one arrangement.

All lines (village outlines, site outlines, Voronoi edges or unit outlines, rivers and
ridges) are noded together once and polygonized; each face is named by a point inside
it, and faces of one name are joined. Neighbours therefore share every vertex, outlines
stay where they were, and nothing is snapped or rounded.

A face cut off from its unit (by a bend of the outline, a site or a river) goes to the
neighbour in the same village with the longest border, a border along a river, ridge or
road counting last. A site belongs to one village: the one it names, else the one that
holds most of it; its largest piece there is the exclusive grid, the rest is base
ground.
"""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from geo.adjacency import shared_segments
from planning.contact import FloatArray, IntArray, sum_by_pair
from planning.errors import BadUnits

Shapes = NDArray[np.object_]

# Voronoi edges run a little past the outline, so that noding surely meets it.
_OVERSHOOT_M = 1.0
# Faces below this are numerical dust: their village cannot be told.
_DUST_M2 = 1e-4
_ON_LINE_M = 1e-3


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
        Rivers and ridges that cells of points do not cross.
    """

    villages: Shapes
    unit_village: IntArray
    outlines: Shapes | None
    anchors: FloatArray | None
    sites: Shapes
    site_village: IntArray
    cuts: Shapes


def make_cells(layout: Layout) -> Cells:
    """Cut the villages into the ground of units and sites.

    Raises
    ------
    BadUnits
        If a site leaves nothing of itself in its village.
    """
    faces = _arrange(layout)
    village = _containing(faces, layout.villages)
    faces, village = _drop_outside(faces, village)
    site = _site_of_faces(faces, village, layout)
    unit = _unit_of_faces(faces, village, layout)
    unit = np.where(site >= 0, -1, unit)
    owner, moved = _settle(faces, village, unit, site, layout)
    count = len(layout.unit_village)
    grounds = _join(faces, owner, count + len(layout.sites))
    bare = np.array([ground is None for ground in grounds[count:]], bool)
    if bare.any():
        raise BadUnits(
            f"exclusive site number {int(np.flatnonzero(bare)[0]) + 1} has no ground "
            "in its village; check its village code"
        )
    return Cells(
        grounds[:count], grounds[count:], _covered(grounds[:count], layout), moved
    )


def _arrange(layout: Layout) -> Shapes:
    lines = [shapely.boundary(layout.villages), shapely.boundary(layout.sites)]
    if layout.outlines is not None:
        lines.append(shapely.boundary(layout.outlines))
    if layout.anchors is not None:
        lines += [_voronoi_edges(layout), layout.cuts]
    noded = shapely.unary_union(np.concatenate(lines))
    return shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))


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


def _containing(faces: Shapes, polygons: Shapes) -> IntArray:
    """Return for each face the first polygon that contains a point inside it, or -1."""
    found = np.full(len(faces), -1, np.int64)
    if len(polygons) == 0:
        return found
    inside = shapely.point_on_surface(faces)
    face, polygon = shapely.STRtree(polygons).query(inside, predicate="intersects")
    order = np.lexsort((-polygon, face))
    found[face[order]] = polygon[order]
    return found


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
    piece = _pieces(faces, site)
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
        unit = _containing(
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
    faces: Shapes, village: IntArray, unit: IntArray, site: IntArray, layout: Layout
) -> tuple[IntArray, float]:
    """Return the owner of each face: a unit, or ``n_units + site``."""
    count = len(layout.unit_village)
    name = np.where(site >= 0, count + site, unit)
    a, b, open_m, any_m = _borders_of_faces(faces, layout)
    joined = (name[a] == name[b]) & (name[a] >= 0) & (open_m > 0)
    piece = _connected(len(faces), a[joined], b[joined])
    core = _core_pieces(faces, piece, unit, layout)
    held = (core[piece] | (site >= 0)) & (village >= 0)
    owner = np.where(held, name, -1)
    moved = float(shapely.area(faces)[~held].sum())
    _give_away(owner, piece, village, count, a, b, open_m, any_m)
    _give_rest(owner, faces, village, layout)
    return owner, moved


def _borders_of_faces(
    faces: Shapes, layout: Layout
) -> tuple[IntArray, IntArray, FloatArray, FloatArray]:
    """Return contacts of faces: length on open ground and length in all, metres."""
    shared = shared_segments(faces)
    open_m = shared.length.copy()
    if layout.anchors is not None and len(layout.cuts):
        middle = shapely.points((shared.ends[:, :2] + shared.ends[:, 2:]) / 2.0)
        hit = shapely.STRtree(layout.cuts).query(
            middle, predicate="dwithin", distance=_ON_LINE_M
        )[0]
        open_m[hit] = 0.0
    a, b, any_m = sum_by_pair(shared.u, shared.v, shared.length)
    return a, b, sum_by_pair(shared.u, shared.v, open_m)[2], any_m


def _pieces(faces: Shapes, name: IntArray) -> IntArray:
    shared = shared_segments(faces)
    a, b = shared.u, shared.v
    same = (name[a] == name[b]) & (name[a] >= 0)
    return _connected(len(faces), a[same], b[same])


def _connected(count: int, a: IntArray, b: IntArray) -> IntArray:
    matrix = coo_array((np.ones(len(a), np.int8), (a, b)), shape=(count, count))
    return np.asarray(connected_components(matrix, directed=False)[1], np.int64)


def _core_pieces(
    faces: Shapes, piece: IntArray, unit: IntArray, layout: Layout
) -> NDArray[np.bool_]:
    """Return which pieces are the core of their unit: its anchor's, or its largest."""
    core = np.zeros(int(piece.max()) + 1, bool)
    own = np.flatnonzero(unit >= 0)
    area = np.bincount(piece, shapely.area(faces))[piece[own]]
    away = np.zeros(len(own))
    if layout.anchors is not None:
        away = shapely.distance(faces[own], shapely.points(layout.anchors[unit[own]]))
    order = np.lexsort((own, -area, away, unit[own]))
    first = np.unique(unit[own][order], return_index=True)[1]
    core[piece[own[order[first]]]] = True
    return core


def _give_away(
    owner: IntArray,
    piece: IntArray,
    village: IntArray,
    units: int,
    a: IntArray,
    b: IntArray,
    open_m: FloatArray,
    any_m: FloatArray,
) -> None:
    """Give loose pieces to the unit with the longest open border, outwards.

    Only where no loose piece has an open border left is one handed across a river or
    ridge, the longest border first.
    """
    u, v = np.r_[a, b], np.r_[b, a]
    open_m, any_m = np.r_[open_m, open_m], np.r_[any_m, any_m]
    near = (village[u] == village[v]) | (village[u] < 0) | (village[v] < 0)
    u, v, open_m, any_m = u[near], v[near], open_m[near], any_m[near]
    while True:
        edge = (owner[u] < 0) & (owner[v] >= 0) & (owner[v] < units)
        if not edge.any():
            return
        across = not (open_m[edge] > 0).any()
        length = (any_m if across else open_m)[edge]
        loose, to = piece[u[edge]], owner[v[edge]]
        p, o, total = sum_by_pair(loose, to, length)
        order = np.lexsort((o, -total, p))
        chosen = order[np.unique(p[order], return_index=True)[1]]
        if across:
            chosen = chosen[np.lexsort((p[chosen], -total[chosen]))[:1]]
        target = np.full(int(piece.max()) + 1, -1, np.int64)
        target[p[chosen]] = o[chosen]
        taken = (owner < 0) & (target[piece] >= 0)
        owner[taken] = target[piece][taken]


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


def _join(faces: Shapes, owner: IntArray, count: int) -> Shapes:
    grounds = np.full(count, None, object)
    order = np.argsort(owner, kind="stable")
    ends = np.searchsorted(owner[order], np.arange(count + 1))
    for number in range(count):
        own = faces[order[ends[number] : ends[number + 1]]]
        if len(own) == 1:
            grounds[number] = own[0]
        elif len(own):
            grounds[number] = shapely.coverage_union_all(own)
    return grounds


def _covered(grounds: Shapes, layout: Layout) -> IntArray:
    covered = np.full(len(grounds), -1, np.int64)
    for number in np.flatnonzero([ground is None for ground in grounds]).tolist():
        if layout.outlines is None or len(layout.sites) == 0:
            raise BadUnits(
                f"unit number {number + 1} has no ground: a site covers its village"
            )
        over = shapely.area(shapely.intersection(layout.sites, layout.outlines[number]))
        covered[number] = int(np.argmax(over))
    return covered
