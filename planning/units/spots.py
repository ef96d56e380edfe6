"""Ground around spots that no border may cut: mine openings, venues.

Roads lead to sites, and a border along a road would run through them; but a site lies
in exactly one grid. Around each spot near a cut a small disc is kept whole: lines end
at it, and it goes to one side of the road as it is, so that the border makes a bow.
"""

from dataclasses import dataclass, replace

import numpy as np
import shapely
from numpy.typing import NDArray

from planning.graphs.contact import IntArray
from planning.units.faces import Contacts

Shapes = NDArray[np.object_]

# Below the 10 m within which a border still counts as running along its road.
_RADIUS_M = 6.0
# Lines run a little into a disc, so that noding surely meets its outline.
_OVERSHOOT_M = 0.05


@dataclass(frozen=True)
class Kept:
    """Lines with the discs of spots left out of them.

    Attributes
    ----------
    cuts, edges : ndarray of LineString or MultiLineString
        The cuts, and the other lines between cells, outside the discs.
    discs : ndarray of Polygon
        Discs kept whole; spots closer than two radii share one.
    """

    cuts: Shapes
    edges: Shapes
    discs: Shapes


def keep_spots(spots: Shapes, cuts: Shapes, edges: Shapes, fixed: Shapes) -> Kept:
    """Return the lines without the discs of the spots near a cut.

    Parameters
    ----------
    spots : ndarray of Point
    cuts : ndarray of LineString
        Rivers, ridges and roads.
    edges : ndarray of LineString or MultiLineString
        Lines between cells, which may be moved.
    fixed : ndarray of LineString, MultiLineString or Point
        What stays where it is: outlines of villages and sites, and places of units.
        Where a disc would hold one, the cut only pauses there.
    """
    none = np.empty(0, object)
    if not len(spots) or not len(cuts):
        return Kept(cuts, edges, none)
    tree = shapely.STRtree(cuts)
    near = np.unique(tree.query(spots, predicate="dwithin", distance=_RADIUS_M)[0])
    if not len(near):
        return Kept(cuts, edges, none)
    whole = shapely.union_all(shapely.buffer(spots[near], _RADIUS_M, quad_segs=4))
    discs = shapely.get_parts(whole)
    hit = np.unique(shapely.STRtree(fixed).query(discs, predicate="intersects")[0])
    free = discs[~np.isin(np.arange(len(discs)), hit)]
    inner = shapely.buffer(free, -_OVERSHOOT_M)
    return Kept(
        _parts(shapely.difference(cuts, shapely.buffer(whole, -_OVERSHOOT_M))),
        _parts(shapely.difference(edges, shapely.union_all(inner))),
        free,
    )


def one_side_only(
    contacts: Contacts, faces: Shapes, name: IntArray, discs: Shapes
) -> Contacts:
    """Return contacts in which each disc is open to one neighbour only.

    A disc lies across a road; open to both sides it would join what the road parts. It
    stays open to the neighbour of its own name with the longest border, else to any.
    """
    if not len(discs):
        return contacts
    inside = shapely.point_on_surface(faces)
    disc_faces = np.unique(shapely.STRtree(discs).query(inside, "within")[0])
    a, b, open_m = contacts.a, contacts.b, contacts.open_m.copy()
    for disc in disc_faces.tolist():
        row = np.flatnonzero((a == disc) | (b == disc))
        other = np.where(a[row] == disc, b[row], a[row])
        order = np.lexsort((other, -contacts.any_m[row], name[other] != name[disc]))
        open_m[row[order[1:]]] = 0.0
    return replace(contacts, open_m=open_m)


def _parts(lines: Shapes) -> Shapes:
    parts = shapely.get_parts(lines)
    return parts[~shapely.is_empty(parts)]
