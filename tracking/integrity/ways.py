"""The ways of many rounds side by side, to find the one that a round was copied from.

A county remembers some hundred thousand ways of a month. They stand here as a few long
arrays, and one compiled call compares a round with all that may be its source.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.compiled import njit
from geo.crs import METRES_PER_DEGREE
from geo.localtime import DAY_MS
from tracking.integrity.digests import STEP_S, Digest
from tracking.integrity.likeness import separation
from tracking.integrity.overlay import Clock, Pair

Float64 = NDArray[np.float64]
Int64 = NDArray[np.int64]
Int32 = NDArray[np.int32]

REPLAY_DAYS = 30
# Who still walks himself when his way is handed in for another is no companion: he is
# further ahead than two people who walk together.
AHEAD_MS = 120_000
_MICRO = 1_000_000
_STEP_MS = 1000.0 * STEP_S
_SHORTER_SHARE = 0.6
_SCALE = METRES_PER_DEGREE / _MICRO
# Ways are looked up by the worker, and by the hundredth of a degree of their middle.
_BLOCK = 10_000
_NOWHERE = -(1 << 62)


@dataclass(frozen=True)
class Near:
    """The way that lies nearest to another: which, when, at what pace, and how near.

    Step `start + pace * i` of it is step `i` of the other; below `near_m` the two are
    one.
    """

    digest: Digest
    apart_m: float
    near_m: float
    start: float
    pace: float


class _Index(NamedTuple):
    """The arrays of `Ways`, and its numbers in order of worker and of block."""

    worker: Int64
    start_ms: Int64
    end_ms: Int64
    ends: Int64
    places: Int32
    by_worker: Int64
    workers: Int64
    by_block: Int64
    blocks: Int64


@dataclass(frozen=True, eq=False)
class Ways:
    """Digests of many rounds.

    Attributes
    ----------
    workers : sequence of str
        Names, each once.
    worker : ndarray of int64, shape (n,)
        Whose each way is, by its place in `workers`.
    start_ms, end_ms : ndarray of int64, shape (n,)
    ends : ndarray of int64, shape (n + 1,)
        Where the places of each way begin and end.
    places : ndarray of int32, shape (m, 2)
        See `tracking.integrity.digests.Digest`.
    """

    workers: Sequence[str]
    worker: Int64
    start_ms: Int64
    end_ms: Int64
    ends: Int64
    places: Int32

    @staticmethod
    def of(digests: Sequence[Digest]) -> "Ways":
        """Return digests as ways."""
        names = sorted({digest.worker_id for digest in digests})
        number = {name: n for n, name in enumerate(names)}
        sizes = [len(digest.places) for digest in digests]
        places = [digest.places for digest in digests if len(digest.places)]
        return Ways(
            names,
            np.array([number[digest.worker_id] for digest in digests], np.int64),
            np.array([digest.start_ms for digest in digests], np.int64),
            np.array([digest.end_ms for digest in digests], np.int64),
            np.cumsum([0, *sizes]),
            np.concatenate(places) if places else np.empty((0, 2), np.int32),
        )

    def __len__(self) -> int:
        return len(self.worker)

    def digest(self, number: int) -> Digest:
        """Return one of the ways."""
        part = slice(self.ends[number], self.ends[number + 1])
        return Digest(
            self.workers[self.worker[number]],
            int(self.start_ms[number]),
            int(self.end_ms[number]),
            self.places[part],
        )

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {name: n for n, name in enumerate(self.workers)}

    @cached_property
    def _index(self) -> "_Index":
        block = _blocks(self.ends, self.places)
        by_worker = np.argsort(self.worker, kind="stable")
        by_block = np.argsort(block, kind="stable")
        return _Index(
            self.worker,
            self.start_ms,
            self.end_ms,
            self.ends,
            self.places,
            by_worker,
            self.worker[by_worker],
            by_block,
            block[by_block],
        )

    def nearest(self, mine: Digest, near_m: float, least: int) -> Near | None:
        """Return the earlier way that a round copies in space and time, noise apart.

        Parameters
        ----------
        mine : Digest
        near_m : float
            As `tracking.integrity.replays.near_for` returns it.
        least : int
            Shorter ways are not looked at, in steps. What was walked no more than two
            minutes before it was handed in is no copy.
        """
        if len(mine.places) < least or not len(self):
            return None
        block = int(_blocks(np.array([0, len(mine.places)]), mine.places)[0])
        own = self._numbers.get(mine.worker_id, -1)
        found, apart, needed, clock = _nearest(
            mine.places, mine.start_ms, own, block, self._index, least, near_m
        )
        if found < 0:
            return None
        return Near(self.digest(found), apart, needed, *clock)


def _blocks(ends: Int64, places: Int32) -> Int64:
    """Return the kilometre that each way has its middle in, one number each."""
    size = ends[1:] - ends[:-1]
    block = np.full(len(size), _NOWHERE, np.int64)
    some = size > 0
    middle = places[(ends[:-1] + size // 2)[some]].astype(np.int64) // _BLOCK
    block[some] = (middle[:, 0] << 32) + middle[:, 1]
    return block


@njit(cache=True, nogil=True)
def _nearest(
    mine: Int32,
    mine_ms: int,
    own: int,
    block: int,
    index: _Index,
    least: int,
    near_m: float,
) -> tuple[int, float, float, Clock]:
    """Return which way lies nearest, -1 for none, and the fields of `Near`.

    Of ways that lie equally near it is the oldest.
    """
    lat0 = mine[0, 1] / _MICRO
    x, y = _metres(mine, lat0)
    found, best, near, at = -1, np.inf, near_m, Clock(0.0, 1.0)
    last = len(mine) - 1
    first_own, end_own = _equal(index.workers, own)
    first_here, end_here = _equal(index.blocks, block)
    for n in range(end_own - first_own + end_here - first_here):
        is_own = n < end_own - first_own
        k = index.by_worker[first_own + n] if is_own else 0
        if not is_own:
            k = index.by_block[first_here + n - (end_own - first_own)]
            if index.worker[k] == own:
                continue
        if mine_ms - index.start_ms[k] < AHEAD_MS:
            continue
        if mine_ms - index.end_ms[k] > REPLAY_DAYS * DAY_MS:
            continue
        places = index.places[index.ends[k] : index.ends[k + 1]]
        if len(places) < least:
            continue
        other = _metres(places, lat0)
        apart, needed, clock = separation(
            Pair(x, y, other[0], other[1]), least, _SHORTER_SHARE, near_m
        )
        if not apart < needed or apart > best:
            continue
        if apart == best and index.start_ms[k] >= index.start_ms[found]:
            continue
        # How long after the other way each of its places is passed at least.
        behind = min(-clock.start, last - (clock.start + clock.pace * last))
        if mine_ms - index.start_ms[k] + _STEP_MS * behind >= AHEAD_MS:
            found, best, near, at = k, apart, needed, clock
    return found, best, near, at


@njit(cache=True)
def _equal(values: Int64, wanted: int) -> tuple[int, int]:
    """Return where a value begins and ends among sorted ones."""
    return (
        int(np.searchsorted(values, wanted)),
        int(np.searchsorted(values, wanted, side="right")),
    )


@njit(cache=True)
def _metres(places: Int32, lat0: float) -> tuple[Float64, Float64]:
    """Return easting and northing on a plane that is right at a latitude."""
    n = len(places)
    east = _SCALE * np.cos(np.radians(lat0))
    x, y = np.empty(n), np.empty(n)
    for i in range(n):
        x[i], y[i] = places[i, 0] * east, places[i, 1] * _SCALE
    return x, y
