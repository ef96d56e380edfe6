"""The live map: newest positions as server-sent events."""

from typing import Annotated

from fastapi import APIRouter, Header, Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse

from api.deps import SESSION_COOKIE, DatabaseDep, ViewerDep
from api.security.credentials import hash_token
from api.services.positions.live import Broadcaster, record_watch

router = APIRouter(prefix="/api/v1", tags=["patrols"])

_HOUR_S = 3600


@router.get(
    "/live",
    response_class=StreamingResponse,
    responses={
        200: {"content": {"text/event-stream": {}}},
        429: {"description": "Too many streams are open"},
    },
)
async def watch_live(
    request: Request,
    database: DatabaseDep,
    viewer: ViewerDep,
    seconds: Annotated[int, Query(ge=0, le=_HOUR_S)] = _HOUR_S,
    last_event_id: Annotated[str, Header(max_length=64)] = "",
) -> StreamingResponse:
    """Who moved, each second, as events `live`.

    `people` holds [person_id, name, grid_code, t_ms, lon, lat, accuracy_m, battery_pct]
    of those who changed, or of all with `whole`; `cases` tells that an open case of
    the areas changed. The stream ends with the session, with its rights, or after
    `seconds`; whoever comes back with `Last-Event-ID` gets what changed meanwhile.
    """
    live: Broadcaster = request.app.state.live
    assert viewer.person_id is not None  # a session is always somebody's
    live.check_room(viewer.person_id)
    await run_in_threadpool(record_watch, database, viewer)
    token = hash_token(request.cookies[SESSION_COOKIE])
    events = live.stream(viewer, token, last_event_id, seconds)
    # A proxy that collects an answer before it passes it on would end the live map.
    headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
    return StreamingResponse(events, media_type="text/event-stream", headers=headers)
