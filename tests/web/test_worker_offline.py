"""The worker's phone against the real server: no network, another user, stored once."""

import pytest
from sqlalchemy import select

from geo.db.door import as_job
from geo.db.models import Case, CaseVoice
from tests.api.conftest import (  # noqa: F401
    address,
    app,
    middle_of,
    sign_in,
    world,
)
from tests.api.conftest import report as hazard_body  # noqa: F401
from tests.web.visiting import PHONE, barriers

pytestmark = [pytest.mark.web, pytest.mark.usefixtures("built")]
PATIENCE_MS = 60_000
# Not "the first choice": before the categories are read that is a level.
CATEGORY = "label:has(input[name=category])"
PAGES = ("", "/report", "/outbox", "/record", "/guide", "/setup")


@pytest.fixture
def phone(browser, address):  # noqa: F811
    """One phone: a browser context that keeps what a phone keeps."""
    lon, lat = middle_of("410399100200001")
    context = browser.new_context(
        base_url=address,
        locale="zh-CN",
        **PHONE,
        geolocation={"longitude": lon, "latitude": lat, "accuracy": 8},
        permissions=["geolocation", "microphone"],
    )
    context.set_default_timeout(PATIENCE_MS)
    yield context
    context.close()


def sign_in_page(page, world, login):  # noqa: F811
    page.goto("/login")
    page.fill("input[name=login]", login)
    page.fill("input[name=password]", world.passwords[login])
    page.click("button[type=submit]")
    page.wait_for_url(lambda url: "/login" not in url)


def sign_out(page):
    page.once("dialog", lambda dialog: dialog.accept())
    page.click("header button:has-text('退出')")
    page.wait_for_selector("input[name=login]")


def await_shell(page):
    """Wait until the service worker holds the shell: no network is needed then."""
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.reload()
    page.wait_for_function("navigator.serviceWorker.controller !== null")


def report(page, words):
    page.goto("/worker/report")
    page.wait_for_selector(".place.is-done")
    page.click(f"{CATEGORY} >> nth=0")
    page.fill("textarea", words)
    page.click(".submit")
    page.wait_for_selector(".done")


def reporters_of(database, county_id, words):
    with as_job(database, county_id) as session:
        found = session.scalars(select(Case).where(Case.text == words)).all()
        return [case.reporter_id for case in found]


def test_what_is_recorded_without_a_network_is_stored_exactly_once(
    phone,
    world,  # noqa: F811
    fresh_database,
):
    page = phone.new_page()
    sign_in_page(page, world, "near_worker")
    page.goto("/worker/report")
    # The categories are remembered from here on.
    page.wait_for_selector(CATEGORY)
    await_shell(page)
    phone.set_offline(True)
    page.goto("/worker")
    page.click("text=开始记录")
    page.wait_for_selector("text=个定位点待送出")
    report(page, "断网时上报")
    page.close()

    page = phone.new_page()
    page.goto("/worker/outbox")
    page.wait_for_selector("text=还有 1 条未送出")
    phone.set_offline(False)
    page.evaluate("dispatchEvent(new Event('online'))")
    page.wait_for_selector("text=全部已送出")
    page.wait_for_selector("[data-test=fixes]", state="detached")
    page.reload()
    page.wait_for_selector("text=全部已送出")
    mine = world.people["near_worker"]
    assert reporters_of(fresh_database, world.county_id, "断网时上报") == [mine]


def test_a_second_user_of_the_phone_neither_sees_nor_sends_the_first_ones_reports(
    phone,
    world,  # noqa: F811
    fresh_database,
):
    page = phone.new_page()
    sign_in_page(page, world, "near_worker")
    page.route("**/api/v1/hazards", lambda route: route.abort())
    report(page, "第一人写的")
    sign_out(page)
    page.unroute("**/api/v1/hazards")

    sign_in_page(page, world, "boss")
    page.goto("/worker/outbox")
    page.wait_for_selector("text=全部已送出")
    report(page, "第二人写的")
    # Who leaves before it is sent is told so, and it waits: another matter.
    page.wait_for_selector("text=已上报，服务器已收到")
    sign_out(page)
    assert reporters_of(fresh_database, world.county_id, "第一人写的") == []

    sign_in_page(page, world, "near_worker")
    page.goto("/worker/outbox")
    page.wait_for_selector("text=全部已送出")
    first = reporters_of(fresh_database, world.county_id, "第一人写的")
    second = reporters_of(fresh_database, world.county_id, "第二人写的")
    assert (first, second) == ([world.people["near_worker"]], [world.people["boss"]])


