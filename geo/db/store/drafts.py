"""Drafts: what a plan's units are, and the rows of its edits."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from geoalchemy2 import WKBElement
from geoalchemy2.shape import to_shape
from sqlalchemy import Select, delete, func, insert, select, update
from sqlalchemy.orm import Session

from geo.crs import STORED
from geo.db.models import Plan, PlanEdit, PlanGrid, PlanUnit


def head_of(
    session: Session, county_id: UUID, plan_id: UUID, *, lock: bool = False
) -> Any:
    """Return ``id, code, name, state, version, settled_version`` of a plan.

    Its report is left where it is: it is large, and an edit has no use for it.
    """
    query = select(
        Plan.id, Plan.code, Plan.name, Plan.state, Plan.version, Plan.settled_version
    ).where(Plan.county_id == county_id, Plan.id == plan_id)
    return session.execute(query.with_for_update() if lock else query).one_or_none()


def drawn_units(session: Session, county_id: UUID, plan_id: UUID) -> gpd.GeoDataFrame:
    """Return the units of a plan's base grids as they were drawn, by id.

    Columns ``unit_id, drawn_code, load, name, households, settlement``.
    """
    query = (
        select(
            PlanUnit.unit_id,
            PlanUnit.drawn_code,
            PlanUnit.load,
            PlanUnit.name,
            PlanUnit.households,
            PlanUnit.settlement,
            func.ST_AsBinary(PlanUnit.geom).label("geometry"),
        )
        .where(
            PlanUnit.county_id == county_id,
            PlanUnit.plan_id == plan_id,
            PlanUnit.grid_id.not_in(_exclusive(county_id, plan_id)),
        )
        .order_by(PlanUnit.unit_id)
    )
    return _frame(session, query)


def ways_of(session: Session, county_id: UUID, plan_id: UUID) -> Any:
    """Return what a plan's report holds of its ground and its wishes.

    Returns
    -------
    row
        ``links`` (pairs of unit ids), ``tolerance`` and ``forbidden`` (kinds of line).
    """
    query = select(
        Plan.report["links"].label("links"),
        Plan.report["policy"]["tolerance"].label("tolerance"),
        Plan.report["policy"]["forbidden"].label("forbidden"),
    ).where(Plan.county_id == county_id, Plan.id == plan_id)
    return session.execute(query).one()


def add_edit(
    session: Session, county_id: UUID, plan_id: UUID, row: Mapping[str, Any]
) -> None:
    """Append an edit and let the plan stand at its version."""
    key = {"county_id": county_id, "plan_id": plan_id}
    session.execute(insert(PlanEdit).values(**key, **row))
    session.execute(
        update(Plan)
        .where(Plan.county_id == county_id, Plan.id == plan_id)
        .values(version=row["version"])
    )


def edits_since(
    session: Session, county_id: UUID, plan_id: UUID, version: int
) -> Sequence[PlanEdit]:
    """Return the edits after a version, in their order."""
    query = (
        select(PlanEdit)
        .where(
            PlanEdit.county_id == county_id,
            PlanEdit.plan_id == plan_id,
            PlanEdit.version > version,
        )
        .order_by(PlanEdit.version)
    )
    return session.scalars(query).all()


def last_edits(
    session: Session, county_id: UUID, plan_ids: Sequence[UUID]
) -> dict[UUID, Any]:
    """Return ``version, made_at, made_by_name`` of the last edit of some plans."""
    query = (
        select(
            PlanEdit.plan_id,
            PlanEdit.version,
            PlanEdit.made_at,
            PlanEdit.made_by_name,
        )
        .join(
            Plan,
            (Plan.county_id == PlanEdit.county_id)
            & (Plan.id == PlanEdit.plan_id)
            & (Plan.version == PlanEdit.version),
        )
        .where(PlanEdit.county_id == county_id, PlanEdit.plan_id.in_(plan_ids))
    )
    return {row.plan_id: row for row in session.execute(query)}


def newest_edits(
    session: Session, county_id: UUID, plan_id: UUID, limit: int
) -> Sequence[PlanEdit]:
    """Return the newest edits of a plan, the last one first."""
    query = (
        select(PlanEdit)
        .where(PlanEdit.county_id == county_id, PlanEdit.plan_id == plan_id)
        .order_by(PlanEdit.version.desc())
        .limit(limit)
    )
    return session.scalars(query).all()


def placed_units(session: Session, county_id: UUID, plan_id: UUID) -> gpd.GeoDataFrame:
    """Return all units of a plan with their grids, by id.

    Columns ``unit_id, code, drawn_code, load, name, households``.
    """
    query = (
        select(
            PlanUnit.unit_id,
            PlanUnit.code,
            PlanUnit.drawn_code,
            PlanUnit.load,
            PlanUnit.name,
            PlanUnit.households,
            func.ST_AsBinary(PlanUnit.geom).label("geometry"),
        )
        .where(PlanUnit.county_id == county_id, PlanUnit.plan_id == plan_id)
        .order_by(PlanUnit.unit_id)
    )
    return _frame(session, query)


def homes_of(session: Session, county_id: UUID, plan_id: UUID) -> dict[str, int]:
    """Return ``{unit_id: grid code}`` of a plan."""
    query = select(PlanUnit.unit_id, PlanUnit.code).where(
        PlanUnit.county_id == county_id, PlanUnit.plan_id == plan_id
    )
    return {row.unit_id: row.code for row in session.execute(query)}


def exclusive_homes(session: Session, county_id: UUID, plan_id: UUID) -> dict[str, int]:
    """Return ``{unit_id: grid code}`` of the units that exclusive sites cover."""
    query = select(PlanUnit.unit_id, PlanUnit.code).where(
        PlanUnit.county_id == county_id,
        PlanUnit.plan_id == plan_id,
        PlanUnit.grid_id.in_(_exclusive(county_id, plan_id)),
    )
    return {row.unit_id: row.code for row in session.execute(query)}


def load_of(session: Session, county_id: UUID, plan_id: UUID) -> float:
    """Return the load of all units of a plan."""
    query = select(func.sum(PlanUnit.load)).where(
        PlanUnit.county_id == county_id, PlanUnit.plan_id == plan_id
    )
    return float(session.scalar(query) or 0.0)


def villages_of(session: Session, county_id: UUID, plan_id: UUID) -> list[int]:
    """Return the codes of the villages of a plan, padded, ascending."""
    query = (
        select(PlanGrid.village_code)
        .where(PlanGrid.county_id == county_id, PlanGrid.plan_id == plan_id)
        .distinct()
        .order_by(PlanGrid.village_code)
    )
    return list(session.scalars(query))


def base_grids(session: Session, county_id: UUID, plan_id: UUID) -> dict[int, UUID]:
    """Return ``{code: grid_id}`` of a plan's base grids as they are stored."""
    query = select(PlanGrid.code, PlanGrid.grid_id).where(
        PlanGrid.county_id == county_id,
        PlanGrid.plan_id == plan_id,
        PlanGrid.kind == "base",
    )
    return {row.code: row.grid_id for row in session.execute(query)}


