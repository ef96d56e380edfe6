import gzip
import json
import time
import zlib

import pytest
from sqlalchemy import text

from api.ingest.body import MOST_BYTES
from geo.db.door import as_job
from geo.db.engine import connect
from geo.db.store.journal import quarantined_of

OK = {"lon": 111.9, "lat": 34.1, "accuracy": 5}


def now_ms():
    return time.time_ns() // 1_000_000


def walk(count, start_ms):
    return [
        {**OK, "t": start_ms + i * 1000, "lon": 111.9 + i / 1e5} for i in range(count)
    ]


def counts(response):
    assert response.status_code == 200, response.text
    body = response.json()
    return body["accepted"], body["duplicates"], body["flagged"]


def test_a_batch_sent_twice_counts_once(client, phone, stored):
    fixes = walk(50, now_ms() - 60_000)
    batch_id = "0198b0c5-0000-7000-8000-000000000001"
    assert counts(phone.native(client, fixes, batch_id=batch_id)) == (50, 0, 0)
    assert counts(phone.native(client, fixes, batch_id=batch_id)) == (0, 50, 0)
    assert stored(phone) == (50, 0)


def test_batches_that_overlap_count_each_fix_once(client, phone, stored):
    fixes = walk(60, now_ms() - 90_000)
    assert counts(phone.native(client, fixes[20:40])) == (20, 0, 0)
    assert counts(phone.native(client, fixes[:50])) == (30, 20, 0)
    assert counts(phone.native(client, fixes[::-1])) == (10, 50, 0)
    assert stored(phone) == (60, 0)


def test_repeats_inside_a_batch_count_once(client, phone):
    fixes = walk(5, now_ms() - 60_000)
    assert counts(phone.native(client, fixes + fixes[:3])) == (5, 3, 0)


def test_a_late_batch_is_no_repeat_of_a_live_one(client, phone):
    assert counts(phone.native(client, walk(5, now_ms() - 60_000))) == (5, 0, 0)
    assert counts(phone.native(client, walk(5, now_ms() - 86_400_000))) == (5, 0, 0)


def test_another_content_at_the_same_time_is_kept_too(client, phone, stored):
    fix = walk(1, now_ms())[0]
    assert counts(phone.native(client, [fix])) == (1, 0, 0)
    assert counts(phone.native(client, [{**fix, "lat": 34.2}])) == (1, 0, 0)
    assert stored(phone) == (2, 0)


def test_a_compressed_batch_is_read(client, phone):
    assert counts(phone.native(client, walk(3, now_ms()), compress=True)) == (3, 0, 0)


def test_bad_fixes_are_kept_flagged_and_answered_200(client, phone, stored):
    good = walk(1, now_ms())[0]
    bad = [
        {**good, "t": "1901-12-13T20:45:52Z"},
        {**good, "t": now_ms() + 40 * 86_400_000},
        {**good, "lat": 123},
        {"t": now_ms()},
        17,
    ]
    assert counts(phone.native(client, [good, *bad])) == (6, 0, 5)
    assert counts(phone.native(client, [good, *bad])) == (0, 6, 0)
    assert stored(phone) == (1, 5)


def test_what_can_be_stored_but_not_used_is_flagged(client, phone):
    fixes = [
        {"t": now_ms(), "lon": 0, "lat": 0},
        {**OK, "t": now_ms() + 600_000},
        {**OK, "t": now_ms()},
    ]
    assert counts(phone.native(client, fixes)) == (3, 0, 2)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff", b'{"fixes":{}}', b"null"])
def test_a_body_that_is_no_batch_is_kept_raw(client, phone, database, county, body):
    response = client.post("/api/v1/fixes", content=body, headers=phone.bearer)
    assert counts(response) == (1, 0, 1)
    with as_job(database, county) as session:
        [(row, _)] = quarantined_of(session, phone.device_id)
        assert (row.reason, row.raw) == ("unreadable", body)


def test_what_says_gzip_and_is_none_is_kept_raw(client, phone):
    headers = phone.bearer | {"Content-Encoding": "gzip"}
    whole = gzip.compress(json.dumps({"fixes": walk(3, now_ms())}).encode())
    for body in (b"plain", whole[:-9]):
        response = client.post("/api/v1/fixes", content=body, headers=headers)
        assert counts(response) == (1, 0, 1)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer short"},
        {"Authorization": "Bearer " + "x" * 43},
        {"Authorization": "Basic " + "x" * 43},
        {"Authorization": "Bearer " + "x" * 5000},
    ],
)
def test_38_the_token_of_nobody_is_refused(client, headers):
    response = client.post("/api/v1/fixes", json={"fixes": []}, headers=headers)
    assert response.status_code == 401
    assert response.json()["error"]["code"] == "wrong_token"


