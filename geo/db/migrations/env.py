"""What alembic runs: the address comes from `geo.db.migrate.config_for`.

A developer at the ``alembic`` command gives it as ``-x url=postgresql://…``.
"""

from typing import Any

from alembic import context
from geoalchemy2 import alembic_helpers
from sqlalchemy import Connection, text

from geo.db.engine import engine_of
from geo.db.models import Base
from geo.errors import DatabaseTrouble

# Any number that no other program takes; two migrations never run at once.
_LOCK = 0x78756E6765


def _address() -> str:
    url = context.config.attributes.get("url")
    url = url or context.get_x_argument(as_dictionary=True).get("url")
    if not url:
        raise DatabaseTrouble("which database? alembic -x url=postgresql://… COMMAND")
    return str(url)


def _include(item: Any, name: str | None, kind: str, *rest: Any) -> bool:
    # Partitions come and go by the day and are no part of the models.
    if kind == "table" and name in context.config.attributes["partitions"]:
        return False
    helper: Any = alembic_helpers.include_object
    return bool(helper(item, name, kind, *rest))


def _migrate(connection: Connection) -> None:
    context.config.attributes["partitions"] = set(
        connection.scalars(text("SELECT relname FROM pg_class WHERE relispartition"))
    )
    connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _LOCK})
    # A change of data that a row policy would filter fails instead of doing nothing.
    connection.execute(text("SET row_security = off"))
    connection.commit()
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        include_object=_include,
        process_revision_directives=alembic_helpers.writer,
        render_item=alembic_helpers.render_item,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()


engine = engine_of(_address(), pool_size=1)
try:
    with engine.connect() as live:
        _migrate(live)
finally:
    engine.dispose()
