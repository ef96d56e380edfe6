"""Pictures of the ground below the map, for whoever is signed in."""

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from api.deps import BasemapDep, SettingsDep, ViewerDep
from api.schemas.territory import BasemapOut
from api.services.ground.basemap import tag_of
from api.services.ground.basemap_sources import picture_type

router = APIRouter(prefix="/api/v1/basemap", tags=["territory"])

Zoom = Annotated[int, Path(ge=0, le=22)]
Place = Annotated[int, Path(ge=0, lt=2**31)]


@router.get("")
def read_basemap(
    basemap: BasemapDep, settings: SettingsDep, viewer: ViewerDep
) -> BasemapOut:
    """How many layers lie below the map, none by default, and whose they are."""
    return BasemapOut(
        layers=len(basemap),
        credit=settings.basemap_credit,
        max_zoom=settings.basemap_max_zoom,
    )


@router.get(
    "/{layer}/{zoom}/{x}/{y}",
    response_class=Response,
    responses={
        200: {"content": {"image/png": {}}},
        204: {"description": "There is no picture"},
        304: {"description": "As it was"},
        503: {"description": "The source does not answer"},
    },
)
async def read_picture(
    layer: Place,
    zoom: Zoom,
    x: Place,
    y: Place,
    request: Request,
    basemap: BasemapDep,
    viewer: ViewerDep,
) -> Response:
    """One picture of one layer."""
    picture = await basemap.tile(layer, zoom, x, y)
    tag = tag_of(picture)
    headers = {"etag": tag, "cache-control": "private, max-age=86400"}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    kind = picture_type(picture)
    if kind is None:
        return Response(status_code=204, headers=headers)
    return Response(picture, media_type=kind, headers=headers)
