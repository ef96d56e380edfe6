"""The answers that each client waits for; what its messages mean is tested pure."""

import time

import pytest


def now_s():
    return int(time.time())


@pytest.fixture
def basic(phone):
    return ("wang", phone.token)


def test_owntracks_gets_an_empty_array_for_whatever_it_sends(client, basic):
    location = {"_type": "location", "lat": 34.1, "lon": 111.9, "tst": now_s()}
    for content in (location, {"_type": "lwt", "tst": 1}, {"_type": "encrypted"}):
        answer = client.post("/ingest/owntracks", json=content, auth=basic)
        assert (answer.status_code, answer.json()) == (200, [])
    answer = client.post("/ingest/owntracks", content=b"", auth=basic)
    assert (answer.status_code, answer.json()) == (200, [])


def test_overland_gets_the_one_answer_that_it_takes_for_success(client, phone):
    feature = {
        "geometry": {"coordinates": [111.9, 34.1]},
        "properties": {"timestamp": now_s()},
    }
    for locations in ([feature], [feature], [], [3]):
        answer = client.post(
            "/ingest/overland", json={"locations": locations}, headers=phone.bearer
        )
        assert (answer.status_code, answer.json()) == (200, {"result": "ok"})


def test_gpslogger_may_get_only_where_the_operator_lets_it(
    client, make_client, basic, phone, stored
):
    fields = {"lat": 34.1, "lon": 111.9, "timestamp": now_s()}
    got = client.get("/ingest/gpslogger", params=fields, auth=basic)
    assert (got.status_code, stored(phone)) == (405, (0, 0))
    with make_client(ingest_by_get=True) as willing:
        got = willing.get("/ingest/gpslogger", params=fields, auth=basic)
        assert (got.status_code, stored(phone)) == (200, (1, 0))
        # Nothing else is ever read of an address.
        for path in ("owntracks", "overland"):
            assert willing.get(f"/ingest/{path}", params=fields).status_code == 405


def test_a_post_of_gpslogger_without_a_body_is_read_of_its_address(
    client, basic, phone, stored
):
    fields = {"lat": 34.1, "lon": 111.9, "timestamp": now_s()}
    answer = client.post("/ingest/gpslogger", params=fields, auth=basic)
    assert (answer.status_code, stored(phone)) == (200, (1, 0))


def test_a_fix_that_comes_in_two_forms_is_one_fix(client, phone, basic, stored):
    fields = {"lat": 34.1, "lon": 111.9, "timestamp": now_s()}
    client.post("/ingest/gpslogger", data=fields, auth=basic)
    phone.osmand(client, **fields)
    phone.native(client, [{"lat": 34.1, "lon": 111.9, "t": fields["timestamp"]}])
    assert stored(phone) == (1, 0)


@pytest.mark.parametrize("auth", [None, ("wang", "wrong"), ("wang", "x" * 43)])
@pytest.mark.parametrize("path", ["owntracks", "overland", "gpslogger"])
def test_a_wrong_secret_is_refused(client, path, auth):
    answer = client.post(f"/ingest/{path}", content=b"{}", auth=auth)
    assert answer.status_code == 401
    # Some clients send a password only after they were asked for one.
    asked_for = answer.headers["www-authenticate"].split()[0]
    assert asked_for == ("Bearer" if path == "overland" else "Basic")


def test_basic_authentication_that_is_none_is_refused(client):
    for value in ("Basic", "Basic !!", "Basic /w==", "Basic é"):
        headers = {"Authorization": value.encode()}
        answer = client.post("/ingest/owntracks", content=b"", headers=headers)
        assert answer.status_code == 401


def test_a_gpx_file_is_handed_in_and_counted_once(client, phone, stored):
    moment = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    body = f'<gpx><trkpt lat="34.1" lon="111.9"><time>{moment}</time></trkpt></gpx>'
    for accepted in (1, 0):
        answer = client.post(
            "/api/v1/fixes/gpx", content=body.encode(), headers=phone.bearer
        )
        assert (answer.status_code, answer.json()["accepted"]) == (200, accepted)
    assert stored(phone) == (1, 0)
