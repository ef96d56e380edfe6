"""The planner's pages against the real server: ask, open, paint, undo, publish."""

import math
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import shapely

from api.services.job_runner import JobRunner
from api.services.people import add_person, open_account
from api.services.plans import plan_territory
from geo.codes import padded
from geo.db.door import as_job
from geo.db.models import Settlement
from geo.db.store import territory
from planning.territory import PlanPolicy
from tests.api.conftest import (  # noqa: F401
    FAR,
    NEAR,
    SIDE,
    SOUTH,
    TOWN,
    address,
    app,
    world,
)
from tests.web.visiting import barriers
from tracking.roles import Role

pytestmark = pytest.mark.web
ROOT = Path(__file__).parents[2]
PATIENCE_MS = 60_000
WEST = 111.90
NOW = datetime(2026, 5, 20, 1, 0, tzinfo=UTC)
NAMES = {"planner_a": "规划员甲", "planner_b": "规划员乙"}


@pytest.fixture(scope="module", autouse=True)
def built():
    if not (ROOT / "maps/web/dist/index.html").is_file():
        pytest.skip("maps/web/dist is missing: build the front end (npm run build)")


@pytest.fixture(scope="module")
def town(world, fresh_database):  # noqa: F811
    """Twelve settlements in two villages, and two planners."""
    rows = [
        {
            "ref": f"V{i:02d}",
            "name": f"{i}组",
            "code": padded(NEAR if i < 8 else FAR),
            "population": 40 + 5 * (i % 3),
            "households": 10,
            "geometry": shapely.Point(_place(i)),
        }
        for i in range(12)
    ]
    with as_job(fresh_database, world.county_id) as session:
        territory.add_rows(session, Settlement, world.county_id, rows)
        for login, name in NAMES.items():
            person = add_person(session, world.county_id, name=name, code=TOWN)
            world.passwords[login] = open_account(
                session,
                world.county_id,
                person,
                login=login,
                role=Role.PLANNER,
                areas=[TOWN],
            )
    return world


def _place(i: int) -> tuple[float, float]:
    """Where a settlement lies: four in a row, two rows in the first village."""
    column = SIDE * (i % 4 + 0.5)
    west = WEST + (column / 2 if i < 8 else 2 * SIDE + column / 4)
    return west, SOUTH + SIDE * (0.25 if i % 8 < 4 else 0.75)


@pytest.fixture
def draft_id(town, fresh_database):
    """A new draft of five grids."""
    with as_job(fresh_database, town.county_id) as session:
        policy = PlanPolicy(grids=5, tolerance=0.3)
        return plan_territory(session, town.county_id, TOWN, policy, NOW)


