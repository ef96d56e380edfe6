"""Several requests into one transaction, each with its own answer.

Fixes of one device follow one another here, and across processes by the lock of the
device's row, so that "known before" is exact: a repeat is counted and not stored.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from api.ingest.pool import Pool, Post, additions_of, pool_of
from geo.db.door import as_ingest
from geo.db.engine import Database
from geo.db.store.intake import Oddity, append, quarantine
from tracking.formats.reading import Rejected, Upload


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


def write_posts(database: Database, posts: Sequence[Post]) -> list[Receipt | None]:
    """Store requests in one transaction; return, after its commit, what became of each.

    A request whose token is of no device gets None.
    """
    with as_ingest(database) as session:
        return _write(session, posts)


def _write(session: Session, posts: Sequence[Post]) -> list[Receipt | None]:
    pool = pool_of(posts)
    kept, unknown = _add_fixes(session, pool)
    accepted = np.bincount(pool.post[kept], minlength=len(posts)).tolist()
    wrong = kept[pool.is_wrong[kept]]
    flagged = np.bincount(pool.post[wrong], minlength=len(posts)).tolist()
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


def _add_fixes(session: Session, pool: Pool) -> tuple[NDArray[np.intp], set[bytes]]:
    """Add what is new; return the places of the fixes kept, and tokens of no device."""
    rows = additions_of(pool)
    unknown = set()
    kept, again = [], []
    for i, (row, known) in enumerate(zip(rows, append(session, rows), strict=True)):
        if known is None:
            unknown.add(row.token)
            continue
        places = np.arange(pool.bounds[i], pool.bounds[i + 1])
        if known:
            places = places[[one not in known for one in row.hashes]]
            if len(places):
                again.append(places)
        kept.append(places)
    if again:
        append(session, additions_of(pool.some(again)))
    return np.concatenate([np.empty(0, np.intp), *kept]), unknown


def _put_aside(session: Session, post: Post) -> int | None:
    oddities = [_oddity(rejected) for rejected in post.upload.rejected]
    return quarantine(session, post.token, post.received_ms, oddities)


def _oddity(rejected: Rejected) -> Oddity:
    digest = blake2b(rejected.raw, digest_size=8).digest()
    content_hash = int.from_bytes(digest, "big", signed=True)
    return Oddity(content_hash, rejected.reason, rejected.t_ms, rejected.raw)


def _size(upload: Upload) -> int:
    return len(upload.block) + len(upload.rejected)
