"""Rules of areas and seasons: list them, add one, end one, try one on past days."""

from uuid import UUID

from fastapi import APIRouter

from api.deps import NowDep, SessionDep, ViewerDep
from api.schemas.jobs import JobOut
from api.schemas.rules import (
    FitOut,
    PreviewIn,
    RuleAddedOut,
    RuleEndIn,
    RuleIn,
    RuleOut,
    RulesOut,
)
from api.services.rules import rule_desk
from api.services.works import desk_jobs

router = APIRouter(prefix="/api/v1/rules", tags=["patrols"])


@router.get("")
def list_rules(session: SessionDep, viewer: ViewerDep) -> RulesOut:
    """The rules of the county, past and coming ones too: what rounds are judged by."""
    return rule_desk.list_rules(session, viewer)


@router.post("", status_code=201)
def add_rule(
    sent: RuleIn, session: SessionDep, viewer: ViewerDep, now: NowDep
) -> RuleAddedOut:
    """Let a rule hold from a day on, and say in which grids it cannot be met."""
    return rule_desk.add(session, viewer, sent, now)


@router.post("/preview", status_code=202)
def try_rule(
    sent: PreviewIn, session: SessionDep, viewer: ViewerDep, now: NowDep
) -> JobOut:
    """What a rule would have judged on past days: a job; no verdict is written."""
    return desk_jobs.try_rule(session, viewer, sent, now)


@router.post("/{rule_id}/end")
def end_rule(
    rule_id: UUID,
    sent: RuleEndIn,
    session: SessionDep,
    viewer: ViewerDep,
    now: NowDep,
) -> RuleOut:
    """Set the last day of a rule."""
    return rule_desk.end(session, viewer, rule_id, sent, now)


@router.get("/fit")
def read_fit(session: SessionDep, viewer: ViewerDep, now: NowDep) -> FitOut:
    """The grids of the viewer's areas in which an honest round does not pass."""
    return rule_desk.fit(session, viewer, now)
