"""The rules of areas, as they are kept: every query of their administration."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from geo.db.models import PatrolRule


def rules_of(session: Session, county_id: UUID) -> Sequence[PatrolRule]:
    """Return all rules of a county, past ones too, those of small areas last."""
    return session.scalars(
        select(PatrolRule)
        .where(PatrolRule.county_id == county_id)
        .order_by(
            PatrolRule.digits,
            PatrolRule.code,
            PatrolRule.kind,
            PatrolRule.season,
            PatrolRule.valid,
        )
    ).all()


def find_rule(
    session: Session, county_id: UUID, rule_id: UUID, *, lock: bool = False
) -> PatrolRule | None:
    """Return a rule by the id of its row."""
    query = select(PatrolRule).where(
        PatrolRule.county_id == county_id, PatrolRule.id == rule_id
    )
    return session.scalar(query.with_for_update() if lock else query)


def rules_in_place(session: Session, row: PatrolRule) -> Sequence[PatrolRule]:
    """Return the rules of the same area, kind and season that share a day with one."""
    return session.scalars(
        select(PatrolRule)
        .where(
            PatrolRule.county_id == row.county_id,
            PatrolRule.code == row.code,
            PatrolRule.digits == row.digits,
            PatrolRule.kind == row.kind,
            PatrolRule.season == row.season,
            PatrolRule.valid.overlaps(row.valid),
        )
        .order_by(PatrolRule.valid)
        .with_for_update()
    ).all()
