"""Points that rounds must reach: set, listed and ended."""

from datetime import date as Date
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Response

from api.deps import NowDep, SessionDep, ViewerDep
from api.schemas.checkpoints import CheckpointIn, CheckpointOut, CheckpointsOut
from api.schemas.people import AreaCode
from api.schemas.roster import LastDayIn
from api.services.people import checkpoints
from geo.localtime import local_date

router = APIRouter(prefix="/api/v1/checkpoints", tags=["patrols"])

Days = Annotated[Date | Literal["all"] | None, Query(examples=["2026-05-20"])]


@router.get("")
def list_checkpoints(
    session: SessionDep,
    viewer: ViewerDep,
    now: NowDep,
    date: Days = None,
    area: AreaCode | None = None,
) -> CheckpointsOut:
    """The points to reach of a day in your areas; `all` for every day."""
    on = None if date == "all" else date or local_date(now)
    return checkpoints.list_checkpoints(session, viewer, on, area)


@router.post(
    "",
    status_code=201,
    responses={
        200: {"model": CheckpointOut, "description": "It was here already"},
        409: {"description": "The ref or the id is another point's"},
    },
)
def add_checkpoint(
    sent: CheckpointIn,
    response: Response,
    session: SessionDep,
    viewer: ViewerDep,
    now: NowDep,
) -> CheckpointOut:
    """Set a point that rounds must reach from a day on; safe to repeat."""
    made, is_new = checkpoints.add_checkpoint(session, viewer, sent, now)
    response.status_code = 201 if is_new else 200
    return made


@router.post("/{point_id}/end")
def end_checkpoint(
    point_id: UUID,
    sent: LastDayIn,
    session: SessionDep,
    viewer: ViewerDep,
    now: NowDep,
) -> CheckpointOut:
    """Let a point be reached until a day, yesterday at the earliest."""
    return checkpoints.end_checkpoint(session, viewer, point_id, sent.last, now)
