"""Plans under edit: the land, who is where, edits, undo, redo, what others did."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from orjson import dumps

from api.deps import DraftsDep, NowDep, SessionDep, ViewerDep
from api.schemas.drafts import ChangeOut, EditIn, HistoryOut, VersionIn
from api.services.plans import plan_steps
from api.services.plans.drafting import editing
from api.services.plans.drafting.editing import Desk

router = APIRouter(prefix="/api/v1/plans", tags=["drafts"])

_STALE: dict[int | str, dict[str, Any]] = {
    200: {"model": ChangeOut},
    409: {"description": "Somebody edited meanwhile, or the plan is no draft"},
}


def _desk(
    plan_id: UUID, session: SessionDep, viewer: ViewerDep, drafts: DraftsDep
) -> Desk:
    return Desk(session, viewer, drafts, plan_id)


DeskDep = Annotated[Desk, Depends(_desk)]


@router.get("/{plan_id}/land", response_class=Response)
def read_land(desk: DeskDep, request: Request) -> Response:
    """The geometry of the plan's units, gzipped; edits never change it."""
    packed, tag = editing.read_land(desk)
    headers = {"etag": tag, "cache-control": "private, no-cache"}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    headers["content-encoding"] = "gzip"
    return Response(packed, media_type="application/json", headers=headers)


@router.get("/{plan_id}/draft", response_class=Response)
def read_draft(desk: DeskDep) -> Response:
    """Who is where in the plan, with the numbers of each grid."""
    return _json(plan_steps.read_draft(desk))


@router.post("/{plan_id}/edits", response_class=Response, responses=_STALE)
def edit_plan(wanted: EditIn, desk: DeskDep, now: NowDep) -> Response:
    """Carry out one edit; it is stored before the answer."""
    return _json(editing.edit(desk, wanted, now))


@router.get("/{plan_id}/edits", response_class=Response)
def read_changes(
    desk: DeskDep, since: Annotated[int, Query(ge=0, lt=2**31)] = 0
) -> Response:
    """What happened after a version, in order."""
    return _json(editing.changes_since(desk, since))


@router.post("/{plan_id}/undo", response_class=Response, responses=_STALE)
def undo(wanted: VersionIn, desk: DeskDep, now: NowDep) -> Response:
    """Take the last edit back; without limit."""
    return _json(editing.undo(desk, wanted.version, now))


@router.post("/{plan_id}/redo", response_class=Response, responses=_STALE)
def redo(wanted: VersionIn, desk: DeskDep, now: NowDep) -> Response:
    """Do the edit again that was taken back last."""
    return _json(editing.redo(desk, wanted.version, now))


@router.get("/{plan_id}/history")
def read_history(
    desk: DeskDep, limit: Annotated[int, Query(ge=1, le=500)] = 50
) -> list[HistoryOut]:
    """The newest edits in words."""
    return [HistoryOut(**row) for row in editing.history(desk, limit)]


def _json(body: dict[str, Any]) -> Response:
    return Response(dumps(body), media_type="application/json")
