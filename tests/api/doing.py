"""Jobs done in the process of the tests, which spares a process for each."""

from contextlib import contextmanager
from datetime import UTC, datetime

from api.services.works.job_works import do_job
from geo.db.door import as_job
from geo.db.store import jobs


@contextmanager
def doing(database, county_id, folder):
    """Yield a function that does the oldest job that waits.

    It takes a function (job id) to call when the job is under way and not yet done.
    Jobs that still wait at the end are called off: else the next test would do them.
    """

    def do(begun=lambda job_id: None):
        now = datetime.now(UTC)
        with as_job(database, county_id) as session:
            job = jobs.take_next(session, county_id, now)
        assert job is not None
        begun(job.id)
        do_job(database, county_id, job.id, folder, now)

    try:
        yield do
    finally:
        _call_off_all(database, county_id)


def _call_off_all(database, county_id):
    """Cancel every job of a county that waits."""
    now = datetime.now(UTC)
    with as_job(database, county_id) as session:
        while job := jobs.take_next(session, county_id, now):
            ended = {"state": "cancelled", "finished_at": now}
            jobs.note(session, county_id, job.id, **ended)
