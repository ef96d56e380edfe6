"""The way in: what phones send goes through two fixed functions of the database.

They take the hash of a token and not a device, so the role behind this module can add
and can read nothing back.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

_APPEND = text(
    """
    SELECT item.n, answer.known
    FROM unnest(
        CAST(:token AS bytea[]), CAST(:received_ms AS bigint[]),
        CAST(:sent_ms AS bigint[]), CAST(:batch_id AS uuid[]),
        CAST(:first_ms AS bigint[]), CAST(:last_ms AS bigint[]),
        CAST(:hashes AS text[]), CAST(:packed AS bytea[]),
        CAST(:shown_ms AS bigint[]), CAST(:lon AS float8[]), CAST(:lat AS float8[]),
        CAST(:accuracy AS float8[]), CAST(:battery AS float8[])
    ) WITH ORDINALITY AS item (
        token, received_ms, sent_ms, batch_id, first_ms, last_ms, hashes, packed,
        shown_ms, lon, lat, accuracy, battery, n
    ),
    LATERAL ingest_append(
        item.token, item.received_ms, item.sent_ms, item.batch_id, item.first_ms,
        item.last_ms, CAST(item.hashes AS bigint[]), item.packed, item.shown_ms,
        item.lon, item.lat, item.accuracy, item.battery
    ) AS answer
    """
)
_QUARANTINE = text(
    "SELECT ingest_quarantine(:token, :received_ms, CAST(:hashes AS bigint[]), "
    "CAST(:reasons AS text[]), CAST(:times AS bigint[]), CAST(:raws AS bytea[]))"
)
_LOOKUP = text("SELECT device_id FROM device_lookup(:token)")


@dataclass(frozen=True)
class Shown:
    """A position that the live map may show."""

    t_ms: int
    lon: float
    lat: float
    accuracy_m: float | None
    battery_pct: float | None


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


def is_device(session: Session, token: bytes) -> bool:
    """Return whether a device has this token and may send."""
    return session.scalar(_LOOKUP, {"token": token}) is not None


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
    values = {
        "token": [a.token for a in additions],
        "received_ms": [a.received_ms for a in additions],
        "sent_ms": [a.sent_ms for a in additions],
        "batch_id": [a.batch_id and str(a.batch_id) for a in additions],
        "first_ms": [a.first_ms for a in additions],
        "last_ms": [a.last_ms for a in additions],
        # An array of arrays must be square; as texts the rows may differ in length.
        "hashes": ["{" + ",".join(map(str, a.hashes)) + "}" for a in additions],
        "packed": [a.packed for a in additions],
        "shown_ms": [a.shown and a.shown.t_ms for a in additions],
        "lon": [a.shown and a.shown.lon for a in additions],
        "lat": [a.shown and a.shown.lat for a in additions],
        "accuracy": [a.shown and a.shown.accuracy_m for a in additions],
        "battery": [a.shown and a.shown.battery_pct for a in additions],
    }
    known: list[set[int] | None] = [None] * len(additions)
    for n, hashes in session.execute(_APPEND, values):
        known[n - 1] = set(hashes)
    return known


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
