"""The database goes back to a moment, with every hash of then; else nothing changes."""

import time
from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from api.cli import backup as commands
from api.services.upkeep import point_in_time
from api.services.upkeep.database import bring_up, private_cluster, take_down
from api.services.upkeep.point_in_time import restore_to, take_base
from api.settings import Settings
from geo.db.dump import table_hashes
from geo.db.engine import engine_of
from geo.errors import BadInput, DatabaseTrouble


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    """A deployment with a private cluster that keeps its log."""
    room = tmp_path_factory.mktemp("deployment")
    room.chmod(0o755)
    found = Settings(data_dir=room / "data", archive_dir=room / "it's 5% full")
    bring_up(found)
    yield found
    take_down(found)


def execute(settings, statement, **values):
    engine = engine_of(private_cluster(settings).admin_url())
    try:
        with engine.begin() as connection:
            done = connection.execute(text(statement), values)
            return done.all() if done.returns_rows else None
    finally:
        engine.dispose()


def add_county(settings, code):
    execute(
        settings,
        "INSERT INTO counties (id, code, name, metric_epsg) "
        "VALUES (gen_random_uuid(), :code, 'x', 4546)",
        code=code,
    )


def hashes(settings):
    engine = engine_of(private_cluster(settings).admin_url())
    try:
        with engine.connect() as connection:
            return table_hashes(connection)
    finally:
        engine.dispose()


def test_the_moment_before_a_mistake_comes_back_with_every_hash(settings):
    add_county(settings, 410_001_000_000_000)
    base = take_base(settings, datetime.now(UTC))
    assert base.folder.is_dir()
    add_county(settings, 410_002_000_000_000)
    before = hashes(settings)
    time.sleep(0.05)
    moment = datetime.now(UTC)
    time.sleep(0.05)
    execute(settings, "DELETE FROM counties")
    add_county(settings, 410_003_000_000_000)
    done = restore_to(settings, moment)
    assert hashes(settings) == before
    # What was there is still beside it, and the database is written to again.
    assert (done.before / "PG_VERSION").is_file()
    add_county(settings, 410_004_000_000_000)
    left = execute(settings, "SELECT count(*) FROM counties")
    assert left == [(3,)]
    settings_file = private_cluster(settings).folder / "postgresql.auto.conf"
    assert "recovery_target" not in settings_file.read_text()


def test_a_moment_that_cannot_be_reached_changes_nothing(settings):
    with pytest.raises(BadInput, match="no base copy is older"):
        restore_to(settings, datetime(2020, 1, 1, tzinfo=UTC))
    before = hashes(settings)
    with pytest.raises(DatabaseTrouble, match=r"recovery ended before.*--to latest"):
        restore_to(settings, datetime(2199, 1, 1, tzinfo=UTC))
    bring_up(settings)
    assert hashes(settings) == before


def test_who_ends_a_restore_in_the_middle_has_what_was_there(settings, monkeypatch):
    bring_up(settings)
    before = hashes(settings)

    def lose_patience(private):
        raise KeyboardInterrupt

    monkeypatch.setattr(point_in_time, "_wait_until_played", lose_patience)
    with pytest.raises(KeyboardInterrupt):
        restore_to(settings, None)
    bring_up(settings)
    assert hashes(settings) == before


def test_without_an_archive_it_says_what_to_do(tmp_path):
    with pytest.raises(BadInput, match="XUNGE_ARCHIVE_DIR"):
        take_base(Settings(data_dir=tmp_path), datetime.now(UTC))


def test_a_server_of_ones_own_is_refused():
    own = Settings(database_url="postgresql://x@localhost/x")
    with pytest.raises(BadInput, match="own WAL archive"):
        restore_to(own, None)


@pytest.mark.parametrize("said", ["yesterday", "2026-05-20T09:30:00"])
def test_a_moment_has_an_offset(said):
    with pytest.raises(BadInput, match=r"looks like 2026-05-20T09:30:00\+08:00"):
        commands.restore(to=said)
