"""Engines: one for each database role, from one address.

Nothing here runs as a superuser and nothing that serves a request owns a table. A
login (the address) may only *become* a role; each pool starts its sessions in its role
by libpq's ``options``, so a session that was reset is back in that role and never in a
wider one. Each serving role of a private cluster has a login of its own, a NOINHERIT
member of that role alone: what breaks out of a request by SQL can become none of the
others, let alone one that owns or creates. ``xunge_owner`` owns all tables
and is reached only through the second address, which migrations use.
"""

from dataclasses import dataclass
from typing import Literal

from sqlalchemy import URL, Connection, Engine, create_engine, make_url, text
from sqlalchemy.exc import ArgumentError, OperationalError

from geo.errors import DatabaseTrouble

Role = Literal["xunge_owner", "xunge_app", "xunge_ingest", "xunge_jobs"]
SERVING_ROLES: tuple[Role, ...] = ("xunge_app", "xunge_ingest", "xunge_jobs")

# A request waits at most this long for a row and a statement; a job may work longer.
_LIMITS: dict[Role | None, dict[str, str]] = {
    "xunge_app": {"statement_timeout": "20s", "lock_timeout": "5s"},
    "xunge_ingest": {"statement_timeout": "10s", "lock_timeout": "5s"},
    "xunge_jobs": {"statement_timeout": "10min", "lock_timeout": "20s"},
    "xunge_owner": {"lock_timeout": "5s"},
    None: {},
}
_COMMON = {"timezone": "UTC", "application_name": "xunge"}


@dataclass(frozen=True)
class Database:
    """One pool of connections per role.

    Attributes
    ----------
    owner : Engine
        Owns all tables. For migrations and partitions; never for a request.
    app : Engine
        Requests: row policies by the viewer's county, area and person.
    ingest : Engine
        Position fixes: may add, through what migrations grant, and read nothing.
    jobs : Engine
        Periodic and loading work: one county per transaction.
    """

    owner: Engine
    app: Engine
    ingest: Engine
    jobs: Engine

    def dispose(self) -> None:
        """Close every pooled connection."""
        for engine in (self.owner, self.app, self.ingest, self.jobs):
            engine.dispose()


def connect(
    url: str,
    owner_url: str | None = None,
    *,
    ingest_url: str | None = None,
    jobs_url: str | None = None,
) -> Database:
    """Return the engines of a database; nothing connects before its first use.

    Parameters
    ----------
    url : str
        ``postgresql://…`` of a login that may become the serving roles.
    owner_url : str, optional
        Of a login that may become ``xunge_owner``; the same as `url` if not given.
    ingest_url, jobs_url : str, optional
        Of logins that may become those roles alone; the same as `url` if not given.

    Raises
    ------
    DatabaseTrouble
        If an address is not one of PostgreSQL.
    """
    return Database(
        owner=engine_of(owner_url or url, "xunge_owner", pool_size=1),
        app=engine_of(url, "xunge_app"),
        ingest=engine_of(ingest_url or url, "xunge_ingest"),
        jobs=engine_of(jobs_url or url, "xunge_jobs"),
    )


def engine_of(url: str, role: Role | None = None, *, pool_size: int = 5) -> Engine:
    """Return an engine whose sessions start in `role`; without one, as the login.

    Raises
    ------
    DatabaseTrouble
        If the address is not one of PostgreSQL.
    """
    settings = _COMMON | _LIMITS[role] | ({"role": role} if role else {})
    options = " ".join(f"-c {name}={value}" for name, value in settings.items())
    return create_engine(
        parse_url(url),
        connect_args={"options": options, "connect_timeout": 10},
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_timeout=5,
        # A restarted server must not cost a request: dead connections are replaced.
        pool_pre_ping=True,
    )


def parse_url(url: str) -> URL:
    """Return the address with the driver that this project uses.

    Raises
    ------
    DatabaseTrouble
        If the address is not one of PostgreSQL.
    """
    try:
        parsed = make_url(url)
    except ArgumentError:
        parsed = None
    if parsed is None or parsed.get_backend_name() not in ("postgresql", "postgres"):
        # The text may hold a password, so it is not repeated.
        raise DatabaseTrouble(
            "the database address is none of PostgreSQL; it looks like "
            "postgresql://user:password@host:5432/xunge"
        )
    return parsed.set(drivername="postgresql+psycopg2")


def require_answer(engine: Engine) -> None:
    """Raise `DatabaseTrouble`, in one line, unless the server lets us in."""
    try:
        with engine.connect():
            pass
    except OperationalError as error:
        raise DatabaseTrouble(
            f"no database at {engine.url.render_as_string(hide_password=True)}: "
            f"{first_line(error)}"
        ) from error


def first_line(error: OperationalError) -> str:
    """Return what the server or the driver said, without SQL and hints."""
    return str(error.orig).strip().splitlines()[0]


def require_durable(connection: Connection) -> None:
    """Raise `DatabaseTrouble` if a commit could be lost by a crash.

    A position or a report is acknowledged after its commit, so a commit must be on
    the disk.
    """
    weak = connection.scalars(
        text(
            "SELECT name FROM pg_settings WHERE setting = 'off' AND name IN "
            "('fsync', 'synchronous_commit', 'full_page_writes') ORDER BY name"
        )
    ).all()
    if weak:
        raise DatabaseTrouble(
            f"the server has {weak[0]} off, so acknowledged data could be lost; "
            f"set {weak[0]} = on and restart it"
        )
