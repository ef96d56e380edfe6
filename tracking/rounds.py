"""Rounds: the episodes of walking inside an area, and what each of them measures.

A round is bounded by a stay, by leaving the grid or by the ends of its window; a gap
does not split it. It is measured from its first to its last credited fix, and again
without the sitting at both ends; what misses least stands.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tracking.measuring import (
    Measures,
    ends_of_motion,
    excursions,
    find_base,
    measure,
    pieces,
)
from tracking.policy import Rule
from tracking.reach import nearest_hit
from tracking.reasons import Finding
from tracking.scene import Scene

Float64 = NDArray[np.float64]

_RESTING_LESS = 0.1
_OFTEN_MIN = 7.5


@dataclass(frozen=True)
class Hit:
    """How a round passed one checkpoint; `at` is the index of the nearest fix."""

    checkpoint_id: str
    was_reached: bool
    at: int
    distance_m: float
    fixes: int


@dataclass(frozen=True)
class Gap:
    """A silence inside a round longer than a fix should take."""

    start_ms: int
    end_ms: int
    is_visit: bool


@dataclass(frozen=True)
class Round:
    """An episode in the area and its measures; `first` and `last` index the scene."""

    scene: Scene
    first: int
    last: int
    is_stay: bool
    dwell_min: float
    distance_m: float
    raw_distance_m: float
    moving_min: float
    moving_share: float
    cells: float
    largest_gap_s: float
    seen_share: float
    visits: int
    hits: tuple[Hit, ...]
    shortfalls: tuple[Finding, ...]

    @property
    def start_ms(self) -> int:
        """Corrected time of the first fix."""
        return int(self.scene.path.track.t_ms[self.first])

    @property
    def end_ms(self) -> int:
        """Corrected time of the last fix."""
        return int(self.scene.path.track.t_ms[self.last])

    @property
    def fills_all_needs(self) -> bool:
        """Whether the round misses nothing; integrity is another question."""
        return not self.shortfalls

    @property
    def checkpoints_reached(self) -> int:
        """How many checkpoints were reached."""
        return sum(hit.was_reached for hit in self.hits)


def find_rounds(
    scene: Scene,
    start_ms: int,
    end_ms: int,
    rule: Rule,
    across_ms: tuple[int, ...] = (),
) -> list[Round]:
    """Return the rounds of a span of time, in order, and long stays as stationary ones.

    Parameters
    ----------
    scene : Scene
    start_ms, end_ms : int
        Half-open; rounds are clipped to it.
    rule : Rule
    across_ms : tuple of int, optional
        Only rounds, no stays, that reach across one of these moments.
    """
    t_ms = scene.path.track.t_ms
    low, high = int(t_ms.searchsorted(start_ms)), int(t_ms.searchsorted(end_ms))
    rounds = []
    found = pieces(scene.stretch, scene.in_stay, scene.credited, scene.depth, low, high)
    for begin, end, *certain, entry, leave, inside in found.tolist():
        first, last, credited = certain
        if credited < 2 or credited < rule.certain_share * (end - begin + 1):
            # An unsure phone in a small grid: there, but certain of nothing.
            if inside < 2 or inside < rule.inside_share * (end - begin + 1):
                continue
            first, last = entry, leave
        is_stay = bool(scene.in_stay[first])
        if across_ms:
            if is_stay or not any(t_ms[first] < m <= t_ms[last] for m in across_ms):
                continue
        rounds.append(_measured(scene, first, last, rule, is_stay=is_stay))
    return rounds


def _measured(
    scene: Scene, first: int, last: int, rule: Rule, *, is_stay: bool
) -> Round:
    """Return the episode in whole, or the part of it that shows most."""
    whole = _measure(scene, first, last, rule, is_stay=is_stay)
    if is_stay or whole.fills_all_needs:
        return whole
    best = whole
    for begin, end in _cores(scene, first, last, rule):
        part = _measure(scene, begin, end, rule)
        if len(part.shortfalls) < len(best.shortfalls):
            best = part
            if best.fills_all_needs:
                break
    return best


def _cores(
    scene: Scene, first: int, last: int, rule: Rule
) -> Iterator[tuple[int, int]]:
    """Yield an episode without the sitting at its ends, then its ways from a base."""
    core = ends_of_motion(scene.path.is_moving, first, last)
    if core[0] >= 0:
        yield core
    yield from _ways_out(scene, first, last, rule)


def _ways_out(
    scene: Scene, first: int, last: int, rule: Rule
) -> Iterator[tuple[int, int]]:
    """Yield the long ways from the place where most time was spent, and back."""
    path, part = scene.path, slice(first, last + 1)
    way = path.t[part], path.smooth_x[part], path.smooth_y[part]
    share, returns, base_x, base_y = find_base(*way, scene.stay_radius_m)
    if share < rule.base_share or not returns:
        return
    found = excursions(*way, base_x, base_y, scene.stay_radius_m, 60.0 * rule.dwell_min)
    yield from (first + found).tolist()


def _measure(
    scene: Scene, first: int, last: int, rule: Rule, *, is_stay: bool = False
) -> Round:
    path, part = scene.path, slice(first, last + 1)
    found = Measures(
        *measure(
            path.t[part],
            path.x[part],
            path.y[part],
            path.smooth_x[part],
            path.smooth_y[part],
            path.step_mps[part],
            path.is_moving[part],
            scene.credited[part],
            _without_first(scene.is_visit[part]),
            rule.gap_s,
            rule.speed_high_mps,
            rule.anchor_m,
            rule.cell_m,
            rule.rate_every_s,
        )
    )
    hits = _hits(scene, part, rule)
    missing = _shortfalls(found, hits, rule, is_stay=is_stay)
    if not missing and _stays_at_base(scene, part, found, rule):
        missing = (Finding("stationary", 0.0, rule.moving_min),)
    return Round(scene, first, last, is_stay, *found, hits, missing)


def _stays_at_base(scene: Scene, part: slice, found: Measures, rule: Rule) -> bool:
    """Whether somebody came back to one place again and again, and mostly was there.

    Who rests for a third of the time and is back every few minutes needs to have been
    there less: reflections do that.
    """
    path = scene.path
    share, returns, _, _ = find_base(
        path.t[part], path.smooth_x[part], path.smooth_y[part], scene.stay_radius_m
    )
    rests = 1.5 * found.moving_min < found.dwell_min
    often = returns * _OFTEN_MIN >= found.dwell_min
    least = rule.base_share - (_RESTING_LESS if rests and often else 0.0)
    return share >= least and returns >= rule.base_returns


def _without_first(is_visit: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Forget a silence before the first fix: it is none of the episode's."""
    if len(is_visit) and is_visit[0]:
        is_visit = is_visit.copy()
        is_visit[0] = False
    return is_visit


