"""Rules of areas, and the verdicts of worker-days with all their revisions."""

from datetime import date
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Computed,
    ForeignKeyConstraint,
    Index,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from geo.db.models.base import Base, Code, CountyKey, Days, Key, Moment


class PatrolRule(Base):
    """The rule of an area for a range of days; ``digits`` tells the area's level.

    ``kind`` is a kind of grid or a category of exclusive grids, empty for all grids;
    ``season`` is ``MM-DD/MM-DD``, both included, empty for the whole year.
    """

    __tablename__ = "rules"

    county_id: Mapped[CountyKey]
    id: Mapped[Key]
    rule_id: Mapped[str]
    code: Mapped[Code]
    digits: Mapped[int]
    kind: Mapped[str] = mapped_column(server_default=text("''"))
    season: Mapped[str] = mapped_column(server_default=text("''"))
    valid: Mapped[Days]
    body: Mapped[dict[str, Any]] = mapped_column(JSON)

    __table_args__ = (
        CheckConstraint("digits IN (6, 9, 12, 15)", name="digits"),
        ExcludeConstraint(
            ("county_id", "="),
            ("code", "="),
            ("digits", "="),
            ("kind", "="),
            ("season", "="),
            ("valid", "&&"),
            name="ex_rules_code",
        ),
    )


class Verdict(Base):
    """One revision of the verdict of a worker's day; never changed."""

    __tablename__ = "verdicts"

    county_id: Mapped[CountyKey]
    person_id: Mapped[Key]
    day: Mapped[date] = mapped_column(primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[Code]
    rule_id: Mapped[str]
    input_hash: Mapped[str]
    body: Mapped[dict[str, Any]] = mapped_column(JSON)
    judged_at: Mapped[Moment]
    # What sheets read: window, verdict, excused, provisional, record only, of each.
    windows: Mapped[list[Any]] = mapped_column(
        JSONB, Computed("verdict_windows(body)", persisted=True), deferred=True
    )

    __table_args__ = (
        ForeignKeyConstraint(
            ["county_id", "person_id"], ["people.county_id", "people.id"]
        ),
        Index(None, "county_id", "day", "code"),
    )


class RoundDigest(Base):
    """The way of a round that passed, kept for a month to recognise copies by."""

    __tablename__ = "round_digests"

    county_id: Mapped[CountyKey]
    person_id: Mapped[Key]
    day: Mapped[date] = mapped_column(primary_key=True)
    start_ms: Mapped[int] = mapped_column(
        BigInteger, primary_key=True, autoincrement=False
    )
    end_ms: Mapped[int] = mapped_column(BigInteger)
    places: Mapped[bytes]

    __table_args__ = (
        ForeignKeyConstraint(
            ["county_id", "person_id"], ["people.county_id", "people.id"]
        ),
        Index(None, "county_id", "day"),
    )
