"""Backups: the database and the photos in one folder, and back, hashes compared."""

import json
import shutil
import tarfile
import tempfile
import time
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from sqlalchemy import text

from api.services.upkeep.database import addresses, private_cluster
from api.settings import Settings
from geo.db import cluster, dump
from geo.db.engine import engine_of, parse_url
from geo.errors import BadInput, DatabaseTrouble

_DUMP, _PHOTOS, _MANIFEST = "xunge.dump", "photos.tar", "manifest.json"


@dataclass(frozen=True)
class Drill:
    """What a restore drill found: tables, those that differ, and the times."""

    tables: int
    rows: int
    differing: list[str]
    backup_s: float
    restore_s: float


def back_up(settings: Settings, folder: Path, now: datetime) -> dict[str, Any]:
    """Write a backup to a folder that does not exist yet; return its manifest.

    It appears under its name when it is whole: what was interrupted ends in ``.part``.

    Raises
    ------
    BadInput
        If the folder exists.
    DatabaseTrouble
        If the database cannot be dumped whole.
    """
    if folder.exists():
        raise BadInput(f"{folder} exists; name a new folder for the backup")
    part = folder.with_name(folder.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True, mode=0o700)
    _, owner_url = addresses(settings)
    tables = dump.dump(owner_url, part / _DUMP)
    # After the rows: a row always has its file, a file may wait for its row.
    _pack(settings.photos, part / _PHOTOS)
    manifest = {
        "made_at": now.isoformat(),
        "tables": tables,
        "files": {name: _hash(part / name) for name in (_DUMP, _PHOTOS)},
    }
    (part / _MANIFEST).write_text(json.dumps(manifest, indent=1), encoding="utf-8")
    part.rename(folder)
    return manifest


def restore(settings: Settings, folder: Path, now: datetime) -> dict[str, Any]:
    """Restore a backup into the private database; return its manifest.

    It is restored beside the database that is there, compared with its manifest, and
    then takes its name; what was there stays under another name.

    Raises
    ------
    BadInput
        If the folder holds no whole backup.
    DatabaseTrouble
        If what was restored is not what was backed up.
    """
    manifest = _read_manifest(folder)
    private = private_cluster(settings)
    if private is None:
        raise BadInput(
            "XUNGE_DATABASE_URL names a server of your own: restore xunge.dump there "
            "with pg_restore, into an empty database"
        )
    cluster.start(private)
    stamp = now.strftime("%Y%m%d%H%M%S")
    fresh = f"xunge_restored_{stamp}"
    admin_url = private.admin_url("postgres")
    _execute(admin_url, f'CREATE DATABASE "{fresh}"')
    found = dump.restore(private.admin_url(fresh), folder / _DUMP)
    differing = _differing(manifest["tables"], found)
    if differing:
        raise DatabaseTrouble(f"restored {fresh} differs in: {', '.join(differing)}")
    _take_its_name(admin_url, fresh, stamp)
    engine = engine_of(private.admin_url())
    try:
        with engine.begin() as connection:
            cluster.admit_service(connection)
    finally:
        engine.dispose()
    _unpack(folder / _PHOTOS, settings.photos)
    return manifest


def drill(settings: Settings, now: datetime) -> Drill:
    """Back up, restore into a scratch database, compare, and remove both."""
    _, owner_url = addresses(settings)
    scratch = f"xunge_drill_{now.strftime('%Y%m%d%H%M%S%f')}"
    url = parse_url(owner_url)
    with tempfile.TemporaryDirectory(prefix="xunge-drill-") as room:
        began = time.perf_counter()
        manifest = back_up(settings, Path(room) / "backup", now)
        halfway = time.perf_counter()
        _execute(owner_url, f'CREATE DATABASE "{scratch}" TEMPLATE template0')
        try:
            into = url.set(database=scratch).render_as_string(hide_password=False)
            found = dump.restore(into, Path(room) / "backup" / _DUMP)
        finally:
            _execute(owner_url, f'DROP DATABASE "{scratch}" WITH (FORCE)')
        ended = time.perf_counter()
    return Drill(
        len(found),
        sum(int(value.split(":")[0]) for value in found.values()),
        _differing(manifest["tables"], found),
        halfway - began,
        ended - halfway,
    )


def _differing(before: dict[str, str], after: dict[str, str]) -> list[str]:
    tables = sorted(before.keys() | after.keys())
    return [table for table in tables if before.get(table) != after.get(table)]


def _take_its_name(admin_url: str, fresh: str, stamp: str) -> None:
    name = cluster.DATABASE
    _execute(
        admin_url,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname LIKE 'xunge%' AND pid <> pg_backend_pid()",
        f'ALTER DATABASE "{name}" RENAME TO "{name}_before_{stamp}"',
        f'ALTER DATABASE "{fresh}" RENAME TO "{name}"',
    )


def _execute(url: str, *statements: str) -> None:
    engine = engine_of(url, pool_size=1)
    try:
        with engine.connect() as connection:
            live = connection.execution_options(isolation_level="AUTOCOMMIT")
            for statement in statements:
                live.execute(text(statement))
    finally:
        engine.dispose()


def _read_manifest(folder: Path) -> dict[str, Any]:
    try:
        manifest: dict[str, Any] = json.loads((folder / _MANIFEST).read_text("utf-8"))
        wrong = [n for n, h in manifest["files"].items() if _hash(folder / n) != h]
    except (OSError, ValueError, KeyError) as error:
        raise BadInput(f"{folder} holds no whole backup: {error}") from error
    if wrong:
        raise BadInput(f"{folder / wrong[0]} is not the file that was backed up")
    return manifest


def _pack(photos: Path, target: Path) -> None:
    with tarfile.open(target, "w") as tar:
        files = (*photos.glob("??/*.jpg"), *photos.glob("voices/??/*"))
        for path in sorted(path for path in files if path.suffix != ".part"):
            tar.add(path, arcname=str(path.relative_to(photos)))


def _unpack(source: Path, photos: Path) -> None:
    photos.mkdir(parents=True, exist_ok=True)
    root = photos.resolve()
    with tarfile.open(source) as tar:
        # By hand: the Python of Debian 12 is older than the filters of `extractall`.
        for member in tar:
            target = (root / member.name).resolve()
            file = tar.extractfile(member) if member.isfile() else None
            if file is None or not target.is_relative_to(root):
                raise BadInput(f"{source} holds {member.name!r}, which is no photo")
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("wb") as out:
                shutil.copyfileobj(file, out)


def _hash(path: Path) -> str:
    digest = sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