def test_38_a_token_stores_for_its_own_device_whatever_the_body_names(
    client, phone, make_phone, stored
):
    other = make_phone()
    names = {"device_id": str(other.device_id), "id": other.token}
    assert phone.native(client, walk(3, now_ms() - 60_000), **names).status_code == 200
    assert stored(other) == (0, 0)


def test_an_unknown_id_of_a_form_is_refused(client):
    response = client.post("/ingest/osmand", content="id=123456&lat=34&lon=111")
    assert response.status_code == 401


def test_a_token_that_was_withdrawn_is_refused_at_once(client, phone, database, county):
    assert counts(phone.native(client, walk(1, now_ms()))) == (1, 0, 0)
    with database.app.begin() as connection:
        for name, value in (
            ("county", str(county)),
            ("scope", "{[0,999999999999999)}"),
        ):
            connection.execute(text(f"SET LOCAL xunge.{name} = '{value}'"))
        connection.execute(
            text("UPDATE devices SET revoked_at = now() WHERE id = :d"),
            {"d": phone.device_id},
        )
    assert phone.native(client, walk(1, now_ms())).status_code == 401
    assert phone.native(client, [{"t": 1}]).status_code == 401


def test_a_body_too_large_is_refused_before_it_is_read(client, phone):
    async def endless():
        for _ in range(100):
            yield b" " * 100_000

    stated = client.post(
        "/api/v1/fixes", content=b" " * (MOST_BYTES + 1), headers=phone.bearer
    )
    chunked = client.post("/api/v1/fixes", content=endless(), headers=phone.bearer)
    assert (stated.status_code, chunked.status_code) == (413, 413)


def test_a_body_that_says_it_is_too_large_costs_no_look_up(client):
    answer = client.post(
        "/api/v1/fixes",
        content=b" " * (MOST_BYTES + 1),
        headers={"Authorization": "Bearer unknown"},
    )
    assert answer.status_code == 413


def test_a_bomb_of_gzip_is_refused(client, phone):
    bomb = zlib.compress(b" " * (50 * 1024 * 1024), wbits=31)
    headers = phone.bearer | {"Content-Encoding": "gzip"}
    response = client.post("/api/v1/fixes", content=bomb, headers=headers)
    assert response.status_code == 413


def test_more_than_5000_fixes_are_refused_and_5000_taken(client, phone):
    fixes = walk(5001, now_ms() - 6_000_000)
    assert phone.native(client, fixes, compress=True).status_code == 413
    assert counts(phone.native(client, fixes[1:])) == (5000, 0, 0)


