"""Trouble amid the posts of phones: a crowd before locked tables, and a full disk.

Run from the project's folder: ``python bench/trouble.py crowd``, ``data`` or ``log``.

``crowd``  60 phones while the tables that they fill are locked, 4 s and 6 s
``data``   the disk under the tables fills: the server stays up and refuses
``log``    the disk under the write-ahead log fills, on which PostgreSQL gives up;
           somebody makes room and starts it again

Then every journal row is read, as after the kills of ``bench/torture.py``: 0
acknowledged fixes lost, 0 doubled, 0 altered, and no answer but 200, 429, 503 and 507,
else exit 1. The disk is one in memory, in a mount namespace of this process's own,
which an ordinary user may make as well; where that is forbidden the exit code is 3.
"""

import argparse
import ctypes
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from uuid import UUID

import psycopg2
import rig
import torture
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from api.services.upkeep.database import open_database
from api.settings import Settings
from geo.db import cluster as clusters
from geo.db.engine import Database, engine_of

CROWD, PHONES = 60, 8
# Shorter than a post waits for a lock, and longer.
LOCKED_S = (4.0, 6.0)
DISK_BYTES = 500 * 2**20
# Room for a few pages of a table; less than one segment of the log.
LEFT_BYTES = {"data": 128 * 2**10, "log": 8 * 2**20}
# After there is room: the server that stayed up, and the one that is started again.
RESUMES_S = {"crowd": 5.0, "data": 5.0, "log": 10.0}
POLITE = {200, 429, 503, 507}
PATIENCE_S = 120.0
FORBIDDEN = 3


@dataclass
class Scene:
    """A server before a database, and phones that post until the end."""

    cluster: clusters.Cluster
    database: Database
    county: UUID
    ledger: torture.Ledger
    phones: list[torture.Phone]

    def answers(self) -> Counter[int]:
        """Return how often each status was answered so far."""
        return sum((phone.answers for phone in self.phones), Counter())

    def wait_for_more(self, fixes: int) -> float:
        """Wait until so many more fixes are acknowledged; return the seconds."""
        began = time.monotonic()
        goal = self.ledger.acknowledged + fixes
        torture.wait_for(self.ledger, goal, began + PATIENCE_S)
        return time.monotonic() - began

    def wait_for_refusal(self) -> None:
        """Wait until somebody is told to come again, or nobody answers any more."""
        known, deadline = self.answers(), time.monotonic() + PATIENCE_S
        while not (self.answers() - known).keys() & {0, 503, 507}:
            if time.monotonic() > deadline:
                raise SystemExit("the full disk was not noticed")
            time.sleep(0.05)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("kind", choices=("crowd", "data", "log"))
    options.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    asked = options.parse_args()
    if asked.kind != "crowd" and not asked.inside:
        sys.exit(in_own_namespace([asked.kind, "--inside"]))
    if asked.kind == "crowd":
        found = tried("crowd", None)
    else:
        with small_disk() as disk:
            found = tried(asked.kind, disk)
    print(" ".join(f"{name}={value}" for name, value in found.items()))
    bad = found["lost"] + found["duplicated"] + found["altered"] + found["rude"]
    sys.exit(bool(bad or found["resumed_s"] > RESUMES_S[asked.kind]))


def tried(kind: str, place: Path | None) -> dict[str, float]:
    """Make trouble while phones post; return what became of their fixes."""
    with rig.own_settings(place) as settings, tempfile.TemporaryDirectory() as other:
        if kind == "data":
            move_log(settings, Path(other))
        count = CROWD if kind == "crowd" else PHONES
        with posting(settings, count) as scene:
            scene.wait_for_more(2_000)
            if place is None:
                resumed_s = max(lock(scene, locked_s) for locked_s in LOCKED_S)
            else:
                resumed_s = fill_disk(scene, kind, place)
            scene.wait_for_more(2_000)
        found = torture.audit(scene.database, scene.county, scene.phones)
        scene.database.dispose()
    answers = scene.answers()
    polite = sum(answers[status] for status in POLITE - {200})
    # 0 is a connection that ended without an answer.
    rude = sum(n for status, n in answers.items() if status not in POLITE | {0})
    return {
        "acknowledged": scene.ledger.acknowledged,
        "refused": polite,
        "rude": rude,
        "resumed_s": round(resumed_s, 1),
    } | found


