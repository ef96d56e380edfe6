"""Runners: each takes jobs one by one and does each in a process of its own.

A process can be ended at any moment, so that cancelling needs no consent of the work,
and a plan of an hour never keeps a request waiting.
"""

import json
import logging
import os
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from sqlalchemy.orm import Session

from api.background import Background
from geo.db.door import as_job, as_nobody
from geo.db.engine import Database
from geo.db.store import jobs as store
from geo.db.store.counties import county_ids

_LOOK = timedelta(milliseconds=500)
_BEAT = timedelta(seconds=5)
# What a planner waits for may take an hour; nobody's export should stand behind it.
PLANNING = ("plan", "preview", "load")
# A job whose runner was silent for this long has lost it.
LOST = timedelta(minutes=1)
_log = logging.getLogger(__name__)


class JobRunner(Background):
    """Does the jobs of all counties while the ``with`` block lasts.

    Parameters
    ----------
    database : Database
    folder : Path
        The data folder, where uploads lie.
    only, but : sequence of str, optional
        The kinds of jobs that this runner does (none: all), and those it leaves.
    """

    def __init__(
        self,
        database: Database,
        folder: Path,
        *,
        only: Sequence[str] = (),
        but: Sequence[str] = (),
    ) -> None:
        super().__init__("xunge-runner")
        self._database = database
        self._folder = folder
        self._only, self._but = only, but

    def _turn(self) -> timedelta:
        try:
            did = self.run_next()
        # A database that is away comes back; the next look tries again.
        except Exception:
            _log.exception("the jobs cannot be looked at")
            did = False
        return timedelta(0) if did else _LOOK

    def run_next(self) -> bool:
        """Do the oldest job of each county; return whether there was one."""
        with as_nobody(self._database) as session:
            counties = county_ids(session)
        did = False
        for county_id in counties:
            now = datetime.now(UTC)
            with as_job(self._database, county_id) as session:
                for lost in store.silent_since(session, county_id, now - LOST):
                    _end(session, county_id, lost, "failed", "服务器重启，请重新提交")
                job = store.take_next(
                    session, county_id, now, only=self._only, but=self._but
                )
                asked_off = job is not None and job.cancel_asked_at is not None
                if job is not None and asked_off:
                    _end(session, county_id, job.id, "cancelled")
            if job is not None and not asked_off:
                self._do(county_id, job.id)
                did = True
        return did

    def _do(self, county_id: UUID, job_id: UUID) -> None:
        with self._start(county_id, job_id) as child:
            state = self._watch(child, county_id, job_id)
            if state is not None:
                child.kill()
        if state is not None:
            self._finish(county_id, job_id, state)
            return
        if child.returncode != 0:
            _log.error("job %s ended with %s", job_id, child.returncode)
        # Whoever ended well has said so; this reaches only one that could not.
        self._finish(county_id, job_id, "failed", "任务意外中断，请重新提交")

    def _watch(
        self, child: "subprocess.Popen[bytes]", county_id: UUID, job_id: UUID
    ) -> str | None:
        """Wait for the child; return the job's state if the child is to be ended."""
        beat = datetime.now(UTC)
        while child.poll() is None:
            self._stop.wait(_LOOK.total_seconds() / 2)
            now = datetime.now(UTC)
            with as_job(self._database, county_id) as session:
                if store.is_cancelled(session, county_id, job_id):
                    return "cancelled"
                if now - beat > _BEAT:
                    store.note(session, county_id, job_id, beat_at=now)
                    beat = now
            if self._stop.is_set():
                return "queued"
        return None

    def _start(self, county_id: UUID, job_id: UUID) -> "subprocess.Popen[bytes]":
        url = self._database.jobs.url.render_as_string(hide_password=False)
        told = {
            "url": url,
            "county_id": str(county_id),
            "job_id": str(job_id),
            "folder": str(self._folder),
        }
        child = subprocess.Popen(
            [sys.executable, "-m", "api.services.works.job_child"],
            stdin=subprocess.PIPE,
            env=os.environ | {"PYTHONWARNINGS": "default"},
        )
        assert child.stdin is not None
        # By a pipe, for the address may hold a password; it stays open, so that the
        # child notices when its parent is gone.
        child.stdin.write(json.dumps(told).encode() + b"\n")
        child.stdin.flush()
        return child

    def _finish(
        self, county_id: UUID, job_id: UUID, state: str, error: str | None = None
    ) -> None:
        with as_job(self._database, county_id) as session:
            if state == "queued":
                store.note(session, county_id, job_id, state=state, percent=0)
            else:
                _end(session, county_id, job_id, state, error)


def _end(
    session: Session,
    county_id: UUID,
    job_id: UUID,
    state: str,
    error: str | None = None,
) -> None:
    values = {"state": state, "error": error, "finished_at": datetime.now(UTC)}
    store.note(session, county_id, job_id, **values)
