"""What is remembered of a round, so that a copy of it is recognised weeks later.

A digest is the way of a round as one place per ten seconds, each the mean over a
minute: less than a kilobyte, and no fix of anybody's. Digests are inputs of a verdict
like the fixes are; the evidence names the one that was matched by its SHA-256.
"""

import hashlib
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from geo.crs import METRES_PER_DEGREE
from tracking.walking.rounds import Round

Float64 = NDArray[np.float64]
Int64 = NDArray[np.int64]

STEP_S = 10.0
_HALF_MEAN_S = 30.0
_PER_DEGREE = 1e6


@dataclass(frozen=True, eq=False)
class Digest:
    """The way of one round.

    Attributes
    ----------
    worker_id : str
    start_ms, end_ms : int
    places : ndarray of int32, shape (n, 2)
        Longitude and latitude in microdegrees, one per `STEP_S`, means over a minute.
    """

    worker_id: str
    start_ms: int
    end_ms: int
    places: NDArray[np.int32]

    @property
    def sha256(self) -> str:
        """Return the hash that evidence names it by."""
        return hashlib.sha256(self.places.astype("<i4").tobytes()).hexdigest()

    def metres(self, lat0: float) -> tuple[Float64, Float64]:
        """Return easting and northing on a plane that is right at a latitude."""
        scale = METRES_PER_DEGREE / _PER_DEGREE
        east = scale * float(np.cos(np.radians(lat0)))
        places = self.places.astype(np.float64)
        return places[:, 0] * east, places[:, 1] * scale

    def packed(self) -> bytes:
        """Return the places in their stored form."""
        return self.places.astype("<i4").tobytes()


def unpacked(worker_id: str, start_ms: int, end_ms: int, packed: bytes) -> Digest:
    """Return the digest of a stored form."""
    places = np.frombuffer(packed, "<i4").reshape(-1, 2)
    return Digest(worker_id, start_ms, end_ms, places)


def digest_of(worker_id: str, found: Round) -> Digest:
    """Return the digest of a round."""
    track, part = found.scene.path.track, slice(found.first, found.last + 1)
    places = _minute_means(track.t_ms[part], track.lon[part], track.lat[part])
    return Digest(worker_id, found.start_ms, found.end_ms, places)


@njit(cache=True)
def _minute_means(t_ms: Int64, lon: Float64, lat: Float64) -> NDArray[np.int32]:
    """Return the mean place over a minute around each step, by straight ways between.

    Fixes weigh by the time they stand for, so that a phone with a fix a minute and one
    with a fix a second give the same way.
    """
    t = (t_ms - t_ms[0]) / 1000.0
    n = int(t[-1] / STEP_S) + 1
    whole = np.empty((n, 2), np.int32)
    fine = np.empty((n, 2))
    k = 0
    for i in range(n):
        now = i * STEP_S
        while k < len(t) - 2 and t[k + 1] < now:
            k += 1
        last = min(k + 1, len(t) - 1)
        span = t[last] - t[k]
        share = min(max((now - t[k]) / span, 0.0), 1.0) if span > 0.0 else 0.0
        fine[i, 0] = lon[k] + share * (lon[last] - lon[k])
        fine[i, 1] = lat[k] + share * (lat[last] - lat[k])
    half = int(_HALF_MEAN_S / STEP_S)
    for i in range(n):
        reach = min(half, i, n - 1 - i)
        for c in range(2):
            total = 0.0
            for j in range(i - reach, i + reach + 1):
                total += fine[j, c] - fine[i, c]
            mean = fine[i, c] + total / (2 * reach + 1)
            whole[i, c] = np.int32(np.rint(mean * _PER_DEGREE))
    return whole
