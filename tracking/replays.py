"""Replays: a way handed in again, exactly, or with noise and a shift on top.

Nobody walks the same way twice: pace and receiver wander. Two digests that agree to
less than that, after the best shift in time and place, are one walk.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from tracking.digests import STEP_S, Digest
from tracking.fixes import USED, Track
from tracking.plain import length
from tracking.policy import Rule
from tracking.reasons import Finding
from tracking.rounds import Round

Float64 = NDArray[np.float64]
Int64 = NDArray[np.int64]

REPLAY_AGE_MS = 600_000
_METRES_PER_DEGREE = 111_320.0
_MICRO = 1_000_000
_SHIFT_BIN_MS = 5_000
_REPLAY_SHARE = 0.2
_MOVED_M = 2.0
_BLOOM_BITS = (12, 24)
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
# Of the steps that two ways share, this many must run alike to look closer.
_ALIKE = 0.45
_STRIDE = 6
# A copy may be moved sideways; further off it is another street.
_OFFSET_M = 150.0
_SHORTER_SHARE = 0.6
_NEAREST_M = 1.8


class ReplayIndex:
    """Moving fixes of all tracks by their place to the microdegree, for exact replays.

    Six equal fixes in a row on another day were seen 3 times in 216,848 honest ones;
    twelve at one time shift never. Only places that a round in question has are kept.

    Parameters
    ----------
    tracks : sequence of Track
    rounds : iterable of Round
        The only ones that will be asked for.
    """

    def __init__(self, tracks: Sequence[Track], rounds: Iterable[Round]) -> None:
        self._asked = {id(r): _moving_part(r) for r in rounds}
        keys = [key for key, _ in self._asked.values()]
        count = sum(len(key) for key in keys)
        # So wide that one place in sixteen is somebody's, and small for few rounds.
        bits = min(max(count.bit_length() + 4, _BLOOM_BITS[0]), _BLOOM_BITS[1])
        wanted = np.zeros(1 << bits, np.bool_)
        for key in keys:
            _want(key, wanted, bits)
        found = [_moving_fixes(track, wanted, bits) for track in tracks]
        key, t = (
            np.concatenate([row[c] for row in found] or [np.empty(0, np.int64)])
            for c in range(2)
        )
        owner = np.repeat(np.arange(len(found)), [len(row[0]) for row in found])
        order = np.lexsort((t, owner, key))
        self._key, self._t, self._owner = key[order], t[order], owner[order]

    def find(self, found: Round, rule: Rule) -> Finding | None:
        """Return how many fixes of a round repeat an earlier track at one shift."""
        key, t = self._asked[id(found)]
        low = np.searchsorted(self._key, key, "left")
        high = np.searchsorted(self._key, key, "right")
        count = high - low
        if count.sum() <= len(key):
            return None  # Each finds itself, and no other.
        mine = np.repeat(np.arange(len(key)), count)
        theirs = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
        theirs += np.repeat(low, count)
        shift = t[mine] - self._t[theirs]
        earlier = shift >= REPLAY_AGE_MS
        if not earlier.any():
            return None
        bins = np.stack([self._owner[theirs][earlier], shift[earlier] // _SHIFT_BIN_MS])
        most = int(np.unique(bins, axis=1, return_counts=True)[1].max())
        if most < max(rule.replay_fixes, _REPLAY_SHARE * len(key)):
            return None
        return Finding("replayed_track", most, rule.replay_fixes)


@dataclass(frozen=True)
class Match:
    """Two ways that are one: what was matched, how, and how far they lie apart."""

    digest: Digest
    shift_s: float
    apart_m: float


def find_near_replay(
    mine: Digest, earlier: Sequence[Digest], near_m: float, rule: Rule
) -> Match | None:
    """Return the earlier way that a round copies in space and time, noise apart.

    Parameters
    ----------
    mine : Digest
    earlier : sequence of Digest
        Of the same worker or of others; only those that ended ten minutes before are
        looked at.
    near_m : float
        As `near_for` returns it.
    rule : Rule
    """
    least = int(rule.replay_near_min * 60.0 / STEP_S)
    if len(mine.places) < least or not earlier:
        return None
    lat0 = float(mine.places[0, 1]) / _MICRO
    x, y = mine.metres(lat0)
    best: Match | None = None
    for digest in earlier:
        if len(digest.places) < least or digest.end_ms > mine.start_ms - REPLAY_AGE_MS:
            continue
        apart, shift = _separation(
            x, y, *digest.metres(lat0), least, _SHORTER_SHARE, near_m
        )
        if apart < near_m and (best is None or apart < best.apart_m):
            gone = (mine.start_ms - digest.start_ms) / 1000.0
            best = Match(digest, gone + shift * STEP_S, apart)
    return best


def near_for(found: Round, rule: Rule) -> float:
    """Return how near two ways must be to be one, metres, for a phone this exact.

    A good receiver draws an honest way nearly the same each day, a poor one never.
    """
    accuracy = np.sort(found.scene.path.accuracy[found.first : found.last + 1])
    unsure = rule.replay_accuracy_share * float(accuracy[len(accuracy) // 2])
    return min(max(unsure, _NEAREST_M), rule.replay_near_m)


def replay_evidence(match: Match) -> dict[str, Any]:
    """Return what evidence shows of a match; the way is the round's own as well."""
    digest = match.digest
    return {
        "kind": "replay",
        "digest": digest.sha256,
        "shift_s": round(match.shift_s),
        "apart_m": round(match.apart_m, 1),
        "places_e6": digest.places.tolist(),
    }


def _moving_part(r: Round) -> tuple[Int64, Int64]:
    track, part = r.scene.path.track, slice(r.first, r.last + 1)
    fixes = track.t_ms[part], track.lon[part], track.lat[part], track.flag[part]
    return _moving(*fixes, np.ones(1, np.bool_), 0)


