"""Units that lie across a forbidden line: only their larger bank is theirs to go by.

A line that may not be crossed parts the banks of a unit too. Whoever lives on the far
bank of one belongs to it all the same, but no grid comes across the line through it:
borders of its far bank join nobody.
"""

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.adjacency import SharedSegments
from planning.graphs.contact import IntArray

Shapes = NDArray[np.object_]

_TOUCH_M = 1e-3
# Less ground is where a drawn line wavers about a border.
_BANK_M2 = 1.0


def far_banks(
    polygons: Shapes, barriers: Shapes, bridges: Shapes, reach_m: float
) -> tuple[IntArray, Shapes]:
    """Return the ground that units have beyond lines, away from any bridge.

    Parameters
    ----------
    polygons : ndarray of Polygon or MultiPolygon, shape (n,)
        In a metric CRS.
    barriers : ndarray of LineString or MultiLineString
    bridges : ndarray of Point or MultiPoint
    reach_m : float
        A bank so near a bridge is joined to the other.

    Returns
    -------
    unit : ndarray of int64, shape (m,)
    bank : ndarray of Polygon, shape (m,)
        All pieces of a unit but the largest of each of its parts.
    """
    parts, owner = shapely.get_parts(polygons, return_index=True)
    line, part = shapely.STRtree(parts).query(barriers, predicate="crosses")
    units, banks = [], []
    for number in np.unique(part).tolist():
        edges = [shapely.boundary(parts[number]), *barriers[line[part == number]]]
        faces = shapely.get_parts(
            shapely.polygonize(shapely.get_parts(shapely.unary_union(edges)))
        )
        inside = shapely.contains(parts[number], shapely.point_on_surface(faces))
        faces = faces[inside & (shapely.area(faces) > _BANK_M2)]
        order = np.lexsort((*shapely.bounds(faces).T[:2], -shapely.area(faces)))
        for face in faces[order[1:]]:
            if not shapely.dwithin(bridges, face, reach_m).any():
                units.append(int(owner[number]))
                banks.append(face)
    return np.array(units, np.int64), np.array(banks, object)


def on_far_bank(
    shared: SharedSegments, unit: IntArray, bank: Shapes
) -> NDArray[np.bool_]:
    """Return which pieces of border lie at the far bank of a unit beside them."""
    closed = np.zeros(len(shared.u), bool)
    if not len(bank):
        return closed
    middle = shapely.points((shared.ends[:, :2] + shared.ends[:, 2:]) / 2.0)
    at, number = shapely.STRtree(bank).query(
        middle, predicate="dwithin", distance=_TOUCH_M
    )
    own = (shared.u[at] == unit[number]) | (shared.v[at] == unit[number])
    closed[at[own]] = True
    return closed


def split_at(shared: SharedSegments, barriers: Shapes) -> SharedSegments:
    """Return the pieces of border, those that cross a line parted there."""
    lines = shapely.linestrings(shared.ends.reshape(-1, 2, 2))
    hit = np.unique(shapely.STRtree(lines).query(barriers, predicate="crosses")[1])
    if not len(hit):
        return shared
    near = shapely.union_all(barriers)
    pieces, row = shapely.get_parts(
        shapely.difference(lines[hit], near), return_index=True
    )
    pieces, row = pieces[shapely.length(pieces) > 0], row[shapely.length(pieces) > 0]
    ends = shapely.get_coordinates(pieces).reshape(-1, 4)
    whole = np.setdiff1d(np.arange(len(lines)), hit)
    origin = np.r_[whole, hit[row]]
    order = np.argsort(origin, kind="stable")
    every = np.r_[shared.ends[whole], ends][order]
    return SharedSegments(shared.u[origin][order], shared.v[origin][order], every)
