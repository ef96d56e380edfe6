"""A database as one file and back, with a hash of every table to compare.

The file is that of ``pg_dump``; the hashes are taken in the very snapshot that it
dumps, so that the two belong together also while the database is written to. They do
not depend on the order of the rows.
"""

from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import Connection, text

from geo.db.engine import engine_of, parse_url
from geo.db.programs import find_programs, last_line, run_as_we_are
from geo.errors import DatabaseTrouble

TableHashes = Mapping[str, str]


def dump(url: str, target: Path) -> dict[str, str]:
    """Write a database to a file and return the hash of each of its tables.

    Parameters
    ----------
    url : str
        Of a login that sees all rows: a superuser, or one with BYPASSRLS.
    target : Path
        Must not exist.

    Raises
    ------
    DatabaseTrouble
        If the login does not see all rows, or the file cannot be written.
    """
    engine = engine_of(url, pool_size=1)
    try:
        with engine.connect().execution_options(
            isolation_level="REPEATABLE READ"
        ) as connection:
            _require_all_rows(connection)
            snapshot = connection.scalar(text("SELECT pg_export_snapshot()"))
            hashes = table_hashes(connection)
            _run(url, "pg_dump", "-Fc", "-Z", "6", f"--snapshot={snapshot}", out=target)
            return hashes
    finally:
        engine.dispose()


def restore(url: str, source: Path) -> dict[str, str]:
    """Fill an empty database from a file and return the hash of each table.

    Parameters
    ----------
    url : str
        Of an administrator; the roles of this program are made if they are missing.

    Raises
    ------
    DatabaseTrouble
        If the database is not empty, or the file cannot be restored whole.
    """
    engine = engine_of(url, pool_size=1)
    try:
        with engine.begin() as connection:
            if connection.scalar(text("SELECT to_regclass('public.counties')")):
                raise DatabaseTrouble("the database to restore into is not empty")
            _make_roles(connection)
        _run(url, "pg_restore", "--exit-on-error", "--single-transaction", at=source)
        with engine.connect() as connection:
            return table_hashes(connection)
    finally:
        engine.dispose()


def table_hashes(connection: Connection) -> dict[str, str]:
    """Return ``count:hash`` of every table, whatever the order of its rows."""
    names = connection.scalars(
        text(
            "SELECT c.relname FROM pg_class c WHERE c.relkind IN ('r', 'p') "
            "AND NOT c.relispartition AND c.relnamespace = 'public'::regnamespace "
            "AND NOT EXISTS (SELECT FROM pg_depend d "
            "WHERE d.objid = c.oid AND d.deptype = 'e') ORDER BY 1"
        )
    ).all()
    quote = connection.dialect.identifier_preparer.quote
    return {name: _hash_of(connection, quote(name)) for name in names}


def _hash_of(connection: Connection, table: str) -> str:
    # Two seeds: 128 bits, and a sum, so that equal rows do not cancel out.
    row = connection.execute(
        text(
            "SELECT count(*), "  # noqa: S608 - the name comes from the catalogue
            "coalesce(sum(hashtextextended(t::text, 0)::numeric), 0), "
            "coalesce(sum(hashtextextended(t::text, 1)::numeric), 0) "
            f"FROM {table} t"
        )
    ).one()
    return ":".join(str(part) for part in row)


def _require_all_rows(connection: Connection) -> None:
    sees_all = text(
        "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user"
    )
    if not connection.scalar(sees_all):
        who = connection.scalar(text("SELECT current_user"))
        raise DatabaseTrouble(
            f"{who} does not see all rows, so the backup would not be whole; let an "
            f"administrator run ALTER ROLE {who} BYPASSRLS"
        )


def _make_roles(connection: Connection) -> None:
    for role in ("xunge_owner", "xunge_app", "xunge_ingest", "xunge_jobs"):
        known = text("SELECT 1 FROM pg_roles WHERE rolname = :role")
        if connection.scalar(known, {"role": role}) is None:
            connection.execute(text(f"CREATE ROLE {role} NOLOGIN NOINHERIT"))
        connection.execute(text(f"GRANT {role} TO CURRENT_USER"))


def _run(
    url: str,
    program: str,
    *options: str,
    out: Path | None = None,
    at: Path | None = None,
) -> None:
    # The programs run as ourselves: the file is ours, and the address says who asks.
    address = parse_url(url).set(drivername="postgresql")
    command = [str(find_programs() / program), *options, "-d"]
    command.append(address.set(password=None).render_as_string(hide_password=False))
    command += ["-f", str(out)] if out else []
    command += [str(at)] if at else []
    password = str(address.password or "")
    done = run_as_we_are(command, {"PGPASSWORD": password} if password else None)
    if done.returncode:
        raise DatabaseTrouble(f"{program} failed: {last_line(done.stderr)}")
