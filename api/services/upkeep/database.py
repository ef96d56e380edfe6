"""The database of a deployment: one's own server, or the private cluster here."""

from dataclasses import dataclass

from sqlalchemy import text

from api.settings import Settings
from geo.db import cluster, migrate
from geo.db.engine import (
    SERVING_ROLES,
    Database,
    connect,
    engine_of,
    require_answer,
    require_durable,
)
from geo.errors import DatabaseTrouble


@dataclass(frozen=True)
class DatabaseState:
    """What `xunge db status` tells."""

    address: str
    is_running: bool
    revision: str | None = None

    @property
    def is_ready(self) -> bool:
        """Whether it runs and its tables are those of this code."""
        return self.is_running and self.revision == migrate.head()


def bring_up(settings: Settings) -> DatabaseState:
    """Start the database where it is ours to start, migrate it, and check it.

    Doing it twice changes nothing. Raises `DatabaseTrouble` if the database cannot
    be what this program needs.
    """
    private = private_cluster(settings)
    if private is not None:
        cluster.start(private)
        _prepare(private)
    _, owner_url = addresses(settings)
    admin = engine_of(owner_url)
    try:
        require_answer(admin)
        with admin.connect() as connection:
            require_durable(connection)
        migrate.upgrade(owner_url)
        if private is not None:
            with admin.begin() as connection:
                cluster.admit_service(connection)
    finally:
        admin.dispose()
    _require_roles(settings)
    return state_of(settings)


def take_down(settings: Settings) -> bool:
    """Stop the private cluster; return whether it ran.

    Raises
    ------
    DatabaseTrouble
        If the database is a server of one's own.
    """
    private = private_cluster(settings)
    if private is None:
        raise DatabaseTrouble(
            "XUNGE_DATABASE_URL names a server that is not ours to stop"
        )
    return cluster.stop(private)


def state_of(settings: Settings) -> DatabaseState:
    """Return whether the database runs, and the version of its tables."""
    url, _ = addresses(settings)
    engine = engine_of(url)
    address = engine.url.set(drivername="postgresql")
    shown = address.render_as_string(hide_password=True)
    try:
        require_answer(engine)
        with engine.connect() as connection:
            return DatabaseState(shown, True, migrate.current(connection))
    except DatabaseTrouble:
        return DatabaseState(shown, False)
    finally:
        engine.dispose()


def open_database(settings: Settings) -> Database:
    """Return the engines of a database that is up and migrated.

    Raises
    ------
    DatabaseTrouble
        If it is not; the line says to run ``xunge db up``.
    """
    state = state_of(settings)
    if not state.is_running:
        raise DatabaseTrouble(f"no database at {state.address}; run: xunge db up")
    if not state.is_ready:
        raise DatabaseTrouble(
            f"the tables are at {state.revision or 'nothing'}, this program needs "
            f"{migrate.head()}; run: xunge db up"
        )
    _, owner_url = addresses(settings)
    app, ingest, jobs = _serving_addresses(settings)
    return connect(app, owner_url, ingest_url=ingest, jobs_url=jobs)


def private_cluster(settings: Settings) -> cluster.Cluster | None:
    """Return the private cluster, None where the settings name another server."""
    if settings.database_url:
        return None
    return cluster.cluster_in(settings.data_dir, archive=settings.archive_dir)


def addresses(settings: Settings) -> tuple[str, str]:
    """Return the address for serving and the one for migrating."""
    if settings.database_url:
        url = settings.database_url.get_secret_value()
        owner = settings.owner_url
        return url, owner.get_secret_value() if owner else url
    private = cluster.cluster_in(settings.data_dir)
    return private.url(), private.admin_url()


def _serving_addresses(settings: Settings) -> list[str]:
    """Return the address of each serving role, in the order of `SERVING_ROLES`."""
    private = private_cluster(settings)
    if private is not None:
        return [private.url(login=cluster.LOGINS[role]) for role in SERVING_ROLES]
    own = (settings.database_url, settings.ingest_url, settings.jobs_url)
    usual, _ = addresses(settings)
    return [url.get_secret_value() if url else usual for url in own]


def _prepare(private: cluster.Cluster) -> None:
    engine = engine_of(private.admin_url("postgres"))
    try:
        with engine.connect() as connection:
            live = connection.execution_options(isolation_level="AUTOCOMMIT")
            cluster.make_database(live, cluster.DATABASE)
    finally:
        engine.dispose()


def _require_roles(settings: Settings) -> None:
    """Raise `DatabaseTrouble` unless each login may become its serving role."""
    for role, url in zip(SERVING_ROLES, _serving_addresses(settings), strict=True):
        engine = engine_of(url)
        try:
            with engine.connect() as connection:
                may = text("SELECT pg_has_role(current_user, :role, 'MEMBER')")
                if not connection.scalar(may, {"role": role}):
                    who = connection.scalar(text("SELECT current_user"))
                    raise DatabaseTrouble(
                        f"{who} may not become {role}; let an administrator run "
                        f"GRANT {role} TO {who}"
                    )
        finally:
            engine.dispose()
