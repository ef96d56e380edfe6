"""Visits of points, as the fixes of a day prove them."""

from datetime import date, datetime

from sqlalchemy import DateTime, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from geo.db.models.base import Base, Code, CountyKey, Json, Key, Moment


class VisitFound(Base):
    """One stay at a site or the scene of a case, with its evidence.

    ``point_id`` is ``site/<ref of its kind>`` or ``case/<id>``: it lasts when a site
    gets a new version.
    """

    __tablename__ = "visits"

    county_id: Mapped[CountyKey]
    point_id: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    person_id: Mapped[Key]
    started_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), primary_key=True
    )
    point_kind: Mapped[str]
    point_name: Mapped[str]
    code: Mapped[Code]
    ended_at: Mapped[Moment]
    dwell_s: Mapped[float]
    distance_m: Mapped[float]
    fixes: Mapped[int]
    is_proven: Mapped[bool]
    evidence: Mapped[Json]

    __table_args__ = (
        ForeignKeyConstraint(
            ["county_id", "person_id"], ["people.county_id", "people.id"]
        ),
        Index(None, "county_id", "day", "code"),
    )
