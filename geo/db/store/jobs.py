"""Jobs: asked for by requests, taken by a runner, watched by both."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from geo.db.door import Scope, within
from geo.db.models import Job

ENDED = ("done", "failed", "cancelled")


def add_job(session: Session, county_id: UUID, row: Mapping[str, Any]) -> None:
    """Store a job that waits for a runner."""
    session.execute(insert(Job).values(county_id=county_id, state="queued", **row))


def find_job(
    session: Session, county_id: UUID, job_id: UUID, scope: Scope
) -> Job | None:
    """Return a job of some areas."""
    ours = (Job.county_id == county_id, Job.id == job_id, within(Job.code, scope))
    return session.scalars(select(Job).where(*ours)).one_or_none()


def jobs_of(
    session: Session,
    county_id: UUID,
    scope: Scope,
    *,
    kind: str | None,
    states: Sequence[str],
    limit: int,
) -> list[Job]:
    """Return the newest jobs of some areas, of one kind and some states if given."""
    query = select(Job).where(Job.county_id == county_id, within(Job.code, scope))
    if kind is not None:
        query = query.where(Job.kind == kind)
    if states:
        query = query.where(Job.state.in_(states))
    newest = query.order_by(Job.made_at.desc(), Job.id).limit(limit)
    return list(session.scalars(newest))


def find_upload(
    session: Session, county_id: UUID, upload_id: UUID, scope: Scope
) -> Job | None:
    """Return the job that first looked into an uploaded file."""
    query = (
        select(Job)
        .where(
            Job.county_id == county_id,
            within(Job.code, scope),
            Job.asked["upload_id"].astext == str(upload_id),
        )
        .order_by(Job.made_at)
        .limit(1)
    )
    return session.scalars(query).one_or_none()


def ask_to_cancel(
    session: Session, county_id: UUID, job_id: UUID, now: datetime
) -> None:
    """Note that a job is no longer wanted; its runner ends it."""
    asked = func.coalesce(Job.cancel_asked_at, now)
    session.execute(
        update(Job)
        .where(Job.county_id == county_id, Job.id == job_id)
        .values(cancel_asked_at=asked)
    )


def take_next(
    session: Session,
    county_id: UUID,
    now: datetime,
    *,
    only: Sequence[str] = (),
    but: Sequence[str] = (),
) -> Job | None:
    """Return the oldest job that waits, now running; two runners never take one.

    Parameters
    ----------
    only, but : sequence of str
        The kinds to look for (none: all of them), and those to leave.
    """
    query = (
        select(Job)
        .where(Job.county_id == county_id, Job.state == "queued", Job.kind.not_in(but))
        .order_by(Job.made_at, Job.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    if only:
        query = query.where(Job.kind.in_(only))
    job = session.scalars(query).one_or_none()
    if job is not None:
        job.state, job.started_at, job.beat_at = "running", now, now
        session.flush()
    return job


def read_job(session: Session, county_id: UUID, job_id: UUID) -> Job:
    """Return a job that is known to be there."""
    return session.get_one(Job, (county_id, job_id))


def is_cancelled(session: Session, county_id: UUID, job_id: UUID) -> bool:
    """Return whether somebody asked to cancel a job."""
    query = select(Job.cancel_asked_at).where(
        Job.county_id == county_id, Job.id == job_id
    )
    return session.scalar(query) is not None


def note(session: Session, county_id: UUID, job_id: UUID, **values: Any) -> None:
    """Write how far a running job is; one that has ended stays as it is."""
    session.execute(
        update(Job)
        .where(Job.county_id == county_id, Job.id == job_id, Job.state.not_in(ENDED))
        .values(**values)
    )


def silent_since(session: Session, county_id: UUID, moment: datetime) -> list[UUID]:
    """Return the running jobs that no runner has touched since a moment."""
    query = select(Job.id).where(
        Job.county_id == county_id, Job.state == "running", Job.beat_at < moment
    )
    return list(session.scalars(query))
