"""Reconnect storms: a county of phones comes back after hours offline, all at once.

Run from the project's folder: ``python bench/storm.py``. First every phone sends its
backlog in batches; then a part of them an hour's backlog as single posts; in both other
phones go on posting live fixes once in 10 s, and it is these whose wait is shown. At
the end the journal is counted: nothing lost, nothing twice.
"""

import argparse
import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlencode
from uuid import uuid4

import numpy as np
import orjson
from ingest import (
    COMMAND,
    add_county,
    add_phone,
    as_forms,
    cpu_of,
    cpu_of_tree,
    http,
)
from sqlalchemy import text

from api.services.database import bring_up, open_database, take_down
from api.settings import Settings
from geo.db import cluster as clusters
from geo.db.door import as_job

AT_ONCE = 200


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--phones", type=int, default=4215)
    options.add_argument("--fixes", type=int, default=720)
    options.add_argument("--batch", type=int, default=120)
    options.add_argument("--single-phones", type=int, default=100)
    options.add_argument("--single-fixes", type=int, default=360)
    options.add_argument("--live", type=int, default=200)
    asked = options.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="xunge-storm-"))
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
    county = add_county(database)
    api = subprocess.Popen(
        [sys.executable, "-c", COMMAND, "ingest", "--port", "0"],
        env=os.environ | {"XUNGE_DATA_DIR": str(settings.data_dir)},
        stdout=subprocess.PIPE,
        text=True,
    )
    port = int(api.stdout.readline().strip().rstrip("/").rsplit(":", 1)[1])
    pids = api.pid, clusters.server_pid(clusters.cluster_in(settings.data_dir))
    try:
        live = [add_phone(database, county, i, 1).token for i in range(asked.live)]
        # All walk the same way: what differs is who they are, and that is what counts.
        phones = [add_phone(database, county, 0, 0) for _ in range(asked.phones)]
        way = add_phone(database, county, 0, asked.fixes).fixes
        bodies = [
            orjson.dumps(
                {"batch_id": str(uuid4()), "fixes": way[at : at + asked.batch]}
            )
            for at in range(0, asked.fixes, asked.batch)
        ]
        backlog = [
            [http("/api/v1/fixes", body, phone.token) for body in bodies]
            for phone in phones
        ]
        walked = storm(
            "batches", port, pids, backlog, asked.phones * asked.fixes, live, 1
        )
        singles = [
            add_phone(database, county, i, asked.single_fixes)
            for i in range(asked.single_phones)
        ]
        backlog = [[request for request, _ in as_forms(phone)] for phone in singles]
        posts = asked.single_phones * asked.single_fixes
        walked += storm("single posts", port, pids, backlog, posts, live, posts / 3600)
        with as_job(database, county) as session:
            counted = text("SELECT sum(cardinality(hashes)) FROM journal")
            stored = session.scalar(counted)
        sent = asked.phones * asked.fixes + posts + walked
        print(f"journal: {stored:,} fixes stored of {sent:,} acknowledged")
    finally:
        api.kill()
        api.wait()
        database.dispose()


def storm(name, port, pids, backlog, fixes, live, arrival) -> int:
    before = [cpu_of(pids[0]), cpu_of_tree(pids[1])]
    begun = time.perf_counter()
    waits, refused = asyncio.run(send_all(port, backlog, live))
    wall = time.perf_counter() - begun
    spent = cpu_of(pids[0]) + cpu_of_tree(pids[1]) - sum(before)
    p50, p99 = np.percentile(waits, [50, 99]) * 1000
    times = fixes / wall / arrival
    share = f", {times:,.1f} x the rate of arrival" if arrival > 1 else ""
    print(
        f"{name:12} {fixes:9,} fixes in {wall:6.1f} s ({fixes / wall:9,.0f}/s{share}), "
        f"{spent:5.1f} CPU-s of API and PostgreSQL; {len(waits):,} live posts "
        f"p50 {p50:4.0f} p99 {p99:5.0f} ms, {refused} told to come again"
    )
    return len(waits)


async def send_all(port, backlog, live) -> tuple[list[float], int]:
    waits: list[float] = []
    refused = 0
    turn = asyncio.Semaphore(AT_ONCE)
    over = asyncio.Event()

    async def phone(requests: Iterable[bytes]) -> None:
        nonlocal refused
        async with turn:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            for request in requests:
                while await ask(reader, writer, request) == 503:
                    refused += 1
                    await asyncio.sleep(1)
            writer.close()

    async def walker(token, delay) -> None:
        await asyncio.sleep(delay)
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while not over.is_set():
            now_ms = time.time_ns() // 1_000_000
            form = {"id": token, "lat": 34.1, "lon": 111.9, "timestamp": now_ms}
            request = http("/ingest/osmand", urlencode(form).encode(), "")
            begun = time.perf_counter()
            while await ask(reader, writer, request) == 503:
                await asyncio.sleep(1)
            waits.append(time.perf_counter() - begun)
            try:
                await asyncio.wait_for(over.wait(), 10)
            except TimeoutError:
                continue
        writer.close()

    walkers = [
        asyncio.ensure_future(walker(token, 10 * i / len(live)))
        for i, token in enumerate(live)
    ]
    await asyncio.gather(*(phone(requests) for requests in backlog))
    over.set()
    await asyncio.gather(*walkers)
    return waits, refused


async def ask(reader, writer, request) -> int:
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    status = int(head[9:12])
    if status not in (200, 503):
        raise RuntimeError(head.decode())
    lines = head.lower().split(b"\r\n")
    length = next(x for x in lines if x.startswith(b"content-length"))
    await reader.readexactly(int(length.split(b":")[1]))
    return status


if __name__ == "__main__":
    main()
