"""Plans, the grids that they made, and the sites that lie in grids.

A grid's identity is its UUID and the random id on its printed QR code. Code, outline
and name are those of a *version*, valid for a range of days; a version is never
changed, it only ends.
"""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from geo.db.models.base import (
    Base,
    Code,
    CountyKey,
    Days,
    DaysKey,
    Json,
    Key,
    Moment,
    geometry,
    tile_geometry,
)

_EMPTY = text("'{}'")
_FALSE = text("false")
_ZERO = text("0")


class Plan(Base):
    """A division that was asked for, on its way from draft to published.

    ``version`` counts its edits; its grids are drawn up to ``settled_version``.
    """

    __tablename__ = "plans"

    county_id: Mapped[CountyKey]
    id: Mapped[Key]
    code: Mapped[Code]
    name: Mapped[str]
    state: Mapped[str]
    grids_wanted: Mapped[int | None]
    seed: Mapped[Code]
    policy: Mapped[Json]
    input_hash: Mapped[str]
    report: Mapped[Json]
    made_at: Mapped[Moment]
    made_by: Mapped[UUID | None]
    effective_on: Mapped[date | None]
    published_at: Mapped[Moment | None]
    version: Mapped[int] = mapped_column(server_default=_ZERO)
    settled_version: Mapped[int] = mapped_column(server_default=_ZERO)

    __table_args__ = (
        ForeignKeyConstraint(
            ["county_id", "made_by"], ["people.county_id", "people.id"]
        ),
        Index(None, "county_id", "code"),
    )


class PlanGrid(Base):
    """A grid as a plan draws it; ``grid_id`` becomes its identity if published."""

    __tablename__ = "plan_grids"

    county_id: Mapped[CountyKey]
    plan_id: Mapped[Key]
    grid_id: Mapped[Key]
    code: Mapped[Code]
    kind: Mapped[str]
    category: Mapped[str | None]
    name: Mapped[str]
    village_code: Mapped[Code]
    load: Mapped[float]
    properties: Mapped[Json] = mapped_column(server_default=_EMPTY)
    geom: Mapped[Any] = mapped_column(geometry("MULTIPOLYGON"), nullable=False)

    __table_args__ = (
        ForeignKeyConstraint(
            ["county_id", "plan_id"],
            ["plans.county_id", "plans.id"],
            ondelete="CASCADE",
        ),
    )


class PlanUnit(Base):
    """An indivisible unit of a plan; ``code`` is that of its village or grid.

    ``drawn_code`` is the grid that the planner gave it, before any edit;
    ``settlement`` the settlement that it is or was cut from, if that is known.
    """

    __tablename__ = "plan_units"

    county_id: Mapped[CountyKey]
    plan_id: Mapped[Key]
    unit_id: Mapped[str] = mapped_column(primary_key=True)
    grid_id: Mapped[UUID]
    code: Mapped[Code]
    load: Mapped[float]
    drawn_code: Mapped[Code]
    name: Mapped[str | None]
    households: Mapped[float | None]
    settlement: Mapped[str | None]
    geom: Mapped[Any] = mapped_column(geometry("GEOMETRY"), nullable=False)

    __table_args__ = (
        ForeignKeyConstraint(
            ["county_id", "plan_id", "grid_id"],
            ["plan_grids.county_id", "plan_grids.plan_id", "plan_grids.grid_id"],
            ondelete="CASCADE",
        ),
    )


class Grid(Base):
    """The identity of a grid; ``code`` is its village at first publication."""

    __tablename__ = "grids"

    county_id: Mapped[CountyKey]
    id: Mapped[Key]
    qr_id: Mapped[UUID]
    code: Mapped[Code]

    __table_args__ = (UniqueConstraint("county_id", "qr_id", name="uq_grids_qr_id"),)


class GridVersion(Base):
    """A grid as it is in a range of days."""

    __tablename__ = "grid_versions"

    county_id: Mapped[CountyKey]
    grid_id: Mapped[Key]
    valid: Mapped[DaysKey]
    code: Mapped[Code]
    kind: Mapped[str]
    category: Mapped[str | None]
    name: Mapped[str]
    village_code: Mapped[Code]
    parent_grid_id: Mapped[UUID | None]
    is_overlay: Mapped[bool] = mapped_column(server_default=_FALSE)
    load: Mapped[float]
    properties: Mapped[Json] = mapped_column(server_default=_EMPTY)
    plan_id: Mapped[UUID | None]
    geom: Mapped[Any] = mapped_column(geometry("MULTIPOLYGON"), nullable=False)
    tile_full: Mapped[Any] = tile_geometry()
    tile_mid: Mapped[Any] = tile_geometry(5)
    tile_low: Mapped[Any] = tile_geometry(20)

    __table_args__ = (
        ForeignKeyConstraint(["county_id", "grid_id"], ["grids.county_id", "grids.id"]),
        ForeignKeyConstraint(
            ["county_id", "parent_grid_id"], ["grids.county_id", "grids.id"]
        ),
        ForeignKeyConstraint(["county_id", "plan_id"], ["plans.county_id", "plans.id"]),
        ExcludeConstraint(
            ("county_id", "="),
            ("grid_id", "="),
            ("valid", "&&"),
            name="ex_grid_versions_grid_id",
        ),
        ExcludeConstraint(
            ("county_id", "="),
            ("code", "="),
            ("valid", "&&"),
            where=text("kind <> 'micro'"),
            name="ex_grid_versions_code",
        ),
        Index(None, "county_id", "code"),
        Index(None, "geom", postgresql_using="gist"),
        Index("ix_grid_versions_tile_full", "tile_full", postgresql_using="gist"),
    )


class Site(Base):
    """A mine opening, venue, school, enterprise, service station and the like.

    ``code`` is the village's, and the grid's once a plan is published.
    """

    __tablename__ = "sites"

    county_id: Mapped[CountyKey]
    id: Mapped[Key]
    ref: Mapped[str]
    kind: Mapped[str]
    name: Mapped[str]
    code: Mapped[Code]
    grid_id: Mapped[UUID | None]
    is_exclusive: Mapped[bool] = mapped_column(server_default=_FALSE)
    category: Mapped[str | None]
    attrs: Mapped[Json] = mapped_column(server_default=_EMPTY)
    valid: Mapped[Days]
    geom: Mapped[Any] = mapped_column(geometry("GEOMETRY"), nullable=False)

    __table_args__ = (
        ForeignKeyConstraint(["county_id", "grid_id"], ["grids.county_id", "grids.id"]),
        ExcludeConstraint(
            ("county_id", "="),
            ("kind", "="),
            ("ref", "="),
            ("valid", "&&"),
            name="ex_sites_ref",
        ),
        Index(None, "county_id", "code"),
        Index(None, "geom", postgresql_using="gist"),
    )
