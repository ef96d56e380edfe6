"""What is said of plans: comments, and the answers of the villages."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from geo.db.models import PlanAnswer, PlanComment


def comments_of(
    session: Session, county_id: UUID, plan_id: UUID
) -> Sequence[PlanComment]:
    """Return what was said of a plan, the oldest first."""
    query = (
        select(PlanComment)
        .where(PlanComment.county_id == county_id, PlanComment.plan_id == plan_id)
        .order_by(PlanComment.made_at, PlanComment.id)
    )
    return session.scalars(query).all()


def find_comment(
    session: Session, county_id: UUID, plan_id: UUID, comment_id: UUID
) -> PlanComment | None:
    """Return a comment of a plan."""
    query = select(PlanComment).where(
        PlanComment.county_id == county_id,
        PlanComment.plan_id == plan_id,
        PlanComment.id == comment_id,
    )
    return session.scalars(query).one_or_none()


def add_comment(session: Session, county_id: UUID, row: Mapping[str, Any]) -> None:
    """Store a comment."""
    session.execute(insert(PlanComment).values(county_id=county_id, **row))


def resolve_comment(
    session: Session, county_id: UUID, comment_id: UUID, by: str, now: datetime
) -> None:
    """Note that a comment is dealt with."""
    session.execute(
        update(PlanComment)
        .where(
            PlanComment.county_id == county_id,
            PlanComment.id == comment_id,
            PlanComment.resolved_at.is_(None),
        )
        .values(resolved_at=now, resolved_by_name=by)
        .execution_options(synchronize_session=False)
    )


def answers_of(
    session: Session, county_id: UUID, plan_id: UUID
) -> Sequence[PlanAnswer]:
    """Return the answers of the villages, the oldest first."""
    query = (
        select(PlanAnswer)
        .where(PlanAnswer.county_id == county_id, PlanAnswer.plan_id == plan_id)
        .order_by(PlanAnswer.made_at, PlanAnswer.id)
    )
    return session.scalars(query).all()


def add_answer(session: Session, county_id: UUID, row: Mapping[str, Any]) -> None:
    """Store a village's answer."""
    session.execute(insert(PlanAnswer).values(county_id=county_id, **row))
