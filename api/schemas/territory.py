"""The territory: what a page asks for first."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field

from api.schemas.common import Out


class AreaOut(Out):
    """A county or town."""

    code: Annotated[str, Field(examples=["410325105"])]
    name: Annotated[str, Field(examples=["德亭镇"])]


class TerritoryOut(Out):
    """What the viewer's territory holds on a day."""

    county: AreaOut
    towns: list[AreaOut]
    bbox: tuple[float, float, float, float] | None
    date: date
    counts: dict[str, int]


class BasemapOut(Out):
    """What lies below the map: pictures at `/api/v1/basemap/{layer}/{z}/{x}/{y}`."""

    layers: int
    credit: str | None
    max_zoom: int


class MapLayer(Out):
    """A layer of the map, as GeoJSON."""

    type: Literal["FeatureCollection"]
    features: list[dict[str, Any]]
