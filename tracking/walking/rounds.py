"""Rounds: the episodes of walking inside an area, and what each of them measures.

A round is bounded by a stay, by leaving the grid or by the ends of its window; a gap
does not split it. It is measured from its first to its last credited fix, and again
without the sitting at both ends; what misses least stands. A stay is measured only
when somebody asks: no window that holds a good round does.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from tracking.rules.policy import Rule
from tracking.rules.reasons import Finding
from tracking.walking.base import excursions, find_base
from tracking.walking.measuring import (
    Measures,
    ends_of_motion,
    measure,
    pieces,
    silences,
)
from tracking.walking.needs import find_shortfalls
from tracking.walking.reach import Hit, nearest_hit
from tracking.walking.rest import is_at_rest
from tracking.walking.scene import Scene

# Longer than most reflections last.
_OUT_S = 150.0


@dataclass(frozen=True)
class Gap:
    """A silence inside a round longer than a fix should take."""

    start_ms: int
    end_ms: int
    is_visit: bool


@dataclass(frozen=True, eq=False)
class Round:
    """An episode in the area; `first` and `last` index the fixes of the scene."""

    scene: Scene
    first: int
    last: int
    is_stay: bool
    rule: Rule

    @property
    def start_ms(self) -> int:
        """Corrected time of the first fix."""
        return int(self.scene.path.track.t_ms[self.first])

    @property
    def end_ms(self) -> int:
        """Corrected time of the last fix."""
        return int(self.scene.path.track.t_ms[self.last])

    @cached_property
    def measures(self) -> Measures:
        """What the episode comes to."""
        path, rule, part = self.scene.path, self.rule, slice(self.first, self.last + 1)
        return Measures(
            *measure(
                path.t[part],
                path.x[part],
                path.y[part],
                path.smooth_x[part],
                path.smooth_y[part],
                path.step_mps[part],
                path.is_moving[part],
                self.scene.credited[part],
                self.scene.is_visit[part],
                rule.gap_s,
                rule.speed_low_mps,
                rule.speed_high_mps,
                rule.anchor_m,
                rule.cell_m,
                rule.rate_every_s,
            )
        )

    @property
    def dwell_min(self) -> float:
        """Minutes from fix to fix, longer gaps left out."""
        return self.measures.dwell_min

    @property
    def distance_m(self) -> float:
        """The way from anchor to anchor."""
        return self.measures.distance_m

    @property
    def moving_min(self) -> float:
        """Minutes in motion."""
        return self.measures.moving_min

    @cached_property
    def hits(self) -> tuple[Hit, ...]:
        """How each checkpoint of the area was passed."""
        if not self.scene.area.checkpoints:
            return ()
        return tuple(_hits(self.scene, slice(self.first, self.last + 1), self.rule))

    @cached_property
    def shortfalls(self) -> tuple[Finding, ...]:
        """Every need that is missed."""
        found, rule = self.measures, self.rule
        missing = find_shortfalls(found, self.hits, rule, is_stay=self.is_stay)
        part = slice(self.first, self.last + 1)
        if not missing and is_at_rest(self.scene, part, found, rule):
            missing = (Finding("stationary", 0.0, rule.moving_min),)
        return missing

    @property
    def fills_all_needs(self) -> bool:
        """Whether the round misses nothing; integrity is another question."""
        return not self.is_stay and not self.shortfalls

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
    if across_ms and not any(_goes_on(scene, m) for m in across_ms):
        return []
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
        rounds.append(_best(Round(scene, first, last, is_stay, rule)))
    return rounds


def _goes_on(scene: Scene, moment_ms: int) -> bool:
    """Whether the fixes on both sides of a moment lie in the grid and in no stay."""
    after = int(scene.path.track.t_ms.searchsorted(moment_ms))
    if not 0 < after < len(scene.path):
        return False
    before = after - 1
    if scene.in_stay[before] or scene.in_stay[after]:
        return False
    return bool(scene.stretch[before] == scene.stretch[after] >= 0)


def _best(whole: Round) -> Round:
    """Return the episode in whole, or the part of it that shows most."""
    if whole.is_stay or whole.fills_all_needs:
        return whole
    scene, rule, best = whole.scene, whole.rule, whole
    for begin, end in _cores(scene, whole.first, whole.last, rule):
        part = Round(scene, begin, end, is_stay=False, rule=rule)
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
    base = base_x, base_y, scene.stay_radius_m
    ways = first + excursions(*way, *base, _OUT_S)
    if len(ways) > 1:
        # Who passes home on the way was out all the time in between.
        yield int(ways[0, 0]), int(ways[-1, 1])
    yield from (first + excursions(*way, *base, 60.0 * rule.dwell_min)).tolist()


def gaps_of(found: Round, rule: Rule) -> tuple[Gap, ...]:
    """Return the silences in a round that are longer than a fix should take."""
    t_ms, visit = found.scene.path.track.t_ms, found.scene.is_visit
    ends = silences(t_ms, found.first, found.last, 2000.0 * rule.rate_every_s)
    return tuple(
        Gap(int(t_ms[i - 1]), int(t_ms[i]), bool(visit[i])) for i in ends.tolist()
    )


def _hits(scene: Scene, part: slice, rule: Rule) -> Iterator[Hit]:
    path = scene.path
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
        yield Hit(point.checkpoint_id, reached, part.start + at, away, fixes)
