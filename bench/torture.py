"""The kill ledger: kill -9 of ingestion and database while phones send, then an audit.

Run from the project's folder: ``python bench/torture.py``. Phones send batches in any
order and some of them twice, and each writes down what was acknowledged. In between the
ingestion and PostgreSQL are killed again and again, at last both. Then every journal
row is read: 0 acknowledged fixes may be lost, 0 stored twice, 0 altered. Else exit 1.

``--plant`` breaks the server on purpose, to see that this test would notice; the breach
is made in the server process as it starts, never by a switch of the product.
It shows what a crash of processes loses, not what a power cut does.
"""

import argparse
import http.client
import json
import os
import random
import signal
import sys
import time
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Lock, Thread
from uuid import UUID, uuid4

import numpy as np
import rig
from sqlalchemy import text

from api.security.credentials import hash_token, new_token
from api.services.positions.merging import merge_pending
from api.services.upkeep.database import open_database
from api.settings import Settings
from geo.db import cluster as clusters
from geo.db.door import as_job
from geo.db.engine import engine_of
from geo.db.store.journal import unmerged
from tracking.storage.journal import unpack

IN_BATCH = 50
PLANTS = {
    "none": "",
    # Acknowledged before its commit.
    "early-ack": """
import asyncio
from api.ingest import flusher
from api.ingest.writing import Receipt
real = flusher.Flusher.submit
async def early(self, post):
    task = asyncio.ensure_future(real(self, post))
    task.add_done_callback(lambda done: done.exception())
    await asyncio.sleep(0)
    return Receipt(len(post.upload.block), 0, 0)
flusher.Flusher.submit = early
""",
    # Committed, but not yet on the disk.
    "async-commit": """
from geo.db import engine
engine._LIMITS["xunge_ingest"]["synchronous_commit"] = "off"
""",
    # A repeat is not known as one: the hash of a fix is another each time.
    "no-unique": """
import numpy as np
from api.ingest import pool
rng = np.random.default_rng()
pool.content_hashes = lambda block: rng.integers(-2**62, 2**62, len(block))
""",
}


class Server:
    """A server as a process that can be killed and comes back elsewhere."""

    def __init__(self, data_dir: Path, plant: str, what: str = "ingest") -> None:
        self._data_dir, self._plant, self._what = data_dir, PLANTS[plant], what
        self.port = 0
        self.start()

    def start(self) -> None:
        self.process = rig.start_server(
            self._data_dir, self._plant, self._what, quiet=True
        )
        self.port = rig.port_of(self.process)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


class Ledger:
    """What was sent and what was acknowledged, of all phones."""

    def __init__(self) -> None:
        self._lock = Lock()
        self.acknowledged = 0

    def add(self, count: int) -> None:
        with self._lock:
            self.acknowledged += count


