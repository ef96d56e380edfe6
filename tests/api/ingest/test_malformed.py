"""Odd values in every field of every format: no 5xx, no good fix beside them lost."""

import json
import time
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from geo.db.door import as_job

# As it would stand in JSON: some of it no JSON that a strict reader takes.
ODD = (
    "null",
    "true",
    '""',
    '" "',
    '"NaN"',
    "NaN",
    "Infinity",
    "-1e999",
    "1e308",
    "-0.0",
    "9223372036854775808",
    "-9223372036854775809",
    "1" + "0" * 400,
    "[]",
    "{}",
    "[[[[]]]]",
    '{"lat": 1}',
    '"０１２"',
    '"1_000"',
    '"0x10"',
    '"1e5"',
    '"34,1"',
    '"\\u0000"',
    '"\\ud800"',
    '"💥"',
    '"9999-12-31T23:59:59Z"',
    '"0001-01-01T00:00:00+14:00"',
    '"2026-02-30T00:00:00Z"',
    '"' + "x" * 5000 + '"',
)
FIELDS = {
    "native": (
        "t",
        "lon",
        "lat",
        "accuracy",
        "speed_mps",
        "heading",
        "mock",
        "provider",
    ),
    "overland": ("timestamp", "horizontal_accuracy", "speed", "battery_level"),
    "flat": ("timestamp", "lon", "lat", "accuracy", "speed", "batt", "mock", "id"),
}


def good(kind, token):
    """Return a usable fix of a format as JSON text, one field per key."""
    now_ms = time.time_ns() // 1_000_000
    if kind == "overland":
        return {"timestamp": str(now_ms // 1000), "horizontal_accuracy": "5"}
    time_of = {"native": "t", "flat": "timestamp"}[kind]
    fix = {"lon": "111.9", "lat": "34.1", time_of: str(now_ms)}
    return fix | ({"id": json.dumps(token)} if kind == "flat" else {})


def as_text(kind, fix):
    inner = "{" + ",".join(f'"{name}":{value}' for name, value in fix.items()) + "}"
    if kind != "overland":
        return inner
    place = '{"type":"Point","coordinates":[111.9,34.1]}'
    return f'{{"type":"Feature","geometry":{place},"properties":{inner}}}'


def send(client, phone, kind, items):
    body = "[" + ",".join(items) + "]"
    if kind == "flat":
        headers = {"content-type": "application/json"}
        return client.post("/ingest/osmand", content=body.encode(), headers=headers)
    name, url = {
        "native": ("fixes", "/api/v1/fixes"),
        "overland": ("locations", "/ingest/overland"),
    }[kind]
    content = f'{{"{name}":{body}}}'.encode()
    return client.post(url, content=content, headers=phone.bearer)


def usable(database, county, phone):
    query = "SELECT coalesce(sum(cardinality(hashes)), 0) FROM journal "
    with as_job(database, county) as session:
        return session.scalar(
            text(query + "WHERE device_id = :device"), {"device": phone.device_id}
        )


@pytest.mark.parametrize(
    ("kind", "field"), [(kind, field) for kind in FIELDS for field in FIELDS[kind]]
)
def test_odd_values_lose_no_good_fix_of_the_batch(
    client, phone, database, county, kind, field
):
    whole = good(kind, phone.token)
    odd = [as_text(kind, whole | {field: value}) for value in ODD]
    other = ["null", "[]", "3", '"x"', "{}"]
    first = {"timestamp": "1790000000"} if kind != "native" else {"t": "1790000000000"}
    items = [as_text(kind, whole), *odd, *other, as_text(kind, whole | first)]
    answer = send(client, phone, kind, items)
    assert answer.status_code == 200, answer.text
    with as_job(database, county) as session:
        rows = session.execute(
            text("SELECT first_ms FROM journal WHERE device_id = :device"),
            {"device": phone.device_id},
        ).all()
    # The last one is older than all that is odd: it is there, so all were read.
    assert min(row.first_ms for row in rows) <= 1_790_000_000_000


@pytest.mark.parametrize("path", ["osmand", "gpslogger", "owntracks"])
def test_one_odd_message_never_stalls_the_queue_behind_it(
    client, phone, database, county, path
):
    fields = {
        "osmand": ("lat", "lon", "timestamp", "accuracy", "speed", "batt"),
        "gpslogger": ("lat", "lon", "timestamp", "acc", "spd"),
        "owntracks": ("lat", "lon", "tst", "acc", "vel", "_type"),
    }[path]
    for field in fields:
        for value in ODD:
            assert one(client, phone, path, {field: value}) == 200, (field, value)
    before = usable(database, county, phone)
    an_hour_ago = {TIMES[path]: str(int(time.time()) - 3600)}
    assert one(client, phone, path, an_hour_ago) == 200
    assert usable(database, county, phone) == before + 1


TIMES = {"osmand": "timestamp", "gpslogger": "timestamp", "owntracks": "tst"}


def one(client, phone, path, odd):
    auth = ("wang", phone.token)
    now = {TIMES[path]: str(int(time.time()))}
    whole = {"lat": "34.1", "lon": "111.9"} | now | odd
    if path == "owntracks":
        body = as_text("native", {"_type": '"location"'} | whole).encode()
        answer = client.post("/ingest/owntracks", content=body, auth=auth)
    else:
        form = {name: value.strip('"') for name, value in whole.items()}
        if path == "osmand":
            form |= {"id": phone.token}
        answer = client.post(
            f"/ingest/{path}",
            content=urlencode(form, errors="surrogatepass"),
            headers={"content-type": "application/x-www-form-urlencoded"},
            auth=None if path == "osmand" else auth,
        )
    return answer.status_code


PATHS = {
    "/api/v1/fixes": "bearer",
    "/api/v1/fixes/gpx": "bearer",
    "/ingest/overland": "bearer",
    "/ingest/owntracks": "basic",
    "/ingest/gpslogger": "basic",
}
leaves = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9)
keys = st.sampled_from(
    "fixes locations t lat lon _type tst geometry coordinates properties timestamp "
    "batch_id sent_at coord_type location".split()
)
shapes = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4)
    ),
    max_leaves=12,
)
bodies = st.binary(max_size=60) | shapes.map(lambda said: json.dumps(said).encode())


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(bodies, st.sampled_from(sorted(PATHS)))
def test_whatever_is_sent_is_answered_so_that_the_phone_goes_on(
    client, phone, body, path
):
    how = {"bearer": {"headers": phone.bearer}, "basic": {"auth": ("w", phone.token)}}
    answer = client.post(path, content=body, **how[PATHS[path]])
    assert answer.status_code == 200
