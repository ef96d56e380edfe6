"""Periodic work: one thread that wakes about once a minute.

Each county and each piece of work has its own transactions, so that trouble with one
is logged and stops no other.
"""

import logging
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from threading import Event
from uuid import UUID

from api.background import Background
from api.services.positions.merging import make_partitions, merge_pending
from api.services.rules.fitness import walk_published
from api.services.verdicts.visits import judge_then_visit
from geo.db.door import as_nobody
from geo.db.engine import Database
from geo.db.store.counties import county_ids

Work = Callable[[Database, UUID, datetime], object]

EVERY = timedelta(minutes=1)
WORKS: Sequence[Work] = (
    make_partitions,
    merge_pending,
    judge_then_visit,
    walk_published,
)
_log = logging.getLogger(__name__)


class Periodic(Background):
    """Does the periodic work while the ``with`` block lasts."""

    def __init__(
        self,
        database: Database,
        *,
        every: timedelta = EVERY,
        works: Sequence[Work] = WORKS,
    ) -> None:
        super().__init__("xunge-jobs")
        self._database = database
        self._every = every
        self._works = works

    def _turn(self) -> timedelta:
        do_all(self._database, datetime.now(UTC), self._works, self._stop)
        return self._every


def do_all(
    database: Database, now: datetime, works: Sequence[Work], stop: Event
) -> None:
    """Do every work of every county once; stop in between when asked to."""
    for work in works:
        for county_id in _counties(database):
            if stop.is_set():
                return
            try:
                work(database, county_id, now)
            # One county's trouble is no other's; the next minute tries again.
            except Exception:
                name = getattr(work, "__name__", "work")
                _log.exception("%s failed in county %s", name, county_id)


def _counties(database: Database) -> list[UUID]:
    try:
        with as_nobody(database) as session:
            return county_ids(session)
    except Exception:
        _log.exception("the counties cannot be read")
        return []
