"""One scan sets an app up; what it then sends is this phone's."""

from base64 import b64decode
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import orjson
import pytest

from api.deps import current_time
from api.errors import NotFound
from api.services.people import setup_tickets
from api.services.people.setup_tickets import LASTS, SetupTickets

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
    assert said["service"] == "true"


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


def test_gpslogger_fetches_its_profile_by_a_code_that_soon_ends(
    sign_in, client, app, monkeypatch
):
    found = set_up(sign_in, "gpslogger")
    page, name = found["link"].removeprefix("gpslogger://properties/").rsplit("/", 1)
    assert name == "xunge.properties"
    assert found["token"] not in found["link"]
    shown = client.get(page)
    assert found["link"] in shown.text
    assert shown.headers["cache-control"] == "no-store"
    assert client.get(f"{page}/{name}").text == found["profile"]
    later = datetime.now(UTC) + LASTS
    monkeypatch.setitem(app.dependency_overrides, current_time, lambda: later)
    for gone in (page, f"{page}/{name}"):
        assert client.get(gone).status_code == 404


def test_no_more_profiles_wait_than_are_kept():
    tickets, now = SetupTickets(), datetime(2026, 5, 20, tzinfo=UTC)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(setup_tickets, "_MOST", 2)
        codes = [tickets.put(f"profile {n}", now) for n in range(4)]
    with pytest.raises(NotFound):
        tickets.profile(codes[0], now)
    assert tickets.profile(codes[3], now) == "profile 3"


def test_an_unknown_app_is_refused_and_nobody_sets_up_unsigned(sign_in, client):
    asked = sign_in("near_worker").post("/api/v1/me/phone/other", json={})
    assert asked.status_code == 422
    assert client.post("/api/v1/me/phone/traccar", json={}).status_code == 401
