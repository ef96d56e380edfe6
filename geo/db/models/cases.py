"""Cases of every kind, their history and their photos.

``participants`` are the people of a case, copied into each of its rows: they see it
wherever it lies. When a case gets a new handler the copies are widened; nothing else
of its history can change.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ForeignKeyConstraint, Index, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from geo.db.models.base import Base, Code, CountyKey, Json, Key, Moment, geometry


class CaseCategory(Base):
    """A category with its level, responsible unit and deadlines: data of a county."""

    __tablename__ = "case_categories"

    county_id: Mapped[CountyKey]
    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    level: Mapped[str]
    unit: Mapped[str | None]
    accept_minutes: Mapped[int]
    handle_minutes: Mapped[int]
    clock: Mapped[str]


class Case(Base):
    """A hazard, emergency, dispute or request; its id is made by who reports it."""

    __tablename__ = "cases"

    county_id: Mapped[CountyKey]
    id: Mapped[Key]
    kind: Mapped[str]
    state: Mapped[str]
    category: Mapped[str]
    level: Mapped[str]
    text: Mapped[str]
    grid_id: Mapped[UUID | None]
    code: Mapped[Code]
    geom: Mapped[Any] = mapped_column(geometry("POINT"), nullable=False)
    reporter_id: Mapped[UUID | None]
    handler_id: Mapped[UUID | None]
    participants: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    reported_at: Mapped[Moment]
    received_at: Mapped[Moment]
    accept_due_at: Mapped[Moment | None]
    handle_due_at: Mapped[Moment | None]
    closed_at: Mapped[Moment | None]
    version: Mapped[int]

    __table_args__ = (
        ForeignKeyConstraint(
            ["county_id", "category"],
            ["case_categories.county_id", "case_categories.code"],
        ),
        ForeignKeyConstraint(["county_id", "grid_id"], ["grids.county_id", "grids.id"]),
        ForeignKeyConstraint(
            ["county_id", "reporter_id"], ["people.county_id", "people.id"]
        ),
        ForeignKeyConstraint(
            ["county_id", "handler_id"], ["people.county_id", "people.id"]
        ),
        Index(None, "county_id", "code"),
        Index(None, "county_id", "received_at"),
    )


class CaseEvent(Base):
    """One step of a case, as it happened."""

    __tablename__ = "case_events"

    county_id: Mapped[CountyKey]
    case_id: Mapped[Key]
    seq: Mapped[int] = mapped_column(primary_key=True)
    event: Mapped[str]
    from_state: Mapped[str | None]
    to_state: Mapped[str]
    actor_id: Mapped[UUID | None]
    at: Mapped[Moment]
    note: Mapped[str | None]
    attrs: Mapped[Json] = mapped_column(server_default=text("'{}'"))
    code: Mapped[Code]
    participants: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))

    __table_args__ = (
        ForeignKeyConstraint(["county_id", "case_id"], ["cases.county_id", "cases.id"]),
        ForeignKeyConstraint(
            ["county_id", "actor_id"], ["people.county_id", "people.id"]
        ),
    )


class CasePhoto(Base):
    """A stored photo, re-encoded; ``path`` is relative to the photo folder.

    ``sha256`` is of the file, ``sent_sha256`` of the bytes that a phone may send again.
    """

    __tablename__ = "case_photos"

    county_id: Mapped[CountyKey]
    id: Mapped[Key]
    case_id: Mapped[UUID]
    sha256: Mapped[str]
    sent_sha256: Mapped[str]
    byte_count: Mapped[int]
    width_px: Mapped[int]
    height_px: Mapped[int]
    path: Mapped[str]
    stored_at: Mapped[Moment]
    code: Mapped[Code]
    participants: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))

    __table_args__ = (
        ForeignKeyConstraint(["county_id", "case_id"], ["cases.county_id", "cases.id"]),
        Index(None, "county_id", "case_id"),
    )


class CaseVoice(Base):
    """A spoken report as it was sent; ``path`` is relative to the folder of voices."""

    __tablename__ = "case_voices"

    county_id: Mapped[CountyKey]
    id: Mapped[Key]
    case_id: Mapped[UUID]
    sha256: Mapped[str]
    media_type: Mapped[str]
    byte_count: Mapped[int]
    path: Mapped[str]
    stored_at: Mapped[Moment]
    code: Mapped[Code]
    participants: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))

    __table_args__ = (
        ForeignKeyConstraint(["county_id", "case_id"], ["cases.county_id", "cases.id"]),
        Index(None, "county_id", "case_id"),
    )