def test_the_form_of_traccar_client_gets_an_empty_200(client, phone, stored):
    fields = {"lat": 34.1, "lon": 111.9, "timestamp": now_ms() // 1000, "speed": 1.2}
    for _ in range(2):
        response = phone.osmand(client, **fields)
        assert (response.status_code, response.content) == (200, b"")
    assert stored(phone) == (1, 0)


def test_a_heartbeat_without_a_position_does_not_stall_the_phone(client, phone):
    assert phone.osmand(client, timestamp=now_ms() // 1000).status_code == 200


def test_json_shapes_of_the_same_address_are_read(client, phone, stored):
    seconds = now_ms() // 1000
    one = {"id": phone.token, "lat": 34.1, "lon": 111.9, "timestamp": seconds}
    nested = {
        "device_id": phone.token,
        "location": {
            "timestamp": "2026-05-20T04:00:00Z",
            "coords": {"latitude": 34.1, "longitude": 111.9},
        },
    }
    for content in ([one, {**one, "timestamp": seconds + 1}], nested):
        assert client.post("/ingest/osmand", json=content).status_code == 200
    assert stored(phone) == (3, 0)


def test_the_query_form_is_off_unless_asked_for(client, phone, make_client):
    query = {"id": phone.token, "lat": 34.1, "lon": 111.9, "timestamp": now_ms()}
    assert client.get("/ingest/osmand", params=query).status_code == 405
    assert client.post("/ingest/osmand", params=query).status_code == 401
    with make_client(ingest_by_get=True) as willing:
        assert willing.get("/ingest/osmand", params=query).status_code == 200
        assert willing.post("/ingest/osmand", params=query).status_code == 200


def test_without_a_database_a_phone_is_told_when_to_come_again(phone, make_client):
    gone = connect("postgresql://nobody@127.0.0.1:1/none")
    with make_client(gone) as client:
        response = phone.native(client, walk(1, now_ms()))
    gone.dispose()
    assert response.status_code == 503
    assert int(response.headers["Retry-After"]) > 0


def test_the_ingest_role_reads_no_fix_back(database):
    tables = (
        "journal",
        "day_tracks",
        "latest_fixes",
        "quarantined_fixes",
        "track_cells",
    )
    with database.ingest.connect() as connection:
        rights = [
            connection.scalar(
                text(
                    "SELECT has_table_privilege(:t, 'SELECT, INSERT, UPDATE, DELETE')"
                ),
                {"t": table},
            )
            for table in tables
        ]
    assert rights == [False] * len(tables)


def test_the_secret_is_in_no_stored_row(client, phone, database, county):
    phone.osmand(client, timestamp="never")
    client.post("/ingest/osmand", json={"device_id": phone.token, "location": 3})
    with as_job(database, county) as session:
        raws = [row.raw for row, _ in quarantined_of(session, phone.device_id)]
    assert len(raws) == 2
    assert not any(phone.token.encode() in raw for raw in raws)


def test_posts_of_one_phone_at_once_count_each_fix_once(client, phone, stored):
    fixes = walk(40, now_ms() - 60_000)
    batch_id = "0198b0c5-0000-7000-8000-000000000001"
    bodies = [
        {"fixes": fixes[:20], "batch_id": batch_id},
        {"fixes": fixes[10:]},
        {"fixes": fixes[:20], "batch_id": batch_id},
        {"fixes": fixes[::-1]},
    ]
    answers = client.post_all(
        ("/api/v1/fixes", {"json": body, "headers": phone.bearer})
        for body in [*bodies, *bodies]
    )
    found = [counts(answer) for answer in answers]
    assert sum(accepted for accepted, _, _ in found) == 40
    assert sum(duplicates for _, duplicates, _ in found) == 2 * 110 - 40
    assert stored(phone) == (40, 0)


def test_a_phone_whose_row_is_locked_does_not_lose_its_post(client, phone, database):
    assert counts(phone.native(client, walk(1, now_ms()))) == (1, 0, 0)
    with database.owner.begin() as connection:
        connection.execute(text("LOCK TABLE latest_fixes IN ACCESS EXCLUSIVE MODE"))
        waiting = phone.native(client, walk(1, now_ms() + 1))
    # The wait for a lock ends before the phone's patience does.
    assert waiting.status_code == 503
    assert "Retry-After" in waiting.headers


HOSTILE = [
    b"",
    b"\x00",
    b"\xff\xfe",
    b"null",
    b"-1e999",
    b'"\\ud800"',
    b"[" * 50_000,
    b'{"a":' * 5_000,
    b"[[],{},null,1]",
    b'{"fixes":[NaN,{"t":1e999,"lon":-Infinity,"lat":{}}]}',
    b'{"fixes":[{"t":"9999-12-31T23:59:59+14:00","lon":1,"lat":1}]}',
    b'{"fixes":[{"t":"0001-01-01T00:00:00+14:00","lon":1,"lat":1}]}',
    b'{"fixes":[{"t":1779249600,"lon":1,"lat":1,"provider":"\\u0000\\ud800"}]}',
    b'{"fixes":[],"batch_id":"\\u0000","sent_at":1e308,"coord_type":["x"]}',
    b'{"locations":[{"geometry":{"coordinates":{}},"properties":{"speed":[]}}]}',
    b'{"_type":"location","lat":"\\u0000","lon":[],"tst":{}}',
    b"lat=%00&lon=%ff&timestamp=%ED%A0%80",
    b"&".join(b"k%d=v" % i for i in range(5_000)),
]


@pytest.mark.parametrize("body", HOSTILE)
def test_no_body_is_answered_with_an_error_of_ours(client, phone, body):
    basic = ("wang", phone.token)
    answers = [
        client.post(f"/ingest/{path}", content=body, auth=basic)
        for path in ("owntracks", "gpslogger")
    ]
    answers += [
        client.post(path, content=body, headers=phone.bearer)
        for path in ("/api/v1/fixes", "/ingest/overland")
    ]
    assert {answer.status_code for answer in answers} == {200}


@pytest.mark.parametrize("body", HOSTILE)
def test_no_form_that_names_its_device_stalls_it(client, phone, body):
    named = b"id=" + phone.token.encode() + b"&" + body
    assert client.post("/ingest/osmand", content=named).status_code == 200
    headers = {"Content-Type": "application/json"}
    answer = client.post("/ingest/osmand", content=body, headers=headers)
    assert answer.status_code in (200, 401)
