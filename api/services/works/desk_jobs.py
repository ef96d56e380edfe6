"""Long work of the desks, asked for over HTTP: try a rule, judge again, make a file."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from api.errors import BadField, Forbidden, NotFound
from api.schemas.jobs import ExportIn, JobOut, JudgeAgainIn
from api.schemas.rules import PreviewIn
from api.services.access.session import SignedIn
from api.services.fairness.allowance import MAY_EXPORT
from api.services.jobs import jobs
from api.services.people.administration import is_inside
from api.services.positions.looks import record_export
from api.services.rules.refusals import in_rule_words
from api.services.rules.rules import Wanted
from api.services.verdicts.judging import REACH
from api.services.verdicts.rule_trials import check_trial
from api.services.works.exports import SHAPED, export_path
from geo.db.engine import Database
from geo.db.store import audit
from geo.db.store import jobs as store
from geo.localtime import local_date
from tracking.cases.roles import Role
from tracking.fairness.appeals import MAY_DECIDE

MAY_TRY = frozenset({Role.ADMIN, Role.PLANNER, Role.SUPERVISOR})
KEPT = timedelta(days=7)
_MOST_DAYS = 366
_MOST_JUDGED = 31


def try_rule(
    session: Session, viewer: SignedIn, sent: PreviewIn, now: datetime
) -> JobOut:
    """Begin to try a rule on past days of the viewer's areas."""
    _require(viewer, MAY_TRY)
    wanted = Wanted(sent.region_code, dict(sent.rule), sent.kind, sent.season)
    with in_rule_words():
        check_trial(wanted, sent.first, sent.last)
    return _begin(session, viewer, "rule_trial", sent.model_dump(mode="json"), now)


def judge_again(
    session: Session, viewer: SignedIn, sent: JudgeAgainIn, now: datetime
) -> JobOut:
    """Begin to judge some days anew; a verdict is only added where it changed."""
    _require(viewer, MAY_DECIDE)
    _check_days(sent.first, sent.last, now, _MOST_JUDGED)
    if sent.first < local_date(now) - REACH:
        raise BadField(f"days before {local_date(now) - REACH} stay", field="first")
    return _begin(session, viewer, "rejudge", sent.model_dump(mode="json"), now)


def export(
    session: Session, viewer: SignedIn, folder: Path, sent: ExportIn, now: datetime
) -> JobOut:
    """Begin to make a file; who asked for what is on the record before it is made."""
    _require(viewer, MAY_EXPORT)
    _check_days(sent.first, sent.last, now, _MOST_DAYS)
    if sent.what != "hazards" and sent.format in SHAPED:
        raise BadField(f"{sent.what} have no place on a map", field="format")
    _forget_old(folder / "exports" / str(viewer.county_id), now)
    asked = sent.model_dump(mode="json")
    audit.append(session, "export", f"export/{sent.what}", asked)
    return _begin(session, viewer, "export", asked, now)


def exported(
    database: Database, session: Session, viewer: SignedIn, folder: Path, job_id: UUID
) -> tuple[Path, str]:
    """Return a finished file and its name, to who asked for it; each time on record.

    Raises
    ------
    NotFound
        If it is not there (any more), or is somebody else's.
    """
    job = store.find_job(session, viewer.county_id, job_id, viewer.scope)
    if job is None or job.kind != "export" or job.made_by != viewer.person_id:
        raise NotFound("no such file")
    areas = tuple((low, high) for low, high in job.asked["areas"])
    path = export_path(folder, viewer.county_id, job_id, job.asked["format"])
    # Whose areas or role became smaller since has no right to the file any more.
    may_still = viewer.role in MAY_EXPORT and is_inside(areas, viewer.scope)
    if not may_still or not job.result or not path.is_file():
        raise NotFound("no such file")
    detail = {"format": job.asked["format"], "file": job.result["file"]}
    record_export(database, viewer, f"export/{job_id}", detail)
    return path, str(job.result["file"])


def _begin(
    session: Session, viewer: SignedIn, kind: str, asked: dict[str, Any], now: datetime
) -> JobOut:
    areas = [[low, high] for low, high in viewer.scope]
    # Seen by those whose area is that of the person who asked.
    code = viewer.scope[0][0]
    return jobs.begin(session, viewer, kind, code, asked | {"areas": areas}, now)


def _require(viewer: SignedIn, roles: frozenset[Role]) -> None:
    if viewer.role not in roles or not viewer.scope:
        raise Forbidden(f"not for the role {viewer.role}")


def _check_days(first: date, last: date, now: datetime, most: int) -> None:
    if not 0 <= (last - first).days < most:
        raise BadField(f"0..{most - 1} days after first", field="last")
    if last > local_date(now):
        raise BadField("a day to come", field="last")


def _forget_old(home: Path, now: datetime) -> None:
    files: Sequence[Path] = list(home.iterdir()) if home.is_dir() else []
    for old in files:
        if old.stat().st_mtime < (now - KEPT).timestamp():
            old.unlink(missing_ok=True)
