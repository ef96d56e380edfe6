"""A supervisor's work against the real server: live map, causes, appeals, sheets."""

import re
import time
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from geo.db.door import as_job
from geo.localtime import local_date
from tests.api.conftest import (  # noqa: F401
    FAR,
    NEAR,
    address,
    all_day,
    app,
    middle_of,
    world,
)
from tests.api.test_appeals import put_verdict
from tests.web.visiting import barriers, opener

pytestmark = [pytest.mark.web, pytest.mark.usefixtures("built")]
NEAR_1, FAR_1 = f"{NEAR}001", f"{FAR}001"


@pytest.fixture
def visit(browser, address, world):  # noqa: F811
    with opener(browser, address, world) as open_page:
        yield open_page


@pytest.fixture(scope="module")
def days():
    """Two days that are over; late data counts no more for the earlier."""
    today = local_date(datetime.now(UTC))
    return today - timedelta(days=1), today - timedelta(days=2)


@pytest.fixture(scope="module")
def judged(world, fresh_database, days):  # noqa: F811
    """Verdicts of the worker of the far grid and of the one with an account."""
    now = datetime.now(UTC)
    for day in days:
        for who, code in ((FAR_1, FAR_1), ("near_worker", NEAR_1)):
            person = world.people[who]
            found = ("verified", "partial", "no_data")
            put_verdict(fresh_database, world.county_id, person, code, day, found, now)


@pytest.fixture(scope="module")
def duty_at_any_hour(world, fresh_database):  # noqa: F811
    """Whoever is off duty is not shown; the rule holds from today on."""
    with as_job(fresh_database, world.county_id) as session:
        session.add(all_day(world.county_id, local_date(datetime.now(UTC))))


def send_fix(address, world):  # noqa: F811
    lon, lat = middle_of(FAR_1)
    fix = {"t": time.time_ns() // 1_000_000, "lon": lon, "lat": lat, "accuracy": 5}
    answer = httpx.post(
        f"{address}/api/v1/fixes",
        json={"fixes": [fix]},
        headers={"Authorization": f"Bearer {world.token}"},
    )
    assert answer.status_code == 200


def test_who_moves_and_who_calls_for_help_is_seen_without_a_reload(
    visit,
    address,  # noqa: F811
    world,  # noqa: F811
    duty_at_any_hour,
):
    page = visit("boss", "/")
    page.wait_for_selector("[data-ready=true]")
    page.wait_for_selector("text=实时")
    send_fix(address, world)
    page.wait_for_selector("[data-test=positions]:text-is('1')")
    phone = visit("near_worker", "/worker", phone=True)
    phone.click("[data-test=help] button")
    phone.click("text=立即求助")
    page.wait_for_selector("[data-test=help-banner]")
    assert "紧急求助 1 条" in page.inner_text("[data-test=help-banner]")


def test_a_cause_is_excused_together_and_needs_nobody_any_more(visit, judged, days):
    page = visit("boss", "/")
    page.wait_for_selector("[data-test=attention]")
    page.click("[data-test=attention] .step >> nth=0")
    page.wait_for_selector(f"text={days[0]} 已结束的时段")
    silent = page.locator("[data-test=attention] li.silent")
    silent.locator(".head").click()
    slip = silent.locator("a:has-text('打印告知单')").first.get_attribute("href")
    assert page.request.get(slip).ok
    page.click("text=一起免巡…")
    page.fill("[name=reason]", "山洪断网")
    page.fill("[name=signature]", "人员boss")
    page.click("button:has-text('确认免巡')")
    page.wait_for_selector("text=已免巡")
    silent.wait_for(state="detached")


def test_a_worker_appeals_and_the_supervisor_answers(visit, judged):
    phone = visit("near_worker", "/worker/record", phone=True)
    phone.click("button:has-text('申诉') >> nth=0")
    phone.fill("textarea", "手机没电了，走过一圈")
    phone.click("button:has-text('提交申诉')")
    phone.wait_for_selector("text=申诉已提交")
    page = visit("boss", "/")
    page.click("button:has-text('答复')")
    page.check("input[value=verified]")
    page.fill("[name=reason]", "村民证实")
    page.fill("[name=signature]", "人员boss")
    page.click("form button:has-text('答复')")
    page.wait_for_selector(".appeals", state="detached")
    phone.reload()
    phone.wait_for_selector("text=认定有效：村民证实")


def test_a_supervisor_decides_by_hand_and_the_board_follows(visit, judged, days):
    page = visit("boss", "/")
    page.click("role=tab[name='今日看板']")
    page.click("[aria-label=前一天] >> visible=true")
    # The rows of today are not those of the day before: a click on one would be lost.
    # The day stands on the other tab, drawn from the same answer as the rows.
    page.wait_for_selector(f"text={days[0]} 已结束的时段", state="attached")
    row = page.locator(f".scroll [role=row]:has-text('{FAR_1}')")
    row.or_(page.locator(".scroll [role=row]:has-text('201 · 001')")).first.click()
    page.click("text=人工认定… >> nth=0")
    page.fill("[name=reason]", "现场核实")
    page.fill("[name=signature]", "人员boss")
    page.click("button:text-is('认定')")
    page.wait_for_selector("text=人工：认定有效")


def test_the_month_is_read_and_taken_away_as_a_file(visit, judged, days):
    page = visit("boss", "/sheets")
    page.wait_for_selector("tr.total")
    page.select_option("select", days[1].isoformat()[:7])
    page.wait_for_selector("tbody tr:not(.total)")
    verified = page.inner_text("tr.total td >> nth=0")
    assert re.match(r"\d+/\d+ ", verified)
    with page.expect_download() as waiting:
        page.click("text=本表存成 CSV")
    assert "有效" in waiting.value.path().read_text("utf-8-sig").splitlines()[0]
    page.click("tbody tr:not(.total) button >> nth=0")
    page.wait_for_selector("[data-test=year] li >> nth=12")


@pytest.mark.parametrize("path", ["/", "/sheets", "/account"])
def test_the_pages_of_a_supervisor_have_no_serious_barrier(visit, judged, path):
    page = visit("boss", path)
    page.wait_for_selector("[data-test=attention], h1")
    page.wait_for_timeout(1200)
    assert barriers(page) == []
    page.click("header .theme")
    page.wait_for_selector("html.dark", state="attached")
    assert barriers(page) == []
