"""Jobs as their askers see them: begin, look, list, cancel."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from api.errors import Forbidden, NotFound
from api.schemas.jobs import JobOut
from api.services.access.session import SignedIn
from api.services.people.administration import is_inside
from geo.codes import trimmed
from geo.db.models import Job
from geo.db.store import jobs as store
from planning.errors import BadStep
from tracking.cases.roles import MAY_PLAN

# What stands beside the bar.
STAGES: Mapping[str, str] = {
    "": "排队等候",
    "read": "读取数据",
    "ground": "整理底图",
    "divide": "划分网格",
    "draw": "生成边界",
    "prove": "核对覆盖",
    "check": "检查",
    "store": "保存",
    "judge": "核验",
    "write": "写入文件",
}
_SHOWN = 50
# Of these the result is a line.
_SMALL = frozenset({"export", "rejudge"})


def begin(
    session: Session,
    viewer: SignedIn,
    kind: str,
    code: int,
    asked: Mapping[str, Any],
    now: datetime,
) -> JobOut:
    """Store a job for the runner; it starts within a second."""
    job_id = uuid4()
    row = {
        "id": job_id,
        "kind": kind,
        "code": code,
        "asked": dict(asked),
        "made_by": viewer.person_id,
        "made_by_name": viewer.name,
        "made_at": now,
    }
    store.add_job(session, viewer.county_id, row)
    return read(session, viewer, job_id)


def read(session: Session, viewer: SignedIn, job_id: UUID) -> JobOut:
    """Return one job with its result."""
    return _told(_find(session, viewer, job_id), viewer)


def jobs_of(
    session: Session, viewer: SignedIn, kind: str | None, states: Sequence[str]
) -> list[JobOut]:
    """Return the newest jobs of the viewer's areas, without results but small ones."""
    found = store.jobs_of(
        session,
        viewer.county_id,
        viewer.scope,
        kind=kind,
        states=states,
        limit=_SHOWN,
    )
    return [_listed(_told(job, viewer)) for job in found if _is_for(job, viewer)]


def cancel(session: Session, viewer: SignedIn, job_id: UUID, now: datetime) -> JobOut:
    """Ask the runner to end a job: one's own, or for who plans any of the areas."""
    job = store.find_job(session, viewer.county_id, job_id, viewer.scope)
    if job is not None and not _is_for(job, viewer):
        job = None
    is_own = job is not None and job.made_by == viewer.person_id
    if viewer.role not in MAY_PLAN and not is_own:
        raise Forbidden(f"ending jobs is not for the role {viewer.role}")
    if job is None:
        raise NotFound(f"job {job_id} is not there")
    if job.state in store.ENDED:
        raise BadStep(f"job {job_id} has ended")
    store.ask_to_cancel(session, viewer.county_id, job_id, now)
    session.refresh(job)
    return _told(job, viewer)


def _find(session: Session, viewer: SignedIn, job_id: UUID) -> Job:
    job = store.find_job(session, viewer.county_id, job_id, viewer.scope)
    if job is None or not _is_for(job, viewer):
        raise NotFound(f"job {job_id} is not there")
    return job


def _is_for(job: Job, viewer: SignedIn) -> bool:
    """Return whether all areas of a job are the viewer's; its row names one alone."""
    areas = tuple((low, high) for low, high in job.asked.get("areas", ()))
    return is_inside(areas, viewer.scope)


def _listed(job: JobOut) -> JobOut:
    return job if job.kind in _SMALL else job.model_copy(update={"result": None})


def _told(job: Job, viewer: SignedIn) -> JobOut:
    return JobOut(
        id=job.id,
        kind=job.kind,
        state=job.state,
        stage=job.stage,
        stage_name=STAGES.get(job.stage, job.stage),
        percent=job.percent,
        about=trimmed(job.code),
        made_at=job.made_at,
        started_at=job.started_at,
        finished_at=job.finished_at,
        made_by=job.made_by_name,
        is_own=job.made_by == viewer.person_id,
        upload_id=job.asked.get("upload_id"),
        error=job.error,
        result=job.result,
    )
