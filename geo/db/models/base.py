"""What all tables share: names of constraints, the tenant key, column types."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from geoalchemy2 import Geometry
from sqlalchemy import BigInteger, Computed, DateTime, ForeignKey, MetaData, Text
from sqlalchemy.dialects.postgresql import DATERANGE, JSONB, TSTZRANGE, Range
from sqlalchemy.dialects.postgresql import INT8MULTIRANGE as _MULTIRANGE
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

from geo.db.door import Scope, multirange

NAMES = {
    "pk": "pk_%(table_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
}


class Areas(TypeDecorator[Scope]):
    """Areas as `Viewer.scope` holds them; ``int8multirange`` in the database."""

    impl = _MULTIRANGE
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        """Turn pairs of codes into the text of a multirange."""
        return None if value is None else multirange(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Scope | None:
        """Turn the text of a multirange into pairs of codes."""
        return None if value is None else parse_areas(str(value))


def parse_areas(value: str) -> Scope:
    """Return the areas of a multirange's text.

    Examples
    --------
    >>> parse_areas("{[1,3),[5,6)}")
    ((1, 3), (5, 6))
    """
    inner = value.strip("{}")
    pairs = inner.removeprefix("[").removesuffix(")").split("),[") if inner else []
    return tuple((int(low), int(high)) for low, high in (p.split(",") for p in pairs))


# Alembic and the tests ask the types what they are; these are the only spellings.
CountyKey = Annotated[UUID, mapped_column(ForeignKey("counties.id"), primary_key=True)]
Key = Annotated[UUID, mapped_column(primary_key=True)]
Code = Annotated[int, mapped_column(BigInteger)]
Moment = Annotated[datetime, mapped_column(DateTime(timezone=True))]
Days = Annotated[Range[date], mapped_column(DATERANGE)]
DaysKey = Annotated[Range[date], mapped_column(DATERANGE, primary_key=True)]
During = Annotated[Range[datetime], mapped_column(TSTZRANGE)]
DuringKey = Annotated[Range[datetime], mapped_column(TSTZRANGE, primary_key=True)]
Json = Annotated[dict[str, Any], mapped_column(JSONB)]


class Base(DeclarativeBase):
    """Root of all models; queries name what they load, nothing loads by itself."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {str: Text()}  # noqa: RUF012


def tile_geometry(metres: int | None = None) -> Mapped[Any]:
    """Return a column of what tiles are cut from, as fine as some metres; not loaded.

    The database makes it from ``geom``.
    """
    made = "ST_Transform(geom, 3857)"
    if metres is not None:
        made = f"ST_Multi(ST_Simplify({made}, {metres}, true))"
    kind = Geometry("MULTIPOLYGON", srid=3857, spatial_index=False)
    return mapped_column(kind, Computed(made, persisted=True), deferred=True)


def geometry(kind: str) -> Geometry:
    """Return the type of a WGS 84 geometry column; its index, if any, is explicit."""
    return Geometry(kind, srid=4326, spatial_index=False)
