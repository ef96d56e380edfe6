"""Where somebody was who was not in the own grid: another grid, or a shifted datum."""

import math
from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray

from tracking.ground.areas import GridVersion, Outlines, Plane, make_area
from tracking.ground.roster import Roster
from tracking.integrity.integrity import find_datum_shift
from tracking.rules.policy import Rule
from tracking.rules.reasons import Finding
from tracking.signals.fixes import Track
from tracking.walking.rounds import find_rounds
from tracking.walking.scene import Scene, make_scene

_MOSTLY_OUT = 0.75
# Who lives outside walks in and out again; a round that counts is left on its way only
# if the border cuts it.
_CUT = 0.85
_NEARLY_ALL = 0.97


class Planes:
    """The metric planes of all grids, one per zone, and the map of these grids."""

    def __init__(self, versions: Sequence[GridVersion]) -> None:
        self.versions = list(versions)
        middles = shapely.centroid(
            np.array([v.geometry for v in self.versions], object)
        )
        # Of a grid with several versions the first.
        self._lon = {
            v.grid_code: lon
            for v, lon in zip(
                reversed(self.versions),
                shapely.get_x(middles)[::-1].tolist(),
                strict=True,
            )
        }
        self._planes: dict[int, Plane] = {}
        self.outlines = Outlines()
        self._tree = shapely.STRtree([v.geometry for v in self.versions])

    def of(self, codes: list[str]) -> Plane:
        """Return the plane of some grids: that of the first."""
        lon = self._lon[codes[0]]
        # Zones change at whole tenths of a degree; asking for one takes long.
        tenth = math.floor(10.0 * lon)
        if tenth not in self._planes:
            self._planes[tenth] = Plane(lon)
        return self._planes[tenth]

    def most_visited(self, track: Track, without: set[str]) -> tuple[str | None, float]:
        """Return the other grid that holds most of a track's fixes, and its share."""
        points = shapely.points(track.lon, track.lat)
        fix, grid = self._tree.query(points, predicate="within")
        counts: dict[str, int] = {}
        for i, g in zip(fix.tolist(), grid.tolist(), strict=True):
            v = self.versions[g]
            if v.from_ms <= track.t_ms[i] < v.to_ms and v.grid_code not in without:
                counts[v.grid_code] = counts.get(v.grid_code, 0) + 1
        if not counts:
            return None, 0.0
        code = min(counts, key=lambda c: (-counts[c], c))
        return code, counts[code] / len(track)

    def within_rings(self, track: Track, codes: set[str]) -> NDArray[np.bool_]:
        """Return which fixes some grids hold or surround: a hole is not beyond them."""
        parts = shapely.get_parts(
            [v.geometry for v in self.versions if v.grid_code in codes]
        )
        rings = shapely.union_all(shapely.polygons(shapely.get_exterior_ring(parts)))
        found: NDArray[np.bool_] = shapely.contains_xy(rings, track.lon, track.lat)
        return found


def find_elsewhere(
    scenes: Sequence[Scene],
    span: tuple[int, int],
    roster: Roster,
    planes: Planes,
    rule: Rule,
) -> tuple[list[Finding], list[Finding]]:
    """Return what a window without any round shows: notes, and doubts.

    Parameters
    ----------
    scenes : sequence of Scene
    span : tuple of int
        The window, milliseconds since the epoch, half-open.
    roster : Roster
    planes : Planes
    rule : Rule
    """
    for scene in scenes:
        path, area = scene.path, scene.area
        inside = (path.track.t_ms >= span[0]) & (path.track.t_ms < span[1])
        if not inside.any():
            continue
        own = set(area.grid_codes)
        code, share = planes.most_visited(path.track.part(inside), own)
        shifted = find_datum_shift(path, inside, area, share, rule)
        if shifted:
            return [], [shifted]
        if code is None:
            continue
        there = make_area(
            [code], roster.versions_of([code]), (), area.plane, *span, area.cap_m
        )
        walked = find_rounds(make_scene(path, there, rule), *span, rule)
        if any(r.distance_m >= rule.distance_m for r in walked if not r.is_stay):
            return [Finding("wrong_grid", code, ",".join(sorted(own)))], []
    return [], []


def find_cut_by_datum(
    scenes: Sequence[Scene],
    span: tuple[int, int],
    planes: Planes,
    rule: Rule,
    *,
    passes: bool,
) -> list[Finding]:
    """Return whether a walk that the border cuts lies inside once read in its datum.

    Parameters
    ----------
    scenes : sequence of Scene
    span : tuple of int
        The window, milliseconds since the epoch, half-open.
    planes : Planes
    rule : Rule
    passes : bool
        Whether what lies inside is a round already; then nearly all must fit.
    """
    # Of somebody with several grids: a walk out of one into the next is not cut.
    widest = max((len(scene.area.grid_codes) for scene in scenes), default=0)
    for scene in scenes:
        path, area = scene.path, scene.area
        if len(area.grid_codes) < widest:
            continue
        low, high = path.track.places(*span)
        if scene.depth[low:high].min(initial=0.0) >= 0.0:
            continue
        moving = np.zeros(len(path), bool)
        moving[low:high] = path.is_moving[low:high]
        if not moving.any() or _is_mostly_in(scene.depth[moving] >= 0.0, passes):
            continue
        own, track = set(area.grid_codes), path.track.part(moving)
        # Somebody's way may lead through a yard that the own grid lies around.
        held = (scene.depth[moving] >= 0.0) | planes.within_rings(track, own)
        if _is_mostly_in(held, passes):
            continue
        _, share = planes.most_visited(track, own)
        least = _NEARLY_ALL if passes else rule.datum_share
        shifted = find_datum_shift(path, moving, area, share, rule, least)
        if shifted:
            return [shifted]
    return []


def _is_mostly_in(inside: NDArray[np.bool_], passes: bool) -> bool:
    """Return whether too little of a walk lies outside to say that it was cut."""
    most = _MOSTLY_OUT
    if passes and inside.any():
        first, last = np.flatnonzero(inside)[[0, -1]]
        inside, most = inside[first : last + 1], _CUT
    return bool(inside.mean() > most)
