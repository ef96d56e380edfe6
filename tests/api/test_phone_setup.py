"""One scan sets an app up; what it then sends is this phone's."""

from base64 import b64decode
from urllib.parse import parse_qs, urlsplit

import orjson
import pytest

FIX = {"t": "2026-05-20T08:00:00+08:00", "lon": 111.905, "lat": 34.005}


def set_up(sign_in, app):
    answer = sign_in("near_worker").post(f"/api/v1/me/phone/{app}", json={})
    assert answer.status_code == 201, answer.text
    return answer.json()


@pytest.mark.parametrize("phone_app", ["traccar", "owntracks", "gpslogger"])
def test_each_app_gets_a_secret_of_its_own_that_takes_positions(
    sign_in, client, phone_app
):
    found = set_up(sign_in, phone_app)
    assert found["qr_svg"].startswith("<svg")
    headers = {"Authorization": f"Bearer {found['token']}"}
    sent = client.post("/api/v1/fixes", json={"fixes": [FIX]}, headers=headers)
    assert sent.status_code == 200
    assert set_up(sign_in, phone_app)["token"] != found["token"]


def test_traccar_client_is_told_10_s_10_m_and_high_accuracy(sign_in):
    found = set_up(sign_in, "traccar")
    link = urlsplit(found["link"])
    said = {name: values[0] for name, values in parse_qs(link.query).items()}
    assert link.path == "/ingest/osmand"
    assert said["id"] == found["token"]
    assert (said["interval"], said["distance"]) == ("10", "10")
    assert (said["accuracy"], said["stop_detection"]) == ("high", "false")


def test_owntracks_is_told_where_to_and_how_often(sign_in):
    found = set_up(sign_in, "owntracks")
    query = parse_qs(urlsplit(found["link"]).query)
    said = orjson.loads(b64decode(query["inline"][0]))
    assert said["_type"] == "configuration"
    assert said["password"] == found["token"]
    assert said["url"].endswith("/ingest/owntracks")
    assert said["moveModeLocatorInterval"] == 10


def test_gpslogger_gets_a_profile_with_the_template_that_we_read(sign_in):
    found = set_up(sign_in, "gpslogger")
    lines = dict(line.split("=", 1) for line in found["profile"].splitlines())
    assert lines["log_customurl_basicauth_password"] == found["token"]
    assert lines["log_customurl_body"].startswith("lat=%LAT&lon=%LON")
    assert found["link"] is None


def test_an_unknown_app_is_refused_and_nobody_sets_up_unsigned(sign_in, client):
    asked = sign_in("near_worker").post("/api/v1/me/phone/other", json={})
    assert asked.status_code == 422
    assert client.post("/api/v1/me/phone/traccar", json={}).status_code == 401
