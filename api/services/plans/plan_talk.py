"""What is said of a plan: comments with a place, and the answers of the villages."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from api.errors import BadField, Conflict, Forbidden, NotFound
from api.schemas.drafts import AnswerIn, AnswerOut, CommentIn, CommentOut
from api.services.plans.drafting.editing import Desk
from api.services.plans.plan_steps import find, require_maker, village_names
from geo.codes import padded, unpadded
from geo.db.models import PlanComment
from geo.db.store import audit, drafts
from geo.db.store import plan_talk as store
from planning.errors import BadStep
from tracking.cases.roles import Role

_SPEAKERS = (Role.ADMIN, Role.PLANNER, Role.SUPERVISOR)


def comments(desk: Desk) -> list[CommentOut]:
    """Return what was said of a plan, the oldest first."""
    find(desk)
    found = store.comments_of(desk.session, desk.viewer.county_id, desk.plan_id)
    return [_comment(comment) for comment in found]


def comment(desk: Desk, said: CommentIn, now: datetime) -> tuple[CommentOut, bool]:
    """Say something of a plan; return it, and whether it is new."""
    if desk.viewer.role not in _SPEAKERS:
        raise Forbidden(f"comments are not for the role {desk.viewer.role}")
    plan = find(desk)
    if (said.lon is None) != (said.lat is None):
        raise BadField("a place has lon and lat", field="lat")
    there = _there(desk, said.id)
    if there is not None:
        if there.body != said.text:
            raise Conflict(f"comment {said.id} says something else")
        return _comment(there), False
    row = {
        "id": said.id,
        "plan_id": plan.id,
        "code": plan.code,
        "grid_code": None if said.grid is None else padded(said.grid),
        "body": said.text,
        "lon": said.lon,
        "lat": said.lat,
        "made_by": desk.viewer.person_id,
        "made_by_name": desk.viewer.name,
        "made_at": now,
    }
    store.add_comment(desk.session, desk.viewer.county_id, row)
    return _comment(_found(desk, said.id)), True


def resolve(desk: Desk, comment_id: UUID, now: datetime) -> CommentOut:
    """Note that a comment is dealt with."""
    if desk.viewer.role not in _SPEAKERS:
        raise Forbidden(f"comments are not for the role {desk.viewer.role}")
    find(desk)
    _found(desk, comment_id)
    by = desk.viewer.name
    store.resolve_comment(desk.session, desk.viewer.county_id, comment_id, by, now)
    desk.session.expire_all()
    return _comment(_found(desk, comment_id))


def answers(desk: Desk) -> list[AnswerOut]:
    """Return each village of a plan with what it said last."""
    plan = find(desk)
    found = store.answers_of(desk.session, desk.viewer.county_id, desk.plan_id)
    last = {unpadded(row.code, "village"): row for row in found}
    villages = drafts.villages_of(desk.session, desk.viewer.county_id, desk.plan_id)
    codes = [unpadded(code, "village") for code in villages]
    return [
        _answer(row["code"], row["name"], last)
        for row in village_names(desk, plan, codes)
    ]


def answer(desk: Desk, said: AnswerIn, now: datetime) -> AnswerOut:
    """Record what a village says to a plan that is put to it."""
    require_maker(desk.viewer)
    plan = find(desk)
    if plan.state != "consulting":
        raise BadStep(f"a plan that is {plan.state} is not put to the villages")
    villages = drafts.villages_of(desk.session, desk.viewer.county_id, desk.plan_id)
    if padded(said.village_code) not in villages:
        raise BadField("the plan has no such village", field="village_code")
    row = {
        "id": uuid4(),
        "plan_id": plan.id,
        "code": padded(said.village_code),
        "answer": said.answer,
        "note": said.note,
        "made_by": desk.viewer.person_id,
        "made_by_name": desk.viewer.name,
        "made_at": now,
    }
    store.add_answer(desk.session, desk.viewer.county_id, row)
    detail = {"village": said.village_code, "answer": said.answer}
    audit.append(desk.session, "plan_answer", f"plan/{plan.id}", detail)
    told = {each.village_code: each for each in answers(desk)}
    return told[said.village_code]


def _there(desk: Desk, comment_id: UUID) -> PlanComment | None:
    return store.find_comment(
        desk.session, desk.viewer.county_id, desk.plan_id, comment_id
    )


def _found(desk: Desk, comment_id: UUID) -> PlanComment:
    found = _there(desk, comment_id)
    if found is None:
        raise NotFound(f"comment {comment_id} is not there")
    return found


def _comment(row: PlanComment) -> CommentOut:
    return CommentOut(
        id=row.id,
        text=row.body,
        grid=None if row.grid_code is None else unpadded(row.grid_code, "grid"),
        lon=row.lon,
        lat=row.lat,
        by=row.made_by_name,
        at=row.made_at,
        resolved_at=row.resolved_at,
        resolved_by=row.resolved_by_name,
    )


def _answer(code: str, name: str, last: Mapping[str, Any]) -> AnswerOut:
    row = last.get(code)
    return AnswerOut(
        village_code=code,
        village_name=name,
        answer="none" if row is None else row.answer,
        note="" if row is None else row.note,
        by=None if row is None else row.made_by_name,
        at=None if row is None else row.made_at,
    )
