"""The second factor: set up, asked for, each code once, few tries, lost and found."""

import base64
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from sqlalchemy import select

from api.main import create_app
from api.security.one_time import STEP_S, code_at
from api.settings import Settings
from geo.db.door import as_job
from geo.db.models import AuditEntry
from tests.api.conftest import serving

SESSION = "/api/v1/session"
FACTOR = "/api/v1/me/second-factor"
READ = "/api/v1/territory"


class Phone:
    """An authenticator app; each code it shows is later than the one before."""

    def __init__(self, uri):
        secret = parse_qs(urlsplit(uri).query)["secret"][0]
        self._secret = base64.b32decode(secret)
        self._step = int(datetime.now(UTC).timestamp()) // STEP_S - 1

    def code(self):
        """Return the next code: of now, then of the step after it, and then no more."""
        self._step += 1
        return code_at(self._secret, self._step)


def enrol(client, world, login):
    body = {"password": world.passwords[login]}
    begun = client.post(FACTOR, json=body)
    assert begun.status_code == 201
    phone = Phone(begun.json()["uri"])
    done = client.post(f"{FACTOR}/confirm", json={"code": phone.code()})
    assert done.status_code == 200
    return phone, done.json()["recovery_codes"]


@pytest.fixture
def begin(address, world):
    """Return a function (login) -> client whose password was right, and its step."""
    opened = []

    def begin_session(login, at=address):
        client = httpx.Client(base_url=at, timeout=120)
        opened.append(client)
        body = {"login": login, "password": world.passwords[login]}
        return client, client.post(SESSION, json=body).json()["step"]

    yield begin_session
    for client in opened:
        client.close()


def actions_of(database, world, login):
    with as_job(database, world.county_id) as session:
        return session.scalars(
            select(AuditEntry.action).where(AuditEntry.actor_id == world.people[login])
        ).all()


def test_who_has_one_is_let_in_by_password_and_code_together(
    sign_in, begin, world, fresh_database
):
    phone, _ = enrol(sign_in("boss"), world, "boss")
    client, step = begin("boss")
    assert step == "code"
    refused = client.get(READ)
    assert refused.status_code == 401
    assert refused.json()["error"]["code"] == "second_factor_needed"
    waiting = client.cookies["xunge_session"]
    done = client.post(f"{SESSION}/code", json={"code": phone.code()})
    assert done.json()["step"] == "done"
    assert client.cookies["xunge_session"] != waiting
    assert client.get(READ).status_code == 200
    # What waited has ended: the same cookie can try no more codes.
    client.cookies.set("xunge_session", waiting)
    assert client.get(SESSION).json()["error"]["code"] == "not_signed_in"
    assert {"second_factor_on", "sign_in_begun", "sign_in"} <= set(
        actions_of(fresh_database, world, "boss")
    )


def test_a_code_counts_once(sign_in, begin, world):
    phone, _ = enrol(sign_in("desk"), world, "desk")
    code = phone.code()
    statuses = []
    for _ in range(2):
        client, _ = begin("desk")
        statuses.append(client.post(f"{SESSION}/code", json={"code": code}))
    assert [s.status_code for s in statuses] == [200, 401]
    assert statuses[1].json()["error"]["code"] == "bad_code"


def test_codes_cannot_be_guessed_and_a_new_session_brings_no_new_tries(
    sign_in, begin, world
):
    phone, codes = enrol(sign_in("hand"), world, "hand")
    statuses = []
    for _ in range(3):
        client, _ = begin("hand")
        for guess in ("000000", "aaaa-bbbb-cccc-dddd"):
            sent = client.post(f"{SESSION}/code", json={"code": guess})
            statuses.append(sent.status_code)
    assert statuses == [401] * 5 + [429]
    for right in (phone.code(), codes[0]):
        assert client.post(f"{SESSION}/code", json={"code": right}).status_code == 429


def test_a_recovery_code_opens_once_when_the_phone_is_lost(sign_in, begin, world):
    _, codes = enrol(sign_in("auditor"), world, "auditor")
    statuses = []
    for _ in range(2):
        client, _ = begin("auditor")
        sent = client.post(f"{SESSION}/code", json={"code": codes[3]})
        statuses.append(sent.status_code)
        if sent.status_code == 200:
            assert client.get(FACTOR).json()["recovery_codes_left"] == 9
    assert statuses == [200, 401]


