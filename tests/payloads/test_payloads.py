"""Hostile texts in every field: no page runs one, no element is made of one, no cell of
an export is a formula.

The browser is told to pass over our content policy, so that what is held here is the
escaping alone. ``XUNGE_PAYLOADS=all`` sends every payload through every field of the
API and opens every page; the suite sends a few and opens a few. The rows are written
over with all of them in any case.
"""

import csv
import io
import json
import os
from urllib.parse import quote
from uuid import uuid4
from xml.etree import ElementTree

import httpx
import pytest
from openpyxl import load_workbook

from api.services.jobs.work_order import WorkOrder
from api.services.works.exports import export, export_path
from geo.codes import range_of
from geo.localtime import local_date
from tests.api.conftest import address  # noqa: F401
from tests.api.matrix.asking import BUILDERS, Asker
from tests.api.matrix.test_matrix import admin_engine, app, world  # noqa: F401
from tests.api.matrix.world import COUNTY
from tests.payloads.corpus import PAYLOADS, PLANTED, STARTERS
from tests.payloads.planting import free_fields, plant, plant_file_names, sweep
from tests.web.visiting import COARSE

pytestmark = pytest.mark.usefixtures("built")
FEW = ("image out of an attribute", "formula")
# A busy machine is slow, and that is no failure.
PATIENCE_MS = 60_000
ALL = os.environ.get("XUNGE_PAYLOADS") == "all"
# Fields that people fill and others read: a route that drops one of these takes less.
READ_BY_OTHERS = {
    ("POST /api/v1/hazards", "text"),
    ("POST /api/v1/hazards/{case_id}/events", "note"),
    ("POST /api/v1/plans", "name"),
    ("PATCH /api/v1/plans/{plan_id}", "name"),
    ("POST /api/v1/plans/{plan_id}/comments", "text"),
    ("POST /api/v1/plans/{plan_id}/answers", "note"),
    ("POST /api/v1/appeals", "note"),
    ("POST /api/v1/appeals/{appeal_id}/answer", "reason"),
    ("POST /api/v1/decisions", "reason"),
    ("POST /api/v1/excuses", "reason"),
    ("POST /api/v1/people", "name"),
    ("POST /api/v1/people", "phone"),
    ("POST /api/v1/calendar", "note"),
    ("PUT /api/v1/categories/{code}", "name"),
}
PAGES = [
    ("admin", "/"),
    ("admin", "/admin"),
    ("admin", "/admin/regions"),
    ("admin", "/admin/roster"),
    ("admin", "/admin/groups"),
    ("admin", "/admin/calendar"),
    ("admin", "/admin/devices"),
    ("admin", "/admin/categories"),
    ("admin", "/admin/rules"),
    ("admin", "/admin/audit"),
    ("admin", "/admin/imports"),
    ("admin", "/sheets"),
    ("admin", "/account"),
    ("admin", "/planner"),
    ("admin", "/planner/{plan}"),
    ("admin", "/planner/compare?ids={plan}"),
    ("admin", "/replay?workers={worker}&date={day}"),
    ("admin", "/api/v1/plans/{plan}/report"),
    ("admin", "/api/v1/plans/{plan}/villages/{village}"),
    ("admin", "/api/v1/slips?worker_id={worker}&date={day}&window=evening"),
    ("INNER", "/worker"),
    ("INNER", "/worker/report"),
    ("INNER", "/worker/record"),
    ("INNER", "/worker/outbox"),
]
SHORT = ("/", "/admin", "/planner/{plan}", "/api/v1/plans/{plan}/report", "/worker")
SHOWN = PAGES if ALL else [each for each in PAGES if each[1] in SHORT]
# What an address brings along is a text of a stranger too.
REFLECTED = [
    "/login?refused={}",
    "/login?to={}",
    "/?hazard={}",
    "/worker/{}",
    "/planner/{}",
]
COUNT = """
  window.ran = 0; window.x = () => { window.ran += 1 };
  window.alert = window.x;
"""


@pytest.fixture(scope="module")
def planted(app, admin_engine, world, address):  # noqa: F811
    """Every text hostile: through the API first, then all that lies in the tables."""
    payloads = PAYLOADS if ALL else {name: PAYLOADS[name] for name in FEW}
    with httpx.Client(base_url=address, timeout=120) as http:
        fields = free_fields(app.openapi())
        taken = plant(http, world, fields, payloads)
        body = {"login": "admin", "password": world.passwords["admin"]}
        assert http.post("/api/v1/session", json=body).status_code == 200
        files = plant_file_names(http, payloads)
        yield taken, files, sweep(admin_engine, PAYLOADS), http


def test_every_field_that_others_read_takes_the_texts_as_they_are(planted):
    taken, files, written, _ = planted
    accepted = {(field.route, field.name) for field in taken}
    assert accepted >= READ_BY_OTHERS
    assert files
    assert sum(taken.values()) >= len(READ_BY_OTHERS) * len(FEW)
    for column in ("people.name", "cases.text", "sites.name", "grid_versions.name"):
        assert written[column], column


def filled(path, world):  # noqa: F811
    place = world.places["inside"]
    return path.format(
        plan=place.plan,
        worker=place.worker,
        village=place.village,
        day=world.yesterday.isoformat(),
    )


@pytest.fixture(scope="module")
def visit(browser, address, world):  # noqa: F811
    """Return a function (login, path) -> page of somebody signed in."""
    contexts = {}

    def open_page(login, path):
        if login not in contexts:
            made = browser.new_context(
                base_url=address, locale="zh-CN", bypass_csp=True, **COARSE
            )
            made.add_init_script(COUNT)
            made.set_default_timeout(PATIENCE_MS)
            if login:
                body = {"login": login, "password": world.passwords[login]}
                assert made.request.post("/api/v1/session", data=body).ok
            contexts[login] = made
        page = contexts[login].new_page()
        # Ours ask before something is done; none of them is a text's.
        page.on("dialog", lambda dialog: dialog.dismiss())
        page.goto(path)
        return page

    yield open_page
    for each in contexts.values():
        each.close()


