"""Points that rounds must reach, as they come in and go out."""

import datetime as dt
from typing import Annotated
from uuid import UUID

from pydantic import Field

from api.schemas.common import CoordType, In, Lat, Lon, Out, Text

Ref = Annotated[Text, Field(min_length=1, max_length=40, examples=["B-12"])]
PointName = Annotated[Text, Field(min_length=1, max_length=80, examples=["桥头"])]


class CheckpointIn(In):
    """A point to reach from a day on; the grid is the one in which it lies."""

    id: UUID
    ref: Ref
    name: PointName
    lon: Lon
    lat: Lat
    coord_type: CoordType = "wgs84"
    first: dt.date
    last: dt.date | None = None


class CheckpointOut(Out):
    """A point to reach; `last` is included."""

    id: UUID
    ref: str
    name: str
    grid_code: str
    lon: float
    lat: float
    first: dt.date
    last: dt.date | None


class CheckpointsOut(Out):
    """The points of a day; `date` is null where all days were asked for."""

    date: dt.date | None
    checkpoints: list[CheckpointOut]
