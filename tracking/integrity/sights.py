"""A round cut off from the fixes around it: all that others are compared with.

A county's day has thousands of rounds and its tracks fill gigabytes; what a comparison
reads of a round is a few kilobytes, which may wait, and travel between processes.
"""

from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tracking.integrity.digests import Digest, digest_of
from tracking.integrity.placekeys import all_places
from tracking.integrity.trails import Trail, trail_of
from tracking.rules.policy import Rule
from tracking.walking.rounds import Round

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
        Keys and times of its moving fixes (`tracking.integrity.placekeys`), none
        without digest.
    trail : Trail, optional
        Where the device was around the round, of a claim.
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
    trail: Trail | None = None

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

    def __reduce__(self) -> tuple[Any, ...]:
        """Return it as one run of bytes: ten small arrays would take ten times long."""
        way = _NO_WAY if self.digest is None else self.digest.places
        trail, around = None, _NO_WAY
        if self.trail is not None:
            trail = self.trail.first, self.trail.begin, self.trail.end
            around = np.stack([self.trail.lon, self.trail.lat])
        arrays = (
            *(self.t_ms, self.lon, self.lat, self.accuracy_m, *self.places),
            *(way, around, self.is_moving),
        )
        sizes = len(self.t_ms), len(self.places[0]), len(way), around.size // 2
        told = self.key, self.groups, self.is_claim, self.digest is not None, trail
        held = bytearray().join([_bytes(values) for values in arrays])
        return _put_together, (told, sizes, held)


def _bytes(values: NDArray[Any]) -> Any:
    return np.ascontiguousarray(values).data


_NO_WAY = np.empty((0, 2), np.int32)
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
    track = path.track
    around = track.t_ms, track.lon, track.lat, found.start_ms, found.end_ms
    return Sight(
        key=key,
        groups=groups,
        t_ms=track.t_ms[part].copy(),
        lon=track.lon[part].copy(),
        lat=track.lat[part].copy(),
        accuracy_m=path.accuracy[part].copy(),
        is_moving=path.is_moving[part].copy(),
        is_claim=is_claim,
        digest=digest_of(key[0], found) if passes else None,
        places=all_places(track, found.first, found.last) if passes else _NOTHING,
        trail=trail_of(*around) if is_claim else None,
    )


def _put_together(
    told: tuple[SightKey, frozenset[str], bool, bool, tuple[int, int, int] | None],
    sizes: tuple[int, int, int, int],
    held: bytearray,
) -> Sight:
    key, groups, is_claim, has_digest, ticks = told
    count, placed, walked, around = (8 * size for size in sizes)
    ends = np.cumsum([0] + [count] * 4 + [placed] * 2 + [walked, around]).tolist()
    whole = np.frombuffer(held, np.uint8)
    t_ms, lon, lat, accuracy, place, place_t, way, trail = (
        whole[low:high].view(kind)
        for (low, high), kind in zip(pairwise(ends), _KINDS, strict=True)
    )
    digest = None
    if has_digest:
        first, last = int(t_ms[0]), int(t_ms[-1])
        digest = Digest(key[0], first, last, way.reshape(-1, 2))
    return Sight(
        *(key, groups, t_ms, lon, lat, accuracy, whole[ends[-1] :].view(np.bool_)),
        *(is_claim, digest, (place, place_t)),
        None if ticks is None else Trail(*ticks, *trail.reshape(2, -1)),
    )


_KINDS = ("i8", "f8", "f8", "f8", "i8", "i8", "i4", "i4")
