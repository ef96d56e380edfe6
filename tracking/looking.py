"""A worker's day as far as that worker's own fixes tell: rounds in each window.

What other people's and other days' tracks add comes later, in `tracking.verify`; so a
day is looked at once, however often it is compared.
"""

from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import shapely

from tracking.areas import Area, GridVersion, Plane, make_area
from tracking.fixes import EXCLUSIONS, USED, Track
from tracking.integrity import find_datum_shift, find_frozen
from tracking.policy import Rule, Window
from tracking.reasons import Finding
from tracking.roster import Roster
from tracking.rounds import Round, find_rounds
from tracking.scene import Path, Scene, make_path, make_scene

_LATE = EXCLUSIONS.index("late_upload")
_SEEN_STEP_S = 300.0


@dataclass(frozen=True)
class WindowLook:
    """What one window of a worker's day holds.

    `rounds` are clipped to the window, those that only pass across its edge in whole;
    `notes` say what the window as a whole shows, `doubts` what integrity it lacks.
    """

    window: Window
    start_ms: int
    end_ms: int
    rounds: tuple[Round, ...]
    observed_min: float
    received: int
    excluded: dict[str, int]
    notes: tuple[Finding, ...]
    doubts: tuple[Finding, ...]
    excused_by: str | None


@dataclass(frozen=True)
class DayLook:
    """A worker's day: its windows, and what they were seen through."""

    worker_id: str
    day: date
    groups: frozenset[str]
    areas: tuple[Area, ...]
    tracks: tuple[Track, ...]
    windows: tuple[WindowLook, ...]


def look_at_day(
    worker_id: str,
    day: date,
    tracks: list[Track],
    roster: Roster,
    planes: "Planes",
    rule: Rule,
) -> DayLook:
    """Return what a worker's own fixes of a day show.

    Parameters
    ----------
    worker_id : str
    day : date
        Local.
    tracks : list of Track
        All of the worker, of any time.
    roster : Roster
        With at least one assignment of the worker on the day.
    planes : Planes
    rule : Rule
    """
    held = roster.of_worker(worker_id, day)
    codes = sorted({a.grid_code for a in held})
    spans = [w.span_ms(day) for w in rule.windows]
    margin = int(rule.duty_margin_min * 60_000)
    start, end = spans[0][0] - margin, spans[-1][1] + margin
    plane = planes.of(codes)
    choices = [[c] for c in codes] + ([codes] if len(codes) > 1 else [])
    areas = [
        make_area(c, roster.versions, roster.checkpoints, plane, start, end)
        for c in choices
    ]
    own = [_closed(t.between(start, end), day, rule) for t in tracks]
    own = [t for t in own if len(t)]
    paths = [make_path(t, plane, rule) for t in own]
    scenes = [
        make_scene(path, area, rule) for path in paths if len(path) for area in areas
    ]
    rounds = [_rounds_in(scenes, low, high, rule) for low, high in spans]
    _add_crossing(rounds, scenes, spans, rule)
    looks = []
    for window, span, found in zip(rule.windows, spans, rounds, strict=True):
        looks.append(
            _look(window, span, found, own, scenes, spans, plane, planes, roster, rule)
        )
        looks[-1] = replace(
            looks[-1], excused_by=roster.excused_by(worker_id, codes, *span)
        )
    groups = frozenset(a.group for a in held if a.group)
    return DayLook(worker_id, day, groups, tuple(areas), tuple(own), tuple(looks))


class Planes:
    """The metric planes of a county's grids, one per zone, and its map of grids."""

    def __init__(self, versions: "list[GridVersion] | tuple[GridVersion, ...]") -> None:
        self.versions = list(versions)
        self._lon = {
            v.grid_code: float(v.geometry.centroid.x) for v in reversed(self.versions)
        }
        self._planes: dict[str, Plane] = {}
        self._tree = shapely.STRtree([v.geometry for v in self.versions])

    def of(self, codes: list[str]) -> Plane:
        """Return the plane of some grids: that of the first."""
        plane = Plane(self._lon[codes[0]])
        return self._planes.setdefault(plane.crs.to_string(), plane)

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


def _closed(track: Track, day: date, rule: Rule) -> Track:
    """Flag what came after the deadline of the day: it stays as it was closed."""
    late = (track.received_ms > rule.deadline_ms(day)) & (track.flag == USED)
    if not late.any():
        return track
    return replace(track, flag=np.where(late, np.uint8(_LATE), track.flag))


def _rounds_in(scenes: list[Scene], low: int, high: int, rule: Rule) -> list[Round]:
    return [r for scene in scenes for r in find_rounds(scene, low, high, rule)]


def _add_crossing(
    rounds: list[list[Round]],
    scenes: list[Scene],
    spans: list[tuple[int, int]],
    rule: Rule,
) -> None:
    """Give a round that only passes in whole to the window that holds most of it."""
    for i in range(len(spans) - 1):
        edge = spans[i][1]
        if spans[i + 1][0] != edge:
            continue
        for r in _rounds_in(scenes, spans[i][0], spans[i + 1][1], rule):
            if not (r.fills_all_needs and r.start_ms < edge < r.end_ms):
                continue
            beside = [
                c
                for c in rounds[i] + rounds[i + 1]
                if c.fills_all_needs and _overlap(c, r)
            ]
            if not beside:
                later = r.end_ms - edge > edge - r.start_ms
                rounds[i + later].append(r)


