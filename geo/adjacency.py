"""Which areas share a border, and how long it is.

Rook neighbours share a line, not just a corner. In a valid coverage the shared line is
the same segments in both areas, so segments are matched by their end points; only where
that leaves something over (a vertex that one side lacks) are lines compared by place.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.errors import BadFrame

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]

# Borders closer than this are one line: far below what any surveyor gives.
_MATCH_M = 1e-3
# Areas that share less border are no neighbours.
CONTACT_M = 1.0


class SharedSegments(NamedTuple):
    """Straight pieces of border, each between two areas.

    Attributes
    ----------
    u, v : ndarray of int64, shape (n,)
        Positions of the two areas, u < v, sorted by (u, v).
    ends : ndarray of float64, shape (n, 4)
        x0, y0, x1, y1 in the CRS of the areas.
    """

    u: IntArray
    v: IntArray
    ends: FloatArray

    @property
    def length(self) -> FloatArray:
        """Length of each piece, in the unit of the CRS."""
        return np.hypot(
            self.ends[:, 2] - self.ends[:, 0], self.ends[:, 3] - self.ends[:, 1]
        )


def rook_edges(
    geoms: Sequence[Any] | NDArray[np.object_], min_shared_m: float = CONTACT_M
) -> tuple[IntArray, IntArray, FloatArray]:
    """Return the pairs of areas that share a border.

    Parameters
    ----------
    geoms : array of shapely Polygon or MultiPolygon, shape (n,)
        In a metric CRS. Best a valid coverage (`geo.cleaning.clean_coverage`); borders
        within 1 mm of each other are found too.
    min_shared_m : float
        Pairs that share less, or only a corner, are no neighbours.

    Returns
    -------
    u, v : ndarray of int64, shape (m,)
        Positions in `geoms`, u < v, sorted by (u, v), each pair once.
    length_m : ndarray of float64, shape (m,)
        Metres of shared border. The same for any order of the areas.

    Raises
    ------
    BadFrame
        If one of `geoms` is not an area, or is empty.

    Examples
    --------
    >>> from shapely import box
    >>> u, v, length_m = rook_edges([box(0, 0, 9, 9), box(9, 0, 20, 9)])
    >>> [(int(i), int(j), float(m)) for i, j, m in zip(u, v, length_m)]
    [(0, 1, 9.0)]
    """
    shared = shared_segments(geoms)
    if not len(shared.u):
        return shared.u, shared.v, shared.length
    changes = (np.diff(shared.u) != 0) | (np.diff(shared.v) != 0)
    starts = np.flatnonzero(np.concatenate([[True], changes]))
    length_m = np.add.reduceat(shared.length, starts)
    keep = (length_m >= min_shared_m) & (length_m > 0)
    return shared.u[starts][keep], shared.v[starts][keep], length_m[keep]


def shared_segments(
    geoms: Sequence[Any] | NDArray[np.object_],
) -> SharedSegments:
    """Return every straight piece of border that two areas share.

    Parameters
    ----------
    geoms : array of shapely Polygon or MultiPolygon, shape (n,)
        In a metric CRS.

    Returns
    -------
    SharedSegments
        Sorted by (u, v), then by place; the same set for any order of the areas.

    Raises
    ------
    BadFrame
        If one of `geoms` is not an area, or is empty.
    """
    areas = np.asarray(geoms, dtype=object)
    _require_areas(areas)
    owner, ends = _segments(areas)
    first, second, is_single = _match(owner, ends)
    u, v, lines = owner[first], owner[second], ends[first]
    if is_single.any():
        more = _match_by_place(owner[is_single], ends[is_single])
        u, v = np.concatenate([u, more.u]), np.concatenate([v, more.v])
        lines = np.concatenate([lines, more.ends])
    low, high = np.minimum(u, v), np.maximum(u, v)
    order = np.lexsort((*lines.T[::-1], high, low))
    return SharedSegments(low[order], high[order], lines[order])


def _require_areas(areas: NDArray[np.object_]) -> None:
    kinds = shapely.get_type_id(areas)
    bad = ~np.isin(kinds, (3, 6)) | shapely.is_empty(areas)
    if bad.any():
        row = int(np.flatnonzero(bad)[0])
        kind = "missing" if areas[row] is None else areas[row].geom_type
        raise BadFrame(f"areas: row {row + 1} is {kind}; an area needs a polygon")


def _segments(areas: NDArray[np.object_]) -> tuple[IntArray, FloatArray]:
    """Return all segments of all rings, ends in ascending order, and their area."""
    parts, part_owner = shapely.get_parts(areas, return_index=True)
    rings, ring_part = shapely.get_rings(parts, return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    within = ring[1:] == ring[:-1]
    a, b = xy[:-1][within], xy[1:][within]
    owner = part_owner[ring_part[ring[:-1][within]]].astype(np.int64)
    flip = (a[:, 0] > b[:, 0]) | ((a[:, 0] == b[:, 0]) & (a[:, 1] > b[:, 1]))
    a[flip], b[flip] = b[flip], a[flip].copy()
    real = (a != b).any(axis=1)
    return owner[real], np.concatenate([a, b], axis=1)[real]


def _match(
    owner: IntArray, ends: FloatArray
) -> tuple[IntArray, IntArray, NDArray[np.bool_]]:
    """Pair equal segments of different owners; tell which have no partner at all."""
    key = _segment_key(ends)
    order = np.lexsort((owner, key))
    sorted_key = key[order]
    firsts, seconds = [], []
    step = 1
    # A segment may have more than two owners where areas overlap.
    while step < len(order):
        same = np.flatnonzero(sorted_key[step:] == sorted_key[:-step])
        if not len(same):
            break
        firsts.append(order[same])
        seconds.append(order[same + step])
        step += 1
    first = np.concatenate([*firsts, np.empty(0, np.int64)]).astype(np.int64)
    second = np.concatenate([*seconds, np.empty(0, np.int64)]).astype(np.int64)
    is_single = np.ones(len(owner), bool)
    is_single[first] = is_single[second] = False
    others = owner[first] != owner[second]
    return first[others], second[others], is_single


def _segment_key(ends: FloatArray) -> IntArray:
    points = np.concatenate([ends[:, :2], ends[:, 2:]]) + 0.0  # -0.0 becomes 0.0
    order = np.lexsort((points[:, 1], points[:, 0]))
    ordered = points[order]
    new = np.concatenate([[False], (ordered[1:] != ordered[:-1]).any(axis=1)])
    number = np.empty(len(points), np.int64)
    number[order] = np.cumsum(new)
    n = len(ends)
    return number[:n] * np.int64(len(points)) + number[n:]


def _match_by_place(owner: IntArray, ends: FloatArray) -> SharedSegments:
    """Find where segments without a partner run along each other."""
    # In order of place, so that the result does not hang on the order of the areas.
    order = np.lexsort(ends.T[::-1])
    owner, ends = owner[order], ends[order]
    lines = shapely.linestrings(ends.reshape(-1, 2, 2))
    tree = shapely.STRtree(lines)
    i, j = tree.query(lines, predicate="dwithin", distance=_MATCH_M)
    pairs = (i < j) & (owner[i] != owner[j])
    i, j = i[pairs], j[pairs]
    near, far = _overlap(ends[i], ends[j])
    length = np.hypot(*(far - near).T)
    # Pieces that only touch, or cross at a corner, are shorter than this.
    real = length > 2 * _MATCH_M
    return SharedSegments(
        owner[i][real], owner[j][real], np.concatenate([near, far], axis=1)[real]
    )


def _overlap(a: FloatArray, b: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the piece of each segment `a` that runs within 1 mm of segment `b`."""
    start, along = a[:, :2], a[:, 2:] - a[:, :2]
    length = np.maximum(np.hypot(along[:, 0], along[:, 1]), 1e-12)
    unit = along / length[:, None]
    s, aside = _in_frame(b[:, :2] - start, unit)
    t, aside_t = _in_frame(b[:, 2:] - start, unit)
    low = np.clip(np.minimum(s, t), 0.0, length)
    high = np.clip(np.maximum(s, t), 0.0, length)
    # Where on b the distance to the line of a stays small: a clip of a linear function.
    slope = aside_t - aside
    span = np.where(np.abs(t - s) < 1e-12, 1e-12, t - s)
    far_low = np.abs(aside + slope * (low - s) / span) > _MATCH_M
    far_high = np.abs(aside + slope * (high - s) / span) > _MATCH_M
    high = np.where(far_low | far_high, low, high)
    return start + unit * low[:, None], start + unit * high[:, None]


def _in_frame(delta: FloatArray, unit: FloatArray) -> tuple[FloatArray, FloatArray]:
    along = (delta * unit).sum(axis=1)
    aside = delta[:, 0] * unit[:, 1] - delta[:, 1] * unit[:, 0]
    return along, aside
