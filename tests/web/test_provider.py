"""Signing in at a provider in a browser: the button, the way there and back."""

from dataclasses import replace

import pytest

from api.main import create_app
from api.security.oidc import Provider
from api.services import accounts
from api.settings import Settings
from geo.db.door import as_job
from geo.db.store import roster
from tests.api.conftest import serving, world  # noqa: F401
from tests.api.issuer import CLIENT, SECRET, issuing

pytestmark = [pytest.mark.web, pytest.mark.usefixtures("built")]


@pytest.fixture
def site(fresh_database, tmp_path):
    """A server beside its provider; the return address is its own."""
    with issuing() as issuer:
        settings = Settings(
            data_dir=tmp_path,
            oidc_issuer=issuer.url,
            oidc_client_id=CLIENT,
            oidc_client_secret=SECRET,
            oidc_return_url="http://127.0.0.1:1/",
            oidc_name="政务认证",
        )
        app = create_app(settings, fresh_database)
        with serving(app) as address:
            back = f"{address}/api/v1/session/oidc/return"
            known = app.state.provider.registration
            app.state.provider = Provider(replace(known, return_url=back))
            yield address, issuer


def test_the_button_leads_to_the_provider_and_back_in_or_says_why_not(
    browser,
    site,
    world,  # noqa: F811
    fresh_database,
):
    address, issuer = site
    context = browser.new_context(base_url=address, locale="zh-CN")
    context.set_default_timeout(30_000)
    page = context.new_page()
    page.goto("/login")
    issuer.subject = "boss-at-home"
    page.click("text=用政务认证登录")
    page.wait_for_selector("text=还没有关联可用的账号")
    with as_job(fresh_database, world.county_id) as session:
        changes = accounts.link("boss-at-home", issuer.url, now=None)
        roster.change_account(session, world.county_id, world.people["boss"], changes)
    page.click("text=用政务认证登录")
    page.wait_for_selector("[data-test=attention]")
    context.close()
