"""Several requests into one transaction, each with its own answer.

Fixes of one device follow one another here, and across processes by the lock of the
device's row, so that "known before" is exact: a repeat is counted and not stored.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from uuid import UUID

import numpy as np
from sqlalchemy.orm import Session

from geo.db.door import as_ingest
from geo.db.engine import Database
from geo.db.store.intake import Addition, Oddity, Shown, append, quarantine
from tracking.fixblock import (
    FUTURE,
    FUTURE_MS,
    NULL_ISLAND,
    FixBlock,
    concat,
    content_hashes,
    flags_of,
    positions,
)
from tracking.formats.reading import Rejected, Upload
from tracking.journal import pack

_WRONG = FUTURE | NULL_ISLAND


@dataclass(frozen=True)
class Post:
    """One request: whose it is, when it came, what it holds."""

    token: bytes
    received_ms: int
    upload: Upload


@dataclass(frozen=True)
class Receipt:
    """What became of a request.

    Attributes
    ----------
    accepted : int
        Fixes kept for the first time, the flagged ones among them.
    duplicates : int
        Exact repeats of what was kept before; `accepted` + `duplicates` is all.
    flagged : int
        Of the accepted those that no verdict can use as they are.
    """

    accepted: int = 0
    duplicates: int = 0
    flagged: int = 0


@dataclass(frozen=True)
class _Pool:
    """The fixes of all requests in one block, measured once: per fix, shape (n,)."""

    block: FixBlock
    hashes: list[int]
    post: list[int]
    is_wrong: list[bool]


# Places in the pool that make one journal row; all of one device.
_Row = list[int]


def write_posts(database: Database, posts: Sequence[Post]) -> list[Receipt | None]:
    """Store requests in one transaction; return, after its commit, what became of each.

    A request whose token is of no device gets None.
    """
    with as_ingest(database) as session:
        return _write(session, posts)


def _write(session: Session, posts: Sequence[Post]) -> list[Receipt | None]:
    accepted, flagged = [0] * len(posts), [0] * len(posts)
    unknown = _add_fixes(session, posts, accepted, flagged)
    for i, post in enumerate(posts):
        if post.upload.rejected:
            added = _put_aside(session, post)
            if added is None:
                unknown.add(post.token)
            else:
                accepted[i] += added
                flagged[i] += added
    return [
        None
        if post.token in unknown
        else Receipt(accepted[i], _size(post.upload) - accepted[i], flagged[i])
        for i, post in enumerate(posts)
    ]


def _add_fixes(
    session: Session, posts: Sequence[Post], accepted: list[int], flagged: list[int]
) -> set[bytes]:
    pool = _pool(posts)
    # One order of devices for all processes, or two could wait for each other.
    rows = sorted(_rows(posts, pool), key=lambda row: posts[pool.post[row[0]]].token)
    known = append(session, [_addition(posts, pool, row) for row in rows])
    unknown = set()
    again: list[_Row] = []
    for row, hashes in zip(rows, known, strict=True):
        if hashes is None:
            unknown.add(posts[pool.post[row[0]]].token)
            continue
        kept = [i for i in row if pool.hashes[i] not in hashes] if hashes else row
        if hashes and kept:
            again.append(kept)
        for i in kept:
            accepted[pool.post[i]] += 1
            flagged[pool.post[i]] += pool.is_wrong[i]
    append(session, [_addition(posts, pool, row) for row in again])
    return unknown


def _pool(posts: Sequence[Post]) -> _Pool:
    block = concat([post.upload.block for post in posts])
    sizes = [len(post.upload.block) for post in posts]
    return _Pool(
        block,
        content_hashes(block).tolist(),
        np.repeat(np.arange(len(posts)), sizes).tolist(),
        ((flags_of(block) & _WRONG) != 0).tolist(),
    )


def _rows(posts: Sequence[Post], pool: _Pool) -> list[_Row]:
    """Return what becomes a journal row: a batch, or all single fixes of a device.

    A repeat inside this transaction is in no row.
    """
    seen: set[tuple[bytes, int]] = set()
    rows: dict[tuple[bytes, int], _Row] = {}
    for i, (number, one) in enumerate(zip(pool.post, pool.hashes, strict=True)):
        post = posts[number]
        if (post.token, one) in seen:
            continue
        seen.add((post.token, one))
        is_batch = post.upload.batch_id or post.upload.sent_ms is not None
        rows.setdefault((post.token, number if is_batch else -1), []).append(i)
    return list(rows.values())


def _addition(posts: Sequence[Post], pool: _Pool, row: _Row) -> Addition:
    post = posts[pool.post[row[0]]]
    # Through concat, so that the row holds no provider of another device.
    block = concat([pool.block.take(np.array(row))])
    times = block.column("t_ms")
    return Addition(
        token=post.token,
        received_ms=int(block.column("received_ms").max()),
        sent_ms=post.upload.sent_ms,
        batch_id=_uuid(post.upload.batch_id),
        first_ms=int(times.min()),
        last_ms=int(times.max()),
        hashes=[pool.hashes[i] for i in row],
        packed=pack(block),
        shown=_shown(block),
    )


def _shown(block: FixBlock) -> Shown | None:
    late = block.column("received_ms") - block.column("t_ms")
    may = np.flatnonzero((late >= -FUTURE_MS) & (flags_of(block) & NULL_ISLAND == 0))
    if not len(may):
        return None
    newest = block.take(may[[block.column("t_ms")[may].argmax()]])
    lon, lat = positions(newest)
    accuracy = int(newest.column("accuracy_cm")[0])
    battery = int(newest.column("battery_permille")[0])
    return Shown(
        t_ms=int(newest.column("t_ms")[0]),
        lon=float(lon[0]),
        lat=float(lat[0]),
        accuracy_m=None if accuracy < 0 else accuracy / 100.0,
        battery_pct=None if battery < 0 else battery / 10.0,
    )


def _put_aside(session: Session, post: Post) -> int | None:
    oddities = [_oddity(rejected) for rejected in post.upload.rejected]
    return quarantine(session, post.token, post.received_ms, oddities)


def _oddity(rejected: Rejected) -> Oddity:
    digest = blake2b(rejected.raw, digest_size=8).digest()
    content_hash = int.from_bytes(digest, "big", signed=True)
    return Oddity(content_hash, rejected.reason, rejected.t_ms, rejected.raw)


def _size(upload: Upload) -> int:
    return len(upload.block) + len(upload.rejected)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
