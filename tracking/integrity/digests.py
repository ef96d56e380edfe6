"""What is remembered of a round, so that a copy of it is recognised weeks later.

A digest is the way of a round as one place per ten seconds, each the mean over a
minute: less than a kilobyte, and no fix of anybody's. Digests are inputs of a verdict
like the fixes are; the evidence names the one that was matched by its SHA-256.
"""

import hashlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.compiled import njit
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


def digest_of(worker_id: str, found: Round) -> Digest:
    """Return the digest of a round."""
    track, part = found.scene.path.track, slice(found.first, found.last + 1)
    places = _minute_means(track.t_ms[part], track.lon[part], track.lat[part])
    return Digest(worker_id, found.start_ms, found.end_ms, places)


@njit(cache=True)
def _minute_means(t_ms: Int64, lon: Float64, lat: Float64) -> NDArray[np.int32]:
    """Return the mean place over a minute around each step, by straight ways between.

    Fixes weigh by the time they stand for, so that a phone with a fix a minute and one
    with a fix a second give the same way, and a copy that begins a few seconds later
    gives the same way as well.
    """
    t = (t_ms - t_ms[0]) / 1000.0
    n = int(t[-1] / STEP_S) + 1
    whole = np.empty((n, 2), np.int32)
    half = int(_HALF_MEAN_S / STEP_S)
    for c in range(2):
        values = lon if c == 0 else lat
        first = values[0]
        # Sums of differences from the first value lose no digits.
        gone = np.zeros(len(t))
        for k in range(1, len(t)):
            mean = 0.5 * (values[k] + values[k - 1]) - first
            gone[k] = gone[k - 1] + mean * (t[k] - t[k - 1])
        low = high = 0
        for i in range(n):
            reach = STEP_S * min(half, i, n - 1 - i)
            now = i * STEP_S
            low, before, at = _up_to(t, values, gone, low, now - reach)
            high, after, _ = _up_to(t, values, gone, high, now + reach)
            if reach > 0.0:
                at = first + (after - before) / (2.0 * reach)
            whole[i, c] = np.int32(np.rint(at * _PER_DEGREE))
    return whole


@njit(cache=True)
def _up_to(
    t: Float64, values: Float64, gone: Float64, k: int, now: float
) -> tuple[int, float, float]:
    """Return the fix before a moment, the sum over time up to it, and the place then.

    Parameters
    ----------
    t, values : ndarray of float64, shape (n,)
        Seconds from 0, ascending, and one coordinate.
    gone : ndarray of float64, shape (n,)
        Sum over time of the coordinate less its first value, up to each fix.
    k : int
        A fix before the moment to go on from.
    now : float
        Seconds.
    """
    while k < len(t) - 2 and t[k + 1] <= now:
        k += 1
    last = min(k + 1, len(t) - 1)
    span = t[last] - t[k]
    share = min(max((now - t[k]) / span, 0.0), 1.0) if span > 0.0 else 0.0
    at = values[k] + share * (values[last] - values[k])
    mean = 0.5 * (at + values[k]) - values[0]
    return k, gone[k] + mean * share * span, at