@pytest.fixture
def desk(browser, address, town):  # noqa: F811
    """A function login -> page of that planner."""
    contexts = []

    def sit(login: str = "planner_a"):
        context = browser.new_context(
            base_url=address, locale="zh-CN", viewport={"width": 1280, "height": 760}
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.asked = []
        page.on("request", lambda request: page.asked.append(request.url))
        page.goto("/login")
        page.fill("input[name=login]", login)
        page.fill("input[name=password]", town.passwords[login])
        page.click("button[type=submit]")
        page.wait_for_url("**/planner")
        return page

    yield sit
    for context in contexts:
        context.close()


def ask_for(page, name: str) -> None:
    """Ask for a plan of five grids, and open it once it is there."""
    page.click("[data-test=new-plan]")
    page.wait_for_selector("[data-test=ask]")
    assert barriers(page) == []
    page.fill("[data-test=grids] input", "5")
    page.fill(".wish input.text", name)
    page.click("[data-test=ask]")
    page.wait_for_selector("tr.fresh")
    page.click(f".name >> text={name}")
    page.wait_for_selector("[data-ready=true]")


def open_plan(page, plan_id) -> None:
    """Open a plan and wait for its map."""
    page.goto(f"/planner/{plan_id}")
    page.wait_for_selector("[data-ready=true]")


def draft_of(page) -> SimpleNamespace:
    """What the server holds of the open plan."""
    return SimpleNamespace(**_asked(page, "draft"))


def _asked(page, what: str) -> dict:
    plan = page.url.rsplit("/", 1)[1]
    return page.request.get(f"/api/v1/plans/{plan}/{what}").json()


def neighbours(page) -> tuple[int, int]:
    """Two units side by side in one village, in two grids."""
    units, edges = _asked(page, "draft")["units"], _asked(page, "land")["edges"]
    grid, village = units["grid"], units["village"]
    return next(
        (a, b)
        for a, b in zip(edges["a"], edges["b"], strict=True)
        if grid[a] != grid[b] and village[a] == village[b]
    )


def middles(page, *units: int) -> list[tuple[float, float]]:
    """A place inside each of some units of the open plan."""
    land = _asked(page, "land")
    steps = land["vertices"]
    lon, lat = (np.cumsum(steps[k::2]) / 1e7 for k in (0, 1))
    rings = [land["polygons"][unit][0][0] for unit in units]
    shapes = [shapely.Polygon([(lon[v], lat[v]) for v in ring]) for ring in rings]
    return [shape.point_on_surface().coords[0] for shape in shapes]


def spot(page, lon: float, lat: float) -> tuple[float, float]:
    """Where a place is on the screen, while the map shows the whole county."""
    box = page.locator(".map-box").bounding_box()
    left, top, right, bottom = 250, 24, 24, 24
    width, height = box["width"] - left - right, box["height"] - top - bottom

    def north(degrees: float) -> float:
        turn = math.tan(math.pi / 4 + math.radians(degrees) / 2)
        return math.degrees(math.log(turn))

    low, high = north(SOUTH), north(SOUTH + SIDE)
    scale = min(width / (3 * SIDE), height / (high - low))
    middle = (box["x"] + left + width / 2, box["y"] + top + height / 2)
    return (
        middle[0] + (lon - WEST - 1.5 * SIDE) * scale,
        middle[1] - (north(lat) - (low + high) / 2) * scale,
    )


def paint(page, start: int, end: int) -> None:
    """Draw with the brush from one unit to another."""
    here, there = middles(page, start, end)
    page.click("[data-test=tool-brush]")
    page.mouse.move(*spot(page, *here))
    page.mouse.down()
    page.mouse.move(*spot(page, *there), steps=4)
    page.mouse.up()


def await_saved(page) -> None:
    """Wait until an edit was made and the server has it."""
    page.wait_for_selector("[data-test=undo]:enabled")
    page.wait_for_selector("[data-test=saving]:has-text('已保存')")


def test_a_planner_asks_paints_undoes_and_publishes(desk, address, app, tmp_path):  # noqa: F811
    page = desk()
    assert barriers(page) == []
    with JobRunner(app.state.database, tmp_path):
        ask_for(page, "初稿")
    draft = draft_of(page)
    a, b = neighbours(page)
    own, other = draft.units["grid"][a], draft.units["grid"][b]
    paint(page, a, b)
    await_saved(page)
    assert draft_of(page).units["grid"][b] == own
    page.keyboard.press("Control+z")
    page.wait_for_selector("[data-test=redo]:enabled")
    assert draft_of(page).units["grid"][b] == other
    assert barriers(page) == []

    page.click("[data-test=tab-flow]")
    page.on("dialog", lambda dialog: dialog.accept())
    page.click("[data-test=next-step]:has-text('征求意见')")
    page.click("[data-test=answer] >> nth=0")
    page.click("[data-test=agree]")
    page.wait_for_selector("text=同意 1")
    page.click("[data-test=next-step]:has-text('审定')")
    page.click("[data-test=next-step]:has-text('公示')")
    day = (datetime.now(UTC) + timedelta(days=30)).date().isoformat()
    page.fill("[data-test=effective-on]", day)
    page.click("[data-test=publish]")
    page.wait_for_selector(f"text=自 {day} 起生效")
    grids = page.request.get("/api/v1/grids", params={"on": day}).json()
    assert len(grids["features"]) == 5
    assert [
        u for u in page.asked if not u.startswith((address, "data:", "blob:"))
    ] == []


def test_a_line_splits_a_grid_and_problems_name_their_place(desk, draft_id):
    page = desk()
    open_plan(page, draft_id)
    draft = draft_of(page)
    # Between the two rows of the first village.
    lat = SOUTH + SIDE / 2
    page.click("[data-test=tool-line]")
    page.mouse.click(*spot(page, WEST + 0.0002, lat))
    page.mouse.dblclick(*spot(page, WEST + 2 * SIDE - 0.0002, lat))
    await_saved(page)
    assert len(draft_of(page).grids["code"]) == len(draft.grids["code"]) + 1
    page.keyboard.press("l")
    page.mouse.click(*spot(page, *_place(0)))
    page.click("text=先不分配")
    page.click("[data-test=tab-breaches]")
    page.wait_for_selector("[data-test=breach]:has-text('没有分给任何网格')")
    page.click("[data-test=repair]")
    page.wait_for_selector("text=没有问题")
    await_saved(page)
    assert -1 not in draft_of(page).units["grid"]


def test_two_planners_never_overwrite_each_other_silently(desk, draft_id):
    page, colleague = desk(), desk("planner_b")
    open_plan(page, draft_id)
    open_plan(colleague, draft_id)
    draft = draft_of(page)
    # Quiet, so that the page does not hear of the colleague by itself.
    page.route("**/edits?since=*", lambda route: route.abort())
    a, b = neighbours(page)
    paint(colleague, a, b)
    await_saved(colleague)
    page.unroute("**/edits?since=*")
    paint(page, b, a)
    page.wait_for_selector("text=规划员乙 在")
    page.click("[data-test=take-theirs]")
    await_saved(page)
    now = draft_of(page)
    assert now.units["grid"][b] == draft.units["grid"][a]
    assert now.version == draft.version + 1
