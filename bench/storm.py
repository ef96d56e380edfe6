"""Reconnect storms: a county of phones comes back after hours offline, all at once.

Run from the project's folder: ``python bench/storm.py``. First every phone sends its
backlog in batches; then a part of them an hour's backlog as single posts; in both other
phones go on posting live fixes once in 10 s, and it is these whose wait is shown. At
the end the journal is counted: nothing lost, nothing twice.
"""

import argparse
import asyncio
import time
from collections.abc import Iterable
from urllib.parse import urlencode
from uuid import uuid4

import numpy as np
import orjson
import rig
from ingest import Phone, as_forms, walk
from sqlalchemy import text

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
    with rig.own_server() as own:
        run(own, asked)


def run(own, asked) -> None:
    live = add_tokens(own, asked.live)
    sent = storm(own, "batches", batches_of(own, asked), asked.batch, live, 1)
    fixes = asked.single_fixes
    phones = [
        Phone(token, walk(i, fixes))
        for i, token in enumerate(add_tokens(own, asked.single_phones))
    ]
    singles = [[request for request, _ in as_forms(phone)] for phone in phones]
    # Each of them makes a fix every 10 s.
    sent += storm(own, "single posts", singles, 1, live, len(phones) / 10)
    with as_job(own.database, own.county) as session:
        counted = text("SELECT sum(cardinality(hashes)) FROM journal")
        stored = session.scalar(counted)
    print(f"journal: {stored:,} fixes stored of {sent:,} acknowledged")


def add_tokens(own, number) -> list[str]:
    return [rig.add_phone(own.database, own.county) for _ in range(number)]


def batches_of(own, asked) -> list[list[bytes]]:
    """Return the backlog of each phone.

    All walk the same way: what differs is who they are, and that is what counts.
    """
    way = walk(0, asked.fixes)
    bodies = [
        orjson.dumps({"batch_id": str(uuid4()), "fixes": way[at : at + asked.batch]})
        for at in range(0, asked.fixes, asked.batch)
    ]
    return [
        [rig.http("/api/v1/fixes", body, token) for body in bodies]
        for token in add_tokens(own, asked.phones)
    ]


def storm(own, name, backlog, size, live, arrival) -> int:
    """Send a backlog of requests of `size` fixes; return how many were acknowledged."""
    fixes = size * sum(map(len, backlog))
    before = sum(own.cpu_s())
    begun = time.perf_counter()
    waits, refused = asyncio.run(send_all(own.port, backlog, live))
    wall = time.perf_counter() - begun
    spent = sum(own.cpu_s()) - before
    p50, p99 = np.percentile(waits, [50, 99]) * 1000
    times = fixes / wall / arrival
    share = f", {times:,.1f} x the rate of arrival" if arrival > 1 else ""
    print(
        f"{name:12} {fixes:9,} fixes in {wall:6.1f} s ({fixes / wall:9,.0f}/s{share}), "
        f"{spent:5.1f} CPU-s of API and PostgreSQL ({fixes / spent:,.0f} per CPU-s); "
        f"{len(waits):,} live posts "
        f"p50 {p50:4.0f} p99 {p99:5.0f} ms, {refused} told to come again"
    )
    return fixes + len(waits)


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
                while await rig.ask(reader, writer, request) != 200:
                    refused += 1
                    await asyncio.sleep(1)
            writer.close()

    async def walker(token, delay) -> None:
        await asyncio.sleep(delay)
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while not over.is_set():
            now_ms = time.time_ns() // 1_000_000
            form = {"id": token, "lat": 34.1, "lon": 111.9, "timestamp": now_ms}
            request = rig.http("/ingest/osmand", urlencode(form).encode(), "")
            begun = time.perf_counter()
            while await rig.ask(reader, writer, request) != 200:
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


if __name__ == "__main__":
    main()
