"""The own account in a browser: found from every page, a second factor set up."""

import base64
import time

import pytest

from api.main import create_app
from api.security.one_time import STEP_S, code_at
from api.settings import Settings
from tests.api.conftest import address, app, serving, world  # noqa: F401
from tests.web.visiting import opener

pytestmark = [pytest.mark.web, pytest.mark.usefixtures("built")]
PATIENCE_MS = 60_000


@pytest.fixture
def strict(fresh_database, tmp_path):
    """A server that asks supervisors for a second factor."""
    settings = Settings(data_dir=tmp_path, second_factor_roles="supervisor")
    with serving(create_app(settings, fresh_database)) as found:
        yield found


def sign_in(page, password):
    page.goto("/login")
    page.fill("[name=login]", "boss")
    page.fill("[name=password]", password)
    page.click("button[type=submit]")


def test_a_supervisor_sets_up_a_second_factor_and_signs_in_with_it(
    browser,
    strict,
    world,  # noqa: F811
):
    context = browser.new_context(base_url=strict, locale="zh-CN")
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    password = world.passwords["boss"]
    sign_in(page, password)
    page.fill("[name=again]", password)
    page.click("text=开始设置")
    secret = base64.b32decode(page.inner_text("[data-test=secret]"))
    page.fill("[name=code]", code_at(secret, int(time.time()) // STEP_S))
    page.click("button:has-text('确认')")
    page.wait_for_selector("[data-test=kept]")
    papers = page.locator("ol li").all_inner_texts()
    assert len(papers) == 10
    page.click("[data-test=kept]")
    page.wait_for_selector("[data-test=attention]")

    page.click("header button:has-text('退出')")
    # Else the end of this session may come after the next has begun, and end that.
    page.wait_for_selector("[name=login]")
    sign_in(page, password)
    page.fill("[name=code]", "000000")
    page.click("button:has-text('登录')")
    page.wait_for_selector("[role=alert]:has-text('验证码')")
    page.fill("[name=code]", papers[0])
    page.click("button:has-text('登录')")
    page.wait_for_selector("[data-test=attention]")
    context.close()


def test_on_a_phone_the_own_account_is_found_and_the_way_back(
    browser,
    address,  # noqa: F811
    world,  # noqa: F811
):
    with opener(browser, address, world) as visit:
        page = visit("near_worker", "/worker", phone=True)
        page.click("header a[href='/account']")
        page.wait_for_selector("h1:has-text('我的账号')")
        assert page.title() == "我的账号 · 巡格"
        page.click("header a.home")
        page.wait_for_selector(".rounds")
        assert page.title() == "今天的巡查 · 巡格"
        page.click("header button:has-text('EN')")
        page.wait_for_selector(".rounds b:has-text('Morning')")
        assert page.title() == "Today's rounds · Xunge"
        assert not page.problems
