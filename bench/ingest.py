"""Durable ingest over HTTP: fixes per CPU-second, beside raw COPY of the same rows.

Run from the project's folder: ``python bench/ingest.py``. It makes a database cluster
of its own in a temporary folder, starts ``xunge ingest`` as a process, and sends walks
over keep-alive connections from this process, whose own CPU time does not count.
"""

import argparse
import asyncio
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from urllib.parse import urlencode
from uuid import uuid4

import numpy as np
from sqlalchemy import text

from api.security.credentials import hash_token, new_token
from api.services.database import bring_up, open_database, take_down
from api.services.merging import merge_pending
from api.settings import Settings
from geo.db import cluster as clusters
from geo.db.door import as_job

COMMAND = "from api.cli.main import main; main()"
CODE = 410325105200001
TICK_S = 1 / os.sysconf("SC_CLK_TCK")


@dataclass
class Phone:
    token: str
    fixes: list[dict]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--phones", type=int, default=100)
    options.add_argument("--batches", type=int, default=20)
    options.add_argument("--batch", type=int, default=50)
    options.add_argument("--singles", type=int, default=60)
    asked = options.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="xunge-bench-"))
    folder.chmod(0o755)
    settings = Settings(data_dir=folder)
    try:
        bring_up(settings)
        run(settings, asked)
    finally:
        take_down(settings)
        shutil.rmtree(clusters.cluster_in(folder).folder, ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)


def run(settings, asked) -> None:
    database = open_database(settings)
    postmaster = clusters.server_pid(clusters.cluster_in(settings.data_dir))
    county = add_county(database)
    api = subprocess.Popen(
        [sys.executable, "-c", COMMAND, "ingest", "--port", "0"],
        env=os.environ | {"XUNGE_DATA_DIR": str(settings.data_dir)},
        stdout=subprocess.PIPE,
        text=True,
    )
    port = int(api.stdout.readline().strip().rstrip("/").rsplit(":", 1)[1])
    try:
        count = asked.batches * asked.batch
        phones = [add_phone(database, county, i, count) for i in range(asked.phones)]
        raw_copy(database, postmaster, phones)
        send("batches", phones, port, api.pid, postmaster, as_batches(asked.batch))
        again = as_batches(asked.batch)
        send("batches again", phones, port, api.pid, postmaster, again)
        report_storage(database, county, phones)
        singles = [
            add_phone(database, county, i, asked.singles) for i in range(asked.phones)
        ]
        before = journal_bytes(database, county)
        send("single forms", singles, port, api.pid, postmaster, as_forms)
        grown = journal_bytes(database, county) - before
        count = sum(len(phone.fixes) for phone in singles)
        print(
            f"single-fix clients: journal {grown / count:.0f} B per fix with its index"
        )
    finally:
        api.kill()
        api.wait()
        database.dispose()


def add_county(database):
    county = uuid4()
    with database.jobs.begin() as connection:
        connection.execute(
            text("INSERT INTO counties VALUES (:id, 410325000000000, '试县', 4546)"),
            {"id": county},
        )
    return county


def add_phone(database, county, number, count) -> Phone:
    token, device, person = new_token(), uuid4(), uuid4()
    values = {"c": county, "d": device, "p": person, "k": CODE}
    values["h"] = hash_token(token)
    with as_job(database, county) as session:
        for statement in (
            "INSERT INTO people (county_id, id, name, code) VALUES (:c, :p, '员', :k)",
            "INSERT INTO devices (county_id, id, token_hash, label, code, created_at) "
            "VALUES (:c, :d, :h, '手机', :k, now())",
            "INSERT INTO device_bindings (county_id, device_id, person_id, during, "
            "code) VALUES (:c, :d, :p, '(,)', :k)",
        ):
            session.execute(text(statement), values)
    return Phone(token, walk(number, count))


def walk(number, count) -> list[dict]:
    """Return a noisy walk with every field that a native client sends."""
    rng = np.random.default_rng(number)
    start = time.time_ns() // 1_000_000 - 4 * 3_600_000
    lon = 111.9 + np.cumsum(rng.normal(0, 9e-5, count))
    lat = 34.1 + np.cumsum(rng.normal(0, 9e-5, count))
    return [
        {
            "t": start + i * 10_000 + int(rng.integers(0, 999)),
            "lon": round(float(lon[i]), 7),
            "lat": round(float(lat[i]), 7),
            "accuracy": round(float(rng.uniform(3, 25)), 1),
            "speed_mps": round(float(rng.uniform(0, 2)), 2),
            "heading": round(float(rng.uniform(0, 360)), 1),
            "altitude": round(500 + float(rng.normal(0, 5)), 1),
            "battery": 90 - i // 200,
            "mock": False,
            "provider": "gps",
        }
        for i in range(count)
    ]


def as_batches(size):
    def requests(phone) -> Iterable[tuple[bytes, int]]:
        for at in range(0, len(phone.fixes), size):
            part = phone.fixes[at : at + size]
            body = json.dumps({"batch_id": str(uuid4()), "fixes": part}).encode()
            yield http("/api/v1/fixes", body, phone.token), len(part)

    return requests


