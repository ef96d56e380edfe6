"""The counties of this installation."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from geo.db.models import County


def county_ids(session: Session) -> list[UUID]:
    """Return the ids of all counties, by code."""
    return list(session.scalars(select(County.id).order_by(County.code)))


def county_of(session: Session, county_id: UUID) -> County:
    """Return a county that is known to exist."""
    return session.execute(select(County).where(County.id == county_id)).scalar_one()
