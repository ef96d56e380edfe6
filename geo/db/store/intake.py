"""The way in: what phones send goes through two fixed functions of the database.

They take the hash of a token and not a device, so the role behind this module can add
and can read nothing back.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

_APPEND = text(
    """
    SELECT place, known FROM ingest_append_all(
        CAST(:tokens AS bytea[]), CAST(:received AS bigint[]),
        CAST(:sent AS bigint[]), CAST(:batches AS uuid[]),
        CAST(:firsts AS bigint[]), CAST(:lasts AS bigint[]),
        CAST(:hashes AS bigint[]), CAST(:hash_ends AS integer[]),
        :packed, CAST(:packed_ends AS integer[]), CAST(:shown AS bigint[]),
        CAST(:lons AS float8[]), CAST(:lats AS float8[]),
        CAST(:accuracies AS float8[]), CAST(:batteries AS float8[])
    )
    """
)
_QUARANTINE = text(
    "SELECT ingest_quarantine(:token, :received_ms, CAST(:hashes AS bigint[]), "
    "CAST(:reasons AS text[]), CAST(:times AS bigint[]), CAST(:raws AS bytea[]))"
)
_LOOKUP = text(
    "SELECT t.token FROM unnest(CAST(:tokens AS bytea[])) AS t (token) "
    "WHERE EXISTS (SELECT FROM device_lookup(t.token))"
)


@dataclass(frozen=True)
class Shown:
    """A position that the live map may show; all None if there is none."""

    t_ms: int | None
    lon: float | None
    lat: float | None
    accuracy_m: float | None
    battery_pct: float | None


_NOT_SHOWN = Shown(None, None, None, None, None)


@dataclass(frozen=True)
class Addition:
    """One packed row on its way into the journal.

    Attributes
    ----------
    token : bytes
        Hash of the device's token.
    received_ms, sent_ms : int
        UTC; when we got it, and when the phone says that it sent it, if it does.
    hashes : sequence of int
        Content hash of each fix, no two the same.
    """

    token: bytes
    received_ms: int
    sent_ms: int | None
    batch_id: UUID | None
    first_ms: int
    last_ms: int
    hashes: Sequence[int]
    packed: bytes
    shown: Shown | None


@dataclass(frozen=True)
class Oddity:
    """Something on its way into the quarantine."""

    content_hash: int
    reason: str
    t_ms: int | None
    raw: bytes


def of_devices(session: Session, tokens: Sequence[bytes]) -> set[bytes]:
    """Return those of the tokens that devices have which may send."""
    return {bytes(token) for token in session.scalars(_LOOKUP, {"tokens": tokens})}


def append(session: Session, additions: Sequence[Addition]) -> list[set[int] | None]:
    """Add rows to the journal; each device's row is locked until the commit.

    Returns
    -------
    list
        For each addition the hashes that the journal knew before, None if no device
        has its token. Where the set is not empty nothing was added: come again with
        the rest.
    """
    if not additions:
        return []
    known: list[set[int] | None] = [set() for _ in additions]
    for place, hashes in session.execute(_APPEND, _values(additions)):
        known[place - 1] = None if hashes is None else set(hashes)
    return known


def _values(additions: Sequence[Addition]) -> dict[str, object]:
    """Return the arguments as texts of arrays: the driver would adapt each element."""
    shown = [addition.shown or _NOT_SHOWN for addition in additions]
    return {
        "tokens": [addition.token for addition in additions],
        "received": _array(addition.received_ms for addition in additions),
        "sent": _array(addition.sent_ms for addition in additions),
        "batches": _array(addition.batch_id for addition in additions),
        "firsts": _array(addition.first_ms for addition in additions),
        "lasts": _array(addition.last_ms for addition in additions),
        "hashes": _array(chain.from_iterable(a.hashes for a in additions)),
        "hash_ends": _array(accumulate(len(a.hashes) for a in additions)),
        "packed": b"".join(addition.packed for addition in additions),
        "packed_ends": _array(accumulate(len(a.packed) for a in additions)),
        "shown": _array(one.t_ms for one in shown),
        "lons": _array(one.lon for one in shown),
        "lats": _array(one.lat for one in shown),
        "accuracies": _array(one.accuracy_m for one in shown),
        "batteries": _array(one.battery_pct for one in shown),
    }


def _array(values: Iterable[object]) -> str:
    return "{" + ",".join("NULL" if v is None else str(v) for v in values) + "}"


def quarantine(
    session: Session, token: bytes, received_ms: int, oddities: Sequence[Oddity]
) -> int | None:
    """Keep what is no usable fix; return how many were new, None without a device."""
    return session.scalar(
        _QUARANTINE,
        {
            "token": token,
            "received_ms": received_ms,
            "hashes": [o.content_hash for o in oddities],
            "reasons": [o.reason for o in oddities],
            "times": [o.t_ms for o in oddities],
            "raws": [o.raw for o in oddities],
        },
    )
