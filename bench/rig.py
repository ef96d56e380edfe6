"""What the benches of ingestion share: a cluster and a server of their own, and phones.

The cluster lies in a temporary folder, the server is ``xunge ingest`` as a process; CPU
time is read of that process and of PostgreSQL with all its children, never of the
generator of the load.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

from sqlalchemy import text

from api.security.credentials import hash_token, new_token
from api.services.people.people import add_person, open_account
from api.services.upkeep.database import bring_up, open_database, take_down
from api.settings import Settings
from geo.db import cluster as clusters
from geo.db.door import as_job
from geo.db.engine import Database
from tracking.cases.roles import Role

COMMAND = "from api.cli.main import main; main()"
CODE = 410325105200001
TICK_S = 1 / os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Rig:
    """A database with one county, and a server before it."""

    database: Database
    county: UUID
    port: int
    api_pid: int
    postmaster: int

    def cpu_s(self) -> tuple[float, float]:
        """Return the CPU seconds of the server and of PostgreSQL so far."""
        return cpu_of(self.api_pid), cpu_of_tree(self.postmaster)


@contextmanager
def own_settings(place: Path | None = None) -> Iterator[Settings]:
    """Give a database cluster in a temporary folder, and take both away after."""
    folder = Path(tempfile.mkdtemp(prefix="xunge-bench-", dir=place))
    folder.chmod(0o755)
    settings = Settings(data_dir=folder)
    try:
        bring_up(settings)
        yield settings
    finally:
        take_down(settings)
        shutil.rmtree(clusters.cluster_in(folder).folder, ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def own_server() -> Iterator[Rig]:
    """Give a county in a cluster of its own, and ``xunge ingest`` before it."""
    with own_settings() as settings:
        database = open_database(settings)
        server = start_server(settings.data_dir)
        try:
            yield Rig(
                database,
                add_county(database),
                port_of(server),
                server.pid,
                clusters.server_pid(clusters.cluster_in(settings.data_dir)) or 0,
            )
        finally:
            server.kill()
            server.wait()
            database.dispose()


def start_server(
    data_dir: Path, prelude: str = "", what: str = "ingest", *, quiet: bool = False
) -> "subprocess.Popen[str]":
    """Start a server on a port of the kernel's choice; `prelude` is run before."""
    return subprocess.Popen(
        [sys.executable, "-c", prelude + COMMAND, what, "--port", "0"],
        env=os.environ | {"XUNGE_DATA_DIR": str(data_dir)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL if quiet else None,
        text=True,
    )


def port_of(server: "subprocess.Popen[str]") -> int:
    """Return the port that a server says it listens on, as soon as it does."""
    assert server.stdout is not None
    return int(server.stdout.readline().strip().rstrip("/").rsplit(":", 1)[1])


def add_county(database: Database) -> UUID:
    """Add a county and return its id."""
    county = uuid4()
    with database.jobs.begin() as connection:
        connection.execute(
            text("INSERT INTO counties VALUES (:id, 410325000000000, '试县', 4546)"),
            {"id": county},
        )
    return county


def add_account(
    database: Database, county: UUID, code: str, role: Role, login: str
) -> str:
    """Make a person with an account for an area, and return the password."""
    with as_job(database, county) as session:
        person = add_person(session, county, name=login, code=code)
        return open_account(
            session, county, person, login=login, role=role, areas=[code]
        )


def add_phone(database: Database, county: UUID) -> str:
    """Add a phone that somebody carries, and return its token."""
    token = new_token()
    values = {"c": county, "d": uuid4(), "p": uuid4(), "k": CODE}
    with as_job(database, county) as session:
        for statement in (
            "INSERT INTO people (county_id, id, name, code) VALUES (:c, :p, '员', :k)",
            "INSERT INTO devices (county_id, id, token_hash, label, code, created_at) "
            "VALUES (:c, :d, :h, '手机', :k, now())",
            "INSERT INTO device_bindings (county_id, device_id, person_id, during, "
            "code) VALUES (:c, :d, :p, '(,)', :k)",
        ):
            session.execute(text(statement), values | {"h": hash_token(token)})
    return token


def http(path: str, body: bytes, token: str) -> bytes:
    """Return a request as bytes: JSON with a token in the header, else a form."""
    kind = "application/json" if token else "application/x-www-form-urlencoded"
    bearer = f"Authorization: Bearer {token}\r\n" if token else ""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: bench\r\n{bearer}"
        f"Content-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def ask(reader, writer, request: bytes) -> int:
    """Send one request and return the status of its answer: 200, 429 or 503."""
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    status = int(head[9:12])
    if status not in (200, 429, 503):
        raise RuntimeError(head.decode())
    lines = head.lower().split(b"\r\n")
    length = next(x for x in lines if x.startswith(b"content-length"))
    await reader.readexactly(int(length.split(b":")[1]))
    return status


def cpu_of(pid: int | str) -> float:
    """Return the CPU seconds of a process and of the children it has buried."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return sum(map(int, fields[11:15])) * TICK_S


def cpu_of_tree(pid: int) -> float:
    """Return the CPU seconds of a process and all its children."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    total = cpu_of(pid)
    for child in children:
        try:
            total += cpu_of(child)
        except OSError:
            # It ended meanwhile; its parent has its time.
            continue
    return total
