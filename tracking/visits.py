"""Visits: a point was visited, with distance, time and fixes as evidence.

The same cleaned fixes that a verdict reads say whether somebody stood within 30 m of a
mine opening, a venue, a household or the scene of a case for two minutes. Positions
are means over 30 s, so that drift neither makes nor breaks a visit; silence earns none.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from tracking.ground.areas import Plane
from tracking.rules.policy import Rule
from tracking.signals.fixes import Track
from tracking.walking.scene import Path, make_path

Float64 = NDArray[np.float64]

MOCK, TELEPORT = "mock_location", "teleport"


@dataclass(frozen=True)
class VisitPoint:
    """A place that is to be visited; a point or an outline, WGS 84."""

    point_id: str
    kind: str
    name: str
    grid_code: str
    geometry: shapely.Geometry


@dataclass(frozen=True)
class VisitNeed:
    """What proves a visit: how near, how long, and which pause does not end it."""

    radius_m: float = 30.0
    dwell_s: float = 120.0
    pause_s: float = 60.0
    step_s: float = 60.0
    fixes: int = 3


@dataclass(frozen=True)
class Visit:
    """A stay near a point: times in milliseconds since the epoch, metres, seconds.

    `distance_m` is the nearest, `doubts` are codes of integrity reasons: a visit with a
    doubt proves nothing until a person has looked.
    """

    point: VisitPoint
    worker_id: str
    device_id: str
    start_ms: int
    end_ms: int
    dwell_s: float
    distance_m: float
    fixes: int
    nearest: tuple[int, float, float, float]
    doubts: tuple[str, ...]

    @property
    def is_proven(self) -> bool:
        """Whether nothing speaks against the visit."""
        return not self.doubts


def find_visits(
    tracks: Iterable[Track],
    points: Sequence[VisitPoint],
    rule: Rule,
    need: VisitNeed = VisitNeed(),
) -> list[Visit]:
    """Return the visits of some tracks to some points, by start, point and worker.

    Parameters
    ----------
    tracks : iterable of Track
        As `tracking.signals.fixes.prepare_tracks` returns them: cleaned and flagged.
    points : sequence of VisitPoint
    rule : Rule
        How positions are smoothed, and what accuracy an unknown one is taken for.
    need : VisitNeed
    """
    if not points:
        return []
    plane = Plane(float(points[0].geometry.centroid.x))
    shapes = [plane.project_geometry(p.geometry) for p in points]
    tree = shapely.STRtree(shapes)
    found: list[Visit] = []
    for track in tracks:
        path = make_path(track, plane, rule)
        if len(path):
            found += _of_path(path, points, shapes, tree, need)
    return sorted(found, key=_order)


def _order(visit: Visit) -> tuple[Any, ...]:
    return (visit.start_ms, visit.point.kind, visit.point.point_id, visit.worker_id)


def _of_path(
    path: Path,
    points: Sequence[VisitPoint],
    shapes: Sequence[shapely.Geometry],
    tree: shapely.STRtree,
    need: VisitNeed,
) -> list[Visit]:
    spots = shapely.points(path.smooth_x, path.smooth_y)
    at, which = tree.query(spots, predicate="dwithin", distance=need.radius_m)
    visits = []
    for number in np.unique(which).tolist():
        near = np.zeros(len(path), bool)
        near[at[which == number]] = True
        for first, last in _runs(path.t, near, need.pause_s):
            visit = _measured(
                path, points[number], shapes[number], near, first, last, need
            )
            if visit is not None:
                visits.append(visit)
    return visits


def _runs(t: Float64, near: NDArray[np.bool_], pause_s: float) -> list[tuple[int, int]]:
    """Return first and last fix of each stay; short absences do not end one."""
    here = np.flatnonzero(near)
    away = np.flatnonzero(
        (np.diff(here) > 1) & (np.diff(t[here]) > pause_s)  # absent for too long
    )
    starts = [0, *(away + 1).tolist()]
    ends = [*away.tolist(), len(here) - 1]
    return [(int(here[a]), int(here[b])) for a, b in zip(starts, ends, strict=True)]


def _measured(
    path: Path,
    point: VisitPoint,
    shape: shapely.Geometry,
    near: NDArray[np.bool_],
    first: int,
    last: int,
    need: VisitNeed,
) -> Visit | None:
    part = slice(first, last + 1)
    steps, here = np.diff(path.t[part]), near[part]
    # A step counts where both ends are near and nobody was silent in between.
    counts = here[1:] & here[:-1] & (steps <= need.step_s)
    dwell_s = float(steps[counts].sum())
    if dwell_s < need.dwell_s or int(here.sum()) < need.fixes:
        return None
    away = shapely.distance(
        shapely.points(path.smooth_x[part][here], path.smooth_y[part][here]), shape
    )
    track = path.track.part(part)
    nearest = int(np.flatnonzero(here)[int(np.argmin(away))])
    return Visit(
        point=point,
        worker_id=track.worker_id,
        device_id=track.device_id,
        start_ms=int(track.t_ms[0]),
        end_ms=int(track.t_ms[-1]),
        dwell_s=dwell_s,
        distance_m=float(away.min()),
        fixes=int(here.sum()),
        nearest=(
            int(track.t_ms[nearest]),
            float(track.lon[nearest]),
            float(track.lat[nearest]),
            float(path.accuracy[part][nearest]),
        ),
        doubts=_doubts(track),
    )


def _doubts(track: Track) -> tuple[str, ...]:
    doubts = []
    if (track.mock == 1).any():
        doubts.append(MOCK)
    if (track.jump_mps > 0.0).any():
        doubts.append(TELEPORT)
    return tuple(doubts)
