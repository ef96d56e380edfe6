"""Patrols: verdicts of a day, and the board that shows them."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response
from orjson import dumps

from api.deps import LookerDep, LookerSessionDep, NowDep, RosterSessionDep
from api.schemas.patrols import BoardOut, PatrolsOut
from api.services import patrols
from geo.localtime import local_date

router = APIRouter(prefix="/api/v1", tags=["patrols"])

Day = Annotated[date | None, Query(examples=["2026-05-20"])]
_PATROLS: dict[int | str, dict[str, Any]] = {200: {"model": PatrolsOut}}


@router.get("/patrols", response_class=Response, responses=_PATROLS)
def list_patrols(
    session: LookerSessionDep,
    viewer: LookerDep,
    now: NowDep,
    date: Day = None,
    worker_id: UUID | None = None,
) -> Response:
    """Verdicts with reasons and evidence, the newest revision of each worker's day."""
    day = date or local_date(now)
    found = patrols.patrols_of(session, viewer, day, worker_id)
    # Sent as judged: a verdict keeps its bytes, so it is not validated again.
    return Response(dumps({"patrols": found}), media_type="application/json")


@router.get("/board")
def read_board(
    session: RosterSessionDep, viewer: LookerDep, now: NowDep, date: Day = None
) -> BoardOut:
    """Every worker on duty that day, and what each round came to."""
    return BoardOut.model_validate(
        patrols.board(session, viewer, date or local_date(now))
    )
