"""How long things are kept, and which days were judged from what."""

from datetime import date
from uuid import UUID

from sqlalchemy import BigInteger, DateTime, Index
from sqlalchemy.orm import Mapped, mapped_column

from geo.db.models.base import Base, Code, CountyKey, Key, Moment


class KeptTrack(Base):
    """A day track that is kept beyond the others; gone with its month ``drop_on``."""

    __tablename__ = "kept_tracks"

    county_id: Mapped[UUID] = mapped_column(primary_key=True)
    fix_on: Mapped[date] = mapped_column(primary_key=True)
    device_id: Mapped[Key]
    person_id: Mapped[Key]
    drop_on: Mapped[date] = mapped_column(primary_key=True)
    code: Mapped[Code]
    fix_count: Mapped[int]
    first_ms: Mapped[int] = mapped_column(BigInteger)
    last_ms: Mapped[int] = mapped_column(BigInteger)
    packed: Mapped[bytes]

    __table_args__ = (
        Index(None, "county_id", "person_id", "fix_on"),
        Index(None, "county_id", "code"),
        {"postgresql_partition_by": "RANGE (drop_on)"},
    )


class RetentionMark(Base):
    """A county is done with what a table held before ``until``."""

    __tablename__ = "retention_marks"

    county_id: Mapped[CountyKey]
    subject: Mapped[str] = mapped_column(primary_key=True)
    until: Mapped[date]


class JudgedDay(Base):
    """When a day was judged last and from what; ``data_at``: when fixes of it came."""

    __tablename__ = "judged_days"

    county_id: Mapped[CountyKey]
    day: Mapped[date] = mapped_column(primary_key=True)
    judged_at: Mapped[Moment | None] = mapped_column(DateTime(timezone=True))
    data_at: Mapped[Moment | None] = mapped_column(DateTime(timezone=True))
    inputs: Mapped[str | None]
