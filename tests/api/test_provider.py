"""Signing in at a provider: who it names comes in, and what it did not say does not."""

import base64
from time import time
from types import SimpleNamespace

import httpx
import pytest
from sqlalchemy import select

from api.main import create_app
from api.settings import Settings
from geo.db.door import as_job
from geo.db.models import AuditEntry
from geo.errors import BadInput
from tests.api.conftest import serving
from tests.api.issuer import CLIENT, SECRET, issuing, path_of
from tests.api.test_second_factor import Phone

SESSION = "/api/v1/session"
WAY = f"{SESSION}/oidc"


@pytest.fixture(scope="module")
def issuer():
    with issuing() as found:
        yield found


@pytest.fixture(scope="module")
def site(fresh_database, world, issuer, tmp_path_factory):
    settings = Settings(
        data_dir=tmp_path_factory.mktemp("data"),
        oidc_issuer=issuer.url,
        oidc_client_id=CLIENT,
        oidc_client_secret=SECRET,
        oidc_return_url="http://127.0.0.1:1/api/v1/session/oidc/return",
        second_factor_roles="auditor",
    )
    app = create_app(settings, fresh_database)
    with serving(app) as address, httpx.Client(base_url=address, timeout=120) as admin:
        body = {"login": "admin", "password": world.passwords["admin"]}
        assert admin.post(SESSION, json=body).status_code == 200
        yield SimpleNamespace(
            address=address, database=fresh_database, world=world, admin=admin
        )


@pytest.fixture(autouse=True)
def honest(issuer):
    yield
    issuer.spoil, issuer.sign = lambda claims: claims, issuer.signed
    issuer.down, issuer.refuses = False, None
    issuer.methods = ["client_secret_basic"]


@pytest.fixture
def browser(site):
    with httpx.Client(base_url=site.address, timeout=120) as found:
        yield found


def link(site, login, subject):
    path = f"/api/v1/people/{site.world.people[login]}/account"
    return site.admin.patch(path, json={"oidc_subject": subject})


def leave(browser):
    """Walk to the provider and take what it sends back; return the path of ours."""
    gone = browser.get(f"{WAY}/start")
    assert gone.status_code == 303
    return path_of(httpx.get(gone.headers["location"]).headers["location"])


def sign_in(browser):
    return browser.get(leave(browser))


def did_not(answer):
    """Return why nobody was signed in."""
    assert answer.status_code == 303
    assert "xunge_session" not in answer.cookies
    path, _, reason = answer.headers["location"].partition("?refused=")
    assert path == "/login"
    return reason


def test_whom_the_provider_names_is_signed_in_and_it_is_on_record(
    site, issuer, browser
):
    assert link(site, "boss", "boss-at-home").json()["account"]["oidc_subject"]
    issuer.subject = "boss-at-home"
    answer = sign_in(browser)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    flags = answer.headers["set-cookie"].lower()
    assert "httponly" in flags
    assert "samesite=lax" in flags
    assert browser.get(SESSION).json()["login"] == "boss"
    with as_job(site.database, site.world.county_id) as session:
        rows = session.execute(
            select(AuditEntry.action, AuditEntry.detail).where(
                AuditEntry.actor_id == site.world.people["boss"]
            )
        ).all()
    assert [tuple(row) for row in rows] == [("sign_in", {"by": "provider"})]


def test_the_page_is_told_what_the_button_says(site, browser, client):
    assert browser.get(WAY).json() == {"name": "统一身份认证"}
    # A deployment without a provider.
    assert client.get(WAY).json() == {"name": None}
    assert client.get(f"{WAY}/start").status_code == 404
    assert client.get(f"{WAY}/return?state=a&code=b").status_code == 404


LIES = {
    "another nonce": lambda c: c | {"nonce": "x" * 43},
    "no nonce": lambda c: {k: v for k, v in c.items() if k != "nonce"},
    "a nonce that is no text": lambda c: c | {"nonce": 1},
    "another audience": lambda c: c | {"aud": "another"},
    "issued to another": lambda c: c | {"aud": [CLIENT, "b"], "azp": "b"},
    "for many, issued to nobody": lambda c: c | {"aud": [CLIENT, "b"]},
    "another issuer": lambda c: c | {"iss": "https://elsewhere.example"},
    "expired": lambda c: c | {"exp": int(time()) - 120},
    "never ends": lambda c: {k: v for k, v in c.items() if k != "exp"},
    "of tomorrow": lambda c: c | {"iat": int(time()) + 86_400},
    "no subject": lambda c: {k: v for k, v in c.items() if k != "sub"},
    "an empty subject": lambda c: c | {"sub": ""},
}


