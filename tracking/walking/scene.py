"""One device's day on the plane of one area: where it was, how it moved, what counts.

Everything that a round is measured by is computed here once per day, so that the
windows only pick their parts.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tracking.ground.areas import Area, Plane
from tracking.plain import median
from tracking.rules.policy import Rule
from tracking.signals.fixes import USED, Track
from tracking.walking.motion import trace
from tracking.walking.presence import add_ways_in, find_credited, find_presence
from tracking.walking.stays import find_stays

Float64 = NDArray[np.float64]
Bools = NDArray[np.bool_]


_WANDERS = 1.3
# A sample tells how unsure a phone is.
_SOME = 64


@dataclass(frozen=True)
class Path:
    """Usable fixes of one device on a metric plane, with their motion.

    Arrays have shape (n,). `t` is in seconds since the first fix, with the silence of
    visits indoors shortened; `is_visit`, `is_moving`, `net_mps` and `step_mps` are of
    the step that ends at each fix.
    """

    track: Track
    t: Float64
    x: Float64
    y: Float64
    smooth_x: Float64
    smooth_y: Float64
    accuracy: Float64
    step_mps: Float64
    is_moving: Bools

    def __len__(self) -> int:
        return len(self.t)


@dataclass(frozen=True)
class Scene:
    """A path seen from an area: the stays in the grid, and what is certain."""

    path: Path
    area: Area
    depth: Float64
    stretch: NDArray[np.int64]
    credited: Bools
    in_stay: Bools
    is_visit: Bools
    stay_radius_m: float


def make_path(track: Track, plane: Plane, rule: Rule) -> Path:
    """Return the usable fixes of a track on a plane.

    Parameters
    ----------
    track : Track
        Of one day; fixes that are flagged are left out.
    plane : Plane
    rule : Rule
    """
    if track.flag.any():
        track = track.part(track.flag == USED)
    x, y = plane.project(track.lon, track.lat)
    if not np.isfinite(x).all():
        used = np.isfinite(x)
        track, x, y = track.part(used), x[used], y[used]
    told = track.t_ms, x, y, track.accuracy_m
    t, sx, sy, accuracy, step, moving = trace(
        *told, rule.accuracy_unknown_m, rule.gap_s, rule.speed_low_mps
    )
    return Path(track, t, x, y, sx, sy, accuracy, step, moving)


def make_scene(path: Path, area: Area, rule: Rule) -> Scene:
    """Return how a path lies to an area."""
    depth = area.depth(path.track.t_ms, path.x, path.y)
    visit = _find_visits(path, depth, rule)
    t = _shortened(path.t, visit, rule.gap_s) if rule.indoor_gap_s else path.t
    stretch = find_presence(
        t,
        depth,
        path.accuracy,
        rule.border_band_m,
        rule.border_hold_s,
        rule.silence_min * 60.0,
    )
    strip = rule.road_strip_m if area.strip else 0.0
    if strip:
        hold_s, silence_s = rule.border_hold_s, 60.0 * rule.silence_min
        add_ways_in(t, depth, path.is_moving, stretch, strip, hold_s, silence_s)
    radius = _stay_radius(path, rule)
    stays = find_stays(
        t,
        path.smooth_x,
        path.smooth_y,
        path.is_moving,
        rule.stay_min * 60.0,
        radius,
        rule.gap_s,
    )
    credited = find_credited(depth, path.accuracy, path.is_moving, strip)
    return Scene(path, area, depth, stretch, credited, stays, visit, radius)


def _stay_radius(path: Path, rule: Rule) -> float:
    """Return how far positions spread at rest: an unsure phone wanders further."""
    some = path.accuracy[:: max(len(path) // _SOME, 1)]
    unsure = _WANDERS * (median(some) if len(some) else 0.0)
    return min(max(rule.stay_radius_m, unsure), 2.0 * rule.stay_radius_m)


def _find_visits(path: Path, depth: Float64, rule: Rule) -> Bools:
    """Return the steps that are a silence indoors: both ends in the grid and near."""
    visit = np.zeros(len(path), bool)
    if rule.indoor_gap_s and len(path) > 1:
        dt = np.diff(path.t)
        near = np.hypot(np.diff(path.x), np.diff(path.y)) <= rule.indoor_gap_m
        inside = (depth[1:] >= 0.0) & (depth[:-1] >= 0.0)
        visit[1:] = (dt > rule.gap_s) & (dt <= rule.indoor_gap_s) & near & inside
    return visit


def _shortened(t: Float64, visit: Bools, gap_s: float) -> Float64:
    if not visit.any():
        return t
    steps = np.diff(t, prepend=t[:1])
    # Still a gap, so that no speed and no dwell is read from it.
    steps[visit] = gap_s + 1.0
    shortened: Float64 = np.cumsum(steps)
    return shortened
