"""The journal of fixes and how far it is merged into the tracks of days.

Reading goes through the row policies of the transaction, and every query names its
county. Adding is in `geo.db.store.intake`.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, func, select, text, update
from sqlalchemy.orm import Session

from geo.db.models import JournalRow, LatestFix, QuarantinedFix
from geo.db.store.counties import county_here

_PARTITIONS = text("SELECT make_day_partitions(:parent, :first, :last)")


def make_partitions(session: Session, parent: str, first: date, last: date) -> int:
    """Make the missing day partitions of ``journal`` or ``day_tracks``."""
    values = {"parent": parent, "first": first, "last": last}
    return session.scalar(_PARTITIONS, values) or 0


def devices_to_merge(session: Session) -> list[UUID]:
    """Return the devices whose journal is ahead of their day tracks, sorted."""
    return list(
        session.scalars(
            select(LatestFix.device_id)
            .where(LatestFix.county_id == county_here())
            .where(LatestFix.last_seq > LatestFix.merged_seq)
            .order_by(LatestFix.device_id)
        )
    )


def take_for_merge(session: Session, device_id: UUID, *, wait: bool = False) -> bool:
    """Keep other mergers away from a device until the commit; False if one is there."""
    key = func.hashtextextended(f"merge {device_id}", 0)
    if wait:
        session.execute(select(func.pg_advisory_xact_lock(key)))
        return True
    return bool(session.scalar(select(func.pg_try_advisory_xact_lock(key))))


def unmerged(session: Session, device_id: UUID | None = None) -> Sequence[JournalRow]:
    """Return journal rows that no day track holds yet, by device and arrival."""
    query = _behind(select(JournalRow)).order_by(JournalRow.device_id, JournalRow.seq)
    if device_id is not None:
        query = query.where(LatestFix.device_id == device_id)
    return session.scalars(query).all()


def oldest_unmerged(session: Session) -> date | None:
    """Return the day of receipt of the oldest journal row that no day track holds."""
    return session.scalar(_behind(select(func.min(JournalRow.received_on))))


def mark_merged(session: Session, device_id: UUID, seq: int) -> None:
    """Note that the day tracks of a device hold its journal up to `seq`."""
    session.execute(
        update(LatestFix)
        .where(LatestFix.county_id == county_here())
        .where(LatestFix.device_id == device_id, LatestFix.merged_seq < seq)
        .values(merged_seq=seq)
    )


def quarantined_of(
    session: Session, device_id: UUID
) -> Sequence[Row[QuarantinedFix, bool]]:
    """Return what a device sent that is no usable fix, oldest first.

    Each row comes with whether it is a conflict: another content had the same time
    and was received before it (ties by hash).
    """
    rank = func.row_number().over(
        partition_by=QuarantinedFix.t_ms,
        order_by=(QuarantinedFix.received_ms, QuarantinedFix.content_hash),
    )
    is_conflict = QuarantinedFix.t_ms.is_not(None) & (rank > 1)
    return session.execute(
        select(QuarantinedFix, is_conflict.label("is_conflict"))
        .where(QuarantinedFix.county_id == county_here())
        .where(QuarantinedFix.device_id == device_id)
        .order_by(QuarantinedFix.received_ms, QuarantinedFix.content_hash)
    ).all()


def _behind(query: Select[Any]) -> Select[Any]:
    """Keep the journal rows that no day track holds yet."""
    return (
        query.join(
            LatestFix,
            (LatestFix.county_id == JournalRow.county_id)
            & (LatestFix.device_id == JournalRow.device_id)
            & (LatestFix.merged_seq < JournalRow.seq),
        )
        .where(LatestFix.county_id == county_here())
        .where(LatestFix.last_seq > LatestFix.merged_seq)
    )
