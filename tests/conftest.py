"""The database for tests: one throw-away server, one copy of a template per worker.

``database``        a `Database` of this test worker; tests share it, so each takes a
                    ``county`` of its own and sees only that.
``fresh_database``  an empty one for the tests of one module: for HTTP and commands.
``fresh_settings``  `Settings` of a deployment on ``fresh_database``, for `create_app`.
``county``          a new county in ``database``: its id.
``session``         a transaction in that county that is rolled back after the test.
``make_county``     makes a county in any `Database`, with the code that is given.
``browser``         Debian's Chromium under Playwright; skips loudly without it.
"""

import fcntl
import gc
import itertools
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import hypothesis
import pytest
from argon2 import PasswordHasher
from pydantic import SecretStr
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from api.security import credentials
from api.settings import Settings
from geo.codes import padded
from geo.db import cluster as clusters
from geo.db import migrate
from geo.db.cluster import Cluster
from geo.db.engine import Database, connect, engine_of

_CHROMIUM = Path("/usr/bin/chromium")

# A busy machine is slow, and that is no failure.
hypothesis.settings.register_profile(
    "unhurried",
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
    print_blob=True,
)
hypothesis.settings.load_profile("unhurried")

_TEMPLATE = "template_xunge"
_LONG = {"web", "e2e"}
_NUMBERS = itertools.count(1)


# Imports make a million objects that stay: looking through them again is waste.
gc.set_threshold(50_000, 20, 20)


def pytest_collection_finish() -> None:
    """Look no more at what was imported: it stays."""
    gc.collect()
    gc.freeze()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browsers and the demo first: a long file begun last leaves a worker idle."""
    items.sort(key=lambda item: _LONG.isdisjoint(item.path.parts))


@pytest.fixture(scope="session", autouse=True)
def _quick_passwords() -> Iterator[None]:
    """Hash passwords with little work: hundreds of accounts are made and signed in."""
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(credentials, "HASHER", quick)
        yield


@pytest.fixture(scope="session")
def cluster(
    tmp_path_factory: pytest.TempPathFactory, worker_id: str
) -> Iterator[Cluster]:
    """A running server with a migrated template, shared by all test workers."""
    base = tmp_path_factory.getbasetemp()
    meeting = base if worker_id == "master" else base.parent
    with _first_makes_last_stops(meeting / "cluster.lock", meeting / "cluster") as made:
        yield made


@pytest.fixture(scope="session")
def database(cluster: Cluster, worker_id: str) -> Iterator[Database]:
    """The database of this test worker."""
    with _copy_of_template(cluster, f"test_{worker_id}") as copy:
        yield copy


@pytest.fixture(scope="module")
def fresh_database(cluster: Cluster) -> Iterator[Database]:
    """An empty migrated database for the tests of one module."""
    with _copy_of_template(cluster, f"test_{uuid4().hex}") as copy:
        yield copy


@pytest.fixture(scope="module")
def fresh_settings(
    fresh_database: Database, tmp_path_factory: pytest.TempPathFactory
) -> Settings:
    """Return the settings of a deployment on ``fresh_database``."""
    return Settings(
        database_url=_address(fresh_database.app),
        owner_url=_address(fresh_database.owner),
        data_dir=tmp_path_factory.mktemp("data"),
    )


@pytest.fixture(scope="session")
def make_county() -> Callable[..., UUID]:
    """Return a function (database, code=None, name=…) -> id of a new county."""

    def make(database: Database, code: str | None = None, name: str = "试县") -> UUID:
        county_id = uuid4()
        row = {
            "id": county_id,
            "code": padded(code or f"{900_000 + next(_NUMBERS)}"),
            "name": name,
        }
        with database.jobs.begin() as connection:
            connection.execute(
                text(
                    "INSERT INTO counties (id, code, name, metric_epsg) "
                    "VALUES (:id, :code, :name, 4546)"
                ),
                row,
            )
        return county_id

    return make


@pytest.fixture
def county(database: Database, make_county: Callable[..., UUID]) -> UUID:
    """A county of this test's own."""
    return make_county(database)