def as_forms(phone) -> Iterable[tuple[bytes, int]]:
    for fix in phone.fixes:
        form = {
            "id": phone.token,
            "lat": fix["lat"],
            "lon": fix["lon"],
            "timestamp": fix["t"] // 1000,
            "accuracy": fix["accuracy"],
            "altitude": fix["altitude"],
            "speed": fix["speed_mps"],
            "bearing": fix["heading"],
            "batt": fix["battery"],
            "charge": "false",
        }
        yield http("/ingest/osmand", urlencode(form).encode(), ""), 1


def http(path, body, token) -> bytes:
    kind = "application/json" if token else "application/x-www-form-urlencoded"
    bearer = f"Authorization: Bearer {token}\r\n" if token else ""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: bench\r\n{bearer}"
        f"Content-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def send(name, phones, port, api_pid, postmaster, requests) -> None:
    ready = [list(requests(phone)) for phone in phones]
    before = cpu_of(api_pid), cpu_of_tree(postmaster)
    begun = time.perf_counter()
    waits = asyncio.run(send_all(port, ready))
    wall = time.perf_counter() - begun
    api = cpu_of(api_pid) - before[0]
    server = cpu_of_tree(postmaster) - before[1]
    fixes = sum(size for own in ready for _, size in own)
    p50, p99 = np.percentile(waits, [50, 99]) * 1000
    print(
        f"{name:14} {fixes:8,} fixes {len(waits):7,} requests "
        f"{fixes / wall:9,.0f}/s wall  {fixes / (api + server):9,.0f} per CPU-s "
        f"(API {api / fixes * 1e6:6.1f} + PG {server / fixes * 1e6:6.1f} us/fix) "
        f"p50 {p50:5.0f} p99 {p99:5.0f} ms"
    )


async def send_all(port, ready) -> list[float]:
    waits: list[float] = []

    async def one(requests) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for content, _ in requests:
            begun = time.perf_counter()
            writer.write(content)
            head = await reader.readuntil(b"\r\n\r\n")
            if not head.startswith(b"HTTP/1.1 200"):
                raise RuntimeError(head.decode())
            lines = head.lower().split(b"\r\n")
            length = next(x for x in lines if x.startswith(b"content-length"))
            await reader.readexactly(int(length.split(b":")[1]))
            waits.append(time.perf_counter() - begun)
        writer.close()

    await asyncio.gather(*(one(requests) for requests in ready))
    return waits


def raw_copy(database, postmaster, phones) -> None:
    """COPY the same rows as text into a bare durable heap table, one transaction."""
    rows = "".join(
        "\t".join(str(value) for value in (i, *fix.values())) + "\n"
        for i, phone in enumerate(phones)
        for fix in phone.fixes
    )
    columns = "w int, t bigint, lon float8, lat float8, accuracy real, speed real, "
    columns += "heading real, altitude real, battery real, mock bool, provider text"
    with database.owner.begin() as connection:
        connection.execute(text(f"CREATE TABLE bench_copy ({columns})"))
        before, begun = cpu_of_tree(postmaster), time.perf_counter()
        cursor = connection.connection.cursor()
        cursor.copy_expert("COPY bench_copy FROM STDIN", StringIO(rows))
    wall, server = time.perf_counter() - begun, cpu_of_tree(postmaster) - before
    count = sum(len(phone.fixes) for phone in phones)
    with database.owner.begin() as connection:
        size = connection.scalar(text("SELECT pg_table_size('bench_copy')"))
        connection.execute(text("DROP TABLE bench_copy"))
    print(
        f"{'raw COPY':14} {count:8,} fixes {1:7} request  {count / wall:9,.0f}/s wall  "
        f"{count / max(server, TICK_S):9,.0f} per CPU-s (PG alone), "
        f"{size / count:.0f} B per fix"
    )


def report_storage(database, county, phones) -> None:
    count = sum(len(phone.fixes) for phone in phones)
    begun = time.process_time()
    merge_pending(database, county, datetime.now(UTC))
    spent = time.process_time() - begun
    journal = journal_bytes(database, county)
    with as_job(database, county) as session:
        packed = session.scalar(text("SELECT sum(octet_length(packed)) FROM journal"))
        tracks = session.scalar(
            text("SELECT sum(octet_length(packed)) FROM day_tracks")
        )
        merged = session.scalar(text("SELECT sum(fix_count) FROM day_tracks"))
    print(
        f"journal {journal / count:.1f} B per fix with its index "
        f"(packed {packed / count:.1f}), day track {tracks / merged:.1f} B per fix; "
        f"merge {spent / count * 1e6:.1f} us/fix of job CPU; "
        f"{merged:,} of {count:,} fixes in day tracks"
    )


def journal_bytes(database, county) -> int:
    size = "SELECT sum(pg_total_relation_size(relid)) FROM pg_partition_tree('journal')"
    with as_job(database, county) as session:
        return int(session.scalar(text(size)))


def cpu_of(pid) -> float:
    """Return the CPU seconds of a process and of the children it has buried."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return sum(map(int, fields[11:15])) * TICK_S


def cpu_of_tree(pid) -> float:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    total = cpu_of(pid)
    for child in children:
        try:
            total += cpu_of(child)
        except OSError:
            # It ended meanwhile; its parent has its time.
            continue
    return total


if __name__ == "__main__":
    main()
