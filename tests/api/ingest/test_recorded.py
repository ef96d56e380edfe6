"""Requests as the apps send them, byte for byte, replayed against the ingestion.

Each file of ``recorded`` is a request with the secret left open; `KEPT` says which
fixes it holds: time of day in UTC, accuracy in m, speed in m/s, battery in percent.
"""

from base64 import b64encode
from pathlib import Path

import numpy as np
import pytest

from geo.db.door import as_job
from geo.db.store.journal import unmerged
from tracking.storage.fixblock import to_frame
from tracking.storage.journal import unpack

RECORDED = Path(__file__).parent / "recorded"
NOT = None
KEPT = {
    "traccar_form": [("04:00:00", 4.8, 1.199, 87)],
    "traccar_flat_json": [("04:00:20", 5.0, 0.998, 86), ("04:00:30", 0.0, NOT, NOT)],
    "traccar_nested_json": [("04:00:40.250000", 6.2, NOT, 86)],
    "owntracks_location": [("04:01:00", 8.0, 1.389, 85)],
    "owntracks_location_zeros_left_out": [("04:01:10", NOT, NOT, NOT)],
    "overland_batch": [("04:01:20", 5.0, 1.2, 84), ("04:01:30", 65.0, NOT, NOT)],
    "gpslogger_post": [("04:01:40", 4.2, 1.1, 83)],
    "gpslogger_sent_again": [("04:01:40", 4.2, 1.1, 83)],
    "gpslogger_get": [("04:01:50", 4.2, 1.1, 83)],
    "native_batch": [("04:02:00.500000", 5.0, 1.2, 83), ("04:02:10", NOT, NOT, NOT)],
}
ANSWERS = {"owntracks": b"[]", "overland": b'{"result":"ok"}', "traccar": b""}
NAMES = sorted(path.stem for path in RECORDED.glob("*.http"))


def replay(client, phone, name):
    head, body = (RECORDED / f"{name}.http").read_bytes().split(b"\r\n\r\n", 1)
    basic = b64encode(f"wang:{phone.token}".encode()).decode()
    lines = head.decode().replace("{token}", phone.token).replace("{basic}", basic)
    first, *rest = lines.split("\r\n")
    method, url, _ = first.split(" ")
    headers = dict(line.split(": ", 1) for line in rest)
    del headers["Content-Length"]
    content = body.replace(b"{token}", phone.token.encode())
    send = client.get if method == "GET" else client.post
    more = {} if method == "GET" else {"content": content}
    return send(url, headers=headers, **more)


def kept(database, county, phone):
    with as_job(database, county) as session:
        rows = unmerged(session, phone.device_id)
        frames = [to_frame(unpack(row.packed)) for row in rows]
    return [row for frame in frames for row in frame.to_dict("records")]


def test_there_is_a_recording_of_every_format_and_odd_message():
    assert {name.split("_")[0] for name in NAMES} == {
        "traccar", "owntracks", "overland", "gpslogger", "native"
    }  # fmt: skip
    assert set(KEPT) <= set(NAMES)


@pytest.fixture
def client(make_client):
    """One that also takes what was recorded of a GET."""
    with make_client(ingest_by_get=True) as found:
        yield found


@pytest.mark.parametrize("name", NAMES)
def test_a_recorded_request_is_taken_twice_and_kept_once(
    client, phone, database, county, name
):
    for _ in range(2):
        answer = replay(client, phone, name)
        assert answer.status_code == 200
        wanted = ANSWERS.get(name.split("_")[0])
        assert wanted is None or answer.content == wanted
    found = kept(database, county, phone)
    assert len(found) == len(KEPT.get(name, []))
    for fix, (clock, accuracy, speed, battery) in zip(
        found, KEPT.get(name, []), strict=True
    ):
        t = np.datetime64(f"2026-05-20T{clock}", "ms").astype(np.int64)
        assert fix["t_ms"] == t
        for field, value in (
            ("accuracy_m", accuracy),
            ("speed_mps", speed),
            ("battery_pct", battery),
        ):
            said = np.nan if value is None else value
            assert fix[field] == pytest.approx(said, nan_ok=True)
