"""Patrol groups: who walks together, from when to when."""

from datetime import date as Date
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Response

from api.deps import NowDep, SessionDep, ViewerDep
from api.schemas.people import AreaCode
from api.schemas.roster import GroupIn, GroupOut, GroupsOut, LastDayIn, MemberIn
from api.services.people import groups
from geo.localtime import local_date

router = APIRouter(prefix="/api/v1/groups", tags=["administration"])

Days = Annotated[Date | Literal["all"] | None, Query(examples=["2026-05-20"])]


@router.get("")
def list_groups(
    session: SessionDep,
    viewer: ViewerDep,
    now: NowDep,
    date: Days = None,
    area: AreaCode | None = None,
) -> GroupsOut:
    """The patrol groups of a day in your areas; `all` for every day."""
    on = None if date == "all" else date or local_date(now)
    return groups.list_groups(session, viewer, on, area)


@router.post("", status_code=201)
def add_group(
    sent: GroupIn,
    response: Response,
    session: SessionDep,
    viewer: ViewerDep,
    now: NowDep,
) -> GroupOut:
    """Let people patrol together; safe to repeat under the same id."""
    made, is_new = groups.add_group(session, viewer, sent, now)
    response.status_code = 201 if is_new else 200
    return made


@router.post("/{group_id}/members", status_code=201)
def add_member(
    group_id: UUID,
    sent: MemberIn,
    session: SessionDep,
    viewer: ViewerDep,
    now: NowDep,
) -> GroupOut:
    """Take one more person into a group."""
    return groups.add_member(session, viewer, group_id, sent, now)


@router.post("/{group_id}/members/{person_id}/end")
def end_member(
    group_id: UUID,
    person_id: UUID,
    sent: LastDayIn,
    session: SessionDep,
    viewer: ViewerDep,
    now: NowDep,
) -> GroupOut:
    """Let somebody be in a group until a day, yesterday at the earliest."""
    return groups.end_member(session, viewer, group_id, person_id, sent.last, now)


@router.post("/{group_id}/end")
def end_group(
    group_id: UUID,
    sent: LastDayIn,
    session: SessionDep,
    viewer: ViewerDep,
    now: NowDep,
) -> GroupOut:
    """Let a group end with a day, yesterday at the earliest."""
    return groups.end_group(session, viewer, group_id, sent.last, now)
