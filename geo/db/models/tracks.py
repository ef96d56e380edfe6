"""Fixes: the journal as received, the merged day tracks, and what serves the map."""

from datetime import date
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from geo.db.models.base import Base, Code, CountyKey, Key

NOBODY = UUID(int=0)


def _to_devices() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ["county_id", "device_id"], ["devices.county_id", "devices.id"]
    )


class LatestFix(Base):
    """The newest position of a device, and how far journal and merge have come."""

    __tablename__ = "latest_fixes"

    county_id: Mapped[CountyKey]
    device_id: Mapped[Key]
    person_id: Mapped[UUID | None]
    code: Mapped[Code]
    t_ms: Mapped[int | None] = mapped_column(BigInteger)
    received_ms: Mapped[int | None] = mapped_column(BigInteger)
    lon: Mapped[float | None]
    lat: Mapped[float | None]
    accuracy_m: Mapped[float | None]
    battery_pct: Mapped[float | None]
    newest_ms: Mapped[int] = mapped_column(BigInteger)
    last_seq: Mapped[int] = mapped_column(BigInteger)
    merged_seq: Mapped[int] = mapped_column(BigInteger)

    __table_args__ = (_to_devices(), Index(None, "county_id", "code"))


class JournalRow(Base):
    """One accepted request, or one device and flush; never changed."""

    __tablename__ = "journal"

    county_id: Mapped[UUID] = mapped_column(primary_key=True)
    device_id: Mapped[Key]
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    received_on: Mapped[date] = mapped_column(primary_key=True)
    person_id: Mapped[UUID | None]
    code: Mapped[Code]
    batch_id: Mapped[UUID | None]
    received_ms: Mapped[int] = mapped_column(BigInteger)
    sent_ms: Mapped[int | None] = mapped_column(BigInteger)
    first_ms: Mapped[int] = mapped_column(BigInteger)
    last_ms: Mapped[int] = mapped_column(BigInteger)
    hashes: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))
    packed: Mapped[bytes]

    __table_args__ = ({"postgresql_partition_by": "RANGE (received_on)"},)


class DayTrack(Base):
    """All fixes of a device on a local day while one person carried it."""

    __tablename__ = "day_tracks"

    county_id: Mapped[UUID] = mapped_column(primary_key=True)
    fix_on: Mapped[date] = mapped_column(primary_key=True)
    device_id: Mapped[Key]
    person_id: Mapped[Key]
    code: Mapped[Code]
    fix_count: Mapped[int]
    first_ms: Mapped[int] = mapped_column(BigInteger)
    last_ms: Mapped[int] = mapped_column(BigInteger)
    packed: Mapped[bytes]

    __table_args__ = (
        Index(None, "county_id", "person_id", "fix_on"),
        Index(None, "county_id", "code"),
        {"postgresql_partition_by": "RANGE (fix_on)"},
    )


class QuarantinedFix(Base):
    """What is no usable fix, with its raw content and the reason."""

    __tablename__ = "quarantined_fixes"

    county_id: Mapped[CountyKey]
    device_id: Mapped[Key]
    content_hash: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    code: Mapped[Code]
    reason: Mapped[str]
    t_ms: Mapped[int | None] = mapped_column(BigInteger)
    received_ms: Mapped[int] = mapped_column(BigInteger)
    raw: Mapped[bytes]

    __table_args__ = (_to_devices(), Index(None, "county_id", "code"))


class TrackCell(Base):
    """A device was in a cell on a day; exact positions are in its day track."""

    __tablename__ = "track_cells"

    county_id: Mapped[CountyKey]
    code: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    fix_on: Mapped[date] = mapped_column(primary_key=True)
    cell: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    device_id: Mapped[Key]

    __table_args__ = (_to_devices(),)
