"""What the runner can do: one function per kind of job.

Each is called in a process of its own with what was asked, and tells how far it is;
what it returns is kept as the job's result.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from api.services.jobs.work_order import WorkOrder
from api.services.layers.layer_jobs import load_upload, preview_upload
from api.services.layers.refusals import in_chinese
from api.services.plans.plans import plan_alternatives
from api.services.works.desk_works import judge_again, try_rule
from api.services.works.exports import export
from geo.db.door import as_job
from geo.db.engine import Database
from geo.db.store import jobs as store
from geo.errors import XungeError
from planning.units.territory import PlanPolicy

_PAUSE = timedelta(milliseconds=300)


@dataclass
class Progress:
    """Writes how far a job is, in transactions of its own, a few times a second."""

    database: Database
    county_id: UUID
    job_id: UUID
    _last: tuple[str, datetime] = field(
        default=("", datetime.min.replace(tzinfo=UTC)), init=False
    )

    def __call__(self, stage: str, percent: float) -> None:
        """Note a stage, and how much of the whole is done."""
        now = datetime.now(UTC)
        was, at = self._last
        if stage == was and now - at < _PAUSE:
            return
        self._last = (stage, now)
        self.note(stage=stage, percent=int(min(99, percent)), beat_at=now)

    def note(self, **values: Any) -> None:
        """Write cells of the job."""
        with as_job(self.database, self.county_id) as session:
            store.note(session, self.county_id, self.job_id, **values)


Work = Callable[[WorkOrder], dict[str, Any]]


def do_job(
    database: Database, county_id: UUID, job_id: UUID, folder: Path, now: datetime
) -> None:
    """Do a job that was taken, and write what came of it."""
    with as_job(database, county_id) as session:
        job = store.read_job(session, county_id, job_id)
        kind, asked = job.kind, job.asked | {"made_by": str(job.made_by)}
    progress = Progress(database, county_id, job_id)
    try:
        order = WorkOrder(database, county_id, job_id, asked, folder, progress, now)
        result = WORKS[kind](order)
    except XungeError as error:
        progress.note(state="failed", error=in_chinese(str(error)), finished_at=_now())
        return
    except Exception:
        # What went wrong stands in the log; the page needs only to know that it did.
        progress.note(state="failed", error="服务器内部错误", finished_at=_now())
        raise
    progress.note(state="done", percent=100, result=result, finished_at=_now())


def _plan(order: WorkOrder) -> dict[str, Any]:
    asked = order.asked
    policy = PlanPolicy(
        grids=asked["grids"],
        tolerance=asked["tolerance"],
        seed=asked["seed"],
        stability=asked["stability"],
        change=asked["change"],
        forbidden=tuple(dict.fromkeys(asked.get("forbid", ()))),
    )
    with as_job(order.database, order.county_id) as session:
        made = plan_alternatives(
            session,
            order.county_id,
            asked["region_code"],
            policy,
            order.now,
            count=asked["alternatives"],
            name=asked["name"],
            made_by=UUID(asked["made_by"]),
            load=asked.get("load", "population"),
            tell=order.tell,
        )
    return {"plan_ids": [str(plan_id) for plan_id in made]}


def _now() -> datetime:
    return datetime.now(UTC)


WORKS: Mapping[str, Work] = {
    "plan": _plan,
    "preview": preview_upload,
    "load": load_upload,
    "rule_trial": try_rule,
    "rejudge": judge_again,
    "export": export,
}
