"""Places as keys: each moving fix as one whole number, and where else it stands.

A fix that lies off the one before is known by its place to the microdegree. Which keys
somebody will ask for is noted in a table of bits first, so that the fixes of a whole
county need not be kept to find the few that repeat one another.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geo.compiled import njit
from geo.crs import METRES_PER_DEGREE
from tracking.signals.fixes import USED, Track

Float64 = NDArray[np.float64]
Int64 = NDArray[np.int64]
Bools = NDArray[np.bool_]

_MICRO = 1_000_000
_MOVED_M = 2.0
_BLOOM_BITS = (12, 24)
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_NOBODY = np.zeros(1, np.uint8)
# Over so few degrees of latitude a cosine changes by less than the other.
_NEAR_DEGREES = 0.1
_NEAR_COSINE = 0.002


# Keys and times of moving fixes, and a number for the track that each is of.
Places = tuple[Int64, Int64, NDArray[np.integer[Any]]]


class Wanted:
    """The keys that will be asked for, and a few others by chance.

    Parameters
    ----------
    keys : sequence of ndarray of int64
    """

    def __init__(self, keys: Sequence[Int64]) -> None:
        self._wanted, self._bits = _bits_of(keys)

    def places_of(self, track: Track) -> tuple[Int64, Int64]:
        """Return keys and times of the moving fixes of a track that are wanted."""
        fixes = track.t_ms, track.lon, track.lat, track.flag
        return _moving(*fixes, self._wanted, self._bits)

    def among(self, places: Places) -> Places:
        """Return those of some places that are wanted."""
        kept = np.flatnonzero(_are_wanted(places[0], self._wanted, self._bits))
        key, t, owner = places
        return key[kept], t[kept], owner[kept]


def together(tracks: Sequence[tuple[Int64, Int64]]) -> Places:
    """Return keys and times of several tracks as the places of all."""
    if not tracks:
        return np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.int32)
    key, t = (np.concatenate(column) for column in zip(*tracks, strict=True))
    numbers = np.arange(len(tracks), dtype=np.int32)
    return key, t, np.repeat(numbers, [len(k) for k, _ in tracks])


def _bits_of(keys: Sequence[Int64]) -> tuple[NDArray[np.uint8], int]:
    """Return a table of bits in which some keys are noted, and its width."""
    count = sum(len(key) for key in keys)
    # So wide that one place in sixteen is somebody's, and small for few rounds.
    bits = min(max(count.bit_length() + 4, _BLOOM_BITS[0]), _BLOOM_BITS[1])
    wanted = np.zeros(1 << bits - 3, np.uint8)
    for key in keys:
        _want(key, wanted, bits)
    return wanted, bits


def all_places(track: Track, first: int, last: int) -> tuple[Int64, Int64]:
    """Return keys and times of all moving fixes from one fix to another."""
    part = slice(first, last + 1)
    fixes = track.t_ms[part], track.lon[part], track.lat[part], track.flag[part]
    return _moving(*fixes, _NOBODY, 0)


@njit(cache=True)
def _moving(
    t_ms: Int64,
    lon: Float64,
    lat: Float64,
    flag: NDArray[np.uint8],
    wanted: NDArray[np.uint8],
    bits: int,
) -> tuple[Int64, Int64]:
    """Return place keys and times of fixes that lie off the one before and are wanted.

    All are wanted if `bits` is 0.
    """
    key, t = np.empty(len(t_ms), np.int64), np.empty(len(t_ms), np.int64)
    count, last = 0, -1
    lat0 = lat[0] if len(lat) else 0.0
    cosine = np.cos(np.radians(lat0))
    for i in range(len(t_ms)):
        if flag[i] != USED:
            continue
        if last >= 0:
            north = (lat[i] - lat[last]) * METRES_PER_DEGREE
            east = (lon[i] - lon[last]) * METRES_PER_DEGREE
            if _has_moved(east, north, lat[i], lat0, cosine):
                # Both fit in 29 bits at a microdegree.
                column = np.int64(np.rint(lon[i] * _MICRO))
                row = np.int64(np.rint(lat[i] * _MICRO))
                place = (column << 32) ^ (row & 0xFFFFFFFF)
                if bits == 0 or _is_wanted(place, wanted, bits):
                    key[count] = place
                    t[count] = t_ms[i]
                    count += 1
        last = i
    return key[:count].copy(), t[:count].copy()


@njit(cache=True, inline="always")
def _has_moved(
    east: float, north: float, lat: float, lat0: float, cosine: float
) -> bool:
    """Whether a step is long, `east` being as at the equator.

    The cosine of the latitude is worked out only where that of one nearby cannot tell.
    """
    far = _MOVED_M * _MOVED_M
    if north * north > far:
        return True
    if abs(lat - lat0) < _NEAR_DEGREES:
        least = east * max(cosine - _NEAR_COSINE, 0.0)
        if least * least + north * north > far:
            return True
        most = east * (cosine + _NEAR_COSINE)
        if most * most + north * north < far:
            return False
    east *= np.cos(np.radians(lat))
    return bool(east * east + north * north > far)


@njit(cache=True)
def _slot(key: np.int64, bits: int) -> np.int64:
    return np.int64((np.uint64(key) * _GOLDEN) >> np.uint64(64 - bits))


@njit(cache=True)
def _want(key: Int64, wanted: NDArray[np.uint8], bits: int) -> None:
    for k in key:
        slot = _slot(k, bits)
        wanted[slot >> 3] |= np.uint8(1 << (slot & 7))


@njit(cache=True)
def _is_wanted(key: np.int64, wanted: NDArray[np.uint8], bits: int) -> bool:
    slot = _slot(key, bits)
    return bool(wanted[slot >> 3] >> (slot & 7) & 1)


@njit(cache=True)
def _are_wanted(key: Int64, wanted: NDArray[np.uint8], bits: int) -> Bools:
    found = np.empty(len(key), np.bool_)
    for i in range(len(key)):
        found[i] = _is_wanted(key[i], wanted, bits)
    return found


def is_repeated(key: Int64) -> Bools:
    """Return which of some keys stand there more than once."""
    rising = np.sort(key)
    twice = rising[1:][rising[1:] == rising[:-1]]
    if not len(twice):
        return np.zeros(len(key), bool)
    # The bits rule out nearly all; only the rest is looked up.
    repeated: Bools = _are_wanted(key, *_bits_of([twice]))
    some = np.flatnonzero(repeated)
    at = np.minimum(np.searchsorted(twice, key[some]), len(twice) - 1)
    repeated[some] = twice[at] == key[some]
    return repeated


@njit(cache=True)
def earlier_places(
    index_key: Int64, index_t: Int64, key: Int64, t: Int64, age_ms: int
) -> tuple[Int64, Int64]:
    """Return where the places of a way stand at an earlier time.

    Parameters
    ----------
    index_key, index_t : ndarray of int64, shape (n,)
        Sorted by key.
    key, t : ndarray of int64, shape (m,)
        Of the way.
    age_ms : int
        What is less old than this is no earlier time.

    Returns
    -------
    mine, theirs : ndarray of int64, shape (k,)
        Each pair of equal keys, as places in the way and in the index.
    """
    low = np.searchsorted(index_key, key)
    count = 0
    for i in range(len(key)):
        k = low[i]
        while k < len(index_key) and index_key[k] == key[i]:
            count += t[i] - index_t[k] >= age_ms
            k += 1
    mine, theirs = np.empty(count, np.int64), np.empty(count, np.int64)
    count = 0
    for i in range(len(key) if len(mine) else 0):
        k = low[i]
        while k < len(index_key) and index_key[k] == key[i]:
            if t[i] - index_t[k] >= age_ms:
                mine[count], theirs[count] = i, k
                count += 1
            k += 1
    return mine, theirs
