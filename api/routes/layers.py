"""Layers from a browser: upload, preview, load."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Query

from api.deps import NowDep, SessionDep, SettingsDep, ViewerDep
from api.schemas.jobs import JobOut
from api.schemas.layers import LayerKindOut, LoadIn, PreviewIn, UploadIn
from api.services.layers import layers

router = APIRouter(prefix="/api/v1", tags=["layers"])

FileBody = Annotated[bytes, Body(media_type="application/octet-stream")]


@router.get("/layers/kinds")
def list_kinds(_viewer: ViewerDep) -> list[LayerKindOut]:
    """The layers that can be loaded, and the fields of each."""
    return layers.kinds()


@router.post("/layers", status_code=202, max_body_size=layers.MAX_BYTES)
def take_layer(
    how: Annotated[UploadIn, Query()],
    content: FileBody,
    session: SessionDep,
    viewer: ViewerDep,
    settings: SettingsDep,
    now: NowDep,
) -> JobOut:
    """Upload a file (GeoJSON, GeoPackage, zipped Shapefile, CSV) and look into it."""
    return layers.take_in(session, viewer, settings.data_dir, how, content, now)


@router.post("/layers/{upload_id}/preview", status_code=202)
def preview_layer(
    upload_id: UUID, how: PreviewIn, session: SessionDep, viewer: ViewerDep, now: NowDep
) -> JobOut:
    """Look into an uploaded file once more, with another mapping or reading."""
    return layers.look_again(session, viewer, upload_id, how, now)


@router.post("/layers/{upload_id}/load", status_code=202)
def load_layer(
    upload_id: UUID, how: LoadIn, session: SessionDep, viewer: ViewerDep, now: NowDep
) -> JobOut:
    """Load an uploaded file; the job's result tells what it changed."""
    return layers.load(session, viewer, upload_id, how, now)
