"""The territory: regions, grids, sites and landscape as GeoJSON."""

from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response
from orjson import dumps

from api.deps import NowDep, SessionDep, ViewerDep
from api.schemas.common import Text
from api.schemas.territory import MapLayer, TerritoryOut
from api.services.ground import territory
from geo.localtime import local_date

router = APIRouter(prefix="/api/v1", tags=["territory"])

Day = Annotated[date | None, Query(examples=["2026-05-20"])]
# Layers are large and were built here: they go out as they are, not validated again.
_LAYER: dict[int | str, dict[str, Any]] = {200: {"model": MapLayer}}


@router.get("/territory")
def read_territory(session: SessionDep, viewer: ViewerDep, now: NowDep) -> TerritoryOut:
    """County, towns, extent and counts of what the viewer sees today."""
    found = territory.describe(session, viewer, local_date(now))
    return TerritoryOut.model_validate(found)


@router.get("/regions", response_class=Response, responses=_LAYER)
def list_regions(
    session: SessionDep,
    viewer: ViewerDep,
    now: NowDep,
    level: Literal["county", "town", "village"] | None = None,
    on: Day = None,
) -> Response:
    """Counties, towns and villages as they were on a day; today if left out."""
    day = on or local_date(now)
    return _json(territory.regions_layer(session, viewer, day, level))


@router.get("/grids", response_class=Response, responses=_LAYER)
def list_grids(
    session: SessionDep, viewer: ViewerDep, now: NowDep, on: Day = None
) -> Response:
    """The grids as they were on a day, with the lead of that day."""
    return _json(territory.grids_layer(session, viewer, on or local_date(now)))


@router.get("/sites", response_class=Response, responses=_LAYER)
def list_sites(
    session: SessionDep,
    viewer: ViewerDep,
    now: NowDep,
    kind: Annotated[Text | None, Query(max_length=64)] = None,
    on: Day = None,
) -> Response:
    """Mine openings, venues, schools and the like, each with its grid."""
    day = on or local_date(now)
    return _json(territory.sites_layer(session, viewer, day, kind))


@router.get("/landscape", response_class=Response, responses=_LAYER)
def list_landscape(session: SessionDep, viewer: ViewerDep) -> Response:
    """Rivers, roads and ridges."""
    return _json(territory.landscape_layer(session, viewer))


def _json(layer: dict[str, Any]) -> Response:
    return Response(dumps(layer), media_type="application/geo+json")
