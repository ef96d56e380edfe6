"""Logs say what happened, and hold nothing that was sent."""

import io
import json
import logging
from uuid import uuid4

import pytest

from api.security.records import JsonLines

CANARY = "Zz9canaryZz9"
LON, LAT = 111.913579, 34.0024681


@pytest.fixture
def lines():
    """Everything that is logged, at the finest level, as the server would write it."""
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(JsonLines())
    # The phone of this test is a client in the same process, and logs its addresses.
    handler.addFilter(lambda record: not record.name.startswith("http"))
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield out
    root.removeHandler(handler)
    root.setLevel(before)


def plant(client, token):
    """Send the canary in every place that a request has."""
    body = {
        "id": str(uuid4()),
        "lon": LON,
        "lat": LAT,
        "coord_type": CANARY,
        "category": CANARY,
        "level": CANARY,
        "text": CANARY,
        "reported_at": CANARY,
        CANARY: CANARY,
    }
    login = {"login": CANARY, "password": CANARY}
    bearer = {"authorization": f"Bearer {CANARY}{token}"}
    fix = {"t": "2026-05-20T01:00:00Z", "lon": LON, "lat": LAT, CANARY: CANARY}
    yield client.post("/api/v1/session", json=login)
    yield client.post("/api/v1/hazards", json=body)
    yield client.post("/api/v1/hazards", json=body | {"text": 5})
    yield client.post("/api/v1/fixes", json={"fixes": [fix]}, headers=bearer)
    yield client.get(f"/api/v1/hazards?bbox={CANARY}&x={LON}")
    yield client.get(f"/api/v1/hazards/{CANARY}")
    yield client.get(f"/{CANARY}/{LON}?{CANARY}", headers={"cookie": CANARY})
    yield client.request(CANARY.upper(), "/api/v1/hazards")
    yield client.post(f"/ingest/osmand?id={CANARY}&lat={LAT}&lon={LON}")
    kept = {"coord_type": "wgs84", "category": "safety.mine_opening"}
    kept |= {"level": "general", "reported_at": "2026-05-20T09:30:00+08:00"}
    whole = {k: v for k, v in (body | kept).items() if k != CANARY}
    yield client.post("/api/v1/hazards", json=whole)


def test_what_was_sent_never_stands_in_a_log(sign_in, device, world, lines):
    statuses = [a.status_code for a in plant(sign_in("near_worker"), world.token)]
    own = {"t": "2026-05-20T01:00:00Z", "lon": LON, "lat": LAT, "note": CANARY}
    statuses.append(device.post("/api/v1/fixes", json={"fixes": [own]}).status_code)
    assert {200, 201, 401, 422} <= set(statuses)
    written = lines.getvalue()
    assert "answered" in written
    for secret in (CANARY, CANARY.upper(), str(LON), str(LAT), world.token):
        assert secret not in written
    for password in world.passwords.values():
        assert password not in written


def test_an_error_is_logged_by_kind_and_place_without_what_it_says(lines):
    try:
        try:
            raise ValueError(f"INSERT … {CANARY}")
        except ValueError as error:
            raise RuntimeError(CANARY) from error
    except RuntimeError:
        logging.getLogger("x").exception("it failed")
    line = json.loads(lines.getvalue())
    assert line["event"] == "it failed"
    assert line["error"] == ["RuntimeError", "ValueError"]
    assert "test_records.py" in line["where"][0]
    assert CANARY not in lines.getvalue()
