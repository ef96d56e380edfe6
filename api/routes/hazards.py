"""Hazards 隐患: report, photos, queue, and the way to closed."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Query, Response

from api.deps import (
    NowDep,
    SenderDep,
    SenderSessionDep,
    SessionDep,
    SettingsDep,
    ViewerDep,
)
from api.schemas.hazards import (
    CategoryOut,
    EventIn,
    HandlerOut,
    HazardCollection,
    HazardDetail,
    HazardIn,
    HazardOut,
    PhotoOut,
    VoiceOut,
)
from api.security.headers import IMAGE_POLICY
from api.services.cases import case_photos, case_steps, case_voices, hazards
from api.services.cases.photos import MAX_BYTES
from api.services.cases.voices import MAX_BYTES as MAX_VOICE_BYTES
from tracking.cases.cases import CaseState

router = APIRouter(prefix="/api/v1", tags=["hazards"])

VoiceBody = Annotated[
    bytes, Body(media_type="audio/*", description="WebM, Ogg or MP4 with sound")
]
ImageBody = Annotated[bytes, Body(media_type="image/*", description="JPEG, PNG, WebP")]


@router.get("/categories")
def list_categories(session: SessionDep, viewer: ViewerDep) -> list[CategoryOut]:
    """The county's hazard categories, two levels, parents first."""
    return hazards.list_categories(session, viewer)


@router.get("/handlers")
def list_handlers(session: SessionDep, viewer: ViewerDep) -> list[HandlerOut]:
    """People inside the viewer's areas to whom a case may be dispatched."""
    return hazards.list_handlers(session, viewer)


@router.post(
    "/hazards",
    status_code=201,
    responses={
        200: {"model": HazardOut, "description": "It was here already"},
        409: {"description": "The id holds another report"},
    },
)
def report_hazard(
    report: HazardIn,
    response: Response,
    session: SenderSessionDep,
    sender: SenderDep,
    now: NowDep,
) -> HazardOut:
    """Report a hazard; safe to repeat under the same id. Answered after its commit."""
    case, is_new = hazards.report_hazard(session, sender, report, now)
    response.status_code = 201 if is_new else 200
    return case


@router.get("/hazards")
def list_hazards(
    session: SessionDep,
    viewer: ViewerDep,
    state: Annotated[list[CaseState] | None, Query()] = None,
    bbox: Annotated[
        str | None, Query(max_length=200, examples=["111.8,34.0,112.0,34.2"])
    ] = None,
) -> HazardCollection:
    """Hazards inside the viewer's areas, and those that name the viewer, as GeoJSON."""
    return hazards.list_hazards(session, viewer, state, bbox)


@router.get("/hazards/{case_id}")
def read_hazard(case_id: UUID, session: SessionDep, viewer: ViewerDep) -> HazardDetail:
    """One hazard with its whole history, its photos and what the viewer may do."""
    return hazards.read_hazard(session, viewer, case_id)


@router.post(
    "/hazards/{case_id}/events",
    responses={409: {"description": "Stale version, or not possible in this state"}},
)
def add_event(
    case_id: UUID, event: EventIn, session: SessionDep, viewer: ViewerDep, now: NowDep
) -> HazardDetail:
    """Take one step: accept, dispatch, handle, feed_back, verify, close and others."""
    return case_steps.take_step(session, viewer, case_id, event, now)


@router.put(
    "/hazards/{case_id}/photos/{photo_id}",
    status_code=201,
    max_body_size=MAX_BYTES,
    responses={200: {"model": PhotoOut, "description": "It was here already"}},
)
def put_photo(
    case_id: UUID,
    photo_id: UUID,
    image: ImageBody,
    response: Response,
    session: SenderSessionDep,
    sender: SenderDep,
    settings: SettingsDep,
    now: NowDep,
) -> PhotoOut:
    """Add a photo; safe to repeat. Answered when the file and its row are durable."""
    photo, is_new = case_photos.add_photo(
        session, sender, settings.photos, case_id, photo_id, image, now
    )
    response.status_code = 201 if is_new else 200
    return photo


@router.get(
    "/hazards/{case_id}/photos/{photo_id}",
    response_class=Response,
    responses={200: {"content": {"image/jpeg": {}}}},
)
def read_photo(
    case_id: UUID,
    photo_id: UUID,
    session: SessionDep,
    viewer: ViewerDep,
    settings: SettingsDep,
) -> Response:
    """The photo as it is kept: encoded anew, without metadata."""
    jpeg = case_photos.read_photo(session, viewer, settings.photos, case_id, photo_id)
    headers = {"content-security-policy": IMAGE_POLICY, "content-disposition": "inline"}
    return Response(jpeg, media_type="image/jpeg", headers=headers)


@router.put(
    "/hazards/{case_id}/voices/{voice_id}",
    status_code=201,
    max_body_size=MAX_VOICE_BYTES,
    responses={200: {"model": VoiceOut, "description": "It was here already"}},
)
def put_voice(
    case_id: UUID,
    voice_id: UUID,
    sound: VoiceBody,
    response: Response,
    session: SenderSessionDep,
    sender: SenderDep,
    settings: SettingsDep,
    now: NowDep,
) -> VoiceOut:
    """Add a recording; safe to repeat. Answered when file and row are durable."""
    voice, is_new = case_voices.add_voice(
        session, sender, settings.voices, case_id, voice_id, sound, now
    )
    response.status_code = 201 if is_new else 200
    return voice


@router.get(
    "/hazards/{case_id}/voices/{voice_id}",
    response_class=Response,
    responses={200: {"content": {"audio/webm": {}}}},
)
def read_voice(
    case_id: UUID,
    voice_id: UUID,
    session: SessionDep,
    viewer: ViewerDep,
    settings: SettingsDep,
) -> Response:
    """The recording as it was sent."""
    sound, kind = case_voices.read_voice(
        session, viewer, settings.voices, case_id, voice_id
    )
    headers = {"content-security-policy": IMAGE_POLICY, "content-disposition": "inline"}
    return Response(sound, media_type=kind, headers=headers)
