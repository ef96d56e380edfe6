"""Points that rounds must reach (必到点): set, listed and ended."""

from collections.abc import Sequence
from datetime import date
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import Row, Select, func, insert, select, update
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from geo.db.door import Scope, within
from geo.db.models import Checkpoint
from geo.db.store.cases import point

# A point with its longitude and latitude.
Placed: TypeAlias = Row[Checkpoint, float, float]


def points_on(
    session: Session, county_id: UUID, scope: Scope, on: date | None, limit: int
) -> Sequence[Placed]:
    """Return the points of some areas on a day, or of all days, by place."""
    query = _placed(county_id, scope)
    if on is not None:
        query = query.where(Checkpoint.valid.contains(on))
    order = Checkpoint.code, Checkpoint.ref, Checkpoint.valid
    return session.execute(query.order_by(*order).limit(limit)).all()


def point_of(
    session: Session, county_id: UUID, point_id: UUID, scope: Scope
) -> Placed | None:
    """Return one point of some areas."""
    query = _placed(county_id, scope).where(Checkpoint.id == point_id)
    return session.execute(query).one_or_none()


def add_point(session: Session, row: dict[str, Any], lon: float, lat: float) -> None:
    """Add a point; raises `IntegrityError` where its ref is taken on these days."""
    session.execute(insert(Checkpoint).values(row | {"geom": point(lon, lat)}))


def end_point(
    session: Session, county_id: UUID, point_id: UUID, valid: Range[date]
) -> None:
    """Set the days of a point; nothing else of it can change."""
    session.execute(
        update(Checkpoint)
        .where(Checkpoint.county_id == county_id, Checkpoint.id == point_id)
        .values(valid=valid)
        .execution_options(synchronize_session=False)
    )


def _placed(county_id: UUID, scope: Scope) -> Select[Checkpoint, float, float]:
    return select(
        Checkpoint, func.ST_X(Checkpoint.geom), func.ST_Y(Checkpoint.geom)
    ).where(Checkpoint.county_id == county_id, within(Checkpoint.code, scope))
