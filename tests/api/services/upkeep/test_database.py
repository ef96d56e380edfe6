"""The database of a deployment is brought up whole, or refused in one line."""

import os
import shutil
import signal
import tempfile
from pathlib import Path
from uuid import uuid4

import pytest
from pydantic import SecretStr
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from api.services.upkeep.database import bring_up, open_database, state_of, take_down
from api.settings import Settings
from geo.db import cluster as clusters
from geo.db import migrate
from geo.db.engine import engine_of
from geo.errors import DatabaseTrouble


@pytest.fixture(scope="module")
def private():
    """Settings with a durable private cluster, in a folder that can be thrown away."""
    folder = Path(tempfile.mkdtemp(prefix="xunge-test-"))
    folder.chmod(0o755)
    settings = Settings(data_dir=folder, database_url=None, owner_url=None)
    yield settings
    take_down(settings)
    shutil.rmtree(folder)


@pytest.fixture
def running(private):
    """The same, brought up."""
    bring_up(private)
    return private


def test_a_database_that_was_brought_up_is_ready(running):
    state = state_of(running)
    assert state.is_ready
    assert state.revision == migrate.head()


def test_bringing_it_up_twice_changes_nothing(running):
    server = clusters.cluster_in(running.data_dir)
    pid = clusters.server_pid(server)
    assert bring_up(running).is_ready
    assert clusters.server_pid(server) == pid


def test_it_comes_back_with_its_data_after_a_kill(running, make_county):
    database = open_database(running)
    county = make_county(database)
    os.kill(clusters.server_pid(clusters.cluster_in(running.data_dir)), signal.SIGKILL)
    assert bring_up(running).is_ready
    # The same pools: dead connections are replaced without an error.
    with database.app.connect() as connection:
        known = text("SELECT 1 FROM counties WHERE id = :id")
        assert connection.scalar(known, {"id": county}) == 1
    database.dispose()


def test_a_database_that_is_down_is_named_with_the_way_out(private):
    bring_up(private)
    assert take_down(private)
    assert not state_of(private).is_running
    with pytest.raises(DatabaseTrouble, match="run: xunge db up"):
        open_database(private)


def test_tables_of_another_version_are_refused(running):
    server = clusters.cluster_in(running.data_dir)
    migrate.downgrade(server.admin_url(), "0001_foundation")
    try:
        assert not state_of(running).is_ready
        with pytest.raises(DatabaseTrouble, match="tables are at 0001_foundation"):
            open_database(running)
    finally:
        migrate.upgrade(server.admin_url())


def test_a_pool_can_become_no_other_role(running):
    """What an injected statement tries: other roles, the login itself, a wider one."""
    database = open_database(running)
    for engine in (database.app, database.ingest, database.jobs):
        own = engine.url.username.removesuffix("_login")
        others = {*clusters.LOGINS, "xunge_owner", clusters.ADMIN, clusters.SERVICE}
        for role in sorted(others - {own}):
            for how in (f"SET ROLE {role}", f"SET SESSION AUTHORIZATION {role}"):
                with engine.connect() as connection, pytest.raises(ProgrammingError):
                    connection.execute(text(how))
        with engine.connect() as connection:
            # Back to the login: a member that inherits nothing, so it sees nothing.
            connection.execute(text("SET ROLE NONE"))
            with pytest.raises(ProgrammingError, match="permission denied"):
                connection.execute(text("SELECT 1 FROM people"))
        with engine.connect() as connection:
            assert connection.scalar(text("SELECT current_user")) == own
    database.dispose()


@pytest.fixture
def foreign(cluster):
    """An empty database on a server that somebody else runs, with fsync off."""
    name = f"foreign_{uuid4().hex}"
    admin = engine_of(cluster.admin_url("postgres"))
    with admin.connect() as connection:
        live = connection.execution_options(isolation_level="AUTOCOMMIT")
        clusters.make_database(live, name)
        yield Settings(database_url=SecretStr(cluster.admin_url(name)))
        live.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
    admin.dispose()


def test_a_server_of_ones_own_must_be_durable(foreign):
    with pytest.raises(DatabaseTrouble, match="has fsync off") as caught:
        bring_up(foreign)
    assert "\n" not in str(caught.value)


def test_a_server_of_ones_own_is_used_and_never_stopped(running, foreign):
    # The private one is durable; here it plays the server of somebody else.
    server = clusters.cluster_in(running.data_dir)
    own = foreign.model_copy(
        update={
            "database_url": SecretStr(server.url()),
            "owner_url": SecretStr(server.admin_url()),
        }
    )
    assert bring_up(own).is_ready
    with pytest.raises(DatabaseTrouble, match="not ours to stop"):
        take_down(own)


def test_a_login_that_may_not_serve_is_told_what_to_grant(running):
    server = clusters.cluster_in(running.data_dir)
    engine = engine_of(server.admin_url())
    with engine.begin() as connection:
        connection.execute(text("CREATE ROLE stranger LOGIN"))
    engine.dispose()
    stranger = Settings(
        database_url=SecretStr(server.url().replace(clusters.SERVICE, "stranger")),
        owner_url=SecretStr(server.admin_url()),
    )
    with pytest.raises(DatabaseTrouble, match="GRANT xunge_app TO stranger"):
        bring_up(stranger)


@pytest.mark.parametrize("url", ["mysql://u:secret@h/x", "secret", "sqlite://"])
def test_an_address_of_no_postgresql_is_refused_without_repeating_it(url):
    with pytest.raises(DatabaseTrouble, match="none of PostgreSQL") as caught:
        state_of(Settings(database_url=SecretStr(url)))
    assert "secret" not in str(caught.value)


def test_a_password_is_never_shown():
    settings = Settings(
        database_url=SecretStr("postgresql://u:secret@/x?host=/nowhere")
    )
    assert "secret" not in state_of(settings).address
    with pytest.raises(DatabaseTrouble) as caught:
        bring_up(settings)
    assert "secret" not in str(caught.value)
