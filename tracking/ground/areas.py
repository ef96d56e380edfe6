"""Where somebody is to patrol: the grids of an assignment, as valid at each moment.

An `Area` is one grid, or several together, in a metric plane, with the versions that
were valid through the day; it tells how deep inside its border a position lies.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson
import pandas as pd
import shapely
from numpy.typing import NDArray

from tracking.errors import BadRoster
from tracking.ground.outline import Outline
from tracking.ground.plane import Plane as Plane

# A process that only judges starts sooner without it.
if TYPE_CHECKING:
    import geopandas as gpd

Float64 = NDArray[np.float64]
Int64 = NDArray[np.int64]

# Beyond this depth nothing depends on how deep.
DEPTH_CAP_M = 100.0
_FOREVER = np.iinfo(np.int64).max


@dataclass(frozen=True)
class GridVersion:
    """A grid as it was between two moments; `strip` says its border is a road."""

    grid_code: str
    from_ms: int
    to_ms: int
    geometry: shapely.Geometry
    digest: str
    strip: bool = True


@dataclass(frozen=True)
class Checkpoint:
    """A place that a round must reach; degrees, WGS 84."""

    checkpoint_id: str
    grid_code: str
    lon: float
    lat: float


@dataclass(frozen=True)
class Area:
    """One grid or several together, with the borders valid from moment to moment.

    `slices` holds start, end and outline of each span in which no border changed.
    """

    grid_codes: tuple[str, ...]
    versions: tuple[GridVersion, ...]
    checkpoints: tuple[Checkpoint, ...]
    checkpoint_xy: tuple[tuple[float, float], ...]
    slices: tuple[tuple[int, int, Outline], ...]
    strip: bool
    plane: Plane
    cap_m: float

    def depth(self, t_ms: Int64, x: Float64, y: Float64) -> Float64:
        """Return metres inside the border, negative outside, capped at `cap_m`.

        Parameters
        ----------
        t_ms : ndarray of int64, shape (n,), ascending
        x, y : ndarray of float64, shape (n,)
            Metres in the plane that the area was made in.
        """
        if len(self.slices) == 1 and len(t_ms):
            start, end, outline = self.slices[0]
            if start <= t_ms[0] and t_ms[-1] < end:
                return outline.depth(x, y)
        depth = np.full(len(t_ms), -self.cap_m)
        for start, end, outline in self.slices:
            now = (t_ms >= start) & (t_ms < end)
            if now.any():
                depth[now] = outline.depth(x[now], y[now])
        return depth


class Outlines:
    """The outlines of the last few grids: a grid is asked for day after day."""

    def __init__(self) -> None:
        self._made: dict[tuple[str, Plane, float], Outline] = {}

    def of(self, version: GridVersion, plane: Plane, cap_m: float) -> Outline:
        """Return the outline of a version on a plane."""
        key = version.digest, plane, cap_m
        if key not in self._made:
            while len(self._made) >= _FEW:
                del self._made[next(iter(self._made))]
            self._made[key] = Outline(_edges(version.geometry, plane), cap_m)
        return self._made[key]


_FEW = 16


def make_area(
    codes: Sequence[str],
    versions: Sequence[GridVersion],
    checkpoints: Sequence[Checkpoint],
    plane: Plane,
    start_ms: int,
    end_ms: int,
    cap_m: float = DEPTH_CAP_M,
    outlines: Outlines | None = None,
) -> Area:
    """Return the area of some grids over a span of time.

    Parameters
    ----------
    codes : sequence of str
    versions : sequence of GridVersion
        All versions of at least these grids.
    checkpoints : sequence of Checkpoint
    plane : Plane
    start_ms, end_ms : int
        Half-open.
    cap_m : float, optional
        Beyond this depth nothing depends on how deep.
    outlines : Outlines, optional
        Those made before, which know much of their ground already.
    """
    wanted = [
        v
        for v in versions
        if v.grid_code in codes and v.from_ms < end_ms and v.to_ms > start_ms
    ]
    cuts = {start_ms, end_ms}
    for v in wanted:
        cuts |= {t for t in (v.from_ms, v.to_ms) if start_ms < t < end_ms}
    moments = sorted(cuts)
    slices = []
    for low, high in pairwise(moments):
        valid = [v for v in wanted if v.from_ms <= low and v.to_ms >= high]
        shapes = [v.geometry for v in valid]
        if len(shapes) > 1:
            projected = [plane.project_geometry(shape) for shape in shapes]
            edges = _edges(shapely.union_all(projected), None)
            slices.append((low, high, Outline(edges, cap_m)))
        elif shapes:
            made = outlines or Outlines()
            slices.append((low, high, made.of(valid[0], plane, cap_m)))
    points = sorted(
        (c for c in checkpoints if c.grid_code in codes),
        key=lambda c: (c.checkpoint_id, c.grid_code, c.lon, c.lat),
    )
    x, y = plane.project(
        np.array([c.lon for c in points]), np.array([c.lat for c in points])
    )
    return Area(
        grid_codes=tuple(sorted(codes)),
        versions=tuple(sorted(wanted, key=lambda v: (v.grid_code, v.from_ms))),
        checkpoints=tuple(points),
        checkpoint_xy=tuple(zip(x.tolist(), y.tolist(), strict=True)),
        slices=tuple(slices),
        cap_m=cap_m,
        strip=all(v.strip for v in wanted),
        plane=plane,
    )


def grid_versions(grids: "gpd.GeoDataFrame") -> list[GridVersion]:
    """Return the versions in a frame of grids.

    Parameters
    ----------
    grids : GeoDataFrame
        ``grid_code`` and polygons, WGS 84; ``from_ms`` and ``to_ms`` (half-open,
        milliseconds since the epoch) where a grid has several versions;
        ``road_border`` is false where no border of the grid follows a road; else
        ``borders``, a list of tables with ``kind``, as the planner writes it.

    Raises
    ------
    BadRoster
        If a geometry is no polygon or is empty, or two versions of a grid overlap in
        time.
    """
    shapes = grids.geometry.to_numpy()
    bounds = shapely.bounds(shapes).tolist()
    for n, row in enumerate(grids.itertuples(index=False)):
        _check_shape(str(row.grid_code), shapes[n], bounds[n], n + 1)
    shapes = shapely.normalize(shapely.force_2d(shapely.make_valid(shapes)))
    rows = [
        GridVersion(
            grid_code=str(row.grid_code),
            from_ms=_moment(getattr(row, "from_ms", None), -_FOREVER),
            to_ms=_moment(getattr(row, "to_ms", None), _FOREVER),
            geometry=shape,
            digest=hashlib.sha256(stored).hexdigest(),
            strip=_follows_road(row),
        )
        for row, shape, stored in zip(
            grids.itertuples(index=False), shapes, shapely.to_wkb(shapes), strict=True
        )
    ]
    rows.sort(key=lambda v: (v.grid_code, v.from_ms, v.digest))
    for a, b in pairwise(rows):
        if a.grid_code == b.grid_code and b.from_ms < a.to_ms:
            raise BadRoster(
                f"grids: {a.grid_code} stands twice at one time; give each version "
                "its own from and to"
            )
    return rows


_POLYGONS = ("Polygon", "MultiPolygon")


def _check_shape(
    code: str, shape: shapely.Geometry | None, bounds: Sequence[float], row: int
) -> None:
    if shape is None or shape.is_empty or shape.geom_type not in _POLYGONS:
        kind = "none" if shape is None else shape.geom_type
        raise BadRoster(f"grids: {code} (row {row}) needs a polygon, not {kind}")
    low_x, low_y, high_x, high_y = bounds
    if max(-low_x, high_x) > 180.0 or max(-low_y, high_y) > 90.0:
        raise BadRoster(
            f"grids: {code} (row {row}) lies at {low_x:g}, {low_y:g}, which is no "
            "longitude and latitude; say which coordinates the file has"
        )


def _moment(value: object, default: int) -> int:
    return default if value is None or pd.isna(value) else int(value)  # type: ignore[call-overload]


def _follows_road(row: Any) -> bool:
    """Whether a border may follow a road: said so, planned so, or not known.

    The planner lists ``borders`` with their kinds; the outline of the whole area has
    none, and is given to the worker.
    """
    said = getattr(row, "road_border", None)
    if said is not None and not pd.isna(said):
        return bool(said)
    borders = getattr(row, "borders", None)
    if isinstance(borders, str):
        borders = orjson.loads(borders) if borders.startswith("[") else None
    if not isinstance(borders, list | tuple | np.ndarray):
        return True
    kinds = {b.get("kind") for b in borders if isinstance(b, dict)}
    return bool(kinds & _MAY_BE_ROAD) or not kinds


_MAY_BE_ROAD = {"road", "outline", None}


def _edges(outline: shapely.Geometry, plane: Plane | None) -> Float64:
    """Return the edges of all rings, rows x1, y1, x2, y2, put on a plane if given."""
    if outline.geom_type == "Polygon" and not shapely.get_num_interior_rings(outline):
        xy = shapely.get_coordinates(outline)
        joined = None
    else:
        rings = shapely.get_rings(shapely.get_parts(outline))
        xy, ring = shapely.get_coordinates(rings, return_index=True)
        joined = ring[1:] == ring[:-1]
    if plane is not None:
        xy = np.column_stack(plane.project(*np.ascontiguousarray(xy.T)))
    edges = np.concatenate([xy[:-1], xy[1:]], axis=1)
    return edges if joined is None else np.ascontiguousarray(edges[joined])
