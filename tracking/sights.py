"""A round cut off from the fixes around it: all that others are compared with.

A county's day has thousands of rounds and its tracks fill gigabytes; what a comparison
reads of a round is a few kilobytes, which may wait, and travel between processes.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from tracking.digests import Digest, digest_of
from tracking.placekeys import all_places
from tracking.policy import Rule
from tracking.rounds import Round

Float64 = NDArray[np.float64]
Int64 = NDArray[np.int64]

# Worker, day, and which of the day's rounds.
SightKey = tuple[str, date, int]


@dataclass(frozen=True, eq=False)
class Sight:
    """What is compared of a round.

    Attributes
    ----------
    key : SightKey
    groups : frozenset of str
        That the worker walks in.
    t_ms, lon, lat, accuracy_m, is_moving : ndarray, shape (n,)
        Of the fixes of the round; what the phone did not say of its errors is assumed.
    is_claim : bool
        Long enough, and no stay: who walked along is looked for.
    digest : Digest, optional
        Of a round that fills all needs; only such a one may be a copy.
    places : tuple of ndarray of int64
        Keys and times of its moving fixes (`tracking.placekeys`), none without digest.
    """

    key: SightKey
    groups: frozenset[str]
    t_ms: Int64
    lon: Float64
    lat: Float64
    accuracy_m: Float64
    is_moving: NDArray[np.bool_]
    is_claim: bool
    digest: Digest | None
    places: tuple[Int64, Int64]

    @property
    def worker_id(self) -> str:
        """Who walked it."""
        return self.key[0]

    @property
    def start_ms(self) -> int:
        """Corrected time of the first fix."""
        return int(self.t_ms[0])

    @property
    def end_ms(self) -> int:
        """Corrected time of the last fix."""
        return int(self.t_ms[-1])


_NOTHING = (np.empty(0, np.int64), np.empty(0, np.int64))


def sight_of(
    key: SightKey, groups: frozenset[str], found: Round, rule: Rule
) -> Sight | None:
    """Return what is compared of a round, or None if nothing ever is."""
    passes = found.fills_all_needs
    is_claim = not found.is_stay and found.dwell_min >= rule.companion_min
    if not (passes or is_claim):
        return None
    # Copies, so that nothing else of the day is kept.
    path, part = found.scene.path, slice(found.first, found.last + 1)
    return Sight(
        key=key,
        groups=groups,
        t_ms=path.track.t_ms[part].copy(),
        lon=path.track.lon[part].copy(),
        lat=path.track.lat[part].copy(),
        accuracy_m=path.accuracy[part].copy(),
        is_moving=path.is_moving[part].copy(),
        is_claim=is_claim,
        digest=digest_of(key[0], found) if passes else None,
        places=all_places(path.track, found.first, found.last) if passes else _NOTHING,
    )
