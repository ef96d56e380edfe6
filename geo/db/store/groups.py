"""Patrol groups: who walks together from when to when."""

from collections.abc import Sequence
from datetime import date
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import Row, select, update
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from geo.db.door import Scope, within
from geo.db.models import PatrolGroup, PatrolGroupMember, Person

AnyRow: TypeAlias = Row[*tuple[Any, ...]]


def groups_on(
    session: Session, county_id: UUID, scope: Scope, on: date | None, limit: int
) -> Sequence[PatrolGroup]:
    """Return the groups of some areas on a day, or of all days, by place."""
    query = select(PatrolGroup).where(
        PatrolGroup.county_id == county_id, within(PatrolGroup.code, scope)
    )
    if on is not None:
        query = query.where(PatrolGroup.valid.contains(on))
    order = PatrolGroup.code, PatrolGroup.name, PatrolGroup.id
    return session.scalars(query.order_by(*order).limit(limit)).all()


def group_of(
    session: Session, county_id: UUID, group_id: UUID, scope: Scope
) -> PatrolGroup | None:
    """Return one group of some areas."""
    return session.scalars(
        select(PatrolGroup).where(
            PatrolGroup.county_id == county_id,
            PatrolGroup.id == group_id,
            within(PatrolGroup.code, scope),
        )
    ).one_or_none()


def members_of(
    session: Session, county_id: UUID, group_ids: Sequence[UUID]
) -> Sequence[AnyRow]:
    """Return (member, name) of some groups, by their days."""
    return session.execute(
        select(PatrolGroupMember, Person.name)
        .outerjoin(
            Person,
            (Person.county_id == PatrolGroupMember.county_id)
            & (Person.id == PatrolGroupMember.person_id),
        )
        .where(
            PatrolGroupMember.county_id == county_id,
            PatrolGroupMember.group_id.in_(group_ids),
        )
        .order_by(PatrolGroupMember.valid, PatrolGroupMember.person_id)
    ).all()


def end_group(
    session: Session, county_id: UUID, group_id: UUID, valid: Range[date]
) -> None:
    """Set the days of a group; its members are ended apart."""
    session.execute(
        update(PatrolGroup)
        .where(PatrolGroup.county_id == county_id, PatrolGroup.id == group_id)
        .values(valid=valid)
    )


def end_member(session: Session, member: PatrolGroupMember, valid: Range[date]) -> None:
    """Set the days of a person in a group; nothing else of it can change."""
    session.execute(
        update(PatrolGroupMember)
        .where(
            PatrolGroupMember.county_id == member.county_id,
            PatrolGroupMember.group_id == member.group_id,
            PatrolGroupMember.person_id == member.person_id,
            PatrolGroupMember.valid == member.valid,
        )
        .values(valid=valid)
        # The days are a part of the key that changes.
        .execution_options(synchronize_session=False)
    )
