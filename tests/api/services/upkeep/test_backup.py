"""A backup comes back with equal hashes; what is damaged or taken is refused."""

import tarfile
from datetime import UTC, datetime

import pytest
from pydantic import SecretStr
from sqlalchemy import text

from api.services.upkeep.backup import _unpack, back_up, drill
from api.services.upkeep.backup import restore as restore_backup
from api.settings import Settings
from geo.db import cluster as clusters
from geo.db import dump
from geo.db.engine import engine_of
from geo.errors import BadInput, DatabaseTrouble

NOW = datetime(2026, 5, 20, tzinfo=UTC)


@pytest.fixture(scope="module")
def settings(cluster, fresh_database, make_county, tmp_path_factory):
    make_county(fresh_database)
    made = Settings(
        database_url=SecretStr(str(cluster.url(fresh_database.app.url.database))),
        owner_url=SecretStr(cluster.admin_url(fresh_database.app.url.database)),
        data_dir=tmp_path_factory.mktemp("data"),
    )
    photo = made.photos / "ab" / "abcd.jpg"
    photo.parent.mkdir(parents=True)
    photo.write_bytes(b"a picture")
    return made


def test_a_drill_finds_every_table_equal(settings):
    found = drill(settings, NOW)
    assert found.differing == []
    assert found.tables > 30
    assert found.rows > 0


def test_a_hash_tells_tables_apart_that_differ_in_one_value(settings):
    engine = engine_of(settings.owner_url.get_secret_value())
    with engine.connect() as connection:
        before = dump.table_hashes(connection)
        connection.execute(text("UPDATE counties SET name = name || '.'"))
        after = dump.table_hashes(connection)
        connection.rollback()
    engine.dispose()
    assert {t for t in before if before[t] != after[t]} == {"counties"}


def test_a_backup_never_overwrites_one(settings, tmp_path):
    with pytest.raises(BadInput, match="exists"):
        back_up(settings, tmp_path, NOW)


def test_a_login_that_sees_only_some_rows_makes_no_backup(settings, tmp_path):
    limited = settings.model_copy(update={"owner_url": settings.database_url})
    with pytest.raises(DatabaseTrouble, match="BYPASSRLS"):
        back_up(limited, tmp_path / "new", NOW)


def test_a_damaged_backup_is_refused(settings, tmp_path):
    back_up(settings, tmp_path / "kept", NOW)
    with (tmp_path / "kept" / "xunge.dump").open("ab") as file:
        file.write(b"x")
    with pytest.raises(BadInput, match="not the file"):
        restore_backup(settings, tmp_path / "kept", NOW)


def test_a_private_database_is_replaced_and_the_old_one_kept(
    settings, tmp_path, tmp_path_factory
):
    back_up(settings, tmp_path / "kept", NOW)
    home = tmp_path_factory.mktemp("home")
    home.chmod(0o755)
    elsewhere = Settings(data_dir=home, photo_dir=home / "photos")
    private = clusters.cluster_in(home)
    clusters.start(private)
    try:
        with_admin = engine_of(private.admin_url("postgres"))
        with with_admin.connect() as connection:
            live = connection.execution_options(isolation_level="AUTOCOMMIT")
            clusters.make_database(live, clusters.DATABASE)
        with_admin.dispose()
        manifest = restore_backup(elsewhere, tmp_path / "kept", NOW)
        engine = engine_of(private.admin_url())
        with engine.connect() as connection:
            assert dump.table_hashes(connection) == manifest["tables"]
            names = connection.scalars(text("SELECT datname FROM pg_database")).all()
        engine.dispose()
    finally:
        clusters.stop(private)
    assert "xunge_before_20260520000000" in names
    assert (elsewhere.photos / "ab" / "abcd.jpg").read_bytes() == b"a picture"


@pytest.mark.parametrize(
    ("name", "kind"),
    [("../out.jpg", tarfile.REGTYPE), ("ab/link.jpg", tarfile.SYMTYPE)],
)
def test_photos_come_out_of_their_archive_into_their_folder_only(tmp_path, name, kind):
    member = tarfile.TarInfo(name)
    member.type, member.linkname = kind, "/etc/passwd"
    with tarfile.open(tmp_path / "photos.tar", "w") as tar:
        tar.addfile(member)
    with pytest.raises(BadInput, match="which is no photo"):
        _unpack(tmp_path / "photos.tar", tmp_path / "photos")
    assert list((tmp_path / "photos").iterdir()) == []
