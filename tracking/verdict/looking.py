"""A worker's day as far as that worker's own fixes tell: rounds in each window.

What other people's and other days' tracks add comes later, in
`tracking.verdict.verify`; so a day is looked at once, however often it is compared.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise
from typing import Any

import numpy as np

from geo.localtime import DAY_MS, day_start_ms
from tracking.ground.areas import Area, make_area
from tracking.ground.roster import Roster
from tracking.integrity.integrity import find_frozen
from tracking.rules.policy import Rule, Window
from tracking.rules.reasons import Finding
from tracking.signals.fixes import EXCLUSIONS, USED, Track
from tracking.verdict.elsewhere import Planes, find_cut_by_datum, find_elsewhere
from tracking.walking.measuring import seen_minutes
from tracking.walking.rounds import Round, find_rounds
from tracking.walking.scene import Path, Scene, make_path, make_scene

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
    excused_by: str | None
    observed_min: float
    received: int
    excluded: dict[str, int]
    notes: tuple[Finding, ...]
    doubts: tuple[Finding, ...]


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
    planes: Planes,
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
    seen = _see(codes, day, tracks, roster, planes, rule)
    rounds = _rounds_of(seen, rule)
    windows = tuple(
        WindowLook(
            window=window,
            start_ms=seen.spans[i][0],
            end_ms=seen.spans[i][1],
            rounds=tuple(rounds[i]),
            excused_by=roster.excused_by(worker_id, codes, *seen.spans[i]),
            **_shown(seen, i, rounds[i], roster, planes, rule),
        )
        for i, window in enumerate(rule.windows)
    )
    groups = frozenset(a.group for a in held if a.group)
    return DayLook(worker_id, day, groups, seen.areas, seen.tracks, windows)


def passing_rounds(
    worker_id: str,
    day: date,
    tracks: list[Track],
    roster: Roster,
    planes: Planes,
    rule: Rule,
) -> list[Round]:
    """Return the rounds of a day that fill all needs, in the order of `look_at_day`.

    Parameters
    ----------
    worker_id, day, tracks, roster, planes, rule
        See `look_at_day`.
    """
    codes = sorted({a.grid_code for a in roster.of_worker(worker_id, day)})
    seen = _see(codes, day, tracks, roster, planes, rule)
    return [r for rounds in _rounds_of(seen, rule) for r in rounds if r.fills_all_needs]


@dataclass(frozen=True)
class _Seen:
    """A worker's day before it is cut into windows."""

    spans: tuple[tuple[int, int], ...]
    areas: tuple[Area, ...]
    tracks: tuple[Track, ...]
    scenes: tuple[Scene, ...]
    off_duty: tuple[int, int]


def _see(
    codes: list[str],
    day: date,
    tracks: list[Track],
    roster: Roster,
    planes: Planes,
    rule: Rule,
) -> _Seen:
    spans = tuple(w.span_ms(day) for w in rule.windows)
    margin = int(rule.duty_margin_min * 60_000)
    start, end = spans[0][0] - margin, spans[-1][1] + margin
    plane = planes.of(codes)
    # Somebody with several grids may walk one of them, or a round through all.
    choices = [[c] for c in codes] + ([codes] if len(codes) > 1 else [])
    areas = tuple(
        make_area(
            c,
            roster.versions_of(c),
            roster.checkpoints_of(c),
            plane,
            start,
            end,
            rule.reach_m,
            planes.outlines,
        )
        for c in choices
    )
    own = [_closed(t.between(start, end), day, rule) for t in tracks]
    own = [t for t in own if len(t)]
    paths = [make_path(t, plane, rule) for t in own]
    midnight = day_start_ms(day)
    off_duty = (
        _count(tracks, midnight, start),
        _count(tracks, end, midnight + DAY_MS),
    )
    return _Seen(
        spans=spans,
        areas=areas,
        tracks=tuple(own),
        scenes=tuple(make_scene(p, a, rule) for p in paths if len(p) for a in areas),
        off_duty=off_duty,
    )


def _count(tracks: Sequence[Track], low: int, high: int) -> int:
    places = (t.places(low, high) for t in tracks)
    return sum(max(end - begin, 0) for begin, end in places)


def _closed(track: Track, day: date, rule: Rule) -> Track:
    """Flag what came after the deadline of the day: it stays as it was closed."""
    deadline = rule.deadline_ms(day)
    if not len(track) or track.received_ms.max() <= deadline:
        return track
    late = (track.received_ms > deadline) & (track.flag == USED)
    return replace(track, flag=np.where(late, np.uint8(_LATE), track.flag))


def _rounds_in(
    scenes: Sequence[Scene],
    low: int,
    high: int,
    rule: Rule,
    across_ms: tuple[int, ...] = (),
) -> list[Round]:
    return [
        r for scene in scenes for r in find_rounds(scene, low, high, rule, across_ms)
    ]


def _rounds_of(seen: _Seen, rule: Rule) -> list[list[Round]]:
    """Return the rounds of each window."""
    rounds = [_rounds_in(seen.scenes, *span, rule) for span in seen.spans]
    _add_crossing(rounds, seen, rule)
    return rounds