def test_setting_one_up_needs_the_password_and_ends_other_sessions(sign_in, world):
    client, elsewhere = sign_in("far_boss"), sign_in("far_boss")
    refused = client.post(FACTOR, json={"password": "guess"})
    assert refused.json()["error"]["code"] == "bad_login"
    no_code = client.post(f"{FACTOR}/confirm", json={"code": "000000"})
    assert no_code.status_code == 409
    phone, _ = enrol(client, world, "far_boss")
    assert client.get(READ).status_code == 200
    assert elsewhere.get(READ).status_code == 401
    removal = {"password": world.passwords["far_boss"], "code": phone.code()}
    assert client.post(f"{FACTOR}/remove", json=removal).status_code == 204
    assert client.get(FACTOR).json()["state"] == "off"
    assert sign_in("far_boss").get(READ).status_code == 200


def test_a_role_that_must_have_one_sets_it_up_before_anything_else(
    fresh_database, tmp_path, begin, world
):
    settings = Settings(data_dir=tmp_path, second_factor_roles="admin, auditor")
    with serving(create_app(settings, fresh_database)) as address:
        client, step = begin("admin", address)
        assert step == "enrol"
        assert client.get(READ).status_code == 401
        phone, _ = enrol(client, world, "admin")
        assert client.get(READ).status_code == 200
        removal = {"password": world.passwords["admin"], "code": phone.code()}
        assert client.post(f"{FACTOR}/remove", json=removal).status_code == 409
        assert begin("admin", address)[1] == "code"
        assert begin("near_worker", address)[1] == "done"


def test_no_secret_is_in_the_database(sign_in, fresh_database, world):
    client = sign_in("near_worker")
    body = {"password": world.passwords["near_worker"]}
    secret = base64.b32decode(client.post(FACTOR, json=body).json()["secret"])
    with fresh_database.owner.connect() as connection:
        connection.exec_driver_sql("SET ROLE xunge_owner")
        connection.exec_driver_sql(
            "ALTER TABLE second_factors NO FORCE ROW LEVEL SECURITY"
        )
        rows = connection.exec_driver_sql("SELECT * FROM second_factors").all()
        connection.rollback()
    assert rows
    kept = b"".join(bytes(v) for row in rows for v in row if isinstance(v, memoryview))
    assert secret not in kept


def test_the_own_password_changes_with_the_old_one_and_ends_other_sessions(
    sign_in, world, begin
):
    client, elsewhere = sign_in("near_worker"), sign_in("near_worker")
    old, path = world.passwords["near_worker"], "/api/v1/me/password"
    for weak in ("short", "aaaaaaaaaaaaaa", "x-near_worker-x"):
        refused = client.post(path, json={"old": old, "new": weak})
        assert (refused.status_code, refused.json()["error"]["field"]) == (422, "new")
    new = "一段很长很长的中文口令也可以吧"
    wrong = client.post(path, json={"old": "guess", "new": new})
    assert wrong.status_code == 401
    assert client.post(path, json={"old": old, "new": new}).status_code == 204
    assert client.get(SESSION).json()["password_is_initial"] is False
    assert elsewhere.get(SESSION).status_code == 401
    world.passwords["near_worker"] = new
    assert begin("near_worker")[1] == "done"


def test_who_confirms_twice_at_once_is_told_one_set_of_recovery_codes(
    sign_in, begin, world
):
    client = sign_in("far_boss")
    body = {"password": world.passwords["far_boss"]}
    phone = Phone(client.post(FACTOR, json=body).json()["uri"])
    code = {"code": phone.code()}
    with ThreadPoolExecutor(4) as pool:
        asked = [
            pool.submit(client.post, f"{FACTOR}/confirm", json=code) for _ in "1234"
        ]
        answers = [one.result() for one in asked]
    told = [a.json()["recovery_codes"] for a in answers if a.status_code == 200]
    assert len(told) == 1
    lost, _ = begin("far_boss")
    assert lost.post(f"{SESSION}/code", json={"code": told[0][0]}).status_code == 200
