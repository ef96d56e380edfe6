"""Where a device was before and after its round: one pocket with two devices in it.

Somebody who carries the devices of two people walks the grid of the one, then that of
the other; the two rounds never meet in time. But each device was along on the round of
the other, all the way. A trail holds a device's places each half minute around a round.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.compiled import njit
from geo.crs import METRES_PER_DEGREE

Float64 = NDArray[np.float64]
Int64 = NDArray[np.int64]
Int32 = NDArray[np.int32]

TICK_MS = 30_000
_AROUND_MS = 2 * 3_600_000
_SILENCE_MS = 120_000
_NOWHERE = np.iinfo(np.int32).min
_MICRO = 1e6
# A moment in so many is looked at for whoever is near at all, within so much.
_EACH = 10
_NEAR_E6 = 2_000
# Errors of two receivers pass in a minute or two: the mean over five ticks is taken.
_MEAN = np.ones(5)


@dataclass(frozen=True, eq=False)
class Trail:
    """Places of a device at whole half minutes, microdegrees, from tick `first` on.

    `begin` and `end` are the ticks of the round itself, half-open.
    """

    first: int
    begin: int
    end: int
    lon: Int32
    lat: Int32

    @property
    def sha256(self) -> str:
        """The SHA-256 of the places and their time, hexadecimal."""
        head = np.array([self.first, self.begin, self.end], "<i8").tobytes()
        places = np.stack([self.lon, self.lat]).astype("<i4").tobytes()
        return hashlib.sha256(head + places).hexdigest()

    def part(self, begin: int, end: int) -> tuple[Float64, Float64]:
        """Return places from tick to tick, NaN where nothing is known."""
        places = np.full((2, max(end - begin, 0)), np.nan)
        low = max(begin, self.first)
        high = min(end, self.first + len(self.lon))
        if low < high:
            known = slice(low - self.first, high - self.first)
            there = slice(low - begin, high - begin)
            places[:, there] = self.lon[known], self.lat[known]
            places[:, there][:, self.lon[known] == _NOWHERE] = np.nan
        return places[0], places[1]


def trail_of(
    t_ms: Int64, lon: Float64, lat: Float64, start_ms: int, end_ms: int
) -> Trail:
    """Return the trail of a device around a round of its own.

    Parameters
    ----------
    t_ms : ndarray of int64, shape (n,), ascending
        Of all usable fixes of the device on the day.
    lon, lat : ndarray of float64, shape (n,)
        Degrees, WGS 84.
    start_ms, end_ms : int
        Of the round.
    """
    low, high = t_ms.searchsorted([start_ms - _AROUND_MS, end_ms + _AROUND_MS + 1])
    t_ms, lon, lat = t_ms[low:high], lon[low:high], lat[low:high]
    begin, end = -(-start_ms // TICK_MS), end_ms // TICK_MS + 1
    return Trail(-int(-t_ms[0] // TICK_MS), begin, end, *_at_ticks(t_ms, lon, lat))


@njit(cache=True)
def _at_ticks(t_ms: Int64, lon: Float64, lat: Float64) -> tuple[Int32, Int32]:
    """Return the places at every tick between the first and the last fix."""
    first = -(-t_ms[0] // TICK_MS)
    n = max(t_ms[-1] // TICK_MS + 1 - first, 0)
    east, north = np.full(n, _NOWHERE, np.int32), np.full(n, _NOWHERE, np.int32)
    k = 0
    for i in range(n):
        at = (first + i) * TICK_MS
        while k < len(t_ms) - 2 and t_ms[k + 1] < at:
            k += 1
        span = t_ms[k + 1] - t_ms[k] if k + 1 < len(t_ms) else 0
        if span > _SILENCE_MS:
            continue
        share = (at - t_ms[k]) / span if span else 0.0
        last = k + 1 if span else k
        east[i] = np.rint(_MICRO * (lon[k] + share * (lon[last] - lon[k])))
        north[i] = np.rint(_MICRO * (lat[k] + share * (lat[last] - lat[k])))
    return east, north


def find_exchanged(trails: Sequence[Trail]) -> list[tuple[int, int]]:
    """Return pairs of rounds where each device was near on the other's round.

    Only a sample of moments is looked at: `apart_m` tells how near it was.
    """
    if not trails:
        return []
    first, begin, end = np.array([(t.first, t.begin, t.end) for t in trails]).T
    sizes = np.array([len(t.lon) for t in trails])
    lon = np.concatenate([t.lon for t in trails])
    lat = np.concatenate([t.lat for t in trails])
    mine, theirs = _sampled(first, begin, end, sizes, lon, lat)
    if not mine.shape[1]:
        return []
    corner = theirs[1:].min(axis=1)[:, None]
    theirs[1:] -= corner
    mine[1:] -= corner
    key = _key(theirs[1], theirs[3] // _NEAR_E6, theirs[2])
    order = np.argsort(key, kind="stable")
    key, who = key[order], theirs[0][order]
    hits = []
    for row in (-1, 0, 1):
        band = mine[3] // _NEAR_E6 + row
        low = key.searchsorted(_key(mine[1], band, np.maximum(mine[2] - _NEAR_E6, 0)))
        high = key.searchsorted(_key(mine[1], band, mine[2] + _NEAR_E6), "right")
        # In its own band each round finds itself.
        some = np.flatnonzero(high - low > (row == 0))
        size = (high - low)[some]
        place = np.arange(size.sum()) + np.repeat(
            low[some] - size.cumsum() + size, size
        )
        hits.append(np.repeat(mine[0, some], size) * len(trails) + who[place])
    pairs, count = np.unique(np.concatenate(hits), return_counts=True)
    i, j = pairs // len(trails), pairs % len(trails)
    moments = np.bincount(mine[0], minlength=len(trails))
    often = (2 * count >= moments[i]) & (i != j)
    along = set(zip(i[often].tolist(), j[often].tolist(), strict=True))
    return sorted((a, b) for a, b in along if a < b and (b, a) in along)


@njit(cache=True)
def _sampled(
    first: Int64, begin: Int64, end: Int64, sizes: Int64, lon: Int32, lat: Int32
) -> tuple[Int64, Int64]:
    """Return number, tick, longitude and latitude of each tenth tick that is known.

    First of the ticks of the rounds themselves, then of all.
    """
    every = np.empty((4, len(lon)), np.int64)
    inner = np.zeros(len(lon), np.bool_)
    count = start = 0
    for k in range(len(first)):
        for i in range(-first[k] % _EACH, sizes[k], _EACH):
            tick = first[k] + i
            if lon[start + i] == _NOWHERE:
                continue
            every[0, count], every[1, count] = k, tick
            every[2, count], every[3, count] = lon[start + i], lat[start + i]
            inner[count] = begin[k] <= tick < end[k]
            count += 1
        start += sizes[k]
    return every[:, :count][:, inner[:count]], every[:, :count]


def _key(tick: Int64, band: Int64, lon: Int64) -> Int64:
    """Return one number that sorts by moment, then by latitude, then by longitude."""
    return ((tick // _EACH) << 48) + ((band + 1) << 30) + lon


def apart_m(mine: Trail, theirs: Trail) -> tuple[Int64, Float64]:
    """Return how far another device was on a round, as means over two minutes.

    Returns
    -------
    at_ms : ndarray of int64
        Whole half minutes of the round at which both are known.
    apart : ndarray of float64
        Metres.
    """
    lon, lat = mine.part(mine.begin, mine.end)
    other_lon, other_lat = theirs.part(mine.begin, mine.end)
    east, north = other_lon - lon, other_lat - lat
    known = np.isfinite(east)
    if not known.any():
        return np.empty(0, np.int64), np.empty(0)
    east *= np.cos(np.radians(lat[known][0] / _MICRO))
    weight = np.convolve(known, _MEAN, "same")[known]
    means = [
        np.convolve(np.where(known, way, 0.0), _MEAN, "same")[known] / weight
        for way in (east, north)
    ]
    ticks = mine.begin + np.flatnonzero(known)
    return TICK_MS * ticks, METRES_PER_DEGREE / _MICRO * np.hypot(*means)
