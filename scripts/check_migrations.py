"""Migrate a throw-away database from nothing and compare it with the models."""

import sys
import tempfile
from pathlib import Path

from alembic.util.exc import CommandError

from geo.db import migrate
from geo.db.cluster import Cluster, start, stop


def main() -> int:
    """Return 0 if the migrated tables are what the models say."""
    with tempfile.TemporaryDirectory(prefix="xunge-check-") as folder:
        cluster = Cluster(Path(folder) / "pg", durable=False)
        start(cluster)
        try:
            migrate.upgrade(cluster.admin_url("postgres"))
            migrate.check(cluster.admin_url("postgres"))
        except CommandError as difference:
            sys.stderr.write(f"models and migrations differ: {difference}\n")
            return 1
        finally:
            stop(cluster)
    return 0


if __name__ == "__main__":
    sys.exit(main())
