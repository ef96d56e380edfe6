"""Places as keys: each moving fix as one whole number, and where else it stands.

A fix that lies off the one before is known by its place to the microdegree. Which keys
somebody will ask for is noted in a table of bits first, so that the fixes of a whole
county need not be kept to find the few that repeat one another.
"""

from collections.abc import Sequence

import numpy as np
from numba import njit
from numpy.typing import NDArray

from tracking.fixes import USED, Track

Float64 = NDArray[np.float64]
Int64 = NDArray[np.int64]
Bools = NDArray[np.bool_]

_METRES_PER_DEGREE = 111_320.0
_MICRO = 1_000_000
_MOVED_M = 2.0
_BLOOM_BITS = (12, 24)
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_ALL = np.ones(1, np.bool_)


class Wanted:
    """The keys that will be asked for, and a few others by chance.

    Parameters
    ----------
    keys : sequence of ndarray of int64
    """

    def __init__(self, keys: Sequence[Int64]) -> None:
        count = sum(len(key) for key in keys)
        # So wide that one place in sixteen is somebody's, and small for few rounds.
        self._bits = min(max(count.bit_length() + 4, _BLOOM_BITS[0]), _BLOOM_BITS[1])
        self._wanted = np.zeros(1 << self._bits, np.bool_)
        for key in keys:
            _want(key, self._wanted, self._bits)

    def places_of(self, track: Track) -> tuple[Int64, Int64]:
        """Return keys and times of the moving fixes of a track that are wanted."""
        fixes = track.t_ms, track.lon, track.lat, track.flag
        return _moving(*fixes, self._wanted, self._bits)


def all_places(track: Track, first: int, last: int) -> tuple[Int64, Int64]:
    """Return keys and times of all moving fixes from one fix to another."""
    part = slice(first, last + 1)
    fixes = track.t_ms[part], track.lon[part], track.lat[part], track.flag[part]
    return _moving(*fixes, _ALL, 0)


@njit(cache=True)
def _moving(
    t_ms: Int64,
    lon: Float64,
    lat: Float64,
    flag: NDArray[np.uint8],
    wanted: Bools,
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
def _want(key: Int64, wanted: Bools, bits: int) -> None:
    for k in key:
        wanted[_slot(k, bits)] = True


@njit(cache=True)
def stand_twice(key: Int64) -> Bools:
    """Return which of some sorted keys stand there more than once."""
    twice = np.zeros(len(key), np.bool_)
    for i in range(1, len(key)):
        if key[i] == key[i - 1]:
            twice[i - 1] = twice[i] = True
    return twice


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
