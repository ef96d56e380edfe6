"""Visits of points: what the fixes of a day prove, and the last proof of each."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, func, insert, or_, select
from sqlalchemy.orm import Session

from geo.db.door import Viewer, within
from geo.db.models import Case, VisitFound

# Where a case lies, as two numbers beside what a visit needs of it.
CaseScene = Row[Any]


def replace_visits(
    session: Session, county_id: UUID, day: date, rows: Sequence[dict[str, Any]]
) -> None:
    """Put the visits of a county's day in place of those found before."""
    session.execute(
        delete(VisitFound).where(
            VisitFound.county_id == county_id, VisitFound.day == day
        )
    )
    if rows:
        session.execute(insert(VisitFound), list(rows))


def visits_on(session: Session, viewer: Viewer, day: date) -> Sequence[VisitFound]:
    """Return the visits of a day that the viewer may see, by time."""
    return session.scalars(
        select(VisitFound)
        .where(
            VisitFound.county_id == viewer.county_id,
            VisitFound.day == day,
            or_(
                within(VisitFound.code, viewer.scope),
                VisitFound.person_id == viewer.person_id,
            ),
        )
        .order_by(VisitFound.started_at, VisitFound.point_id, VisitFound.person_id)
    ).all()


def last_visits(session: Session, viewer: Viewer, until: date) -> dict[str, date]:
    """Return the last proven visit of each point up to a day."""
    rows = session.execute(
        select(VisitFound.point_id, func.max(VisitFound.day))
        .where(
            VisitFound.county_id == viewer.county_id,
            VisitFound.is_proven,
            VisitFound.day <= until,
            within(VisitFound.code, viewer.scope),
        )
        .group_by(VisitFound.point_id)
    )
    return {row[0]: row[1] for row in rows}


def scenes_on(
    session: Session, county_id: UUID, first: Any, end: Any
) -> Sequence[CaseScene]:
    """Return the cases with a handler that were open between two moments.

    Each row: id, kind, text, code, handler, reported, closed, longitude, latitude.
    """
    return session.execute(
        select(
            Case.id,
            Case.kind,
            Case.text,
            Case.code,
            Case.handler_id,
            Case.reported_at,
            Case.closed_at,
            func.ST_X(Case.geom).label("lon"),
            func.ST_Y(Case.geom).label("lat"),
        )
        .where(
            Case.county_id == county_id,
            Case.handler_id.is_not(None),
            Case.reported_at < end,
            or_(Case.closed_at.is_(None), Case.closed_at >= first),
        )
        .order_by(Case.id)
    ).all()
