"""Newest positions, as the live map reads them."""

import datetime as dt
from typing import Literal
from uuid import UUID

from api.schemas.common import Out
from api.schemas.hazards import PointOut


class PositionProperties(Out):
    """Whose position it is, and how old and exact."""

    person_id: UUID
    name: str
    grid_code: str | None
    t: dt.datetime
    age_s: int
    accuracy_m: float | None
    battery_pct: float | None


class PositionFeature(Out):
    """One person's newest position."""

    type: Literal["Feature"] = "Feature"
    geometry: PointOut
    properties: PositionProperties


class PositionsOut(Out):
    """Newest positions as GeoJSON."""

    type: Literal["FeatureCollection"] = "FeatureCollection"
    features: list[PositionFeature]
