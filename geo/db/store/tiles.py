"""Vector tiles: cut by the database's own functions, under the viewer's areas."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Text, cast, func, literal_column, select
from sqlalchemy.orm import Session

from geo.db.door import Scope, within
from geo.db.models import GridVersion, Region, Site

_FUNCTIONS = {
    "grids": func.grid_tile,
    "regions": func.region_tile,
    "sites": func.site_tile,
}
_TABLES: dict[str, Any] = {"grids": GridVersion, "regions": Region, "sites": Site}


def cut(session: Session, layer: str, zoom: int, x: int, y: int, day: date) -> bytes:
    """Return a tile of ``grids``, ``regions`` or ``sites`` as they are on a day."""
    tile = session.scalar(select(_FUNCTIONS[layer](zoom, x, y, day)))
    return bytes(tile or b"")


def stamp_of(
    session: Session, county_id: UUID, layer: str, scope: Scope
) -> tuple[int, int]:
    """Return what differs whenever a row of a layer came, went or changed.

    The number of rows, and the newest transaction that wrote one.
    """
    table = _TABLES[layer]
    written = cast(
        cast(literal_column(f"{table.__tablename__}.xmin"), Text), BigInteger
    )
    query = (
        select(func.count(), func.max(written))
        .select_from(table)
        .where(table.county_id == county_id, within(table.code, scope))
    )
    count, newest = session.execute(query).one()
    return int(count), int(newest or 0)
