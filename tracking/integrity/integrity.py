"""What makes a track doubtful by itself: mocks, jumps, made-up lines, frozen places.

Each check returns a finding or None. A finding sends a window to a person and is never
a judgement; a good spoofer passes all of them, and the manual says so.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from geo.compiled import njit
from geo.crs import to_wgs84
from geo.frames import MOCK_YES
from tracking.ground.areas import Area
from tracking.integrity.drawn import find_drawn
from tracking.plain import count_of
from tracking.rules.policy import Rule
from tracking.rules.reasons import Finding
from tracking.signals.fixes import Track
from tracking.walking.rounds import Round, find_rounds
from tracking.walking.scene import Path, Scene, make_path, make_scene

Float64 = NDArray[np.float64]
Bools = NDArray[np.bool_]

# A jump this long before or after a round still belongs to it: the spoofer was switched
# on or off. One old fix from the phone's memory is no presence that is left by a jump.
_BESIDE_S = 600.0
_PRESENCE = 5
_CLAIMED_MPS = 0.5
_FEWEST = 20
_REFUTED = 3


def find_doubts(found: Round, rule: Rule) -> tuple[Finding, ...]:
    """Return every integrity finding of a round by its own fixes.

    A stay claims nothing, so only what is doubtful even at rest is looked for.
    """
    checks = (_mock, _backdated) if found.is_stay else _CHECKS
    doubts = (check(found, rule) for check in checks)
    return tuple(doubt for doubt in doubts if doubt is not None)


def _mock(found: Round, rule: Rule) -> Finding | None:
    mock = found.scene.path.track.mock
    count = count_of(mock, found.first, found.last, MOCK_YES)
    if count < min(rule.mock_fixes, max(1, (found.last - found.first + 1) // 4)):
        return None
    return Finding("mock_location", count, 0)


def _teleport(found: Round, rule: Rule) -> Finding | None:
    """Find an unreturned jump into the stretch of the round, or out of it."""
    path = found.scene.path
    fastest = _fastest(
        path.t, path.track.jump_mps, found.scene.stretch, found.first, found.last
    )
    if fastest <= 0.0:
        return None
    return Finding("teleport", fastest, rule.teleport_mps)


@njit(cache=True)
def _fastest(
    t: Float64, jump: Float64, stretch: NDArray[np.int64], first: int, last: int
) -> float:
    here, fastest = stretch[first], 0.0
    for i in range(last + 1):
        if stretch[i] == here:
            fastest = max(fastest, jump[i])
    for i in range(first - 1, _PRESENCE - 1, -1):
        if t[i] < t[first] - _BESIDE_S:
            break
        if t[i - _PRESENCE] >= t[i] - _BESIDE_S:
            fastest = max(fastest, jump[i])
    for i in range(last + 1, len(t)):
        if t[i] > t[last] + _BESIDE_S:
            break
        fastest = max(fastest, jump[i])
    return fastest


def _synthetic(found: Round, rule: Rule) -> Finding | None:
    return find_drawn(found.scene.path, found.first, found.last)


def _backdated(found: Round, rule: Rule) -> Finding | None:
    refuted = found.scene.path.track.refuted
    count = count_of(refuted, found.first, found.last, wanted=True)
    return Finding("backdated", count, 0) if count >= _REFUTED else None


_CHECKS = (_mock, _teleport, _synthetic, _backdated)


def find_frozen(
    scene: Scene, start_ms: int, end_ms: int, rule: Rule
) -> tuple[Finding, bool] | None:
    """Return the longest standstill to the last digit, and whether motion was claimed.

    Parameters
    ----------
    scene : Scene
    start_ms, end_ms : int
        Only fixes in the area in this half-open span.
    rule : Rule
    """
    track = scene.path.track
    here = (track.t_ms >= start_ms) & (track.t_ms < end_ms) & (scene.stretch >= 0)
    index = np.flatnonzero(here)
    if len(index) < 2:
        return None
    places, accuracy = (track.lon, track.lat), (scene.path.accuracy,)
    found = _standstill(track, index, (*places, *accuracy), rule)
    if found is not None and found[1]:
        return found
    # Who claims to walk on one spot is frozen whatever is said of the errors.
    claimed = _standstill(track, index, places, rule)
    return claimed if claimed is not None and claimed[1] else found


def _standstill(
    track: Track, index: NDArray[np.int64], values: Sequence[Float64], rule: Rule
) -> tuple[Finding, bool] | None:
    """Return the longest run of fixes that agree in some values, if it is long."""
    same = np.ones(len(index), bool)
    same[0] = False
    for value in values:
        same[1:] &= value[index[1:]] == value[index[:-1]]
    runs = np.split(index, np.flatnonzero(~same)[1:])
    longest = max(runs, key=lambda run: track.t_ms[run[-1]] - track.t_ms[run[0]])
    minutes = float(track.t_ms[longest[-1]] - track.t_ms[longest[0]]) / 60_000.0
    if minutes <= rule.frozen_min or len(longest) < 10:
        return None
    speed = track.speed_mps[longest]
    known = speed[np.isfinite(speed)]
    claimed = bool(len(known)) and float(np.median(known)) >= _CLAIMED_MPS
    return Finding("frozen", minutes, rule.frozen_min), claimed


def find_datum_shift(
    path: Path,
    inside: NDArray[np.bool_],
    area: Area,
    elsewhere_share: float,
    rule: Rule,
    least_share: float = 0.0,
) -> Finding | None:
    """Return whether fixes that miss the area fit it once read in a Chinese datum.

    Parameters
    ----------
    path : Path
    inside : ndarray of bool, shape (n,)
        Which fixes of the path to look at.
    area : Area
    elsewhere_share : float
        Share of these fixes in the one other grid that holds most: a patrol in the
        neighbour's grid fits that grid better than the shifted own one. Who only sits
        somewhere outside is never accused: the shifted fixes must hold a walk.
    rule : Rule
    least_share : float, optional
        How many must fit, if more than the rule says.
    """
    track = path.track.part(inside)
    if len(track) < _FEWEST:
        return None
    for datum in ("gcj02", "bd09"):
        lon, lat = to_wgs84(track.lon, track.lat, datum)
        x, y = area.plane.project(lon, lat)
        share = float(np.mean(area.depth(track.t_ms, x, y) > 0.0))
        if share < max(rule.datum_share, least_share) or share <= elsewhere_share + 0.1:
            continue
        moved = replace(track, lon=lon, lat=lat)
        there = make_scene(make_path(moved, area.plane, rule), area, rule)
        span = int(track.t_ms[0]), int(track.t_ms[-1]) + 1
        rounds = find_rounds(there, *span, rule)
        if any(r.distance_m >= rule.distance_m for r in rounds if not r.is_stay):
            return Finding("datum_shift", share, rule.datum_share)
    return None