def _overlap(a: Round, b: Round) -> bool:
    return a.start_ms <= b.end_ms and b.start_ms <= a.end_ms


def _look(
    window: Window,
    span: tuple[int, int],
    rounds: list[Round],
    tracks: list[Track],
    scenes: list[Scene],
    spans: list[tuple[int, int]],
    plane: Plane,
    planes: Planes,
    roster: Roster,
    rule: Rule,
) -> WindowLook:
    parts = [t.between(*span) for t in tracks]
    excluded = _excluded(parts)
    received = sum(len(t) for t in parts)
    paths = {id(s.path): s.path for s in scenes}
    observed = max((_observed_min(p, span) for p in paths.values()), default=0.0)
    notes = _notes(parts, excluded, received, rule)
    doubts: list[Finding] = []
    if not any(r.fills_all_needs for r in rounds):
        for scene in scenes:
            frozen = find_frozen(scene, *span, rule)
            if frozen:
                (doubts if frozen[1] else notes).append(frozen[0])
                break
        notes += _outside_window(scenes, span, spans, rule)
        if not rounds and observed >= rule.observed_min:
            notes_more, doubts_more = _elsewhere(
                scenes, span, plane, planes, roster, rule
            )
            notes += notes_more
            doubts += doubts_more
    return WindowLook(
        window=window,
        start_ms=span[0],
        end_ms=span[1],
        rounds=tuple(rounds),
        observed_min=observed,
        received=received,
        excluded=excluded,
        notes=tuple(notes),
        doubts=tuple(doubts),
        excused_by=None,
    )


def _excluded(parts: list[Track]) -> dict[str, int]:
    counts = np.zeros(len(EXCLUSIONS), np.int64)
    for part in parts:
        counts += np.bincount(part.flag, minlength=len(EXCLUSIONS))
    return {
        name: int(n)
        for name, n in zip(EXCLUSIONS, counts, strict=True)
        if n and name != "used"
    }


def _observed_min(path: Path, span: tuple[int, int]) -> float:
    t_ms = path.track.t_ms
    t = t_ms[(t_ms >= span[0]) & (t_ms < span[1])]
    return float(np.minimum(np.diff(t) / 1000.0, _SEEN_STEP_S).sum()) / 60.0


def _notes(
    parts: list[Track], excluded: dict[str, int], received: int, rule: Rule
) -> list[Finding]:
    notes = []
    poor = excluded.get("accuracy_poor", 0)
    if poor > 0.5 * received:
        notes.append(Finding("accuracy_poor", poor / received, 0.5))
    for code in ("conflict", "null_island"):
        if code in excluded:
            notes.append(Finding(code, excluded[code], 0))
    late = [t.received_ms[t.flag == _LATE] - t.t_ms[t.flag == _LATE] for t in parts]
    if "late_upload" in excluded:
        hours = float(max(part.max() for part in late if len(part))) / 3.6e6
        notes.append(Finding("late_upload", hours, rule.late_upload_h))
    return notes


def _outside_window(
    scenes: list[Scene],
    span: tuple[int, int],
    spans: list[tuple[int, int]],
    rule: Rule,
) -> list[Finding]:
    """Find a round that would count if the window were longer by the duty margin."""
    margin = int(rule.duty_margin_min * 60_000)
    at = spans.index(span)
    low = span[0] - margin
    high = span[1] + margin
    if at:
        low = max(low, spans[at - 1][1])
    if at < len(spans) - 1:
        high = min(high, spans[at + 1][0])
    for r in _rounds_in(scenes, low, high, rule):
        if r.fills_all_needs and (r.start_ms < span[0] or r.end_ms >= span[1]):
            return [Finding("outside_window", r.start_ms, span[0])]
    return []


def _elsewhere(
    scenes: list[Scene],
    span: tuple[int, int],
    plane: Plane,
    planes: Planes,
    roster: Roster,
    rule: Rule,
) -> tuple[list[Finding], list[Finding]]:
    """Find out where somebody was who was not in the grid."""
    for scene in scenes:
        path = scene.path
        inside = (path.track.t_ms >= span[0]) & (path.track.t_ms < span[1])
        if not inside.any():
            continue
        own = set(scene.area.grid_codes)
        code, share = planes.most_visited(path.track.part(inside), own)
        shifted = find_datum_shift(path, inside, scene.area, plane, share, rule)
        if shifted:
            return [], [shifted]
        if code is None:
            continue
        area = make_area([code], roster.versions, (), plane, *span)
        other = make_scene(path, area, rule)
        walked = [r for r in find_rounds(other, *span, rule) if not r.is_stay]
        if any(r.distance_m >= rule.distance_m for r in walked):
            return [Finding("wrong_grid", code, ",".join(sorted(own)))], []
    return [], []