def _add_crossing(rounds: list[list[Round]], seen: _Seen, rule: Rule) -> None:
    """Give a round that only passes in whole to the window that holds most of it."""
    for i, ((start, edge), (begin, end)) in enumerate(pairwise(seen.spans)):
        if begin != edge:
            continue
        beside = [r for r in rounds[i] + rounds[i + 1] if r.fills_all_needs]
        for r in _rounds_in(seen.scenes, start, end, rule, (edge,)):
            crosses = r.fills_all_needs and r.start_ms < edge < r.end_ms
            if crosses and not any(_overlap(other, r) for other in beside):
                later = r.end_ms - edge > edge - r.start_ms
                rounds[i + later].append(r)


def _overlap(a: Round, b: Round) -> bool:
    return a.start_ms <= b.end_ms and b.start_ms <= a.end_ms


def _shown(
    seen: _Seen,
    number: int,
    rounds: list[Round],
    roster: Roster,
    planes: Planes,
    rule: Rule,
) -> dict[str, Any]:
    """Return what a window shows beside its rounds, as fields of `WindowLook`."""
    span = seen.spans[number]
    places = [(t, slice(*t.places(*span))) for t in seen.tracks]
    excluded = _excluded(places)
    received = sum(part.stop - part.start for _, part in places)
    paths = {id(s.path): s.path for s in seen.scenes}
    observed = max((_observed_min(p, span) for p in paths.values()), default=0.0)
    notes = _notes(places, excluded, received, rule)
    doubts: list[Finding] = []
    if not any(r.fills_all_needs for r in rounds):
        frozen = [find_frozen(s, *span, rule) for s in seen.scenes]
        for finding, was_claimed in [f for f in frozen if f][:1]:
            (doubts if was_claimed else notes).append(finding)
        notes += _outside_window(seen, number, rule)
    if not rounds:
        notes += _off_duty(seen, number)
    passes = any(r.fills_all_needs for r in rounds)
    if rounds and not doubts:
        doubts += find_cut_by_datum(seen.scenes, span, planes, rule, passes=passes)
    if not rounds and observed >= rule.observed_min:
        more_notes, more_doubts = find_elsewhere(
            seen.scenes, span, roster, planes, rule
        )
        notes += more_notes
        doubts += more_doubts
    return {
        "observed_min": observed,
        "received": received,
        "excluded": excluded,
        "notes": tuple(notes),
        "doubts": tuple(doubts),
    }


def _excluded(places: list[tuple[Track, slice]]) -> dict[str, int]:
    counts = np.zeros(len(EXCLUSIONS), np.int64)
    for track, part in places:
        if track.flag[part].any():
            counts += np.bincount(track.flag[part], minlength=len(EXCLUSIONS))
    return {
        name: int(n)
        for name, n in zip(EXCLUSIONS, counts, strict=True)
        if n and name != "used"
    }


def _observed_min(path: Path, span: tuple[int, int]) -> float:
    low, high = path.track.places(*span)
    return seen_minutes(path.track.t_ms[low:high], _SEEN_STEP_S)


def _notes(
    places: list[tuple[Track, slice]],
    excluded: dict[str, int],
    received: int,
    rule: Rule,
) -> list[Finding]:
    notes = []
    poor = excluded.get("accuracy_poor", 0)
    if poor > 0.5 * received:
        notes.append(Finding("accuracy_poor", poor / received, 0.5))
    for code in ("conflict", "null_island"):
        if code in excluded:
            notes.append(Finding(code, excluded[code], 0))
    if "late_upload" in excluded:
        ages = [
            (t.received_ms[part] - t.t_ms[part])[t.flag[part] == _LATE]
            for t, part in places
        ]
        hours = float(max(part.max() for part in ages if len(part))) / 3.6e6
        notes.append(Finding("late_upload", hours, rule.late_upload_h))
    return notes


def _outside_window(seen: _Seen, number: int, rule: Rule) -> list[Finding]:
    """Find a round that would count if the window were longer by the duty margin."""
    margin = int(rule.duty_margin_min * 60_000)
    start, end = seen.spans[number]
    low, high = start - margin, end + margin
    if number:
        low = max(low, seen.spans[number - 1][1])
    if number < len(seen.spans) - 1:
        high = min(high, seen.spans[number + 1][0])
    for r in _rounds_in(seen.scenes, low, high, rule, (start, end)):
        if r.fills_all_needs and r.start_ms < start:
            return [Finding("outside_window", r.start_ms, start)]
        if r.fills_all_needs and r.end_ms >= end:
            return [Finding("outside_window", r.end_ms, end)]
    return []


def _off_duty(seen: _Seen, number: int) -> list[Finding]:
    """Say that there were fixes before the first or after the last window."""
    count = seen.off_duty[0] if number == 0 else 0
    if number == len(seen.spans) - 1:
        count += seen.off_duty[1]
    return [Finding("off_duty", count, 0)] if count else []
