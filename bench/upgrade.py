"""Migrations on a filled database: nothing changes, and nobody waits long.

Run from the project's folder: ``python bench/upgrade.py [--rows 1300000]``. The tables
are filled as for ``bench/rls.py``, taken down to the first version that has all of
them, and brought up again, step by step. Every table's hash must come back, and no
table that phones write to may be locked against readers for more than 2 s at a time;
else exit 1.
"""

import argparse
import sys
import time
from threading import Event, Thread

import rig
import rls
from sqlalchemy import Engine, text

from api.services.upkeep.database import open_database
from geo.db import cluster as clusters
from geo.db import migrate
from geo.db.dump import table_hashes
from geo.db.engine import engine_of

DOWN_TO = "0005_tracks"
HOT = ("journal", "day_tracks", "latest_fixes", "track_cells", "quarantined_fixes")
MOST_S = 2.0
LOCKED = text(
    "SELECT count(*) FROM pg_locks l JOIN pg_class c ON c.oid = l.relation "
    "WHERE l.granted AND l.mode = 'AccessExclusiveLock' AND EXISTS "
    "(SELECT FROM unnest(CAST(:hot AS text[])) h WHERE c.relname LIKE h || '%')"
)


class LockWatch(Thread):
    """Notes for how long at most a hot table was closed to readers."""

    def __init__(self, admin: Engine) -> None:
        super().__init__(daemon=True)
        self.longest_s = 0.0
        self.stop = Event()
        self._admin = admin

    def run(self) -> None:
        since = None
        with self._admin.connect() as connection:
            live = connection.execution_options(isolation_level="AUTOCOMMIT")
            while not self.stop.wait(0.02):
                is_locked = live.scalar(LOCKED, {"hot": list(HOT)})
                now = time.monotonic()
                since = (since or now) if is_locked else None
                self.longest_s = max(self.longest_s, now - since if since else 0.0)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rows", type=int, default=1_300_000)
    wanted = options.parse_args()
    with rig.own_settings() as settings:
        url = clusters.cluster_in(settings.data_dir).admin_url()
        database, admin = open_database(settings), engine_of(url)
        days = rls.fill(admin, rig.add_county(database), wanted.rows)
        database.dispose()
        differing, count, longest_s = there_and_back(admin, url)
        admin.dispose()
    print(
        f"rows={days * rls.PHONES * rls.CELLS_A_DAY} tables={count} "
        f"differing={differing} lock_s={longest_s:.2f}"
    )
    sys.exit(1 if differing or longest_s > MOST_S else 0)


def there_and_back(admin: Engine, url: str) -> tuple[int, int, float]:
    """Migrate down and up; return tables that changed, tables, and the longest lock."""
    watch = LockWatch(admin)
    with admin.connect() as connection:
        before = table_hashes(connection)
    watch.start()
    migrate.downgrade(url, DOWN_TO)
    migrate.upgrade(url)
    watch.stop.set()
    watch.join()
    with admin.connect() as connection:
        after = table_hashes(connection)
    differing = [name for name in before if before[name] != after.get(name)]
    return len(differing), len(before), watch.longest_s


if __name__ == "__main__":
    main()
