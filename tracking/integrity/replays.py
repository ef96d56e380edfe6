"""Replays: a way handed in again, exactly, or with noise and a shift on top.

Nobody walks the same way twice: pace and receiver wander. Two digests that agree to
less than that, after the best shift in time and place, are one walk.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tracking.integrity.digests import STEP_S, Digest
from tracking.integrity.placekeys import Places, Wanted, earlier_places, is_repeated
from tracking.integrity.sights import Sight
from tracking.integrity.ways import Ways
from tracking.rules.policy import Rule
from tracking.rules.reasons import Finding

Float64 = NDArray[np.float64]
Int64 = NDArray[np.int64]
PlacesOf = Callable[[Wanted], Places]

REPLAY_AGE_MS = 600_000
_SHIFT_BIN_MS = 5_000
_REPLAY_SHARE = 0.2
_PLACES_SHARE = 0.5
_WALK_MS = 4 * 3_600_000
# Coordinates in steps of more than this, microdegrees, meet again by chance.
_COARSE = 25
_NEAREST_M = 1.8


class ReplayIndex:
    """Moving fixes of all tracks by their place to the microdegree, for exact replays.

    Six equal fixes in a row on another day were seen 3 times in 216,848 honest ones;
    twelve at one time shift never. Only places that a round in question has are kept.

    Parameters
    ----------
    places : callable
        Given what will be asked for, return the places of all tracks that may be; more
        do no harm.
    rounds : sequence of Sight
        The only ones that will be asked for.
    """

    def __init__(self, places: PlacesOf, rounds: Sequence[Sight]) -> None:
        key, t, owner = places(Wanted([seen.places[0] for seen in rounds]))
        # Each place of a round finds itself; most find no other.
        twice = np.flatnonzero(is_repeated(key))
        order = twice[np.lexsort((t[twice], owner[twice], key[twice]))]
        self._key, self._t, self._owner = key[order], t[order], owner[order]

    def find(self, seen: Sight, rule: Rule) -> Finding | None:
        """Return how many fixes of a round repeat an earlier track at one shift."""
        if not len(self._key):
            return None
        key, t = seen.places
        mine, theirs = earlier_places(self._key, self._t, key, t, REPLAY_AGE_MS)
        if len(mine) < max(rule.replay_fixes, _REPLAY_SHARE * len(key)):
            return None
        shift = t[mine] - self._t[theirs]
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
    less than zero is backwards. Nearer than `near_m` two ways are one.
    """

    digest: Digest
    shift_s: float
    pace: float
    apart_m: float
    near_m: float


def find_near_replay(
    mine: Digest, earlier: Sequence[Ways], near_m: float, rule: Rule
) -> Match | None:
    """Return the earlier way that a round copies in space and time, noise apart.

    Parameters
    ----------
    mine : Digest
    earlier : sequence of Ways
        Of the same worker and of others.
    near_m : float
        As `near_for` returns it.
    rule : Rule
    """
    least = int(rule.replay_near_min * 60.0 / STEP_S)
    found = [ways.nearest(mine, near_m, least) for ways in earlier]
    near = min(
        (one for one in found if one is not None),
        key=lambda one: (one.apart_m, one.digest.start_ms, one.digest.worker_id),
        default=None,
    )
    if near is None:
        return None
    gone = (mine.start_ms - near.digest.start_ms) / 1000.0
    shift_s = gone - near.start * STEP_S
    return Match(near.digest, shift_s, near.pace, near.apart_m, near.near_m)


def near_for(seen: Sight, rule: Rule) -> float:
    """Return how near two ways must be to be one, metres, for a phone this exact.

    A good receiver draws an honest way nearly the same each day, a poor one never.
    """
    accuracy = np.sort(seen.accuracy_m)
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
