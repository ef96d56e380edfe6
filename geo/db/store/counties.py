"""The counties of this installation."""

from uuid import UUID

from sqlalchemy import ColumnElement, Select, Uuid, cast, func, select
from sqlalchemy.orm import Session

from geo.db.models import County
from geo.errors import BadInput


def county_here() -> ColumnElement[UUID]:
    """Return the county of the transaction, as the row policies read it."""
    setting = func.current_setting("xunge.county", True)
    return cast(func.nullif(setting, ""), Uuid)


def county_query() -> Select[UUID]:
    """Return the query for the county of the transaction."""
    return select(county_here())


def county_ids(session: Session) -> list[UUID]:
    """Return the ids of all counties, by code."""
    return list(session.scalars(select(County.id).order_by(County.code)))


def county_by_code(session: Session, code: str) -> UUID:
    """Return the county of six digits.

    Raises
    ------
    BadInput
        If no such county is loaded.
    """
    known = {
        f"{row.code:015d}"[:6]: row.id
        for row in session.execute(select(County.id, County.code))
    }
    if code not in known:
        raise BadInput(
            f"county {code!r} is not here; known: {', '.join(sorted(known)) or 'none'}"
        )
    return known[code]


def county_of(session: Session, county_id: UUID) -> County:
    """Return a county that is known to exist."""
    return session.execute(select(County).where(County.id == county_id)).scalar_one()
