"""What people say and decide beside the verdicts, and what a county settled."""

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped

from geo.db.models.base import Base, Code, CountyKey, Days, Json, Key, Moment


def _to_verdict() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ["county_id", "person_id", "day", "revision"],
        [
            "verdicts.county_id",
            "verdicts.person_id",
            "verdicts.day",
            "verdicts.revision",
        ],
    )


class CountyPolicy(Base):
    """What a county settled on a subject for a range of days.

    ``subject`` is allowance, appeals or visits.
    """

    __tablename__ = "county_policies"

    county_id: Mapped[CountyKey]
    id: Mapped[Key]
    subject: Mapped[str]
    valid: Mapped[Days]
    body: Mapped[Json]

    __table_args__ = (
        ExcludeConstraint(
            ("county_id", "="),
            ("subject", "="),
            ("valid", "&&"),
            name="ex_county_policies_subject",
        ),
    )


class Appeal(Base):
    """A worker's appeal of one window; never changed."""

    __tablename__ = "appeals"

    county_id: Mapped[CountyKey]
    id: Mapped[Key]
    person_id: Mapped[UUID]
    day: Mapped[date]
    window_code: Mapped[str]
    seq: Mapped[int]
    code: Mapped[Code]
    revision: Mapped[int]
    machine_verdict: Mapped[str]
    note: Mapped[str]
    made_at: Mapped[Moment]
    due_at: Mapped[Moment]

    __table_args__ = (
        _to_verdict(),
        UniqueConstraint(
            "county_id", "person_id", "day", "window_code", "seq", name="uq_appeals_seq"
        ),
        Index(None, "county_id", "day", "code"),
        Index(None, "county_id", "code"),
    )


class Decision(Base):
    """What a person decided on one window, beside the machine; never changed."""

    __tablename__ = "decisions"

    county_id: Mapped[CountyKey]
    id: Mapped[Key]
    appeal_id: Mapped[UUID | None]
    batch_id: Mapped[UUID | None]
    person_id: Mapped[UUID]
    day: Mapped[date]
    window_code: Mapped[str]
    code: Mapped[Code]
    revision: Mapped[int]
    machine_verdict: Mapped[str]
    outcome: Mapped[str]
    reason: Mapped[str]
    decided_by: Mapped[UUID]
    signature: Mapped[str]
    decided_at: Mapped[Moment]

    __table_args__ = (
        ForeignKeyConstraint(
            ["county_id", "appeal_id"], ["appeals.county_id", "appeals.id"]
        ),
        ForeignKeyConstraint(
            ["county_id", "decided_by"], ["people.county_id", "people.id"]
        ),
        _to_verdict(),
        UniqueConstraint("county_id", "appeal_id", name="uq_decisions_appeal"),
        UniqueConstraint(
            "county_id",
            "person_id",
            "day",
            "window_code",
            "decided_by",
            name="uq_decisions_decider",
        ),
        CheckConstraint("decided_by <> person_id", name="other"),
        CheckConstraint(
            "outcome IN ('verified', 'excused', 'upheld', 'not_verified')",
            name="outcome",
        ),
        CheckConstraint("reason <> '' AND signature <> ''", name="signed"),
        Index(None, "county_id", "day", "code"),
    )
