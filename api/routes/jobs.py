"""Jobs: how far long work is, what came of it, and an end to it."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query

from api.deps import NowDep, SessionDep, ViewerDep
from api.schemas.common import Text
from api.schemas.jobs import JobOut
from api.services import jobs

router = APIRouter(prefix="/api/v1/jobs", tags=["jobs"])

State = Literal["queued", "running", "done", "failed", "cancelled"]


@router.get("")
def list_jobs(
    session: SessionDep,
    viewer: ViewerDep,
    kind: Annotated[Text | None, Query(max_length=32)] = None,
    state: Annotated[list[State] | None, Query()] = None,
) -> list[JobOut]:
    """The newest jobs of the viewer's areas, without their results."""
    return jobs.jobs_of(session, viewer, kind, state or ())


@router.get("/{job_id}")
def read_job(job_id: UUID, session: SessionDep, viewer: ViewerDep) -> JobOut:
    """One job, with its result when it is done."""
    return jobs.read(session, viewer, job_id)


@router.post("/{job_id}/cancel", responses={409: {"description": "It has ended"}})
def cancel_job(
    job_id: UUID, session: SessionDep, viewer: ViewerDep, now: NowDep
) -> JobOut:
    """Ask for the end of a job; it comes within two seconds."""
    return jobs.cancel(session, viewer, job_id, now)
