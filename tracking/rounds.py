"""Rounds: the episodes of walking inside an area, and what each of them measures.

A round is bounded by a stay, by leaving the grid or by the ends of its window; a gap
does not split it. It is measured twice, from its first to its last credited fix and
again without the sitting at both ends; the better of the two stands.
"""

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from tracking.motion import anchor_distance
from tracking.policy import Rule
from tracking.reach import cells_per_block, nearest_hit, seen_share
from tracking.reasons import Finding
from tracking.scene import Scene

Float64 = NDArray[np.float64]


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
    hits: tuple[Hit, ...]
    gaps: tuple[Gap, ...]
    largest_gap_s: float
    seen_share: float
    visits: int
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


def find_rounds(scene: Scene, start_ms: int, end_ms: int, rule: Rule) -> list[Round]:
    """Return the rounds of a span of time, in order, and long stays as stationary ones.

    Parameters
    ----------
    scene : Scene
    start_ms, end_ms : int
        Half-open; rounds are clipped to it.
    rule : Rule
    """
    t_ms = scene.path.track.t_ms
    low, high = (int(i) for i in np.searchsorted(t_ms, [start_ms, end_ms]))
    rounds = []
    for first, last in _pieces(scene.stretch[low:high], scene.in_stay[low:high]):
        found = _measured(scene, low + first, low + last, rule)
        if found is not None:
            rounds.append(found)
    return rounds


def _pieces(
    stretch: NDArray[np.int64], in_stay: NDArray[np.bool_]
) -> list[tuple[int, int]]:
    """Return first and last of each run in one stretch that is, or is no, stay."""
    label = np.where(stretch < 0, -1, 2 * stretch + in_stay)
    cuts = np.flatnonzero(np.diff(label)) + 1
    edges = [0, *cuts.tolist(), len(label)]
    return [(a, b - 1) for a, b in pairwise(edges) if b > a and label[a] >= 0]


def _measured(scene: Scene, first: int, last: int, rule: Rule) -> Round | None:
    credited = np.flatnonzero(scene.credited[first : last + 1])
    if len(credited) < 2 or len(credited) < rule.certain_share * (last - first + 1):
        return None
    first, last = first + int(credited[0]), first + int(credited[-1])
    if scene.in_stay[first]:
        return _measure(scene, first, last, rule, is_stay=True)
    whole = _measure(scene, first, last, rule)
    moving = np.flatnonzero(scene.path.is_moving[first + 1 : last + 1])
    if whole.fills_all_needs or not len(moving):
        return whole
    core = _measure(scene, first + int(moving[0]), first + int(moving[-1]) + 1, rule)
    return core if len(core.shortfalls) < len(whole.shortfalls) else whole


def _measure(
    scene: Scene, first: int, last: int, rule: Rule, *, is_stay: bool = False
) -> Round:
    path = scene.path
    part = slice(first, last + 1)
    t, steps = path.t[part], np.diff(path.t[part])
    seen = steps <= rule.gap_s
    moving = path.is_moving[part][1:] & seen
    speed = path.step_mps[part][1:]
    in_range = moving & (speed <= rule.speed_high_mps)
    moving_s = float(steps[moving].sum())
    visit = scene.is_visit[part].copy()
    visit[0] = False
    x, y = path.smooth_x[part], path.smooth_y[part]
    gaps = _gaps(scene, first, last, rule)
    return _judged(
        Round(
            scene=scene,
            first=first,
            last=last,
            is_stay=is_stay,
            dwell_min=float(steps[seen].sum()) / 60.0,
            distance_m=anchor_distance(
                t, path.x[part], path.y[part], rule.anchor_m, rule.gap_s
            ),
            raw_distance_m=float(
                np.hypot(np.diff(path.x[part]), np.diff(path.y[part]))[seen].sum()
            ),
            moving_min=moving_s / 60.0,
            moving_share=float(steps[in_range].sum()) / moving_s if moving_s else 0.0,
            cells=cells_per_block(
                t, x, y, scene.credited[part], path.is_moving[part], rule.cell_m
            ),
            hits=_hits(scene, part, rule),
            gaps=gaps,
            largest_gap_s=float(steps[~visit[1:]].max(initial=0.0)),
            seen_share=seen_share(
                np.cumsum(np.where(visit, 0.0, np.diff(t, prepend=t[:1]))),
                rule.rate_every_s,
                rule.gap_s,
            ),
            visits=int(visit.sum()),
            shortfalls=(),
        ),
        rule,
    )


def _gaps(scene: Scene, first: int, last: int, rule: Rule) -> tuple[Gap, ...]:
    t_ms = scene.path.track.t_ms[first : last + 1]
    wide = np.flatnonzero(np.diff(t_ms) > 2000.0 * rule.rate_every_s)
    return tuple(
        Gap(int(t_ms[i]), int(t_ms[i + 1]), bool(scene.is_visit[first + i + 1]))
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


def _judged(found: Round, rule: Rule) -> Round:
    """Return the round with every need that it misses."""
    missing = tuple(
        Finding(code, value, needed)
        for code, value, needed, ok in _needs(found, rule)
        if not ok
    )
    return replace(found, shortfalls=missing)


def _needs(r: Round, rule: Rule) -> list[tuple[str, float, float, bool]]:
    waived = rule.visits > 0 and r.visits >= rule.visits
    moves = not r.is_stay and (
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
    if r.hits:
        need = checkpoints_needed(len(r.hits), rule)
        reached = r.checkpoints_reached
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
