"""Kill -9 of the ingestion and of the database: what was acknowledged is there, once.

A real server process on a port of the kernel's choice, on a durable cluster of its own.
It shows what a crash of a process loses, not what a power cut does; that commits reach
the disk is checked at the start (`require_durable`).
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread

import httpx
import pytest
from sqlalchemy import text

from api.services.positions.merging import merge_pending
from api.services.upkeep.database import bring_up, open_database, take_down
from api.settings import Settings
from geo.db import cluster as clusters
from geo.db.door import as_job
from geo.db.store.journal import unmerged
from geo.localtime import from_ms
from tracking.storage.journal import unpack

PHONES, BATCHES, IN_BATCH = 4, 30, 5
PATIENCE_S = 300.0
COMMAND = "from api.cli.main import main; main()"


class Server:
    """The ingestion as a process that can be killed and comes back elsewhere."""

    def __init__(self, data_dir: Path) -> None:
        self._env = os.environ | {"XUNGE_DATA_DIR": str(data_dir)}
        self.address = ""
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", COMMAND, "ingest", "--port", "0"],
            env=self._env,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self.address = self.process.stdout.readline().strip().rstrip("/")

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


class Walker(Thread):
    """A phone: sends each batch until it is acknowledged, then forgets it."""

    def __init__(self, server, phone, number, giving_up):
        super().__init__()
        self.server, self.phone, self.giving_up = server, phone, giving_up
        start = time.time_ns() // 1_000_000 - 86_400_000 + number
        self._http = httpx.Client(timeout=10)
        self.acknowledged: list[int] = []
        self.batches = [
            [start + (i * IN_BATCH + j) * 1000 for j in range(IN_BATCH)]
            for i in range(BATCHES)
        ]

    def run(self) -> None:
        with self._http:
            self._send_all()

    def _send_all(self) -> None:
        for batch in self.batches:
            fixes = [{"t": t, "lon": 111.9, "lat": 34.1} for t in batch]
            while not self._post({"fixes": fixes}):
                if self.giving_up.wait(0.2):
                    return
            self.acknowledged += batch
            self.giving_up.wait(0.05)

    def _post(self, batch) -> bool:
        try:
            answer = self._http.post(
                f"{self.server.address}/api/v1/fixes",
                content=json.dumps(batch),
                headers=self.phone.bearer,
            )
        except (httpx.HTTPError, httpx.InvalidURL):
            return False
        return answer.status_code == 200


@pytest.fixture
def settings():
    # A short path that the user of the server can reach, not pytest's deep one.
    folder = Path(tempfile.mkdtemp(prefix="xunge-crash-"))
    folder.chmod(0o755)
    made = Settings(data_dir=folder)
    try:
        bring_up(made)
        yield made
    finally:
        take_down(made)
        shutil.rmtree(clusters.cluster_in(folder).folder, ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)


def kill_database(settings):
    """Kill the server and its children: nobody writes a last page."""
    cluster = clusters.cluster_in(settings.data_dir)
    server = clusters.server_pid(cluster)
    children = Path(f"/proc/{server}/task/{server}/children").read_text().split()
    for pid in (server, *map(int, children)):
        # A child may go by itself as soon as its server has gone.
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    while any(_is_alive(pid) for pid in (server, *map(int, children))):
        time.sleep(0.05)
    clusters.start(cluster)


def _is_alive(pid):
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return False
    return state != "Z"


def wait_for(walkers, share):
    limit = time.monotonic() + PATIENCE_S
    wanted = share * PHONES * BATCHES * IN_BATCH
    while sum(len(walker.acknowledged) for walker in walkers) < wanted:
        assert time.monotonic() < limit, "the phones get no answers"
        time.sleep(0.02)


def test_acknowledged_fixes_survive_kills_of_both_servers_once(
    settings, make_county, add_phone
):
    database = open_database(settings)
    county = make_county(database)
    phones = [add_phone(database, county) for _ in range(PHONES)]
    server, giving_up = Server(settings.data_dir), Event()
    walkers = [Walker(server, p, i, giving_up) for i, p in enumerate(phones)]
    try:
        for walker in walkers:
            walker.start()
        for share, victim in ((0.15, "api"), (0.4, "database"), (0.6, "both")):
            wait_for(walkers, share)
            if victim != "database":
                server.kill()
            if victim != "api":
                kill_database(settings)
            if victim != "database":
                server.start()
        wait_for(walkers, 1.0)
    finally:
        giving_up.set()
        for walker in walkers:
            walker.join()
        server.kill()
    kill_database(settings)

    for walker in walkers:
        journal = times_in_journal(database, county, walker.phone)
        assert Counter(journal) == Counter(walker.acknowledged)
        day = from_ms(max(walker.acknowledged))
    merge_pending(database, county, day)
    with as_job(database, county) as session:
        merged = session.scalar(text("SELECT sum(fix_count) FROM day_tracks"))
    assert merged == PHONES * BATCHES * IN_BATCH
    database.dispose()


def times_in_journal(database, county, phone):
    with as_job(database, county) as session:
        rows = unmerged(session, phone.device_id)
        return [t for row in rows for t in unpack(row.packed).column("t_ms").tolist()]
