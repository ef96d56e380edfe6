"""A job's process: ``python -m api.services.works.job_child``, told on its input."""

import json
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread
from uuid import UUID

_NICE = 5


def main() -> None:
    """Do the job that the first line of the input names."""
    told = json.loads(sys.stdin.readline())
    Thread(target=_leave_with_parent, daemon=True).start()
    # Whoever waits for an answer of the API goes before.
    os.nice(_NICE)
    from api.services.works.job_works import do_job
    from geo.db.engine import connect

    database = connect(told["url"])
    try:
        do_job(
            database,
            UUID(told["county_id"]),
            UUID(told["job_id"]),
            Path(told["folder"]),
            datetime.now(UTC),
        )
    finally:
        database.dispose()


def _leave_with_parent() -> None:
    sys.stdin.read()
    os._exit(1)


if __name__ == "__main__":
    main()