def test_a_spoken_report_waits_without_a_network_and_can_be_heard_at_the_desk(
    phone,
    world,  # noqa: F811
    fresh_database,
):
    page = phone.new_page()
    sign_in_page(page, world, "near_worker")
    page.route("**/api/v1/hazards", lambda route: route.abort())
    page.goto("/worker/report")
    page.wait_for_selector(".place.is-done")
    page.click(f"{CATEGORY} >> nth=0")
    page.click("[data-test=voice] button")
    # A second of speech; a busy machine may not show each.
    page.wait_for_selector("text=/还剩 [1-5]\\d 秒/")
    page.click("[data-test=voice] .stop")
    page.wait_for_selector("[data-test=voice] audio")
    page.click(".submit")
    page.wait_for_selector(".done")
    page.unroute("**/api/v1/hazards")
    page.goto("/worker/outbox")
    page.wait_for_selector("text=全部已送出")
    with as_job(fresh_database, world.county_id) as session:
        [voice] = session.scalars(select(CaseVoice)).all()
    page.goto("/login")
    played = page.request.get(f"/api/v1/hazards/{voice.case_id}/voices/{voice.id}")
    assert played.headers["content-type"] == "audio/webm"
    assert len(played.body()) == voice.byte_count


def test_one_scan_sets_up_an_app_and_its_secret_is_shown_once(phone, world):  # noqa: F811
    page = phone.new_page()
    sign_in_page(page, world, "near_worker")
    page.goto("/worker/setup")
    page.click("text=生成设置码")
    page.wait_for_selector("[data-test=qr]")
    assert page.locator("a.action").get_attribute("href")
    page.reload()
    page.wait_for_selector("text=生成设置码")
    assert page.locator("[data-test=qr]").count() == 0


def test_a_full_storage_is_told_and_nothing_is_lost_from_the_form(phone, world):  # noqa: F811
    page = phone.new_page()
    fail = "throw new DOMException('', 'QuotaExceededError')"
    full = f"IDBObjectStore.prototype.put = () => {{ {fail} }}"
    sign_in_page(page, world, "near_worker")
    page.goto("/worker/report")
    page.wait_for_selector(".place.is-done")
    page.evaluate(f"() => {{ {full} }}")
    page.click(f"{CATEGORY} >> nth=0")
    page.fill("textarea", "存不下的一条")
    page.click(".submit")
    page.wait_for_selector("text=手机存储已满")
    assert page.input_value("textarea") == "存不下的一条"


def test_a_call_for_help_arrives_as_a_major_report_after_one_question(
    phone,
    world,  # noqa: F811
    fresh_database,
):
    page = phone.new_page()
    sign_in_page(page, world, "near_worker")
    page.click("[data-test=help] button")
    page.click("text=立即求助")
    page.wait_for_selector("text=求助已送到指挥中心")
    with as_job(fresh_database, world.county_id) as session:
        help_calls = select(Case.level).where(Case.text.contains("紧急求助"))
        assert session.scalars(help_calls).all() == ["major"]


def test_a_task_is_found_handled_and_handed_back(
    phone,
    world,  # noqa: F811
    sign_in,  # noqa: F811
    hazard_body,  # noqa: F811
):
    desk = sign_in("desk")
    case = desk.post("/api/v1/hazards", json=hazard_body("410399100200001")).json()
    for step in (
        {"event": "accept"},
        {"event": "dispatch", "handler_id": str(world.people["near_worker"])},
    ):
        body = step | {"version": case["version"]}
        case = desk.post(f"/api/v1/hazards/{case['id']}/events", json=body).json()
    page = phone.new_page()
    sign_in_page(page, world, "near_worker")
    page.click("[data-test=tasks] a >> nth=0")
    page.click("button:text-is('开始处置')")
    page.wait_for_selector("[data-test=task] :text('处置中')")
    page.fill("[name=note]", "已清理")
    page.click("button:text-is('反馈结果')")
    page.wait_for_selector("[data-test=task] :text('已反馈')")
    assert barriers(page) == []
    found = desk.get(f"/api/v1/hazards/{case['id']}").json()
    assert (found["state"], found["history"][-1]["note"]) == ("handled", "已清理")


def test_the_pages_of_a_worker_have_no_serious_barrier(phone, world):  # noqa: F811
    page = phone.new_page()
    sign_in_page(page, world, "near_worker")
    found = {}
    for path in PAGES:
        page.goto(f"/worker{path}")
        page.wait_for_selector("h1")
        page.wait_for_timeout(800)
        found[path] = barriers(page)
    assert found == {path: [] for path in PAGES}
