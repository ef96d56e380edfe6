"""What makes a track doubtful by itself: mocks, jumps, made-up lines, frozen places.

Each check returns a finding or None. A finding sends a window to a person and is never
a judgement; a good spoofer passes all of them, and the manual says so.
"""

import numpy as np
from numpy.typing import NDArray

from geo.crs import to_wgs84
from geo.frames import MOCK_YES
from tracking.areas import Area
from tracking.policy import Rule
from tracking.reasons import Finding
from tracking.rounds import Round
from tracking.scene import Path, Scene

# A jump this long after a round still belongs to it: the spoofer was switched off.
_AFTER_S = 600.0
_CLAIMED_MPS = 0.5
_TRIPLES = 20
_REFUTED = 3


def find_doubts(found: Round, rule: Rule) -> tuple[Finding, ...]:
    """Return every integrity finding of a round by its own fixes."""
    checks = (_mock, _teleport, _synthetic, _backdated)
    doubts = (check(found, rule) for check in checks)
    return tuple(doubt for doubt in doubts if doubt is not None)


def _mock(found: Round, rule: Rule) -> Finding | None:
    mock = found.scene.path.track.mock[found.first : found.last + 1]
    count = int((mock == MOCK_YES).sum())
    if count < min(rule.mock_fixes, max(1, len(mock) // 4)):
        return None
    return Finding("mock_location", count, 0)


def _teleport(found: Round, rule: Rule) -> Finding | None:
    """Find an unreturned jump into the stretch of the round, or out of it."""
    path, stretch = found.scene.path, found.scene.stretch
    t, jump = path.t, path.track.jump_mps
    here = stretch == stretch[found.first]
    here[found.last + 1 :] = False
    out = (t > t[found.last]) & (t <= t[found.last] + _AFTER_S)
    fastest = float(jump[here | out].max(initial=0.0))
    if fastest <= 0.0:
        return None
    return Finding("teleport", fastest, rule.teleport_mps)


def _synthetic(found: Round, rule: Rule) -> Finding | None:
    """Find a track whose moving steps are equal beyond what any receiver gives."""
    path, part = found.scene.path, slice(found.first, found.last + 1)
    t, x, y = path.t[part], path.x[part], path.y[part]
    if len(t) < _TRIPLES + 2:
        return None
    dt = np.diff(t)
    even = (np.abs(dt[1:] - dt[:-1]) <= 0.1 * dt[:-1]) & (dt[:-1] <= 60.0)
    even &= path.is_moving[part][2:] & path.is_moving[part][1:-1]
    if int(even.sum()) < _TRIPLES:
        return None
    bend = np.hypot(x[2:] - 2 * x[1:-1] + x[:-2], y[2:] - 2 * y[1:-1] + y[:-2])
    typical = float(np.median(bend[even]))
    # Real receivers never say the same accuracy all the way.
    constant = len(np.unique(path.accuracy[part])) <= 2
    scale = 0.02 if constant else 0.005
    least = scale * (float(np.median(dt[:-1][even])) + 0.5)
    return Finding("synthetic_track", typical, least) if typical < least else None


def _backdated(found: Round, rule: Rule) -> Finding | None:
    refuted = found.scene.path.track.refuted[found.first : found.last + 1]
    count = int(refuted.sum())
    return Finding("backdated", count, 0) if count >= _REFUTED else None


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
    same = np.ones(len(index), bool)
    same[0] = False
    for values in (track.lon, track.lat, scene.path.accuracy):
        same[1:] &= values[index[1:]] == values[index[:-1]]
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
        neighbour's grid fits that grid better than the shifted own one.
    rule : Rule
    """
    track = path.track.part(inside)
    if len(track) < _TRIPLES:
        return None
    for datum in ("gcj02", "bd09"):
        x, y = area.plane.project(*to_wgs84(track.lon, track.lat, datum))
        share = float(np.mean(area.depth(track.t_ms, x, y) > 0.0))
        if share >= rule.datum_share and share > elsewhere_share + 0.1:
            return Finding("datum_shift", share, rule.datum_share)
    return None
