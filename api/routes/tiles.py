"""Vector tiles of grids, regions and sites, under the rules of the other routes."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from api.deps import DatabaseDep, NowDep, TilesDep, ViewerDep
from api.services.ground.tiles import MAX_ZOOM, Address, LayerName
from geo.localtime import local_date

router = APIRouter(prefix="/api/v1/tiles", tags=["territory"])

_MVT = "application/vnd.mapbox-vector-tile"
Zoom = Annotated[int, Path(ge=0, le=MAX_ZOOM)]
Place = Annotated[int, Path(ge=0, lt=2**31)]


@router.get(
    "/{layer}/{zoom}/{x}/{y}.mvt",
    response_class=Response,
    responses={304: {"description": "As it was"}, 204: {"description": "Empty"}},
)
def read_tile(
    layer: LayerName,
    zoom: Zoom,
    x: Place,
    y: Place,
    request: Request,
    database: DatabaseDep,
    tiles: TilesDep,
    viewer: ViewerDep,
    now: NowDep,
    on: Annotated[date | None, Query(examples=["2026-05-20"])] = None,
) -> Response:
    """One tile as it is on a day; today if left out."""
    at = Address(layer, zoom, x, y, on or local_date(now))
    tile = tiles.tile(database, viewer, at, now)
    headers = {"etag": tile.tag, "cache-control": "private, no-cache"}
    if request.headers.get("if-none-match") == tile.tag:
        return Response(status_code=304, headers=headers)
    if not tile.content:
        return Response(status_code=204, headers=headers)
    return Response(tile.content, media_type=_MVT, headers=headers)
