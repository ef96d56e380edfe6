"""Plans and the grids that they publish: frames out, rows in."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from geoalchemy2 import WKBElement
from psycopg2.errors import LockNotAvailable
from sqlalchemy import func, insert, literal, select, update
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, aliased

from geo.codes import trimmed
from geo.crs import STORED
from geo.db.door import Scope, within
from geo.db.models import Grid, GridVersion, Plan, PlanGrid, PlanUnit, Site
from geo.errors import BeingChanged

Row = Mapping[str, Any]

_BATCH = 2_000


def add_plan(
    session: Session,
    county_id: UUID,
    plan: Row,
    grids: Sequence[Row],
    units: Sequence[Row],
) -> None:
    """Store a plan with its grids and units; ``geom`` values are shapely shapes."""
    session.execute(insert(Plan).values(county_id=county_id, **plan))
    key = {"county_id": county_id, "plan_id": plan["id"]}
    for model, rows in ((PlanGrid, grids), (PlanUnit, units)):
        for start in range(0, len(rows), _BATCH):
            batch = rows[start : start + _BATCH]
            session.execute(insert(model), [{**_stored(row), **key} for row in batch])


def plans_of(session: Session, county_id: UUID, scope: Scope) -> list[Plan]:
    """Return the plans of some areas, the newest first."""
    query = select(Plan).where(Plan.county_id == county_id, within(Plan.code, scope))
    return list(session.scalars(query.order_by(Plan.made_at.desc(), Plan.id)))


def find_plan(
    session: Session,
    county_id: UUID,
    plan_id: UUID,
    *,
    lock: bool = False,
    wait: bool = True,
) -> Plan | None:
    """Return a plan; with `lock` nobody else changes it until the transaction ends.

    Raises
    ------
    BeingChanged
        If another transaction holds the lock and this one does not `wait` for it.
    """
    query = select(Plan).where(Plan.county_id == county_id, Plan.id == plan_id)
    if lock:
        query = query.with_for_update(nowait=not wait)
    try:
        return session.scalars(query).one_or_none()
    except OperationalError as error:
        if isinstance(error.orig, LockNotAvailable):
            raise BeingChanged(f"plan {plan_id} is being changed") from None
        raise


def plan_grids_of(session: Session, county_id: UUID, plan_id: UUID) -> gpd.GeoDataFrame:
    """Return the grids of a plan, by code."""
    query = (
        select(
            PlanGrid.grid_id,
            PlanGrid.code,
            PlanGrid.kind,
            PlanGrid.category,
            PlanGrid.name,
            PlanGrid.village_code,
            PlanGrid.load,
            PlanGrid.properties,
            func.ST_AsBinary(PlanGrid.geom).label("geometry"),
        )
        .where(PlanGrid.county_id == county_id, PlanGrid.plan_id == plan_id)
        .order_by(PlanGrid.code)
    )
    return _frame(session, query)


def plan_units_of(session: Session, county_id: UUID, plan_id: UUID) -> gpd.GeoDataFrame:
    """Return the units of a plan with their ground, by id."""
    query = (
        select(
            PlanUnit.unit_id,
            PlanUnit.grid_id,
            PlanUnit.load,
            func.ST_AsBinary(PlanUnit.geom).label("geometry"),
        )
        .where(PlanUnit.county_id == county_id, PlanUnit.plan_id == plan_id)
        .order_by(PlanUnit.unit_id)
    )
    return _frame(session, query)


def names_in(session: Session, county_id: UUID, scope: Scope) -> dict[int, UUID]:
    """Return ``{code: grid_id}`` of every grid that there ever was in some areas."""
    query = (
        select(GridVersion.code, GridVersion.grid_id)
        .where(GridVersion.county_id == county_id, within(GridVersion.code, scope))
        .order_by(GridVersion.valid)
    )
    return {row.code: row.grid_id for row in session.execute(query)}


def unit_grids_in(
    session: Session, county_id: UUID, scope: Scope, day: date
) -> dict[str, int]:
    """Return ``{unit_id: grid code}`` of the plans whose grids are in force."""
    query = (
        select(PlanUnit.unit_id, GridVersion.code)
        .join(
            GridVersion,
            (GridVersion.county_id == PlanUnit.county_id)
            & (GridVersion.grid_id == PlanUnit.grid_id)
            & (GridVersion.plan_id == PlanUnit.plan_id),
        )
        .where(
            PlanUnit.county_id == county_id,
            within(GridVersion.code, scope),
            GridVersion.valid.contains(day),
            GridVersion.kind == "base",
        )
    )
    return {row.unit_id: row.code for row in session.execute(query)}


def site_grids_in(
    session: Session, county_id: UUID, scope: Scope, day: date
) -> dict[str, int]:
    """Return ``{site ref: grid code}`` of the exclusive grids in force."""
    ref = GridVersion.properties["site_id"].astext.label("site")
    query = select(ref, GridVersion.code).where(
        GridVersion.county_id == county_id,
        within(GridVersion.code, scope),
        GridVersion.valid.contains(day),
        GridVersion.kind == "exclusive",
    )
    return {row.site: row.code for row in session.execute(query)}


def begin_versions(session: Session, county_id: UUID, plan_id: UUID, day: date) -> int:
    """Put a plan's grids in force from a day on; return how many there are."""
    grid = aliased(PlanGrid)
    ours = (grid.county_id == county_id, grid.plan_id == plan_id)
    known = select(Grid.id).where(Grid.county_id == county_id, Grid.id == grid.grid_id)
    session.execute(
        insert(Grid).from_select(
            ["county_id", "id", "qr_id", "code"],
            select(
                grid.county_id, grid.grid_id, func.gen_random_uuid(), grid.village_code
            ).where(*ours, ~known.exists()),
        )
    )
    same = ("grid_id", "code", "kind", "category", "name", "village_code", "load")
    columns = [getattr(grid, name) for name in same]
    begun = session.execute(
        insert(GridVersion)
        .from_select(
            [
                "county_id",
                "valid",
                "plan_id",
                "is_overlay",
                *same,
                "properties",
                "geom",
            ],
            select(
                grid.county_id,
                literal(Range(day, None, bounds="[)"), GridVersion.valid.type),
                grid.plan_id,
                literal(False),
                *columns,
                grid.properties,
                grid.geom,
            ).where(*ours),
        )
        .returning(GridVersion.grid_id)
    )
    return len(begun.all())