def _moving_fixes(
    track: Track, wanted: NDArray[np.bool_], bits: int
) -> tuple[Int64, Int64]:
    return _moving(track.t_ms, track.lon, track.lat, track.flag, wanted, bits)


@njit(cache=True)
def _moving(
    t_ms: Int64,
    lon: Float64,
    lat: Float64,
    flag: NDArray[np.uint8],
    wanted: NDArray[np.bool_],
    bits: int,
) -> tuple[Int64, Int64]:
    """Return place keys and times of fixes that lie off the one before and are wanted.

    All are wanted if `bits` is 0.
    """
    key, t = np.empty(len(t_ms), np.int64), np.empty(len(t_ms), np.int64)
    count, last = 0, -1
    scale = _METRES_PER_DEGREE
    for i in range(len(t_ms)):
        if flag[i] != USED:
            continue
        if last >= 0:
            north = (lat[i] - lat[last]) * scale
            east = (lon[i] - lon[last]) * scale
            # Only between the two is the cosine worth its time.
            far = north * north > _MOVED_M * _MOVED_M
            if not far and east * east + north * north > _MOVED_M * _MOVED_M:
                east *= np.cos(np.radians(lat[i]))
                far = east * east + north * north > _MOVED_M * _MOVED_M
            if far:
                # Both fit in 29 bits at a microdegree.
                column = np.int64(np.rint(lon[i] * _MICRO))
                row = np.int64(np.rint(lat[i] * _MICRO))
                place = (column << 32) ^ (row & 0xFFFFFFFF)
                if bits == 0 or wanted[_slot(place, bits)]:
                    key[count] = place
                    t[count] = t_ms[i]
                    count += 1
        last = i
    return key[:count].copy(), t[:count].copy()


@njit(cache=True)
def _slot(key: np.int64, bits: int) -> np.int64:
    return np.int64((np.uint64(key) * _GOLDEN) >> np.uint64(64 - bits))


@njit(cache=True)
def _want(key: Int64, wanted: NDArray[np.bool_], bits: int) -> None:
    for k in key:
        wanted[_slot(k, bits)] = True


@njit(cache=True)
def _separation(
    x: Float64,
    y: Float64,
    other_x: Float64,
    other_y: Float64,
    least: int,
    shorter_share: float,
    near_m: float,
) -> tuple[float, float]:
    """Return the smallest median separation over shifts in time and place.

    Shifts whose minutes do not run alike are not looked at: ways of a minute are
    compared first, which no shift in place changes.

    Returns
    -------
    apart : float
        Metres; infinite where nothing runs alike.
    shift : float
        Steps that the other way is moved by.
    """
    n, m = len(x), len(other_x)
    needed = max(least, int(shorter_share * min(n, m)))
    votes = _votes(x, y, other_x, other_y, near_m)
    best, at = np.inf, 0.0
    for shift in range(needed - m, n - needed + 1):
        k = shift + m
        near = votes[k] + max(votes[k - 1], votes[k + 1])
        overlap = min(n, m + shift) - max(0, shift)
        if near < _ALIKE * (overlap - _STRIDE):
            continue
        for tenth in range(-5, 6):
            moved = shift + 0.1 * tenth
            apart = _apart(x, y, other_x, other_y, moved, needed)
            if apart < best:
                best, at = apart, moved
    return best, at


@njit(cache=True)
def _votes(
    x: Float64, y: Float64, other_x: Float64, other_y: Float64, near_m: float
) -> NDArray[np.int32]:
    """Count, for each shift, the minutes whose ways are alike; shift s is at s + m."""
    n, m = len(x), len(other_x)
    votes = np.zeros(n + m + 2, np.int32)
    # Backwards, so that both the ways and their shifts are walked upwards in memory.
    steps = m - _STRIDE
    way_x, way_y = np.empty(steps), np.empty(steps)
    for k in range(steps):
        j = steps - 1 - k
        way_x[k] = other_x[j + _STRIDE] - other_x[j]
        way_y[k] = other_y[j + _STRIDE] - other_y[j]
    for i in range(n - _STRIDE):
        dx, dy = x[i + _STRIDE] - x[i], y[i + _STRIDE] - y[i]
        # Half a step of time moves the ends of a minute's way by this much.
        reach = 2.0 * near_m + 0.1 * length(dx, dy)
        reach *= reach
        own = votes[i + m - steps + 1 : i + m + 1]
        for k in range(steps):
            ex, ey = way_x[k] - dx, way_y[k] - dy
            own[k] += np.int32(ex * ex + ey * ey <= reach)
    return votes


@njit(cache=True)
def _apart(
    x: Float64,
    y: Float64,
    other_x: Float64,
    other_y: Float64,
    shift: float,
    needed: int,
) -> float:
    """Return the median separation at a shift, the mean offset taken out."""
    n, m = len(x), len(other_x)
    low, high = max(0, int(np.ceil(shift))), min(n - 1, int(np.floor(m - 1 + shift)))
    if high - low + 1 < needed:
        return np.inf
    count = high - low + 1
    ex, ey = np.empty(count), np.empty(count)
    for i in range(low, high + 1):
        place = i - shift
        j = min(int(place), m - 2)
        share = place - j
        ex[i - low] = other_x[j] + share * (other_x[j + 1] - other_x[j]) - x[i]
        ey[i - low] = other_y[j] + share * (other_y[j + 1] - other_y[j]) - y[i]
    mean_x, mean_y = ex.mean(), ey.mean()
    if length(mean_x, mean_y) > _OFFSET_M:
        return np.inf
    return float(np.median(np.sqrt((ex - mean_x) ** 2 + (ey - mean_y) ** 2)))
