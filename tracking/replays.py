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
from tracking.likeness import separation
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
_PLACES_SHARE = 0.5
_WALK_MS = 4 * 3_600_000
# Coordinates in steps of more than this, microdegrees, meet again by chance.
_COARSE = 25
_MOVED_M = 2.0
_BLOOM_BITS = (12, 24)
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
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
        mine, theirs, shift = mine[earlier], theirs[earlier], shift[earlier]
        owner = self._owner[theirs]
        bins = np.stack([owner, shift // _SHIFT_BIN_MS])
        most = int(np.unique(bins, axis=1, return_counts=True)[1].max())
        if most >= max(rule.replay_fixes, _REPLAY_SHARE * len(key)):
            return Finding("replayed_track", most, rule.replay_fixes)
        # Played faster or backwards, the places of one walk are still the same.
        hours = np.stack([owner, self._t[theirs] // _WALK_MS, mine])
        places = np.unique(hours, axis=1)[:2]
        most = int(np.unique(places, axis=1, return_counts=True)[1].max())
        if most < max(rule.replay_fixes, _PLACES_SHARE * len(key)) or _is_coarse(key):
            return None
        return Finding("replayed_track", most, rule.replay_fixes)


@dataclass(frozen=True)
class Match:
    """Two ways that are one: what was matched, how, and how far they lie apart.

    The way was handed in `shift_s` after it was walked, and at `pace` times its speed;
    less than zero is backwards.
    """

    digest: Digest
    shift_s: float
    pace: float
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
        apart, start, pace = separation(
            x, y, *digest.metres(lat0), least, _SHORTER_SHARE, near_m
        )
        if apart < near_m and (best is None or apart < best.apart_m):
            gone = (mine.start_ms - digest.start_ms) / 1000.0
            best = Match(digest, gone - start * STEP_S, pace, apart)
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
        "pace": round(match.pace, 3),
        "apart_m": round(match.apart_m, 1),
        "places_e6": digest.places.tolist(),
    }


def _is_coarse(key: Int64) -> bool:
    """Return whether places lie on a grid so wide that honest ways share them."""
    columns = np.unique(key >> 32)
    return len(columns) < 2 or int(np.diff(columns).min()) > _COARSE


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
