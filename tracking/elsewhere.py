"""Where somebody was who was not in the own grid: another grid, or a shifted datum."""

import math
from collections.abc import Sequence

import shapely

from tracking.areas import GridVersion, Plane, make_area
from tracking.fixes import Track
from tracking.integrity import find_datum_shift
from tracking.policy import Rule
from tracking.reasons import Finding
from tracking.roster import Roster
from tracking.rounds import find_rounds
from tracking.scene import Scene, make_scene


class Planes:
    """The metric planes of all grids, one per zone, and the map of these grids."""

    def __init__(self, versions: Sequence[GridVersion]) -> None:
        self.versions = list(versions)
        self._lon = {
            v.grid_code: float(v.geometry.centroid.x) for v in reversed(self.versions)
        }
        self._planes: dict[int, Plane] = {}
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
        there = make_area([code], roster.versions, (), area.plane, *span)
        walked = find_rounds(make_scene(path, there, rule), *span, rule)
        if any(r.distance_m >= rule.distance_m for r in walked if not r.is_stay):
            return [Finding("wrong_grid", code, ",".join(sorted(own)))], []
    return [], []