@pytest.fixture
def session(database: Database, county: UUID) -> Iterator[Session]:
    """A session of the jobs role in ``county``; whatever it does is rolled back."""
    with database.jobs.connect() as connection:
        outer = connection.begin()
        connection.execute(
            text("SET LOCAL xunge.county = :county"), {"county": str(county)}
        )
        # GeoPandas commits on the session's connection; a savepoint catches that.
        with Session(connection, join_transaction_mode="create_savepoint") as live:
            yield live
        outer.rollback()


@pytest.fixture(scope="session")
def built() -> None:
    """The pages as a server hands them out; skips where nobody built them."""
    from api.main import front_end

    if front_end() is None:
        pytest.skip("maps/web/dist is missing: build the front end (npm run build)")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Chromium for the tests of one module.

    Not for longer: while Playwright runs, no test of the same process can use asyncio.
    """
    if not _CHROMIUM.exists():
        pytest.skip(f"{_CHROMIUM} is missing: install the package chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=str(_CHROMIUM),
            # A machine of tests has no microphone.
            args=["--no-sandbox", "--use-fake-device-for-media-stream"],
        )
        yield chromium
        chromium.close()


@contextmanager
def _first_makes_last_stops(lock: Path, note: Path) -> Iterator[Cluster]:
    """Share one server: the note says where it is, the lock counts who uses it.

    Everybody holds the lock shared while they use the server; who gets it alone at the
    end is the last one. A worker that was killed holds nothing.
    """
    with lock.open("w") as door, lock.with_suffix(".turn").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        if not note.exists():
            note.write_text(_start_server())
        fcntl.flock(door, fcntl.LOCK_SH)
        fcntl.flock(turn, fcntl.LOCK_UN)
        made = Cluster(Path(note.read_text()), durable=False)
        try:
            yield made
        finally:
            fcntl.flock(turn, fcntl.LOCK_EX)
            try:
                fcntl.flock(door, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return
            clusters.stop(made)
            shutil.rmtree(made.folder.parent)
            note.unlink()


def _start_server() -> str:
    # A short path that the user of the server can reach, not pytest's deep one.
    folder = Path(tempfile.mkdtemp(prefix="xunge-test-"))
    folder.chmod(0o755)
    made = clusters.cluster_in(folder, durable=False)
    try:
        clusters.start(made)
        with _as_admin(made) as connection:
            clusters.make_database(connection, _TEMPLATE)
            migrate.upgrade(made.admin_url(_TEMPLATE))
            clusters.admit_service(connection)
    except BaseException:
        clusters.stop(made)
        shutil.rmtree(folder)
        raise
    return str(made.folder)


@contextmanager
def _copy_of_template(cluster: Cluster, name: str) -> Iterator[Database]:
    with _as_admin(cluster) as connection:
        connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
        clusters.make_database(connection, name, _TEMPLATE)
    database = connect(cluster.url(name), cluster.admin_url(name))
    try:
        yield database
    finally:
        database.dispose()
        with _as_admin(cluster) as connection:
            connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))


def _address(engine: Engine) -> SecretStr:
    return SecretStr(engine.url.render_as_string(hide_password=False))


@contextmanager
def _as_admin(cluster: Cluster) -> Iterator:
    engine = engine_of(cluster.admin_url("postgres"), pool_size=1)
    try:
        with engine.connect() as connection:
            yield connection.execution_options(isolation_level="AUTOCOMMIT")
    finally:
        engine.dispose()


@pytest.fixture(scope="session")
def worker_id(request: pytest.FixtureRequest) -> str:
    """The name of this test worker, also where pytest-xdist is not used."""
    return os.environ.get("PYTEST_XDIST_WORKER", "master")
