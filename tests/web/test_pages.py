"""The pages in a real browser: they draw, in Chinese, and ask nobody else."""

import re
from io import BytesIO

import pytest
from PIL import Image

from tests.web.visiting import COARSE, await_true

pytestmark = pytest.mark.web
# Software rendering on a busy machine takes its time.
PATIENCE_MS = 60_000


@pytest.fixture
def visit(site, browser):
    """Open a page with a given context; keeps its requests and errors."""
    contexts = []

    def open_page(**options):
        context = browser.new_context(locale="zh-CN", **COARSE, **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.asked, page.problems = [], []
        page.on("request", lambda request: page.asked.append(request.url))
        page.on("pageerror", lambda error: page.problems.append(str(error)))
        page.on("console", lambda line: _keep_refusals(page, line))
        return page

    yield open_page
    for context in contexts:
        context.close()


def _keep_refusals(page, line) -> None:
    if line.type == "error" and "Content Security Policy" in line.text:
        page.problems.append(line.text)


def sign_in(page, site, path: str = "/") -> None:
    page.goto(f"{site.url}/login?to={path}")
    page.fill("input[name=login]", site.login)
    page.fill("input[name=password]", site.password)
    page.click("button[type=submit]")


def outside(page, site) -> list[str]:
    own = (site.url, "data:", f"blob:{site.url}")
    return [url for url in page.asked if not url.startswith(own)]


@pytest.fixture
def overview(visit, site):
    page = visit(viewport={"width": 1440, "height": 900})
    sign_in(page, site)
    page.wait_for_selector("[data-ready=true]")
    # Who works on hazards begins with them.
    page.wait_for_selector(".hazards .item >> nth=0")
    page.click("role=tab[name='今日看板']")
    page.wait_for_selector("role=row >> nth=3")
    return page


def test_map_and_board_are_there_and_nothing_is_asked_of_another_host(overview, site):
    overview.wait_for_load_state("load")
    await_true(overview, lambda: _colours_on_map(overview) > 50)
    share = overview.inner_text("[data-test=verified-share]")
    verified, required = re.match(r"(\d+)/(\d+)\s+[\d.]+%", share).groups()
    assert 0 <= int(verified) <= int(required)
    assert "网格员" in overview.inner_text("aside")
    assert outside(overview, site) == []
    assert overview.problems == []


def test_a_round_tells_its_reasons_in_chinese(overview):
    overview.hover(".scroll .verdict >> nth=0")
    tip = overview.inner_text("[role=tooltip]")
    assert any("一" <= letter <= "鿿" for letter in tip)
    assert "standingHints" not in tip


def test_a_worker_of_the_board_is_found_on_the_map(overview):
    overview.click(".scroll [role=row] >> nth=0")
    code = overview.inner_text("[data-test=grid-code]")
    assert len(code) == 15
    assert code.isdigit()


def test_the_filter_by_verdict_shows_only_such_rows(overview):
    overview.click(".standings button:not([disabled]) >> nth=0")
    word = overview.inner_text(".standings [aria-pressed=true]").split("\n")[0]
    rows = overview.locator(".scroll [role=row]")
    first = overview.locator(".scroll [role=row]:nth-child(-n+5)")
    await_true(
        overview,
        lambda: rows.count() and all(word in row for row in first.all_inner_texts()),
    )


def test_a_hazard_opens_with_its_history_and_its_next_steps(overview):
    overview.click("role=tab[name*='隐患']")
    overview.click(".hazards .item >> nth=0")
    overview.wait_for_selector(".history li")
    text = overview.inner_text(".hazard-drawer")
    assert "上报" in text
    assert "下一步" in text
    assert "undefined" not in text


def test_the_page_fits_a_phone(visit, site):
    page = visit(viewport={"width": 390, "height": 844}, is_mobile=True)
    sign_in(page, site)
    page.wait_for_selector(".hazards .item >> nth=0")
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= 390


def test_hazards_that_could_not_be_read_are_not_called_none(visit, site):
    page = visit(viewport={"width": 1440, "height": 900})
    page.route("**/api/v1/hazards", lambda route: route.abort())
    sign_in(page, site)
    page.wait_for_selector(".hazards [role=status]:has-text('正在读取')")
    page.wait_for_selector(".status.broken")
    shown = page.inner_text(".hazards")
    assert "没有隐患" not in shown
    assert "0" not in shown


def test_a_wrong_password_is_told_in_chinese(visit, site):
    page = visit()
    page.goto(f"{site.url}/login")
    page.fill("input[name=login]", site.login)
    page.fill("input[name=password]", "not the password")
    page.click("button[type=submit]")
    page.wait_for_selector("[role=alert]:not(:empty)")
    assert "密码" in page.inner_text("[role=alert]")
    assert page.url.endswith("/login")


def _colours_on_map(page) -> int:
    """How many colours a picture of the map holds: a blank one has very few."""
    picture = Image.open(BytesIO(page.locator(".map-box").screenshot()))
    return len(picture.convert("RGB").getcolors(maxcolors=1 << 24))


def test_a_basemap_lies_below_the_grids_and_can_be_put_away(visit, site):
    page = visit(viewport={"width": 1440, "height": 900})
    body = '{"layers": 1, "credit": "底图 审图号", "max_zoom": 18}'
    page.route(
        "**/api/v1/basemap",
        lambda route: route.fulfill(body=body, content_type="application/json"),
    )
    page.route(
        "**/api/v1/basemap/0/**",
        lambda route: route.fulfill(body=_tile(), content_type="image/png"),
    )
    sign_in(page, site)
    page.wait_for_selector("[data-ready=true]")
    assert page.inner_text(".basemap-credit") == "底图 审图号"
    page.wait_for_load_state("networkidle")
    switch = page.get_by_role("button", name="底图")
    assert switch.get_attribute("aria-pressed") == "true"
    await_true(page, lambda: _colours_on_map(page) > 50_000)
    switch.click()
    await_true(page, lambda: _colours_on_map(page) < 50_000)
    assert switch.get_attribute("aria-pressed") == "false"
    assert page.problems == []


def _tile() -> bytes:
    """Return a tile of many colours."""
    steps = Image.linear_gradient("L")
    out = BytesIO()
    Image.merge("RGB", (steps, steps.rotate(90), steps)).save(out, "PNG")
    return out.getvalue()
