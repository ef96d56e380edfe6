"""Administration against the real server: people, phones, duties, rules, the record."""

import pytest

from tests.api.conftest import NEAR, address, app, world  # noqa: F401
from tests.api.test_layers import do_next  # noqa: F401
from tests.web.visiting import PATIENCE_MS, barriers, opener

pytestmark = [pytest.mark.web, pytest.mark.usefixtures("built")]
PAGES = (
    "",
    "/regions",
    "/roster",
    "/groups",
    "/checkpoints",
    "/calendar",
    "/devices",
    "/categories",
    "/rules",
    "/audit",
    "/imports",
)


@pytest.fixture
def visit(browser, address, world):  # noqa: F811
    with opener(browser, address, world) as open_page:
        yield open_page


def test_a_new_person_gets_an_account_and_signs_in(visit, browser, address):  # noqa: F811
    page = visit("admin", "/admin")
    page.click("text=新增人员")
    page.fill("[name=name]", "新来的")
    page.fill("[name=code]", f"{NEAR}001")
    page.click("form button:has-text('保存')")
    page.wait_for_selector("[data-test=person] h3:has-text('新来的')")
    page.fill("[name=login]", "newcomer")
    page.click("text=开通账号")
    password = page.inner_text("[data-test=password]")

    context = browser.new_context(base_url=address, locale="zh-CN")
    context.set_default_timeout(PATIENCE_MS)
    fresh = context.new_page()
    fresh.goto("/login")
    fresh.fill("[name=login]", "newcomer")
    fresh.fill("[name=password]", password)
    fresh.click("button[type=submit]")
    fresh.wait_for_url("**/worker")
    fresh.wait_for_selector("text=新来的，您好")

    page.once("dialog", lambda dialog: dialog.accept())
    page.click("text=停用账号")
    page.wait_for_selector("text=恢复账号")
    fresh.reload()
    fresh.wait_for_url("**/login**")
    context.close()


def test_a_lost_phone_is_revoked_at_once(visit, world):  # noqa: F811
    page = visit("admin", "/admin/devices")
    page.once("dialog", lambda dialog: dialog.accept())
    page.click("tbody button:has-text('作废') >> nth=0")
    page.wait_for_selector("text=没有符合条件的")
    page.select_option("select", "revoked")
    page.wait_for_selector(".tag.bad:has-text('已作废')")


def test_a_rule_is_tried_on_last_week_before_it_holds(visit, do_next):  # noqa: F811
    page = visit("admin", "/admin/rules")
    page.click("text=新增规则")
    page.select_option("[name=base]", "5-300")
    save = page.locator("[data-test=rule-form] button:has-text('生效')")
    assert save.is_disabled()
    page.click("text=先看上周会怎样")
    page.wait_for_selector("[data-test=job] [role=progressbar]")
    assert save.is_disabled()
    do_next()
    page.wait_for_selector("[data-test=preview]")
    save.click()
    page.wait_for_selector("[data-test=fit]")
    page.wait_for_selector("tbody th:has-text('5分钟300米')")


def test_two_people_are_put_in_a_group_and_it_is_ended(visit):
    page = visit("admin", "/admin/groups")
    page.click("text=新建巡查组")
    form = page.locator("[data-test=group-form]")
    form.locator("[name=name]").fill("早巡一组")
    form.locator("[name=code]").fill(NEAR)
    save = form.locator("button:has-text('保存')")
    for n, who in enumerate((f"网格员 {NEAR}001", f"网格员 {NEAR}002")):
        assert save.is_disabled()
        form.locator("[name=who]").fill(who)
        form.locator("[name=who]").press("Tab")
        form.locator(f"option:has-text('{who}')").wait_for(state="attached")
        form.locator("[name=person]").select_option(index=1)
        form.locator("p button").nth(n).wait_for()
    save.click()
    row = page.locator("tbody tr:has-text('早巡一组')")
    row.wait_for()
    assert row.locator("td div").count() == 2
    page.once("dialog", lambda dialog: dialog.accept(dialog.default_value))
    row.locator("button:has-text('解散')").click()
    row.locator("button:has-text('解散')").wait_for(state="detached")


def test_a_point_to_reach_is_set_and_ended(visit):
    page = visit("admin", "/admin/checkpoints")
    page.click("text=新增必到点")
    form = page.locator("[data-test=checkpoint-form]")
    for name, value in (("ref", "B1"), ("name", "桥头"), ("lat", "34.005")):
        form.locator(f"[name={name}]").fill(value)
    form.locator("[name=lon]").fill("111.905")
    form.locator("button:text-is('保存')").click()
    row = page.locator("tbody tr:has-text('桥头')")
    row.locator(f"text={NEAR}001").wait_for()
    tomorrow = form.locator("input[type=date]").get_attribute("min")
    page.once("dialog", lambda dialog: dialog.accept(tomorrow))
    row.locator("button:has-text('撤销')").click()
    row.locator("button:has-text('撤销')").wait_for(state="detached")


def test_what_was_done_is_on_the_record_and_the_record_is_sound(visit):
    page = visit("auditor", "/admin/audit")
    page.wait_for_selector("tbody td:text-is('登录')")
    page.click("text=查验记录有没有被改过")
    page.wait_for_selector("text=完好")


def test_the_pages_of_administration_have_no_serious_barrier(visit):
    page = visit("admin", "/admin")
    found = {}
    for path in PAGES:
        page.click(f".columns nav a[href='/admin{path}']")
        page.wait_for_selector(f"a.router-link-exact-active[href='/admin{path}']")
        page.wait_for_selector("h2")
        page.wait_for_timeout(500)
        found[path] = barriers(page)
    assert found == {path: [] for path in PAGES}
    assert page.problems == []
