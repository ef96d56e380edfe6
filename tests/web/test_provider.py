"""Signing in at a provider in a browser: the button, the way there and back."""

from dataclasses import replace

import pytest

from api.main import create_app
from api.security.oidc import Provider
from api.settings import Settings
from tests.api.conftest import serving, world  # noqa: F401
from tests.api.issuer import CLIENT, SECRET, issuing
from tests.web.visiting import PATIENCE_MS, opener

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


def test_an_administrator_links_an_account_and_the_button_leads_in_and_back(
    browser,
    site,
    world,  # noqa: F811
):
    address, issuer = site
    issuer.subject = "boss-at-home"
    context = browser.new_context(base_url=address, locale="zh-CN")
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    page.goto("/login")
    page.click("text=用政务认证登录")
    page.wait_for_selector("text=还没有关联可用的账号")
    with opener(browser, address, world) as visit:
        link(visit("admin", "/admin"), "人员boss", "boss-at-home")
    page.click("text=用政务认证登录")
    page.wait_for_selector("[data-test=attention]")
    context.close()


def link(page, name, subject):
    """Open somebody in the list of people, and write down who they are elsewhere."""
    page.click(f"tbody button:has-text('{name}')")
    form = page.locator("[data-test=person] form:has([name=subject])")
    form.locator("[name=subject]").fill(subject)
    with page.expect_response("**/account") as answer:
        form.locator("button:has-text('保存')").click()
    assert answer.value.json()["account"]["oidc_subject"] == subject