def settle(page):
    """Wait until a page has drawn what it read."""
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(200)


def explore(page):
    """Open what a click opens: rows, tabs, cards; the first few of each kind."""
    for kind in ("tbody tr", "[role=tab]", "summary", "li button", "article button"):
        for n in range(min(page.locator(kind).count(), 3)):
            try:
                page.locator(kind).nth(n).click(timeout=1_500)
            except Exception:
                pass
            page.mouse.move(5, 5)


def what_ran(page):
    """Return how often a text ran, and the elements that a text made."""
    ran, made = 0, []
    for frame in page.frames:
        ran += frame.evaluate("window.ran || 0")
        made += frame.evaluate(
            "(css) => [...document.querySelectorAll(css)].map((e) => e.outerHTML)",
            PLANTED,
        )
    return ran, made


@pytest.mark.web
def test_the_payloads_run_where_nobody_escapes_them(visit):
    page = visit("", "/login")
    ran = set()
    for name, payload in PAYLOADS.items():
        page.evaluate("(t) => { window.ran = 0; document.body.innerHTML = t }", payload)
        page.wait_for_timeout(30)
        if any(what_ran(page)):
            ran.add(name)
    # innerHTML runs no <script>, and formulas and templates are for other sinks.
    assert len(ran) >= 14


@pytest.mark.web
@pytest.mark.parametrize(("login", "path"), SHOWN)
def test_no_text_runs_on(planted, visit, world, login, path):  # noqa: F811
    page = visit(login, filled(path, world))
    settle(page)
    # Something hostile is there to see.
    page.wait_for_function("document.body.innerText.includes('x()')")
    if not path.startswith("/api"):
        explore(page)
    assert what_ran(page) == (0, [])
    page.close()


@pytest.mark.web
@pytest.mark.parametrize("path", REFLECTED if ALL else REFLECTED[:1])
def test_nothing_of_an_address_runs(planted, visit, path):
    for name in ("image out of an attribute", "bare link", "script"):
        page = visit("admin", path.format(quote(PAYLOADS[name], safe="")))
        settle(page)
        assert what_ran(page) == (0, [])
        page.close()


def exports(app):  # noqa: F811
    """Yield every address that gives a file, in every format that it knows."""
    for path, ways in app.openapi()["paths"].items():
        route = ways.get("get")
        if route is None or f"GET {path}" not in BUILDERS:
            continue
        formats = [""]
        for each in route.get("parameters", []):
            if each["name"] == "format":
                cell = each["schema"]
                cell = next((c for c in cell.get("anyOf", [cell]) if "enum" in c), cell)
                formats = cell.get("enum", [""])
        for each in formats:
            yield f"GET {path}", each


def cells_of(kind, content):
    """Return what a spreadsheet would show of a file; None of what it does not open."""
    if "csv" in kind:
        text = content.decode("utf-8-sig")
        return [cell for row in csv.reader(io.StringIO(text)) for cell in row]
    if "spreadsheet" in kind or kind == "xlsx":
        book = load_workbook(io.BytesIO(content))
        found = [c for sheet in book for row in sheet.iter_rows() for c in row]
        assert [c.coordinate for c in found if c.data_type == "f"] == []
        return [c.value for c in found if isinstance(c.value, str)]
    if "json" in kind:
        json.loads(content)
    elif "gpx" in kind:
        ElementTree.fromstring(content)
    return None


def formulas_in(cells):
    return [c for c in cells if c.startswith(STARTERS) and not is_number(c)]


def is_number(cell):
    try:
        float(cell)
    except ValueError:
        return False
    return True


def test_no_cell_of_an_export_is_a_formula(planted, app, world):  # noqa: F811
    *_, http = planted
    sheets = []
    for route, wanted in exports(app):
        asker = Asker(world, world.places["inside"], "admin")
        url = BUILDERS[route](asker).url
        if any(word in route for word in ("/live", "/session", "/ready")):
            continue
        if wanted:
            url += f"{'&' if '?' in url else '?'}format={wanted}"
        answer = http.get(url)
        assert answer.status_code < 500, url
        if not answer.is_success or "content-type" not in answer.headers:
            continue
        found = cells_of(answer.headers["content-type"], answer.content)
        if found is not None:
            sheets.append(route)
            assert formulas_in(found) == [], route
    assert sheets


@pytest.mark.parametrize("kind", ["csv", "xlsx", "geojson"])
def test_no_cell_of_a_file_made_later_is_a_formula(
    planted,
    fresh_database,
    world,  # noqa: F811
    tmp_path,
    kind,
):
    for what in ("hazards",) if kind == "geojson" else ("rounds", "hazards"):
        asked = {
            "what": what,
            "format": kind,
            "first": world.yesterday.isoformat(),
            "last": local_date(world.now).isoformat(),
            "areas": [range_of(COUNTY)],
            "made_by": str(world.people["admin"]),
        }
        county, job = world.places["inside"].county_id, uuid4()
        told = export(
            WorkOrder(
                fresh_database, county, job, asked, tmp_path, lambda *_: None, world.now
            )
        )
        assert told["rows"]
        path = export_path(tmp_path, county, job, kind)
        cells = cells_of(kind, path.read_bytes())
        assert formulas_in(cells or []) == []
        # The texts are there, and not swallowed.
        assert "x()" in " ".join(cells or ["x()"])
