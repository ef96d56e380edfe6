"""Faces of an arrangement of lines: who touches whom, and who gets the loose ones."""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from geo.adjacency import shared_segments
from planning.graphs.contact import FloatArray, IntArray, sum_by_pair

Shapes = NDArray[np.object_]

_ON_LINE_M = 1e-3


@dataclass(frozen=True)
class Contacts:
    """Contacts of faces, each pair once.

    Attributes
    ----------
    a, b : ndarray of int64
    open_m : ndarray of float64
        Border on open ground, metres: not along a line that cells end at.
    any_m : ndarray of float64
        Border in all.
    """

    a: IntArray
    b: IntArray
    open_m: FloatArray
    any_m: FloatArray


def polygons_of(lines: Shapes) -> Shapes:
    """Return the faces that lines enclose, noded together once."""
    noded = shapely.unary_union(lines)
    return shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))


def containing(faces: Shapes, polygons: Shapes) -> IntArray:
    """Return for each face the first polygon that contains a point inside it, or -1."""
    found = np.full(len(faces), -1, np.int64)
    if len(polygons) == 0:
        return found
    inside = shapely.point_on_surface(faces)
    face, polygon = shapely.STRtree(polygons).query(inside, predicate="intersects")
    order = np.lexsort((-polygon, face))
    found[face[order]] = polygon[order]
    return found


def contacts_of(faces: Shapes, cuts: Shapes) -> Contacts:
    """Return who touches whom, and how far off the cuts."""
    shared = shared_segments(faces)
    open_m = shared.length.copy()
    if len(cuts):
        middle = shapely.points((shared.ends[:, :2] + shared.ends[:, 2:]) / 2.0)
        hit = shapely.STRtree(cuts).query(
            middle, predicate="dwithin", distance=_ON_LINE_M
        )[0]
        open_m[hit] = 0.0
    a, b, any_m = sum_by_pair(shared.u, shared.v, shared.length)
    return Contacts(a, b, sum_by_pair(shared.u, shared.v, open_m)[2], any_m)


def open_pieces(count: int, name: IntArray, contacts: Contacts) -> IntArray:
    """Return the piece of each face: faces of one name that meet on open ground."""
    a, b = contacts.a, contacts.b
    same = (name[a] == name[b]) & (name[a] >= 0) & (contacts.open_m > 0)
    return connected(count, a[same], b[same])


def pieces_of(faces: Shapes, name: IntArray) -> IntArray:
    """Return the piece of each face: faces of one name that touch."""
    shared = shared_segments(faces)
    a, b = shared.u, shared.v
    same = (name[a] == name[b]) & (name[a] >= 0)
    return connected(len(faces), a[same], b[same])


def connected(count: int, a: IntArray, b: IntArray) -> IntArray:
    """Return the component of each of `count` things joined in pairs."""
    matrix = coo_array((np.ones(len(a), np.int8), (a, b)), shape=(count, count))
    return np.asarray(connected_components(matrix, directed=False)[1], np.int64)


def give_away(
    owner: IntArray,
    piece: IntArray,
    zone: IntArray,
    takers: int,
    contacts: Contacts,
) -> None:
    """Give loose pieces to the owner with the longest open border, outwards; in place.

    Only where no loose piece has an open border left is one handed across a river,
    ridge or road, the longest border first. Faces stay in their zone: one of zone -1
    takes any owner and passes it on to none, or it would be a way from zone to zone.
    Owners numbered `takers` and above take nothing.
    """
    u, v = np.r_[contacts.a, contacts.b], np.r_[contacts.b, contacts.a]
    open_m, any_m = (np.r_[m, m] for m in (contacts.open_m, contacts.any_m))
    near = (zone[u] == zone[v]) | (zone[u] < 0)
    u, v, open_m, any_m = u[near], v[near], open_m[near], any_m[near]
    while True:
        edge = (owner[u] < 0) & (owner[v] >= 0) & (owner[v] < takers)
        if not edge.any():
            return
        across = not (open_m[edge] > 0).any()
        length = any_m if across else open_m
        # A piece with nothing but a river between it and an owner waits for its side.
        edge &= length > 0
        length = length[edge]
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


def join(faces: Shapes, owner: IntArray, count: int) -> Shapes:
    """Return the ground of each of `count` owners, None where one has no face."""
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