class Phone(Thread):
    """Sends batches until each is acknowledged; some twice, some days late."""

    def __init__(
        self, number: int, server: Server, ledger: Ledger, stop: Event
    ) -> None:
        super().__init__(daemon=True)
        self.token, self.device = new_token(), uuid4()
        self.acknowledged: set[int] = set()
        # Statuses that were answered; 0 is none.
        self.answers: Counter[int] = Counter()
        self.sent: dict[int, tuple[int, int, int]] = {}
        self._server, self._ledger, self._halt = server, ledger, stop
        self._rng = random.Random(number)
        self._next_ms = time.time_ns() // 1_000_000 - 40 * 86_400_000
        self._connection: http.client.HTTPConnection | None = None
        self._port = 0

    def run(self) -> None:
        try:
            self._send_all()
        finally:
            self._hang_up()

    def _send_all(self) -> None:
        waiting: list[list[int]] = []
        while not self._halt.is_set():
            # A few batches are under way, so that they arrive in no order.
            while len(waiting) < 4:
                waiting.append(self._make())
            batch = waiting.pop(self._rng.randrange(len(waiting)))
            again = self._rng.random() < 0.1
            while not self._post(batch):
                # The phone does not know what became of it, and sends it once more.
                if self._halt.wait(0.1):
                    return
            self._ledger.add(len(set(batch) - self.acknowledged))
            self.acknowledged.update(batch)
            if again:
                waiting.append(batch[: self._rng.randrange(1, IN_BATCH)])

    def _make(self) -> list[int]:
        times = [self._next_ms + i * 1000 for i in range(IN_BATCH)]
        self._next_ms = times[-1] + 1000
        for t in times:
            lon = 1_119_000_000 + self._rng.randrange(10**6)
            self.sent[t] = lon, 341_000_000 + self._rng.randrange(10**6), t % 5000
        return times

    def _post(self, times: list[int]) -> bool:
        fixes = [
            {"t": t, "lon": x / 1e7, "lat": y / 1e7, "accuracy": a / 100}
            for t, (x, y, a) in ((t, self.sent[t]) for t in times)
        ]
        try:
            if self._connection is None or self._port != self._server.port:
                self._hang_up()
                self._port = self._server.port
                self._connection = http.client.HTTPConnection(
                    "127.0.0.1", self._port, timeout=15
                )
            self._connection.request(
                "POST",
                "/api/v1/fixes",
                json.dumps({"batch_id": str(uuid4()), "fixes": fixes}),
                {"Authorization": f"Bearer {self.token}"},
            )
            answer = self._connection.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException):
            self._hang_up()
            self.answers[0] += 1
            return False
        self.answers[answer.status] += 1
        return answer.status == 200

    def _hang_up(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--fixes", type=int, default=100_000)
    options.add_argument("--api-kills", type=int, default=10)
    options.add_argument("--database-kills", type=int, default=5)
    options.add_argument("--phones", type=int, default=8)
    options.add_argument("--seconds", type=float, default=900)
    options.add_argument("--plant", choices=PLANTS, default="none")
    asked = options.parse_args()
    with rig.own_settings() as settings:
        found = torture(settings, asked)
    print(" ".join(f"{name}={value}" for name, value in found.items()))
    sys.exit(bool(found["lost"] or found["duplicated"] or found["altered"]))


def torture(settings: Settings, asked: argparse.Namespace) -> dict[str, float]:
    database = open_database(settings)
    cluster = clusters.cluster_in(settings.data_dir)
    if asked.plant == "async-commit":
        # What is not on the disk shall stay so long enough to be lost.
        run_as_admin(cluster, "ALTER SYSTEM SET wal_writer_delay = '10s'")
        run_as_admin(cluster, "ALTER SYSTEM SET wal_writer_flush_after = '1GB'")
        run_as_admin(cluster, "SELECT pg_reload_conf()")
    county, ledger, stop = rig.add_county(database), Ledger(), Event()
    server = Server(settings.data_dir, asked.plant)
    phones = [Phone(i, server, ledger, stop) for i in range(asked.phones)]
    for phone in phones:
        add_device(database, county, phone)
    kills = schedule(asked.api_kills, asked.database_kills)
    recovered: list[float] = []
    deadline = time.monotonic() + asked.seconds
    try:
        for phone in phones:
            phone.start()
        for i, victim in enumerate(kills, 1):
            wait_for(ledger, asked.fixes * i / (len(kills) + 1), deadline)
            killed = time.monotonic()
            if victim == "api":
                server.kill()
                server.start()
            else:
                kill_database(cluster)
            # More than was under way when it was killed.
            wait_for(ledger, ledger.acknowledged + asked.phones * IN_BATCH, deadline)
            recovered.append(time.monotonic() - killed)
        wait_for(ledger, asked.fixes, deadline)
        # Amid the posts: nobody says goodbye.
        server.kill()
        kill_database(cluster)
    finally:
        stop.set()
        for phone in phones:
            phone.join()
        if server.process.returncode is None:
            server.kill()
    found = {
        "acknowledged": ledger.acknowledged,
        "api_kills": asked.api_kills + 1,
        "database_kills": asked.database_kills + 1,
        "kills": len(kills) + 2,
        "recovery_p95_s": round(float(np.quantile(recovered, 0.95)), 1),
    }
    found |= audit(database, county, phones)
    database.dispose()
    return found


def schedule(api: int, database: int) -> list[str]:
    kills = ["api"] * api + ["database"] * database
    random.Random(1).shuffle(kills)
    return kills


def wait_for(ledger: Ledger, count: float, deadline: float) -> None:
    while ledger.acknowledged < count:
        if time.monotonic() > deadline:
            raise SystemExit(f"only {ledger.acknowledged} of {count:.0f} in time")
        time.sleep(0.02)


def kill_database(cluster: clusters.Cluster) -> None:
    """Kill the server and its children: nobody writes a last page."""
    server = clusters.server_pid(cluster)
    children = Path(f"/proc/{server}/task/{server}/children").read_text().split()
    pids = [server, *map(int, children)]
    for pid in pids:
        # A child may go by itself as soon as its server has gone.
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    while any(is_alive(pid) for pid in pids):
        time.sleep(0.02)
    clusters.start(cluster)


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return False
    return state != "Z"


def audit(database, county: UUID, phones: list[Phone]) -> dict[str, int]:
    """Compare all journal rows with what the phones wrote down."""
    lost = duplicated = altered = stored = 0
    for phone in phones:
        with as_job(database, county) as session:
            blocks = [unpack(r.packed) for r in unmerged(session, phone.device)]
        rows = [tuple(row) for block in blocks for row in block.values.tolist()]
        times = Counter(row[0] for row in rows)
        stored += len(times)
        lost += len(phone.acknowledged - times.keys())
        duplicated += sum(count - 1 for count in times.values())
        altered += sum(phone.sent.get(row[0]) != row[2:5] for row in rows)
    merge_pending(database, county, datetime.now(UTC))
    with as_job(database, county) as session:
        merged = session.scalar(text("SELECT sum(fix_count) FROM day_tracks")) or 0
    # A day track holds each fix once, whatever the journal holds.
    lost += max(0, stored - merged)
    return {"lost": lost, "duplicated": duplicated, "altered": altered}


def add_device(database, county: UUID, phone: Phone) -> None:
    with as_job(database, county) as session:
        session.execute(
            text(
                "INSERT INTO devices (county_id, id, token_hash, label, code, "
                "created_at) VALUES (:c, :d, :h, '手机', :k, now())"
            ),
            {
                "c": county,
                "d": phone.device,
                "h": hash_token(phone.token),
                "k": rig.CODE,
            },
        )


def run_as_admin(cluster: clusters.Cluster, statement: str) -> None:
    engine = engine_of(cluster.admin_url("postgres"), pool_size=1)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(statement))
    engine.dispose()


if __name__ == "__main__":
    main()
