"""Whether requests may be let in: durable settings, right tables, tame roles, disk."""

import logging
from collections.abc import Callable

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from api.services.upkeep.disk import Disk
from geo.db import migrate
from geo.db.engine import Database, require_durable
from geo.db.store.health import unguarded_tables, unsafe_logins
from geo.errors import DatabaseTrouble

_log = logging.getLogger(__name__)


def unready(database: Database, disk: Disk) -> list[str]:
    """Return the names of the checks that fail; empty means ready.

    Only the names: who asks need not be signed in. The log says more.
    """
    checks: dict[str, Callable[[], str]] = {
        "database": lambda: _durable(database.app),
        "tables": lambda: _tables(database.app),
        "roles": lambda: _roles(database),
        "disk": lambda: "" if disk.has_room() else f"used {disk.used_share():.0%}",
    }
    failed = []
    for name, check in checks.items():
        try:
            trouble = check()
        except (SQLAlchemyError, DatabaseTrouble) as error:
            trouble = type(error).__name__
        if trouble:
            _log.warning("not ready: %s: %s", name, trouble)
            failed.append(name)
    return failed


def _durable(engine: Engine) -> str:
    with engine.connect() as connection:
        require_durable(connection)
    return ""


def _tables(engine: Engine) -> str:
    with engine.connect() as connection:
        current = migrate.current(connection)
        if current != migrate.head():
            return f"at {current}, this program needs {migrate.head()}"
        return ", ".join(unguarded_tables(connection))


def _roles(database: Database) -> str:
    found: list[str] = []
    for engine in (database.app, database.ingest, database.jobs):
        with engine.connect() as connection:
            found += unsafe_logins(connection)
    return ", ".join(sorted(set(found)))
