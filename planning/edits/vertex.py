"""Move a vertex that units share: all of them follow, so no gap can open between them.

What can go wrong is found and told: a unit turned inside out lies over its neighbours
(overlap), a vertex of the territory's edge pulled inwards leaves ground without a grid
(gap), pushed outwards takes foreign ground, and one on a village line moves that line.
"""

from dataclasses import replace

import numpy as np
import shapely
from numpy.typing import NDArray

from planning.edits.breaches import Breach, Edited, breach_at, edited, grid_name
from planning.edits.land import CM2, MM, Land, whole
from planning.edits.state import PlanState, measured
from planning.errors import BadEdit
from planning.graphs.contact import FloatArray, IntArray

# Below this is rounding.
_NOISE_M2 = 1e-4


def nearest_vertex(land: Land, x: float, y: float) -> int:
    """Return the vertex nearest to a point in metres."""
    return int(np.argmin((land.xy[:, 0] - x) ** 2 + (land.xy[:, 1] - y) ** 2))


def move_vertex(state: PlanState, vertex: int, x: float, y: float) -> Edited:
    """Move a vertex of the units' borders.

    Parameters
    ----------
    vertex : int
        Position in ``land.xy``, for example from `nearest_vertex`.
    x, y : float
        Where it goes, in the land's metric CRS.

    Raises
    ------
    BadEdit
        If there is no such vertex, the place is no number or that of another vertex of
        these units, or a grid that would change is locked.
    """
    land = state.land
    if not 0 <= vertex < len(land.xy):
        raise BadEdit(f"vertex {vertex} is not in this plan")
    if not np.isfinite([x, y]).all():
        raise BadEdit(f"the place ({x}, {y}) is no place")
    units = land.units_at(vertex)
    _require_free(state, units)
    _require_own_place(land, vertex, units, (x, y))
    moved = _moved(land, vertex, (x, y), units)
    slots = {int(s) for s in state.part[units] if s >= 0}
    after = measured(replace(state, land=moved), sorted(slots))
    return edited(state, after, *_found(state, after, vertex, units))


def place_vertices(state: PlanState, vertices: IntArray, xy: FloatArray) -> PlanState:
    """Return the state with vertices where an edit that was checked had put them.

    Parameters
    ----------
    vertices : ndarray of int64, shape (n,)
        Positions in ``land.xy``.
    xy : ndarray of float64, shape (n, 2)
        Metres, in the land's CRS.
    """
    land, touched = state.land, set()
    for vertex, (x, y) in zip(vertices.tolist(), xy.tolist(), strict=True):
        units = land.units_at(vertex)
        touched |= {int(at) for at in state.part[units] if at >= 0}
        land = _moved(land, vertex, (x, y), units)
    return measured(replace(state, land=land), sorted(touched))


def ground_breaches(before: PlanState, after: PlanState) -> tuple[Breach, ...]:
    """Return the gaps, overlaps and moved village lines that moved vertices made.

    Parameters
    ----------
    before, after : PlanState
        A plan as it was drawn and as it is; their lands differ in places only.
    """
    moved = np.flatnonzero((before.land.xy != after.land.xy).any(axis=1))
    if not len(moved):
        return ()
    units = np.unique(np.concatenate([before.land.units_at(v) for v in moved.tolist()]))
    around = _met(before.land, after.land, units)
    found = _lost_and_taken(before, after, units, around)
    if not _is_coverage(after.land.shapes[around]):
        found += _overlaps(after, units, around)
    for vertex in moved.tolist():
        found += _moved_line(after, vertex, after.land.units_at(vertex))
    return tuple(found)


def _moved_line(state: PlanState, vertex: int, units: IntArray) -> list[Breach]:
    if len(np.unique(state.land.label[units])) < 2:
        return []
    place = shapely.points(state.land.xy[vertex])
    grid = grid_name(state, int(units[0]))
    return [breach_at(state, "straddled_line", grid, units, place, 0.0)]


def _require_free(state: PlanState, units: IntArray) -> None:
    held = [int(s) for s in state.part[units] if int(s) in state.locked]
    if held:
        raise BadEdit(f"grid {state.names[held[0]]!r} is locked; unlock it first")


def _require_own_place(
    land: Land, vertex: int, units: IntArray, place: tuple[float, float]
) -> None:
    others = np.unique(np.concatenate([land.corners_of(u) for u in units.tolist()]))
    others = others[others != vertex]
    if (land.xy[others] == place).all(axis=1).any():
        raise BadEdit("another vertex lies there; two vertices cannot be one")


def _moved(
    land: Land, vertex: int, place: tuple[float, float], units: IntArray
) -> Land:
    xy, shapes = land.xy.copy(), land.shapes.copy()
    xy[vertex] = place
    for u in units.tolist():
        shapes[u] = _redrawn(land.shapes[u], xy[land.corners_of(u)])
    border = land.borders.cost.copy()
    outer, area = land.outer_mm.copy(), land.area_cm2.copy()
    for (u, v), change in _change_m(land, vertex, xy, units).items():
        if u == v:
            outer[u] += round(change * MM)
        else:
            border[_slot(land, u, v)] += round(change * MM)
    area[units] = whole(shapely.area(shapes[units]), CM2)
    borders = replace(land.borders, cost=border)
    return land.with_ground(xy, shapes, borders=borders, outer_mm=outer, area_cm2=area)


