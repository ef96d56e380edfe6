"""Signing in: few tries, one answer, an opaque cookie, out at once."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select, update

from geo.db.door import as_job
from geo.db.models import Account, AuditEntry, LoginSession

PATH = "/api/v1/session"


def test_whoever_signs_in_is_told_who_they_are(sign_in, world):
    me = sign_in("desk").get(PATH).json()
    assert me == {
        "person_id": str(world.people["desk"]),
        "name": "人员desk",
        "login": "desk",
        "role": "duty_desk",
        "role_name": "值班员",
        "scope": ["410399100"],
        "county": {"code": "410399", "name": "试县"},
        "step": "done",
        "second_factor": "off",
        "password_is_initial": True,
    }


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(client, world):
    body = {"login": "desk", "password": world.passwords["desk"]}
    answer = client.post(PATH, json=body)
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert world.passwords["desk"] not in answer.text


def test_nobody_is_nobody(client):
    answer = client.get(PATH)
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "not_signed_in"


def test_a_wrong_password_and_an_unknown_login_get_the_same_answer(client, world):
    wrong = client.post(PATH, json={"login": "boss", "password": "x"})
    unknown = client.post(PATH, json={"login": "nobody", "password": "x"})
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.content == unknown.content


def test_guessing_ends_after_five_tries_even_with_the_right_password(client, world):
    for _ in range(5):
        client.post(PATH, json={"login": "auditor", "password": "guess"})
    body = {"login": "auditor", "password": world.passwords["auditor"]}
    answer = client.post(PATH, json=body)
    assert answer.status_code == 429
    assert 0 < int(answer.headers["retry-after"]) <= 900


def test_signing_out_ends_the_session_for_every_copy_of_the_cookie(sign_in):
    client = sign_in("boss")
    token = client.cookies["xunge_session"]
    assert client.delete(PATH).status_code == 204
    client.cookies.set("xunge_session", token)
    assert client.get(PATH).status_code == 401


def test_a_disabled_account_is_out_at_the_next_request(sign_in, fresh_database, world):
    client = sign_in("far_boss")
    of_person = Account.person_id == world.people["far_boss"]
    for moment, status in ((datetime.now(UTC), 401), (None, 200)):
        with as_job(fresh_database, world.county_id) as session:
            session.execute(update(Account).where(of_person).values(disabled_at=moment))
        assert client.get(PATH).status_code == status


def test_only_a_hash_of_the_token_is_stored(sign_in, fresh_database):
    token = sign_in("desk").cookies["xunge_session"]
    with fresh_database.owner.connect() as connection:
        connection.exec_driver_sql("SET ROLE xunge_owner")
        hashes = connection.scalars(select(LoginSession.token_hash)).all()
    assert hashes
    assert all(token.encode() not in bytes(each) for each in hashes)


def test_signing_in_is_on_record(sign_in, fresh_database, world):
    sign_in("desk")
    with as_job(fresh_database, world.county_id) as session:
        actions = session.scalars(
            select(AuditEntry.action).where(AuditEntry.actor_id == world.people["desk"])
        ).all()
    assert "sign_in" in actions


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.example"},
        {"sec-fetch-site": "cross-site"},
        {"content-type": "text/plain"},
    ],
)
def test_a_foreign_page_cannot_use_the_session(sign_in, headers, report):
    client = sign_in("near_worker")
    body = report("410399100200001")
    client.headers.update(headers)
    assert client.post("/api/v1/hazards", json=body).status_code == 403


def test_a_token_of_a_device_does_not_open_a_session(device):
    assert device.get(PATH).status_code == 403