@contextmanager
def posting(settings: Settings, count: int) -> Iterator[Scene]:
    """Give a server with `count` phones that post; all stop at the end."""
    database = open_database(settings)
    scene = Scene(
        clusters.cluster_in(settings.data_dir),
        database,
        rig.add_county(database),
        torture.Ledger(),
        [],
    )
    stop, server = Event(), torture.Server(settings.data_dir, "none")
    try:
        for number in range(count):
            phone = torture.Phone(number, server, scene.ledger, stop)
            torture.add_device(database, scene.county, phone)
            scene.phones.append(phone)
            phone.start()
        yield scene
    finally:
        stop.set()
        for phone in scene.phones:
            phone.join()
        server.kill()


def lock(scene: Scene, locked_s: float) -> float:
    """Lock what the posts need for a while; return how long until they go on."""
    admin = engine_of(scene.cluster.admin_url(), pool_size=1)
    with admin.begin() as connection:
        connection.execute(text("LOCK TABLE latest_fixes IN ACCESS EXCLUSIVE MODE"))
        time.sleep(locked_s)
    admin.dispose()
    return scene.wait_for_more(1)


def fill_disk(scene: Scene, kind: str, disk: Path) -> float:
    """Fill the disk until posts are refused; return how long they are after that."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file:
        # In steps, because the database takes from the same room.
        while (more := shutil.disk_usage(disk).free - LEFT_BYTES[kind]) > 0:
            file.write(bytes(min(more, 2**20)))
    if kind == "log":
        use_up_log(scene.cluster)
    scene.wait_for_refusal()
    # For as long as nobody looks.
    time.sleep(2)
    ballast.unlink()
    began = time.monotonic()
    if kind == "log":
        clusters.start(scene.cluster)
    scene.wait_for_more(1)
    return time.monotonic() - began


def use_up_log(cluster: clusters.Cluster) -> None:
    """Begin segments of the log until there is no room for one more."""
    admin = engine_of(cluster.admin_url("postgres"), pool_size=1)
    try:
        with admin.connect() as connection:
            live = connection.execution_options(isolation_level="AUTOCOMMIT")
            for _ in range(200):
                live.execute(text("SELECT pg_switch_wal()"))
                time.sleep(0.05)
    except (DBAPIError, psycopg2.Error):
        # The driver's own comes of a server that goes as its connection is given back.
        return
    finally:
        admin.dispose()
    raise SystemExit("the log did not fill the disk")


def move_log(settings: Settings, elsewhere: Path) -> None:
    """Put the log on another disk than the tables."""
    cluster = clusters.cluster_in(settings.data_dir)
    elsewhere.chmod(0o755)
    clusters.stop(cluster)
    shutil.move(cluster.folder / "pg_wal", elsewhere / "pg_wal")
    (cluster.folder / "pg_wal").symlink_to(elsewhere / "pg_wal")
    clusters.start(cluster)


def in_own_namespace(arguments: list[str]) -> int:
    """Run this program where it may mount a disk that nobody else sees."""
    user = [] if os.geteuid() == 0 else ["--user", "--map-current-user", "--keep-caps"]
    command = ["unshare", "--mount", *user]
    if subprocess.run([*command, "true"], capture_output=True).returncode:
        print("this machine lets nobody make a namespace")
        return FORBIDDEN
    return subprocess.run([*command, sys.executable, __file__, *arguments]).returncode


@contextmanager
def small_disk() -> Iterator[Path]:
    """Give a folder that is a small disk of memory."""
    options, lazily = f"size={DISK_BYTES},mode=0755".encode(), 2
    with tempfile.TemporaryDirectory(prefix="xunge-disk-") as folder:
        path = os.fsencode(folder)
        _libc(lambda c: c.mount(b"tmpfs", path, b"tmpfs", 0, options))
        try:
            yield Path(folder)
        finally:
            _libc(lambda c: c.umount2(path, lazily))


def _libc(call: Callable[[ctypes.CDLL], int]) -> None:
    if call(ctypes.CDLL(None, use_errno=True)):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


if __name__ == "__main__":
    main()
