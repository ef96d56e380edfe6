"""Plans under way: jobs that make them, edits, comments and answers."""

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from geo.db.models.base import Base, Code, CountyKey, Json, Key, Moment


def _to_person() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ["county_id", "made_by"], ["people.county_id", "people.id"]
    )


def _to_plan() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ["county_id", "plan_id"], ["plans.county_id", "plans.id"]
    )


class Job(Base):
    """Work that takes longer than a request.

    ``state`` is queued, running, done, failed or cancelled; ``code`` is the region
    that it is about.
    """

    __tablename__ = "jobs"

    county_id: Mapped[CountyKey]
    id: Mapped[Key]
    kind: Mapped[str]
    code: Mapped[Code]
    state: Mapped[str]
    stage: Mapped[str] = mapped_column(server_default=text("''"))
    percent: Mapped[int] = mapped_column(server_default=text("0"))
    asked: Mapped[Json]
    result: Mapped[Json | None]
    error: Mapped[str | None]
    made_by: Mapped[UUID]
    made_by_name: Mapped[str]
    made_at: Mapped[Moment]
    started_at: Mapped[Moment | None]
    beat_at: Mapped[Moment | None]
    finished_at: Mapped[Moment | None]
    cancel_asked_at: Mapped[Moment | None]

    __table_args__ = (_to_person(), Index(None, "county_id", "made_at"))


class PlanEdit(Base):
    """One edit of a plan, or one undoing or redoing of an edit; never changed.

    ``node`` is the edit at which the plan stands after it, 0 as it was planned;
    ``parent`` what the edit was made on, None for undo and redo. ``effect`` is what
    changed, from and to, so that it can be taken back.
    """

    __tablename__ = "plan_edits"

    county_id: Mapped[CountyKey]
    plan_id: Mapped[Key]
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    id: Mapped[UUID]
    code: Mapped[Code]
    node: Mapped[int]
    parent: Mapped[int | None]
    kind: Mapped[str]
    asked: Mapped[Json]
    effect: Mapped[Json]
    made_by: Mapped[UUID]
    made_by_name: Mapped[str]
    made_at: Mapped[Moment]

    __table_args__ = (_to_plan(), _to_person())


class PlanComment(Base):
    """What somebody says of a plan, if wanted of a grid or a place in it."""

    __tablename__ = "plan_comments"

    county_id: Mapped[CountyKey]
    id: Mapped[Key]
    plan_id: Mapped[UUID]
    code: Mapped[Code]
    grid_code: Mapped[Code | None]
    body: Mapped[str]
    lon: Mapped[float | None]
    lat: Mapped[float | None]
    made_by: Mapped[UUID]
    made_by_name: Mapped[str]
    made_at: Mapped[Moment]
    resolved_at: Mapped[Moment | None]
    resolved_by_name: Mapped[str | None]

    __table_args__ = (_to_plan(), _to_person(), Index(None, "county_id", "plan_id"))


class PlanAnswer(Base):
    """A village's answer to a plan that is put to it; the last one counts."""

    __tablename__ = "plan_answers"

    county_id: Mapped[CountyKey]
    id: Mapped[Key]
    plan_id: Mapped[UUID]
    code: Mapped[Code]
    answer: Mapped[str]
    note: Mapped[str]
    made_by: Mapped[UUID]
    made_by_name: Mapped[str]
    made_at: Mapped[Moment]

    __table_args__ = (
        CheckConstraint("answer IN ('agree', 'object')", name="answer"),
        _to_plan(),
        _to_person(),
        Index(None, "county_id", "plan_id"),
    )
