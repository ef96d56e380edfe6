"""Jobs: how far long work is, what came of it, and an end to it."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import FileResponse

from api.deps import DatabaseDep, NowDep, SessionDep, SettingsDep, ViewerDep
from api.schemas.common import Text
from api.schemas.jobs import ExportIn, JobOut, JudgeAgainIn
from api.services.jobs import jobs
from api.services.works import desk_jobs

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


@router.post("/rejudge", status_code=202)
def judge_again(
    sent: JudgeAgainIn, session: SessionDep, viewer: ViewerDep, now: NowDep
) -> JobOut:
    """Judge some days anew, though nothing is known to have changed."""
    return desk_jobs.judge_again(session, viewer, sent, now)


@router.post("/export", status_code=202)
def make_file(
    sent: ExportIn,
    session: SessionDep,
    viewer: ViewerDep,
    settings: SettingsDep,
    now: NowDep,
) -> JobOut:
    """Make a file of the rounds or hazards of your areas; fetch it within a week."""
    return desk_jobs.export(session, viewer, settings.data_dir, sent, now)


@router.get("/{job_id}/file", response_class=FileResponse)
def fetch_file(
    job_id: UUID,
    database: DatabaseDep,
    session: SessionDep,
    viewer: ViewerDep,
    settings: SettingsDep,
) -> FileResponse:
    """The file of an export, for who asked for it; each time is on the record."""
    folder = settings.data_dir
    path, name = desk_jobs.exported(database, session, viewer, folder, job_id)
    return FileResponse(path, filename=name, media_type="application/octet-stream")


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