def _redrawn(shape: shapely.Geometry, xy: FloatArray) -> shapely.Geometry:
    return shapely.transform(shape, lambda _: xy)


def _change_m(
    land: Land, vertex: int, xy: FloatArray, units: IntArray
) -> dict[tuple[int, int], float]:
    """Return how much longer each shared border gets, for both directions of a pair.

    A unit paired with itself is its outline that no other shares.
    """
    change: dict[tuple[int, int], float] = {}
    for other, owners in _owners(land, vertex, units).items():
        longer = float(np.hypot(*(xy[vertex] - xy[other])))
        longer -= float(np.hypot(*(land.xy[vertex] - land.xy[other])))
        for u in owners:
            beside = [v for v in owners if v != u and v in land.bordering(u)]
            for v in beside or [u]:
                change[u, v] = change.get((u, v), 0.0) + longer
    return change


def _owners(land: Land, vertex: int, units: IntArray) -> dict[int, list[int]]:
    """Return, for each vertex next to one, the units that the line between is of."""
    owners: dict[int, list[int]] = {}
    for u in units.tolist():
        for other in land.beside(u, vertex).tolist():
            owners.setdefault(other, []).append(u)
    return owners


def _slot(land: Land, u: int, v: int) -> int:
    return int(land.borders.indptr[u] + np.searchsorted(land.bordering(u), v))


def _found(
    before: PlanState, after: PlanState, vertex: int, units: IntArray
) -> list[Breach]:
    old, new = before.land, after.land
    around = _around(old, units)
    moved_line = _moved_line(after, vertex, units)
    inside = all(len(own) == 2 for own in _owners(old, vertex, units).values())
    if inside and all(_is_coverage(x.shapes[around]) for x in (old, new)):
        return moved_line
    met = _met(old, new, units)
    found = _lost_and_taken(before, after, units, met)
    if not _is_coverage(new.shapes[met]):
        found += _overlaps(after, units, met)
    return found + moved_line


def _is_coverage(shapes: NDArray[np.object_]) -> bool:
    return bool(shapely.is_valid(shapes).all() and shapely.coverage_is_valid(shapes))


def _lost_and_taken(
    before: PlanState, after: PlanState, units: IntArray, around: IntArray
) -> list[Breach]:
    was = _union(before.land.shapes[around])
    now = _union(after.land.shapes[around])
    lost, taken = shapely.difference(was, now), shapely.difference(now, was)
    return [
        _at_largest(after, kind, units, ground)
        for kind, ground in (("gap", lost), ("outside_outline", taken))
        if ground.area > _NOISE_M2
    ]


def _union(shapes: NDArray[np.object_]) -> shapely.Geometry:
    # An earlier edit may have left a unit turned inside out.
    return shapely.union_all(shapely.make_valid(shapes))


def _around(land: Land, units: IntArray) -> IntArray:
    """Return units and all that share a vertex with them."""
    corners = np.unique(np.concatenate([land.corners_of(u) for u in units.tolist()]))
    return np.unique(np.concatenate([land.units_at(c) for c in corners.tolist()]))


def _met(before: Land, after: Land, units: IntArray) -> IntArray:
    """Return all that units touch or may lie over, also far from where they were."""
    drawn = np.r_[before.shapes[units], after.shapes[units]]
    west, south, east, north = shapely.bounds(after.shapes).T
    left, bottom, right, top = shapely.total_bounds(drawn)
    near = (west <= right) & (left <= east) & (south <= top) & (bottom <= north)
    return np.flatnonzero(near)


def _overlaps(state: PlanState, units: IntArray, around: IntArray) -> list[Breach]:
    shapes = state.land.shapes
    found = []
    for u in units.tolist():
        if not shapely.is_valid(shapes[u]):
            where = shapely.difference(
                shapely.convex_hull(shapes[u]), shapely.make_valid(shapes[u])
            )
            place = where if where.area > 0 else shapely.convex_hull(shapes[u])
            found.append(_at_largest(state, "overlap", np.array([u]), place))
    valid: NDArray[np.object_] = shapely.make_valid(shapes[around])
    for i, u in enumerate(around.tolist()):
        later = (around > u) & (np.isin(around, units) | np.isin(u, units))
        common = shapely.intersection(valid[i], valid[later])
        for v, shape in zip(around[later].tolist(), common, strict=True):
            if shape.area > _NOISE_M2:
                pair = np.array([u, v])
                found.append(_at_largest(state, "overlap", pair, shape))
    return found


def _at_largest(
    state: PlanState, kind: str, units: IntArray, shape: shapely.Geometry
) -> Breach:
    parts = shapely.get_parts(shape)
    largest = parts[int(np.argmax(shapely.area(parts)))]
    place = shapely.point_on_surface(largest)
    grid = grid_name(state, int(units[0]))
    return breach_at(state, kind, grid, units, place, float(shape.area))
