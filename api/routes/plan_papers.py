"""Plans beside each other, out of and into files, on paper, and talked about."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Path, Query, Response
from orjson import dumps

from api.deps import DraftsDep, DrawingSessionDep, NowDep, ViewerDep
from api.errors import BadField
from api.schemas.common import Text
from api.schemas.drafts import AnswerIn, AnswerOut, ChangeOut, CommentIn, CommentOut
from api.schemas.plans import CompareOut, ReasonsOut
from api.security.headers import PRINT_POLICY, REPORT_POLICY
from api.services.plans import plan_compare, plan_reasons, plan_talk, plan_transfer
from api.services.plans.drafting.editing import Desk

router = APIRouter(prefix="/api/v1/plans", tags=["plans"])

_GEOJSON = "application/geo+json"
_MAX_CSV = 32_000_000


def _desk(
    plan_id: UUID, session: DrawingSessionDep, viewer: ViewerDep, drafts: DraftsDep
) -> Desk:
    return Desk(session, viewer, drafts, plan_id)


DeskDep = Annotated[Desk, Depends(_desk)]
Against = Annotated[Text, Query(max_length=40, examples=["current"])]
CsvBody = Annotated[bytes, Body(media_type="text/csv")]


@router.get("/compare")
def compare_plans(
    session: DrawingSessionDep,
    viewer: ViewerDep,
    drafts: DraftsDep,
    ids: Annotated[Text, Query(max_length=240)],
) -> CompareOut:
    """The scores of two to six plans side by side, with their bounds."""
    try:
        wanted = [UUID(part) for part in ids.split(",")]
    except ValueError:
        raise BadField("ids are plan ids with commas between", field="ids") from None
    if not 1 <= len(wanted) <= 6:
        raise BadField("two to six plans are compared", field="ids")
    return plan_compare.compare(session, viewer, drafts, wanted)


@router.get("/{plan_id}/difference", response_class=Response)
def read_difference(
    desk: DeskDep, now: NowDep, against: Against = plan_compare.CURRENT
) -> Response:
    """The units that another plan, or today's grids, has elsewhere."""
    return _json(plan_compare.difference(desk, against, now))


@router.get("/{plan_id}/moves", response_class=Response)
def read_moves(
    desk: DeskDep, now: NowDep, against: Against = plan_compare.CURRENT
) -> Response:
    """Which households go from which worker to which."""
    return _json(plan_compare.moves(desk, against, now))


@router.get("/{plan_id}/why-not")
def read_reasons(desk: DeskDep) -> ReasonsOut:
    """What keeps each grid outside the tolerance, and the cheapest to relax."""
    return plan_reasons.reasons(desk)


@router.get("/{plan_id}/assignment.csv", response_class=Response)
def read_assignment(desk: DeskDep) -> Response:
    """Unit and grid of every unit, as a file."""
    content = plan_transfer.assignment_csv(desk)
    return _file(content, "text/csv; charset=utf-8", f"{desk.plan_id}.csv")


@router.put(
    "/{plan_id}/assignment",
    response_class=Response,
    max_body_size=_MAX_CSV,
    responses={200: {"model": ChangeOut}},
)
def take_assignment(
    version: Annotated[int, Query(ge=0, lt=2**31)],
    content: CsvBody,
    desk: DeskDep,
    now: NowDep,
) -> Response:
    """Give units the grids of a file (CSV, or the units as GeoJSON), as one edit."""
    return _json(plan_transfer.take_assignment(desk, version, content, now))


@router.get("/{plan_id}/grids.geojson", response_class=Response)
def read_grids(desk: DeskDep) -> Response:
    """The grids of a plan with their scores, as a file."""
    content = dumps(plan_transfer.grids_layer(desk))
    return _file(content, _GEOJSON, f"{desk.plan_id}-grids.geojson")


@router.get("/{plan_id}/units.geojson", response_class=Response)
def read_units(desk: DeskDep) -> Response:
    """The units of a plan with their grids, as a file."""
    content = dumps(plan_transfer.units_layer(desk))
    return _file(content, _GEOJSON, f"{desk.plan_id}-units.geojson")


@router.get("/{plan_id}/report", response_class=Response)
def read_report(desk: DeskDep, now: NowDep) -> Response:
    """The proof sheet and map of a plan, one page to print."""
    return _page(plan_transfer.report_page(desk, now), REPORT_POLICY)


@router.get("/{plan_id}/villages/{village_code}", response_class=Response)
def read_village_page(
    village_code: Annotated[Text, Path(max_length=12)], desk: DeskDep, now: NowDep
) -> Response:
    """The sheet of one village of a plan, to print."""
    return _page(plan_transfer.village_page(desk, village_code, now), PRINT_POLICY)


@router.get("/{plan_id}/comments")
def list_comments(desk: DeskDep) -> list[CommentOut]:
    """What was said of a plan, the oldest first."""
    return plan_talk.comments(desk)


@router.post(
    "/{plan_id}/comments",
    status_code=201,
    responses={200: {"model": CommentOut, "description": "It was here already"}},
)
def add_comment(
    said: CommentIn, response: Response, desk: DeskDep, now: NowDep
) -> CommentOut:
    """Say something of a plan, if wanted of a grid or a place; safe to repeat."""
    told, is_new = plan_talk.comment(desk, said, now)
    response.status_code = 201 if is_new else 200
    return told


@router.post("/{plan_id}/comments/{comment_id}/resolve")
def resolve_comment(comment_id: UUID, desk: DeskDep, now: NowDep) -> CommentOut:
    """Note that a comment is dealt with."""
    return plan_talk.resolve(desk, comment_id, now)


@router.get("/{plan_id}/answers")
def list_answers(desk: DeskDep) -> list[AnswerOut]:
    """Each village of a plan with what it said last."""
    return plan_talk.answers(desk)


@router.post(
    "/{plan_id}/answers",
    status_code=201,
    responses={409: {"description": "The plan is not put to the villages"}},
)
def add_answer(said: AnswerIn, desk: DeskDep, now: NowDep) -> AnswerOut:
    """Record what a village says to a plan."""
    return plan_talk.answer(desk, said, now)


def _json(body: dict[str, Any]) -> Response:
    return Response(dumps(body), media_type="application/json")


def _file(content: bytes, kind: str, name: str) -> Response:
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=kind, headers=headers)


def _page(html: str, policy: str) -> Response:
    headers = {"content-security-policy": policy}
    return Response(html, media_type="text/html; charset=utf-8", headers=headers)