def gaps_of(found: Round, rule: Rule) -> tuple[Gap, ...]:
    """Return the silences in a round that are longer than a fix should take."""
    t_ms = found.scene.path.track.t_ms[found.first : found.last + 1]
    wide = np.flatnonzero(np.diff(t_ms) > 2000.0 * rule.rate_every_s)
    visit = found.scene.is_visit
    return tuple(
        Gap(int(t_ms[i]), int(t_ms[i + 1]), bool(visit[found.first + i + 1]))
        for i in wide
    )


def _hits(scene: Scene, part: slice, rule: Rule) -> tuple[Hit, ...]:
    path, hits = scene.path, []
    for (x, y), point in zip(
        scene.area.checkpoint_xy, scene.area.checkpoints, strict=True
    ):
        reached, at, away, fixes = nearest_hit(
            path.x[part],
            path.y[part],
            path.accuracy[part],
            x,
            y,
            rule.checkpoint_radius_m,
            rule.checkpoint_radius_max_m,
        )
        hits.append(Hit(point.checkpoint_id, reached, part.start + at, away, fixes))
    return tuple(hits)


def checkpoints_needed(count: int, rule: Rule) -> int:
    """Return how many of `count` checkpoints a round must reach."""
    return int(np.ceil(round(rule.checkpoint_share * count, 9)))


def _shortfalls(
    found: Measures, hits: tuple[Hit, ...], rule: Rule, *, is_stay: bool
) -> tuple[Finding, ...]:
    """Return every need that the measures miss."""
    return tuple(
        Finding(code, value, needed)
        for code, value, needed, ok in _needs(found, hits, rule, is_stay)
        if not ok
    )


def _needs(
    r: Measures, hits: tuple[Hit, ...], rule: Rule, is_stay: bool
) -> list[tuple[str, float, float, bool]]:
    waived = rule.visits > 0 and r.visits >= rule.visits
    moves = not is_stay and (
        r.moving_min >= rule.moving_min or r.distance_m >= rule.distance_m or waived
    )
    rows = [
        ("stationary", r.moving_min, rule.moving_min, moves),
        ("dwell_short", r.dwell_min, rule.dwell_min, r.dwell_min >= rule.dwell_min),
        (
            "distance_short",
            r.distance_m,
            rule.distance_m,
            waived or r.distance_m >= rule.distance_m,
        ),
    ]
    if r.moving_min > 0.0:
        share = r.moving_share
        rows.append(
            ("vehicle_speed", share, rule.moving_share, share >= rule.moving_share)
        )
    if hits:
        need = checkpoints_needed(len(hits), rule)
        reached = sum(hit.was_reached for hit in hits)
        rows.append(("checkpoints_missed", reached, need, reached >= need))
    else:
        enough = waived or r.cells >= rule.cells_per_10_min
        rows.append(("coverage_low", r.cells, rule.cells_per_10_min, enough))
    rows.append(
        ("gap_long", r.largest_gap_s, rule.gap_s, r.largest_gap_s <= rule.gap_s)
    )
    rows.append(
        ("rate_low", r.seen_share, rule.rate_share, r.seen_share >= rule.rate_share)
    )
    return rows
