"""How long a restore takes: a drill on a filled database.

Run from the project's folder: ``python bench/recovery.py [--rows 1300000]``. The tables
are filled as for ``bench/rls.py``; then ``xunge drill`` makes a backup, restores it
beside the database and compares every table's hash. Exit 1 if one differs, or if a
hundred million rows would take longer than half an hour at this pace, also at the
third try: a neighbour may have had the disk.
"""

import argparse
import sys
from datetime import UTC, datetime

import rig
import rls

from api.services.upkeep.backup import drill
from api.services.upkeep.database import open_database
from geo.db import cluster as clusters
from geo.db.engine import engine_of

MOST_MIN = 30.0
MANY = 100_000_000
TRIES = 3


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rows", type=int, default=1_300_000)
    wanted = options.parse_args()
    with rig.own_settings() as settings:
        admin = engine_of(clusters.cluster_in(settings.data_dir).admin_url())
        database = open_database(settings)
        rls.fill(admin, rig.add_county(database), wanted.rows)
        database.dispose()
        admin.dispose()
        for _ in range(TRIES):
            found = drill(settings, datetime.now(UTC))
            minutes = found.restore_s / 60 * MANY / found.rows
            differing = len(found.differing)
            if differing or minutes <= MOST_MIN:
                break
    print(
        f"rows={found.rows} tables={found.tables} differing={differing} "
        f"backup_s={found.backup_s:.1f} restore_s={found.restore_s:.1f} "
        f"minutes={minutes:.1f}"
    )
    sys.exit(1 if differing or minutes > MOST_MIN else 0)


if __name__ == "__main__":
    main()