def put_grids(
    session: Session,
    county_id: UUID,
    plan_id: UUID,
    rows: Sequence[Mapping[str, Any]],
    there: Mapping[int, UUID],
) -> None:
    """Write a plan's grids: those in `there` anew, the others as new rows."""
    key = {"county_id": county_id, "plan_id": plan_id}
    stored = [
        {**row, **key, "geom": WKBElement(shapely.to_wkb(row["geom"]), srid=4326)}
        for row in rows
    ]
    new = [row for row in stored if row["code"] not in there]
    old = [row for row in stored if row["code"] in there]
    if new:
        session.execute(insert(PlanGrid), new)
    if old:
        # By primary key: the rows hold it.
        session.execute(update(PlanGrid), old)


def put_units(
    session: Session,
    county_id: UUID,
    plan_id: UUID,
    rows: Sequence[Mapping[str, Any]],
) -> None:
    """Give units their grids (``unit_id, code, grid_id``), where they have another."""
    ours = (PlanUnit.county_id == county_id, PlanUnit.plan_id == plan_id)
    query = select(PlanUnit.unit_id, PlanUnit.code).where(*ours)
    codes = {row.unit_id: row.code for row in session.execute(query)}
    key = {"county_id": county_id, "plan_id": plan_id}
    changed = [{**row, **key} for row in rows if codes[row["unit_id"]] != row["code"]]
    if changed:
        session.execute(update(PlanUnit), changed)


def remove_grids(
    session: Session, county_id: UUID, plan_id: UUID, grid_ids: Sequence[UUID]
) -> None:
    """Remove grids of a plan that have no units any more."""
    if grid_ids:
        session.execute(
            delete(PlanGrid)
            .where(
                PlanGrid.county_id == county_id,
                PlanGrid.plan_id == plan_id,
                PlanGrid.grid_id.in_(grid_ids),
            )
            .execution_options(synchronize_session=False)
        )


def copied_rows(
    session: Session,
    county_id: UUID,
    plan_id: UUID,
    shapes: Mapping[str, shapely.Geometry],
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return a plan's grids and units as rows of a new plan, as if drawn like this.

    Parameters
    ----------
    shapes : mapping of str to Geometry
        Ground of the units that edits may have changed.
    """
    own_grids = (PlanGrid.county_id == county_id, PlanGrid.plan_id == plan_id)
    own_units = (PlanUnit.county_id == county_id, PlanUnit.plan_id == plan_id)
    grids = session.scalars(select(PlanGrid).where(*own_grids)).all()
    units = session.scalars(select(PlanUnit).where(*own_units)).all()
    grid_cells = (
        "grid_id", "code", "kind", "category", "name", "village_code", "load",
        "properties",
    )  # fmt: skip
    unit_cells = (
        "unit_id", "grid_id", "code", "load", "name", "households", "settlement",
    )  # fmt: skip
    grid_rows = [
        {**{c: getattr(g, c) for c in grid_cells}, "geom": to_shape(g.geom)}
        for g in grids
    ]
    unit_rows = [
        {
            **{c: getattr(u, c) for c in unit_cells},
            "drawn_code": u.code,
            "geom": shapes.get(u.unit_id) or to_shape(u.geom),
        }
        for u in units
    ]
    return grid_rows, unit_rows


def _exclusive(county_id: UUID, plan_id: UUID) -> Select[UUID]:
    return select(PlanGrid.grid_id).where(
        PlanGrid.county_id == county_id,
        PlanGrid.plan_id == plan_id,
        PlanGrid.kind != "base",
    )


def _frame(session: Session, query: Any) -> gpd.GeoDataFrame:
    result = session.execute(query)
    frame = pd.DataFrame(result.all(), columns=list(result.keys()), dtype=object)
    wkb = [bytes(shape) for shape in frame.pop("geometry")]
    shapes = np.asarray(shapely.from_wkb(wkb), dtype=object)
    return gpd.GeoDataFrame(frame, geometry=shapes, crs=STORED)
