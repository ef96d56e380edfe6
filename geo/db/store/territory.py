"""Regions, settlements, lines, sites and grids: frames out, rows in.

Frames are in EPSG:4326 with the geometry column ``geometry``; codes are the padded
integers of the tables. Every query names its county and writes the viewer's areas
beside the row policies, so that the index is used.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from geoalchemy2 import WKBElement
from sqlalchemy import (
    Select,
    bindparam,
    delete,
    func,
    insert,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from geo.crs import STORED
from geo.db.door import Scope, within
from geo.db.models import (
    Assignment,
    County,
    GridVersion,
    Import,
    LandscapeLine,
    Person,
    Region,
    Settlement,
    Site,
)

Table = type[Region] | type[Settlement] | type[Site] | type[LandscapeLine]
Row = Mapping[str, Any]

_BATCH = 2_000


def find_county(session: Session, code: int) -> County | None:
    """Return the tenant with this padded county code."""
    return session.scalar(select(County).where(County.code == code))


def counties(session: Session) -> list[County]:
    """Return all tenants, by code."""
    return list(session.scalars(select(County).order_by(County.code)))


def lock_loading(session: Session, county_id: UUID) -> None:
    """Let only one load at a time change a county, until the transaction ends."""
    key = f"load {county_id}"
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(key, 0))))


def regions_on(
    session: Session,
    county_id: UUID,
    day: date,
    *,
    level: str | None = None,
    scope: Scope | None = None,
) -> gpd.GeoDataFrame:
    """Return the regions in force on a day, by code."""
    query = _rows(Region, county_id, scope).where(Region.valid.contains(day))
    if level is not None:
        query = query.where(Region.level == level)
    return _frame(session, query.order_by(Region.code))


def open_regions(session: Session, county_id: UUID, day: date) -> gpd.GeoDataFrame:
    """Return the regions that are in force on a day or later, by code."""
    query = _rows(Region, county_id, None)
    query = query.where(Region.valid.overlaps(_from(day)))
    return _frame(session, query.order_by(Region.code))


def settlements_of(
    session: Session, county_id: UUID, scope: Scope | None = None
) -> gpd.GeoDataFrame:
    """Return the settlements, by their own number."""
    query = _rows(Settlement, county_id, scope).order_by(Settlement.ref)
    return _frame(session, query)


def sites_on(
    session: Session,
    county_id: UUID,
    day: date,
    *,
    kind: str | None = None,
    scope: Scope | None = None,
) -> gpd.GeoDataFrame:
    """Return the sites in force on a day, by kind and number."""
    query = _rows(Site, county_id, scope).where(Site.valid.contains(day))
    if kind is not None:
        query = query.where(Site.kind == kind)
    return _frame(session, query.order_by(Site.kind, Site.ref))


def open_sites(
    session: Session, county_id: UUID, day: date, kinds: Sequence[str]
) -> gpd.GeoDataFrame:
    """Return the sites of some kinds that are in force on a day or later."""
    query = _rows(Site, county_id, None)
    query = query.where(Site.valid.overlaps(_from(day)), Site.kind.in_(kinds))
    return _frame(session, query.order_by(Site.kind, Site.ref))


def lines_of(
    session: Session,
    county_id: UUID,
    *,
    kind: str | None = None,
    scope: Scope | None = None,
) -> gpd.GeoDataFrame:
    """Return rivers, roads and ridges, by kind and number."""
    query = _rows(LandscapeLine, county_id, scope)
    if kind is not None:
        query = query.where(LandscapeLine.kind == kind)
    order = (LandscapeLine.kind, LandscapeLine.ref)
    return _frame(session, query.order_by(*order))


def grids_on(
    session: Session, county_id: UUID, day: date, scope: Scope | None = None
) -> gpd.GeoDataFrame:
    """Return the grids in force on a day, by code, with the name of the lead."""
    lead = (
        select(Person.name)
        .join(
            Assignment,
            (Assignment.county_id == Person.county_id)
            & (Assignment.person_id == Person.id),
        )
        .where(
            Assignment.county_id == county_id,
            Assignment.grid_id == GridVersion.grid_id,
            Assignment.is_lead,
            Assignment.valid.contains(day),
        )
        .limit(1)
        .scalar_subquery()
        .label("lead")
    )
    query = _rows(GridVersion, county_id, scope).add_columns(lead)
    query = query.where(GridVersion.valid.contains(day)).order_by(GridVersion.code)
    return _frame(session, query)


def add_county(session: Session, county_id: UUID, row: Row) -> None:
    """Add a tenant: ``code`` (padded), ``name``, ``metric_epsg``."""
    session.execute(insert(County).values(id=county_id, **row))


def name_county(session: Session, county_id: UUID, name: str) -> None:
    """Give a tenant the name that its outline has."""
    is_it = (County.id == county_id, County.name != name)
    session.execute(update(County).where(*is_it).values(name=name))


def add_rows(
    session: Session,
    table: Table,
    county_id: UUID,
    rows: Sequence[Row],
    day: date | None = None,
) -> None:
    """Add rows with new ids; with a day they are valid from then on."""
    more: dict[str, Any] = {"county_id": county_id}
    if day is not None:
        more["valid"] = _from(day)
    for batch in _batches(rows):
        session.execute(
            insert(table), [{**_stored(row), **more, "id": uuid4()} for row in batch]
        )


def change_rows(
    session: Session, table: Table, county_id: UUID, rows: Sequence[Row]
) -> None:
    """Overwrite rows; each has its ``id`` and what is new."""
    for row in rows:
        values = _stored({k: v for k, v in row.items() if k != "id"})
        session.execute(
            update(table)
            .where(table.county_id == county_id, table.id == row["id"])
            .values(**values)
            .execution_options(synchronize_session=False)
        )


def end_rows(
    session: Session,
    table: type[Region] | type[Site],
    county_id: UUID,
    ids: Sequence[UUID],
    day: date,
) -> None:
    """End rows before a day; one that would never have been in force goes."""
    is_it = (table.county_id == county_id, table.id == bindparam("row_id"))
    _each(session, ids, delete(table).where(*is_it, func.lower(table.valid) >= day))
    ended = func.daterange(func.lower(table.valid), day, "[)")
    _each(session, ids, update(table).where(*is_it).values(valid=ended))


def remove_rows(
    session: Session,
    table: type[Settlement] | type[LandscapeLine],
    county_id: UUID,
    ids: Sequence[UUID],
) -> None:
    """Remove rows that have no history."""
    rule = (table.county_id == county_id, table.id == bindparam("row_id"))
    _each(session, ids, delete(table).where(*rule))


def put_sites_into_grids(
    session: Session, county_id: UUID, refs: Sequence[tuple[str, str]], day: date
) -> None:
    """Give sites (kind, ref) the grid in force in which they lie, and its code."""
    found = (
        select(Site.id, GridVersion.grid_id, GridVersion.code)
        .join(
            GridVersion,
            (GridVersion.county_id == Site.county_id)
            & func.ST_Contains(GridVersion.geom, func.ST_PointOnSurface(Site.geom)),
        )
        .where(
            Site.county_id == county_id,
            tuple_(Site.kind, Site.ref).in_(refs),
            Site.valid.contains(day),
            GridVersion.valid.contains(day),
            GridVersion.kind != "micro",
        )
        # An overlay lies over a base grid: the exclusive one comes last and stays.
        .order_by(GridVersion.kind, GridVersion.code)
    )
    grids = {row.id: (row.grid_id, row.code) for row in session.execute(found)}
    rows = [{"id": i, "grid_id": g, "code": code} for i, (g, code) in grids.items()]
    change_rows(session, Site, county_id, rows)


def add_import(session: Session, county_id: UUID, row: Row) -> None:
    """Record a load: layer, source_name, code, at, counts, report."""
    session.execute(insert(Import).values(county_id=county_id, id=uuid4(), **row))


def imports_of(session: Session, county_id: UUID, scope: Scope) -> list[Import]:
    """Return what was loaded in some areas, the newest first."""
    ours = (Import.county_id == county_id, within(Import.code, scope))
    query = select(Import).where(*ours).order_by(Import.at.desc(), Import.id)
    return list(session.scalars(query.limit(200)))


def _rows(table: Any, county_id: UUID, scope: Scope | None) -> Select[Any]:
    columns = [
        c
        for c in table.__table__.columns
        if c.name not in ("county_id", "geom") and c.computed is None
    ]
    query = select(*columns, func.ST_AsBinary(table.geom).label("geometry"))
    query = query.where(table.county_id == county_id)
    return query if scope is None else query.where(within(table.code, scope))


def _from(day: date) -> Range[date]:
    return Range(day, None, bounds="[)")


def _frame(session: Session, query: Select[Any]) -> gpd.GeoDataFrame:
    result = session.execute(query)
    names = list(result.keys())
    rows = result.all()
    frame = pd.DataFrame(rows, columns=names, dtype=object)
    shapes = shapely.from_wkb([bytes(wkb) for wkb in frame.pop("geometry")])
    shapes = np.asarray(shapes, dtype=object)
    return gpd.GeoDataFrame(frame, geometry=shapes, crs=STORED)


def _stored(row: Row) -> dict[str, Any]:
    values = dict(row)
    if "geometry" in values:
        shape = values.pop("geometry")
        values["geom"] = WKBElement(shapely.to_wkb(shape), srid=4326)
    return values


def _batches(rows: Sequence[Row]) -> list[Sequence[Row]]:
    return [rows[i : i + _BATCH] for i in range(0, len(rows), _BATCH)]


def _each(session: Session, ids: Sequence[UUID], statement: Any) -> None:
    if ids:
        session.connection().execute(statement, [{"row_id": i} for i in ids])
