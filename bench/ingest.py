"""Durable ingest over HTTP: fixes per CPU-second, beside raw COPY of the same rows.

Run from the project's folder: ``python bench/ingest.py``. It sends walks over open
connections from this process, whose own CPU time does not count: as batches, the same
once more, as single forms, and both at half the rate that was reached, where the wait
is what counts.
"""

import argparse
import asyncio
import json
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from io import StringIO
from urllib.parse import urlencode
from uuid import uuid4

import numpy as np
import rig
from sqlalchemy import text

from api.services.positions.merging import merge_pending
from geo.db.door import as_job


@dataclass
class Phone:
    token: str
    fixes: list[dict]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--phones", type=int, default=100)
    options.add_argument("--batches", type=int, default=20)
    options.add_argument("--batch", type=int, default=50)
    options.add_argument("--singles", type=int, default=200)
    asked = options.parse_args()
    with rig.own_server() as own:
        run(own, asked)


def run(own, asked) -> None:
    count = asked.batches * asked.batch
    phones = add_phones(own, asked.phones, count)
    raw_copy(own, phones)
    rate = send(own, "batches", phones, as_batches(asked.batch))
    send(own, "batches again", phones, as_batches(asked.batch))
    report_storage(own, phones)
    some = add_phones(own, asked.phones, count // 4)
    send(own, "at half load", some, as_batches(asked.batch), rate / 2)
    singles = add_phones(own, asked.phones, asked.singles)
    before = journal_bytes(own)
    rate = send(own, "single forms", singles, as_forms)
    grown = journal_bytes(own) - before
    print(
        "single-fix clients: journal "
        f"{grown / (asked.phones * asked.singles):.0f} B per fix with its index"
    )
    some = add_phones(own, asked.phones, asked.singles // 4)
    send(own, "at half load", some, as_forms, rate / 2)


def add_phones(own, number, fixes) -> list[Phone]:
    return [
        Phone(rig.add_phone(own.database, own.county), walk(i, fixes))
        for i in range(number)
    ]


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
            yield rig.http("/api/v1/fixes", body, phone.token), len(part)

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
        yield rig.http("/ingest/osmand", urlencode(form).encode(), ""), 1


def send(own, name, phones, requests, rate=None) -> float:
    """Send all requests of the phones at once, or at a rate; return the rate."""
    ready = [list(requests(phone)) for phone in phones]
    fixes = sum(size for one in ready for _, size in one)
    every_s = 0.0
    if rate is not None:
        every_s = fixes / rate / max(len(one) for one in ready)
    before = own.cpu_s()
    begun = time.perf_counter()
    waits = asyncio.run(send_all(own.port, ready, every_s))
    wall = time.perf_counter() - begun
    api, server = (now - then for now, then in zip(own.cpu_s(), before, strict=True))
    p50, p99 = np.percentile(waits, [50, 99]) * 1000
    print(
        f"{name:14} {fixes:8,} fixes {len(waits):7,} requests "
        f"{fixes / wall:9,.0f}/s wall  {fixes / (api + server):9,.0f} per CPU-s "
        f"(API {api / fixes * 1e6:6.1f} + PG {server / fixes * 1e6:6.1f} us/fix) "
        f"p50 {p50:5.0f} p99 {p99:5.0f} ms"
    )
    return fixes / wall


async def send_all(port, ready, every_s=0.0) -> list[float]:
    waits: list[float] = []

    async def one(number, requests) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        # Each phone in its turn; a late answer delays nothing that is due after it.
        begin = time.perf_counter() + every_s * number / len(ready)
        for turn, (content, _) in enumerate(requests):
            due = begin + every_s * turn
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            begun = due if every_s else time.perf_counter()
            if await rig.ask(reader, writer, content) != 200:
                raise RuntimeError("refused")
            waits.append(time.perf_counter() - begun)
        writer.close()

    await asyncio.gather(*(one(i, requests) for i, requests in enumerate(ready)))
    return waits


def raw_copy(own, phones) -> None:
    """COPY the same rows as text into a bare durable heap table, one transaction."""
    rows = "".join(
        "\t".join(str(value) for value in (i, *fix.values())) + "\n"
        for i, phone in enumerate(phones)
        for fix in phone.fixes
    )
    columns = "w int, t bigint, lon float8, lat float8, accuracy real, speed real, "
    columns += "heading real, altitude real, battery real, mock bool, provider text"
    with own.database.owner.begin() as connection:
        connection.execute(text(f"CREATE TABLE bench_copy ({columns})"))
        before, begun = own.cpu_s()[1], time.perf_counter()
        cursor = connection.connection.cursor()
        cursor.copy_expert("COPY bench_copy FROM STDIN", StringIO(rows))
    wall, server = time.perf_counter() - begun, own.cpu_s()[1] - before
    count = sum(len(phone.fixes) for phone in phones)
    with own.database.owner.begin() as connection:
        size = connection.scalar(text("SELECT pg_table_size('bench_copy')"))
        connection.execute(text("DROP TABLE bench_copy"))
    print(
        f"{'raw COPY':14} {count:8,} fixes {1:7} request  {count / wall:9,.0f}/s wall  "
        f"{count / max(server, rig.TICK_S):9,.0f} per CPU-s (PG alone), "
        f"{size / count:.0f} B per fix"
    )


def report_storage(own, phones) -> None:
    count = sum(len(phone.fixes) for phone in phones)
    begun = time.process_time()
    merge_pending(own.database, own.county, datetime.now(UTC))
    spent = time.process_time() - begun
    journal = journal_bytes(own)
    with as_job(own.database, own.county) as session:
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


def journal_bytes(own) -> int:
    size = "SELECT sum(pg_total_relation_size(relid)) FROM pg_partition_tree('journal')"
    with as_job(own.database, own.county) as session:
        return int(session.scalar(text(size)))


if __name__ == "__main__":
    main()
