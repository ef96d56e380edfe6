"""How tests open pages of the real server, and what they look for on all of them."""

from contextlib import contextmanager
from pathlib import Path

import pytest

AXE = Path(__file__).parents[2] / "maps/web/node_modules/axe-core/axe.min.js"
# Software rendering on a busy machine takes its time.
PATIENCE_MS = 60_000
POLL_MS = 200
# A quarter of the pixels: without a graphics card each one costs processor time.
COARSE = {"device_scale_factor": 0.5}
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, **COARSE}
DESK = {"viewport": {"width": 1440, "height": 900}, **COARSE}


@contextmanager
def opener(browser, address, world):
    """Yield a function (login, path) -> a page of somebody signed in."""
    contexts = []

    def open_page(login, path="/", *, phone=False):
        context = browser.new_context(
            base_url=address,
            locale="zh-CN",
            geolocation={"longitude": 111.905, "latitude": 34.005, "accuracy": 8},
            permissions=["geolocation"],
            **(PHONE if phone else DESK),
        )
        contexts.append(context)
        context.set_default_timeout(PATIENCE_MS)
        page = context.new_page()
        page.problems = []
        page.on("pageerror", lambda error: page.problems.append(str(error)))
        body = {"login": login, "password": world.passwords[login]}
        assert page.request.post("/api/v1/session", data=body).ok
        page.goto(path)
        return page

    try:
        yield open_page
    finally:
        for context in contexts:
            context.close()


def await_true(page, claim):
    """Wait until a claim about the page holds; fail if it never does."""
    for _ in range(PATIENCE_MS // POLL_MS):
        if claim():
            return
        page.wait_for_timeout(POLL_MS)
    raise AssertionError("it never came true")


STILL = """() => {
  const still = new CSSStyleSheet()
  still.replaceSync(`*, *::before, *::after {
    animation: none !important; transition: none !important }`)
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, still]
}"""


def barriers(page):
    """Return what axe finds serious or worse: (rule, place)."""
    if not AXE.is_file():
        pytest.skip("axe-core is missing: npm ci in maps/web")
    # What fades in or out has no contrast of its own: nothing may fade meanwhile.
    page.evaluate(STILL)
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate("axe.run(document)")
    return [
        (rule["id"], node["target"], node["html"][:160])
        for rule in found["violations"]
        if rule["impact"] in ("serious", "critical")
        for node in rule["nodes"]
    ]
