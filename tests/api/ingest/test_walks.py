"""Real walks, sent as Traccar Client sends them, twice over."""

import csv
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from api.services.positions.merging import merge_pending
from api.services.positions.tracks import fixes_of
from geo.db.door import as_job
from geo.db.store.journal import quarantined_of
from geo.localtime import local_date_of_ms
from tracking.storage.fixblock import CONFLICT

WALKS = Path(__file__).parents[4] / "shared/data/gps/gpxpy_walks.csv"
NOW = datetime.now(UTC)


def seconds(t):
    return int(datetime.fromisoformat(t).timestamp() // 1)


@pytest.fixture
def walks():
    if not WALKS.exists():
        pytest.skip(f"the real walks are not beside the project: {WALKS.name}")
    with WALKS.open() as lines:
        return list(csv.DictReader(lines))


def requests_of(phone, walks):
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    for row in walks:
        form = {
            "id": phone.token,
            "lat": row["lat"],
            "lon": row["lon"],
            "timestamp": seconds(row["t"]),
        }
        yield "/ingest/osmand", {"data": form, "headers": headers}


def test_real_walks_sent_twice_are_all_kept_and_none_counts_twice(
    client, phone, walks, database, county
):
    requests = list(requests_of(phone, walks))
    for _ in range(2):
        for start in range(0, len(requests), 100):
            answers = client.post_all(requests[start : start + 100])
            assert {answer.status_code for answer in answers} == {200}
        merge_pending(database, county, NOW)

    days = {local_date_of_ms(seconds(row["t"]) * 1000) for row in walks}
    with as_job(database, county) as session:
        usable = sum(len(fixes_of(session, day)) for day in days)
        aside = quarantined_of(session, phone.device_id)
    distinct = {(seconds(row["t"]), row["lon"], row["lat"]) for row in walks}
    assert usable + len(aside) == len(distinct) == 1097
    old = [row for row in walks if row["t"] < "1902"]
    assert {row.reason for row, _ in aside} == {"impossible_date"}
    assert len(aside) == len(old)
    # One content of each time is no conflict; all others of that time are.
    times = {seconds(row["t"]) for row in old}
    assert sum(conflict for _, conflict in aside) == len(old) - len(times)


def test_conflicts_of_a_walk_are_kept_flagged_and_one_is_used(
    client, phone, walks, database, county
):
    walk = [row for row in walks if row["t"] > "1902"][:50]
    for shift in (0.0, 0.001):
        moved = [row | {"lat": float(row["lat"]) + shift} for row in walk]
        client.post_all(list(requests_of(phone, moved)))
        time.sleep(0.002)
    merge_pending(database, county, NOW)
    day = local_date_of_ms(seconds(walk[0]["t"]) * 1000)
    with as_job(database, county) as session:
        found = fixes_of(session, day)
    used = found[found["flags"] & CONFLICT == 0]
    sent = {(seconds(row["t"]) * 1000, float(row["lat"])) for row in walk}
    assert len(found) == 2 * len(walk)
    assert set(zip(used["t_ms"], used["lat"], strict=True)) == sent
