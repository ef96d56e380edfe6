"""Patrols: verdicts of a day, and the board that shows them."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from orjson import dumps

from api.deps import DatabaseDep, LookerDep, LookerSessionDep, NowDep, RosterSessionDep
from api.schemas.patrols import BoardOut, PatrolsOut
from api.services.positions import looks
from api.services.verdicts import patrols
from geo.localtime import local_date

router = APIRouter(prefix="/api/v1", tags=["patrols"])

Day = Annotated[date | None, Query(examples=["2026-05-20"])]
_PATROLS: dict[int | str, dict[str, Any]] = {200: {"model": PatrolsOut}}


def _note(
    request: Request,
    database: DatabaseDep,
    viewer: LookerDep,
    now: NowDep,
    date: Day = None,
    worker_id: UUID | None = None,
) -> None:
    if worker_id is None:
        request.app.state.glances.record(database, viewer, "patrols", now)
    else:
        day = date or local_date(now)
        looks.record_glance(database, viewer, worker_id, day, "verdict")


# First of the parameters: its transaction is over before the one that reads begins.
NotedDep = Annotated[None, Depends(_note)]


@router.get("/patrols", response_class=Response, responses=_PATROLS)
def list_patrols(
    _noted: NotedDep,
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
