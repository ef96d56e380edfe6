"""Counties, regions and what was imported about them.

``code`` is a region or grid code padded to 15 digits (`geo.codes.padded`): the place
that decides who may see the row.
"""

from datetime import date
from typing import Any

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from geo.db.models.base import (
    Base,
    Code,
    CountyKey,
    Days,
    Json,
    Key,
    Moment,
    geometry,
    tile_geometry,
)

_EMPTY = text("'{}'")


class County(Base):
    """A tenant. Its id never changes; its code may."""

    __tablename__ = "counties"

    id: Mapped[Key]
    code: Mapped[Code]
    name: Mapped[str]
    metric_epsg: Mapped[int]

    __table_args__ = (UniqueConstraint("code", name="uq_counties_code"),)


class Region(Base):
    """A county, town or village as it was in a range of days."""

    __tablename__ = "regions"

    county_id: Mapped[CountyKey]
    id: Mapped[Key]
    code: Mapped[Code]
    level: Mapped[str]
    name: Mapped[str]
    kind: Mapped[str | None]
    parent_code: Mapped[Code | None]
    population: Mapped[int | None]
    households: Mapped[int | None]
    valid: Mapped[Days]
    geom: Mapped[Any] = mapped_column(geometry("MULTIPOLYGON"), nullable=False)
    tile_full: Mapped[Any] = tile_geometry()
    tile_mid: Mapped[Any] = tile_geometry(5)
    tile_low: Mapped[Any] = tile_geometry(20)

    __table_args__ = (
        CheckConstraint("level IN ('county', 'town', 'village')", name="level"),
        ExcludeConstraint(
            ("county_id", "="), ("code", "="), ("valid", "&&"), name="ex_regions_code"
        ),
        Index(None, "county_id", "code"),
        Index(None, "geom", postgresql_using="gist"),
        Index("ix_regions_tile_full", "tile_full", postgresql_using="gist"),
    )


class RegionLineage(Base):
    """What became of a region: a share of a predecessor that a successor took over."""

    __tablename__ = "region_lineage"

    county_id: Mapped[CountyKey]
    id: Mapped[Key]
    predecessor_code: Mapped[Code]
    successor_code: Mapped[Code]
    share: Mapped[float]
    changed_on: Mapped[date]

    __table_args__ = (
        UniqueConstraint(
            "county_id",
            "predecessor_code",
            "successor_code",
            "changed_on",
            name="uq_region_lineage_step",
        ),
    )


class Settlement(Base):
    """A natural village (自然村); ``groups`` counts its villager groups."""

    __tablename__ = "settlements"

    county_id: Mapped[CountyKey]
    id: Mapped[Key]
    ref: Mapped[str]
    name: Mapped[str]
    code: Mapped[Code]
    population: Mapped[int]
    households: Mapped[int | None]
    groups: Mapped[int | None]
    attrs: Mapped[Json] = mapped_column(server_default=_EMPTY)
    geom: Mapped[Any] = mapped_column(geometry("POINT"), nullable=False)

    __table_args__ = (
        UniqueConstraint("county_id", "ref", name="uq_settlements_ref"),
        Index(None, "county_id", "code"),
        Index(None, "geom", postgresql_using="gist"),
    )


class LandscapeLine(Base):
    """A river, road or ridge: what makes a clear border and guides a walk."""

    __tablename__ = "landscape_lines"

    county_id: Mapped[CountyKey]
    id: Mapped[Key]
    ref: Mapped[str]
    kind: Mapped[str]
    name: Mapped[str | None]
    line_class: Mapped[str | None]
    code: Mapped[Code]
    geom: Mapped[Any] = mapped_column(geometry("LINESTRING"), nullable=False)

    __table_args__ = (
        UniqueConstraint("county_id", "kind", "ref", name="uq_landscape_lines_ref"),
        Index(None, "county_id", "code"),
        Index(None, "geom", postgresql_using="gist"),
    )


class Import(Base):
    """One layer that was loaded: from where, when, and what it changed."""

    __tablename__ = "imports"

    county_id: Mapped[CountyKey]
    id: Mapped[Key]
    layer: Mapped[str]
    source_name: Mapped[str]
    code: Mapped[Code]
    at: Mapped[Moment]
    counts: Mapped[Json]
    report: Mapped[Json]
