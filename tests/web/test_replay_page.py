"""A walked day against the real server: watched, replayed, taken away as files."""

import csv

import pytest

from api.services.works.job_runner import JobRunner
from tests.api.conftest import NEAR, address, app, world  # noqa: F401
from tests.api.test_layers import do_next  # noqa: F401
from tests.api.test_patrols import WALKED, judged, noon, yesterday  # noqa: F401
from tests.web.visiting import barriers, opener

pytestmark = [pytest.mark.web, pytest.mark.usefixtures("built")]
# Desks that no other module looks at, and where each begins.
DESKS = {"desk": ["/", "/sheets"], "hand": ["/"], "auditor": ["/", "/sheets", "/admin"]}


@pytest.fixture
def visit(browser, address, world):  # noqa: F811
    with opener(browser, address, world) as open_page:
        yield open_page


def test_two_workers_are_replayed_together_with_what_the_verdict_rests_on(
    visit,
    judged,  # noqa: F811
    world,  # noqa: F811
    yesterday,  # noqa: F811
):
    walker, other = world.people[WALKED], world.people[f"{NEAR}001"]
    page = visit("boss", f"/replay?date={yesterday}&workers={walker}&window=morning")
    page.wait_for_selector("[data-ready=true]")
    page.wait_for_selector(".mark.entry >> nth=2")
    assert page.locator(".lane .round").count() == 3
    assert "进入网格" in page.get_attribute(".mark.entry >> nth=0", "title")
    before = page.inner_text("[data-test=clock]")
    page.click("text=60 倍")
    page.click("button:text-is('播放')")
    page.wait_for_function(
        "was => document.querySelector('[data-test=clock]').textContent !== was",
        arg=before,
    )
    page.click("button:text-is('暂停')")
    page.select_option(".add select", str(other))
    page.wait_for_selector(".lane >> nth=1")
    assert barriers(page) == []
    with page.expect_download() as waiting:
        page.click("text=下载 GPX >> nth=0")
    assert "<trkpt" in waiting.value.path().read_text("utf-8")
    assert page.problems == []


def test_a_file_is_made_beside_the_page_and_fetched_after_a_reload(
    visit,
    judged,  # noqa: F811
    yesterday,  # noqa: F811
    do_next,  # noqa: F811
    fresh_database,
    tmp_path,
):
    page = visit("boss", "/sheets")
    page.click("text=导出与重新核验")
    page.select_option("[name=format]", "csv")
    page.click("text=生成文件")
    page.wait_for_selector("[data-test=job] [role=progressbar]")
    page.reload()
    page.click("text=导出与重新核验")
    page.wait_for_selector("[data-test=job] [role=progressbar]")
    do_next()
    with page.expect_download() as waiting:
        page.click("text=下载 巡查结论")
    text = waiting.value.path().read_text("utf-8-sig")
    rows = list(csv.DictReader(text.splitlines()))
    walked = [row for row in rows if row["网格编码"] == WALKED]
    day = [row["系统结论"] for row in walked if row["日期"] == yesterday.isoformat()]
    assert day == ["有效"] * 3

    page.click("button:text-is('重新核验')")
    page.wait_for_selector("text=正在重新核验")
    with page.expect_response("**/cancel"):
        page.click("[data-test=job] button:text-is('取消')")
    JobRunner(fresh_database, tmp_path).run_next()
    page.wait_for_selector("text=正在重新核验", state="detached")
    page.click("button:text-is('重新核验')")
    page.wait_for_selector("text=正在重新核验")
    do_next()
    page.wait_for_selector("[data-test=judged]:has-text('核验 3 人日')")
    assert barriers(page) == []


@pytest.mark.parametrize("login", DESKS)
def test_the_pages_of_other_desks_have_no_serious_barrier(visit, login):
    page = visit(login, DESKS[login][0])
    found = {}
    for path in DESKS[login]:
        page.click(f"header nav a[href='{path}']")
        page.wait_for_selector(f"header a.router-link-exact-active[href='{path}']")
        page.wait_for_selector(".hazards, h1, h2", state="attached")
        page.wait_for_timeout(800)
        found[path] = barriers(page)
    assert found == {path: [] for path in DESKS[login]}
    assert page.problems == []


def test_who_handles_cases_begins_with_them_and_sees_no_empty_board(visit):
    page = visit("hand", "/")
    page.wait_for_selector("role=tab[name*='隐患'][selected]")
    assert page.locator("role=tab[name='今日看板']").count() == 0
