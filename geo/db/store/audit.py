"""The chained record of who did and looked at what."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.orm import Session


def append(
    session: Session, action: str, object_name: str, detail: Mapping[str, Any]
) -> None:
    """Add a row for the county and person of this transaction.

    The chain's head stays locked until the transaction ends: call it last.
    """
    session.execute(
        text("SELECT audit_append(:action, :object, CAST(:detail AS jsonb))"),
        {"action": action, "object": object_name, "detail": json.dumps(dict(detail))},
    )


@dataclass(frozen=True)
class EntriesWanted:
    """Which entries of the record are read; what is None narrows nothing."""

    since: datetime | None = None
    until: datetime | None = None
    actor_id: UUID | None = None
    action: str | None = None
    about: str | None = None
    before: int | None = None
    limit: int = 100


def entries(session: Session, wanted: EntriesWanted) -> Sequence[Row[Any]]:
    """Return entries, newest first, one more than the limit if there are.

    The function in the database asks itself whether the viewer may read the record.
    """
    return session.execute(
        text(
            "SELECT * FROM audit_page(:since, :until, :actor, :action, :about, "
            ":before, :most)"
        ).bindparams(
            since=wanted.since,
            until=wanted.until,
            actor=wanted.actor_id,
            action=wanted.action,
            about=wanted.about,
            before=wanted.before,
            most=wanted.limit + 1,
        )
    ).all()


def links_of(session: Session, county_id: UUID) -> Iterator[Row[Any]]:
    """Yield (seq, hash, previous_hash, computed): each link with its hash anew."""
    rows = session.execute(
        text(
            "SELECT seq, hash, previous_hash, sha256(convert_to(jsonb_build_array("
            "county_id, seq, extract(epoch FROM at), actor_id, action, object, detail, "
            "encode(previous_hash, 'hex'))::text, 'UTF8')) AS computed "
            "FROM audit_log WHERE county_id = :county ORDER BY seq"
        ),
        {"county": county_id},
        execution_options={"yield_per": 5_000},
    )
    yield from rows


def last_link(session: Session, county_id: UUID) -> tuple[int, bytes] | None:
    """Return number and hash of the end of a county's chain, None if it is empty."""
    row = session.execute(
        text(
            "SELECT seq, hash FROM audit_log WHERE county_id = :county "
            "ORDER BY seq DESC LIMIT 1"
        ),
        {"county": county_id},
    ).one_or_none()
    return None if row is None else (row.seq, bytes(row.hash))
