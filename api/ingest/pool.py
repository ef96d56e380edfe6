"""The fixes of several requests as one block, measured, hashed and packed at once.

What costs the same for 50 fixes and for 50,000 is done once per transaction here; so a
request costs little where many come, and nobody waits for that where few do.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from geo.db.store.intake import Addition, Shown
from tracking.formats.reading import Upload
from tracking.storage.fixblock import (
    FUTURE,
    FUTURE_MS,
    NULL_ISLAND,
    FixBlock,
    IntArray,
    concat,
    content_hashes,
    flags_of,
    positions,
)
from tracking.storage.journal import pack_rows

_WRONG = FUTURE | NULL_ISLAND


@dataclass(frozen=True)
class Post:
    """One request: whose it is, when it came, what it holds."""

    token: bytes
    received_ms: int
    upload: Upload


@dataclass(frozen=True)
class Pool:
    """Fixes of several requests, those of a journal row beside one another.

    Attributes
    ----------
    posts : sequence of Post
    block : FixBlock
        Each fix once: what is repeated among these requests is left out.
    hashes, post : ndarray of int64, shape (n,)
        Content hash of each fix, and the number of the request that it came with.
    is_wrong : ndarray of bool, shape (n,)
        Whether no verdict can use the fix as it is.
    bounds : list of int
        Row i holds the fixes from ``bounds[i]`` up to ``bounds[i + 1]``.
    """

    posts: Sequence[Post]
    block: FixBlock
    hashes: IntArray
    post: IntArray
    is_wrong: NDArray[np.bool_]
    bounds: list[int]

    def some(self, rows: Sequence[NDArray[np.intp]]) -> "Pool":
        """Return a pool of some of the fixes, given by their places row by row."""
        places = np.concatenate(rows)
        ends = np.cumsum([len(row) for row in rows]).tolist()
        return Pool(
            self.posts,
            self.block.take(places),
            self.hashes[places],
            self.post[places],
            self.is_wrong[places],
            [0, *ends],
        )


def pool_of(posts: Sequence[Post]) -> Pool:
    """Return the fixes of all requests, ready to be added."""
    block = concat([post.upload.block for post in posts])
    post = np.repeat(np.arange(len(posts)), [len(p.upload.block) for p in posts])
    hashes = content_hashes(block)
    row_of_post, device_of_post = _rows_of(posts)
    row = row_of_post[post]
    # By row and then by arrival; and only the first of what is repeated.
    order = np.argsort(row, kind="stable")
    if len(np.unique(hashes)) < len(hashes):
        order = order[_is_first(device_of_post[post], hashes)[order]]
    if len(order) < len(row) or (np.diff(row) < 0).any():
        block, hashes = block.take(order), hashes[order]
        post, row = post[order], row[order]
    bounds = [*np.flatnonzero(np.diff(row, prepend=-1)).tolist(), len(row)]
    is_wrong = (flags_of(block) & _WRONG) != 0
    return Pool(posts, block, hashes, post, is_wrong, bounds)


def additions_of(pool: Pool) -> list[Addition]:
    """Return the rows of a pool as they go into the journal."""
    if not len(pool.block):
        return []
    starts = np.array(pool.bounds[:-1])
    t_ms = pool.block.column("t_ms")
    firsts = np.minimum.reduceat(t_ms, starts).tolist()
    lasts = np.maximum.reduceat(t_ms, starts).tolist()
    received = np.maximum.reduceat(pool.block.column("received_ms"), starts).tolist()
    packed, shown = pack_rows(pool.block, pool.bounds), _shown(pool, starts)
    hashes, posts = pool.hashes.tolist(), pool.post[starts].tolist()
    found = []
    for i, number in enumerate(posts):
        post = pool.posts[number]
        found.append(
            Addition(
                token=post.token,
                received_ms=received[i],
                sent_ms=post.upload.sent_ms,
                batch_id=_uuid(post.upload.batch_id),
                first_ms=firsts[i],
                last_ms=lasts[i],
                hashes=hashes[pool.bounds[i] : pool.bounds[i + 1]],
                packed=packed[i],
                shown=shown[i],
            )
        )
    return found


def _rows_of(posts: Sequence[Post]) -> tuple[IntArray, IntArray]:
    """Return for each request its journal row and its device, as numbers.

    A batch is a row of its own; all single fixes of a device are one. In the order of
    tokens, so that all processes take the devices in one order.
    """
    keys = []
    for number, post in enumerate(posts):
        is_batch = post.upload.batch_id or post.upload.sent_ms is not None
        keys.append((post.token, number if is_batch else -1))
    row = {key: i for i, key in enumerate(sorted(set(keys)))}
    device = {token: i for i, (token, _) in enumerate(row)}
    return (
        np.array([row[key] for key in keys], np.int64),
        np.array([device[token] for token, _ in keys], np.int64),
    )


def _is_first(device: IntArray, hashes: IntArray) -> NDArray[np.bool_]:
    order = np.lexsort((hashes, device))
    same = (np.diff(device[order]) == 0) & (np.diff(hashes[order]) == 0)
    is_first = np.ones(len(order), bool)
    is_first[order[1:][same]] = False
    return is_first


def _shown(pool: Pool, starts: NDArray[np.int64]) -> list[Shown | None]:
    """Return the newest position of each row that the live map may show."""
    block = pool.block
    t_ms = block.column("t_ms")
    may = (block.column("received_ms") - t_ms >= -FUTURE_MS) & ~pool.is_wrong
    lowest = np.iinfo(np.int64).min
    times = np.where(may, t_ms, lowest)
    newest = np.repeat(np.maximum.reduceat(times, starts), np.diff(pool.bounds))
    places = np.flatnonzero(may & (times == newest))
    row, first = np.unique(
        np.searchsorted(starts, places, side="right") - 1, return_index=True
    )
    best = block.take(places[first])
    lon, lat = positions(best)
    figures = zip(
        row.tolist(),
        best.column("t_ms").tolist(),
        lon.tolist(),
        lat.tolist(),
        best.column("accuracy_cm").tolist(),
        best.column("battery_permille").tolist(),
        strict=True,
    )
    found: list[Shown | None] = [None] * len(starts)
    for i, when, x, y, accuracy, battery in figures:
        found[i] = Shown(
            when,
            x,
            y,
            None if accuracy < 0 else accuracy / 100.0,
            None if battery < 0 else battery / 10.0,
        )
    return found


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None