def end_versions(session: Session, county_id: UUID, scope: Scope, day: date) -> int:
    """End the versions in force in some areas before a day; return how many."""
    ended = session.execute(
        update(GridVersion)
        .where(
            GridVersion.county_id == county_id,
            within(GridVersion.code, scope),
            GridVersion.valid.contains(day),
        )
        .values(valid=func.daterange(func.lower(GridVersion.valid), day, "[)"))
        .returning(GridVersion.grid_id)
        .execution_options(synchronize_session=False)
    )
    return len(ended.all())


def starts_from(
    session: Session, county_id: UUID, scope: Scope, day: date
) -> date | None:
    """Return the first day, `day` or later, on which a version in some areas begins."""
    first = func.lower(GridVersion.valid)
    return session.scalar(
        select(func.min(first)).where(
            GridVersion.county_id == county_id,
            within(GridVersion.code, scope),
            first >= day,
        )
    )


def place_sites(session: Session, county_id: UUID, scope: Scope, day: date) -> None:
    """Point the sites in force to the grids in which they lie, and give them its code.

    An exclusive site belongs to its own grid, also where that was clipped.
    """
    owns = Site.is_exclusive & (GridVersion.properties["site_id"].astext == Site.ref)
    middle = func.ST_PointOnSurface(Site.geom)
    found = (
        select(GridVersion.grid_id)
        .where(
            GridVersion.county_id == county_id,
            GridVersion.valid.contains(day),
            GridVersion.kind != "micro",
            within(GridVersion.code, scope),
            owns | func.ST_Intersects(GridVersion.geom, middle),
        )
        .order_by(owns.desc(), GridVersion.kind.desc(), GridVersion.code)
        .limit(1)
        .correlate(Site)
    )
    grid_id = found.scalar_subquery()
    code = found.with_only_columns(GridVersion.code).scalar_subquery()
    session.execute(
        update(Site)
        .where(
            Site.county_id == county_id,
            within(Site.code, scope),
            Site.valid.contains(day),
        )
        .values(
            grid_id=func.coalesce(grid_id, Site.grid_id),
            code=func.coalesce(code, Site.code),
        )
        .execution_options(synchronize_session=False)
    )


def _stored(row: Row) -> dict[str, Any]:
    return {**row, "geom": WKBElement(shapely.to_wkb(row["geom"]), srid=4326)}


def _frame(session: Session, query: Any) -> gpd.GeoDataFrame:
    result = session.execute(query)
    frame = pd.DataFrame(result.all(), columns=list(result.keys()), dtype=object)
    wkb = [bytes(shape) for shape in frame.pop("geometry")]
    shapes = np.asarray(shapely.from_wkb(wkb), dtype=object)
    return gpd.GeoDataFrame(frame, geometry=shapes, crs=STORED)


def unwalked_plans(session: Session, county_id: UUID) -> list[tuple[UUID, str, date]]:
    """Return (plan, region code, first day) of published plans nobody has walked."""
    rows = session.execute(
        select(Plan.id, Plan.code, Plan.effective_on).where(
            Plan.county_id == county_id,
            Plan.state == "published",
            Plan.effective_on.is_not(None),
            Plan.report["feasibility"].is_(None),
        )
    )
    return [(r[0], trimmed(r[1]), r[2]) for r in rows if r[2] is not None]