@pytest.mark.parametrize("lie", LIES)
def test_a_token_counts_only_if_every_part_is_right(site, issuer, browser, lie):
    link(site, "boss", "boss-at-home")
    issuer.subject, issuer.spoil = "boss-at-home", LIES[lie]
    assert did_not(sign_in(browser)) == "refused"


def _unsigned(issuer):
    return lambda claims: issuer.signed(claims, algorithm="none", key=None)


FORGERIES = {
    "by no method": _unsigned,
    "by the public key as a secret": lambda issuer: issuer.hmac_by_public_key,
    "by another key of the same name": lambda issuer: (
        lambda claims: issuer.signed(claims, key=issuer.stranger)
    ),
    "by a key that nobody knows": lambda issuer: (
        lambda claims: issuer.signed(
            claims, key=issuer.stranger, headers={"kid": "nobody"}
        )
    ),
    "by a key that it brings along": lambda issuer: (
        lambda claims: issuer.signed(
            claims,
            key=issuer.stranger,
            headers={"kid": "nobody", "jku": "http://127.0.0.1:1/keys"},
        )
    ),
    "with a signature cut off": lambda issuer: (
        lambda claims: issuer.signed(claims).rpartition(".")[0] + "."
    ),
    "as no token": lambda issuer: lambda claims: "no.token",
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_token_signed(site, issuer, browser, forgery):
    link(site, "boss", "boss-at-home")
    issuer.subject, issuer.sign = "boss-at-home", FORGERIES[forgery](issuer)
    before = issuer.tokens_given
    assert did_not(sign_in(browser)) == "refused"
    assert issuer.tokens_given == before + 1


def test_an_answer_counts_once_even_if_the_browser_has_its_cookie_still(
    site, issuer, browser
):
    link(site, "boss", "boss-at-home")
    issuer.subject = "boss-at-home"
    back = leave(browser)
    cookie = browser.cookies["xunge_leaving"]
    assert browser.get(back).headers["location"] == "/"
    again = httpx.get(f"{site.address}{back}", cookies={"xunge_leaving": cookie})
    assert did_not(again) == "stale"


def test_an_answer_counts_in_the_browser_that_left_and_in_no_other(
    site, issuer, browser
):
    link(site, "boss", "boss-at-home")
    issuer.subject = "boss-at-home"
    mine = leave(browser)
    with httpx.Client(base_url=site.address) as victim:
        assert did_not(victim.get(mine)) == "stale"
        victim.get(f"{WAY}/start")
        assert did_not(victim.get(mine)) == "stale"
    for cookie in ("", "x", "1.x", "9" * 30 + ".x", "1700000000.x"):
        answer = httpx.get(f"{site.address}{mine}", cookies={"xunge_leaving": cookie})
        assert did_not(answer) == "stale"
    assert browser.get(mine).headers["location"] == "/"


def test_an_answer_of_another_issuer_is_refused(site, issuer, browser):
    back = leave(browser)
    start, _, _ = back.partition("&iss=")
    assert did_not(browser.get(f"{start}&iss=https%3A%2F%2Fa.example")) == "refused"


def test_a_subject_that_nobody_here_has_gets_no_account(site, issuer, browser):
    issuer.subject = "a-stranger"
    assert did_not(sign_in(browser)) == "unknown"


def test_who_is_disabled_stays_out_and_a_link_that_is_taken_away_opens_nothing(
    site, issuer, browser
):
    issuer.subject = "hand-at-home"
    link(site, "hand", "hand-at-home")
    assert sign_in(browser).headers["location"] == "/"
    path = f"/api/v1/people/{site.world.people['hand']}/account/events"
    site.admin.post(path, json={"event": "disable"})
    assert browser.get(SESSION).status_code == 401
    assert did_not(sign_in(browser)) == "unknown"
    site.admin.post(path, json={"event": "enable"})
    assert sign_in(browser).headers["location"] == "/"
    assert link(site, "hand", "").json()["account"]["oidc_subject"] is None
    # To take a link away ends the sessions too.
    assert browser.get(SESSION).status_code == 401
    assert did_not(sign_in(browser)) == "unknown"


def test_a_subject_is_one_persons_in_a_county_and_nobody_links_the_own(site):
    assert link(site, "desk", "twice").status_code == 200
    taken = link(site, "far_boss", "twice")
    assert (taken.status_code, taken.json()["error"]["field"]) == (409, "oidc_subject")
    assert taken.json()["error"]["message"] == "此标识已关联另一个账号"
    assert link(site, "admin", "mine").status_code == 409


def test_a_link_is_on_record_with_whom_it_names_and_one_that_stands_changes_nothing(
    site, issuer, browser
):
    issuer.subject = "far-at-work"
    link(site, "far_boss", "far-at-work")
    sign_in(browser)
    link(site, "far_boss", "far-at-work")
    assert browser.get(SESSION).json()["login"] == "far_boss"
    link(site, "far_boss", "")
    about = f"person/{site.world.people['far_boss']}"
    with as_job(site.database, site.world.county_id) as session:
        details = session.scalars(
            select(AuditEntry.detail)
            .where(AuditEntry.action == "account_changed", AuditEntry.object == about)
            .order_by(AuditEntry.seq)
        ).all()
    changes = [each["oidc_subject"] for each in details]
    assert changes[-2:] == [[None, "far-at-work"], ["far-at-work", None]]


def test_what_the_provider_says_of_a_second_factor_does_not_replace_ours(
    site, issuer, browser
):
    link(site, "auditor", "auditor-at-home")
    issuer.subject = "auditor-at-home"
    issuer.spoil = lambda claims: claims | {"amr": ["mfa", "otp"], "acr": "3"}
    assert sign_in(browser).headers["location"] == "/login"
    assert browser.get(SESSION).json()["step"] == "enrol"
    assert browser.get("/api/v1/territory").status_code == 401
    password = {"password": site.world.passwords["auditor"]}
    phone = Phone(browser.post("/api/v1/me/second-factor", json=password).json()["uri"])
    confirm = "/api/v1/me/second-factor/confirm"
    browser.post(confirm, json={"code": phone.code()})
    assert sign_in(browser).headers["location"] == "/login"
    assert browser.get(SESSION).json()["step"] == "code"
    done = browser.post(f"{SESSION}/code", json={"code": phone.code()})
    assert done.json()["step"] == "done"


def test_a_refusal_and_a_provider_that_is_down_are_told_apart(site, issuer, browser):
    issuer.refuses = "access_denied"
    assert did_not(sign_in(browser)) == "cancelled"
    issuer.refuses = "server_error"
    assert did_not(sign_in(browser)) == "refused"
    issuer.refuses = None
    back = leave(browser)
    issuer.down = True
    assert did_not(browser.get(back)) == "down"


def test_new_keys_of_the_provider_are_fetched_when_they_are_first_met(
    site, issuer, browser
):
    link(site, "boss", "boss-at-home")
    issuer.subject = "boss-at-home"
    issuer.rotate("second")
    assert sign_in(browser).headers["location"] == "/"


def _deployment(database, folder, **changes):
    settings = {
        "data_dir": folder,
        "oidc_issuer": "http://127.0.0.1:1",
        "oidc_client_id": CLIENT,
        "oidc_return_url": "https://xunge.example/api/v1/session/oidc/return",
    }
    return create_app(Settings(**(settings | changes)), database)


def test_without_an_answer_the_sign_in_page_says_so(fresh_database, tmp_path):
    with serving(_deployment(fresh_database, tmp_path)) as address:
        for _ in range(2):
            assert did_not(httpx.get(f"{address}{WAY}/start")) == "down"


def test_a_provider_that_takes_secrets_in_the_form_gets_them_there(
    fresh_database, tmp_path, issuer, site
):
    link(site, "boss", "boss-at-home")
    issuer.subject, issuer.methods = "boss-at-home", ["client_secret_post"]
    app = _deployment(
        fresh_database, tmp_path, oidc_issuer=issuer.url, oidc_client_secret=SECRET
    )
    with serving(app) as address, httpx.Client(base_url=address) as browser:
        assert sign_in(browser).headers["location"] == "/"


def test_an_issuer_that_calls_itself_otherwise_is_not_believed(
    fresh_database, tmp_path, issuer
):
    app = _deployment(fresh_database, tmp_path, oidc_issuer=f"{issuer.url}/")
    with serving(app) as address:
        assert did_not(httpx.get(f"{address}{WAY}/start")) == "down"


@pytest.mark.parametrize(
    "changes",
    [
        {"oidc_client_id": None},
        {"oidc_return_url": None},
        {"oidc_issuer": "http://login.example"},
        {"oidc_return_url": "ftp://xunge.example"},
    ],
)
def test_half_a_provider_or_an_open_address_stops_the_start(
    fresh_database, tmp_path, changes
):
    with pytest.raises(BadInput):
        _deployment(fresh_database, tmp_path, **changes)


def test_nothing_of_a_sign_in_can_be_made_from_its_address(site, browser):
    asked = httpx.URL(browser.get(f"{WAY}/start").headers["location"]).params
    cookie = browser.cookies["xunge_leaving"]
    made = [asked["state"], asked["nonce"], asked["code_challenge"]]
    assert len({*made, cookie}) == 4
    assert all(len(base64.urlsafe_b64decode(each + "=")) == 32 for each in made)
