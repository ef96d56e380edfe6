"""What browser tests of the planner share: a small town, two planners, their hands."""

import math
from datetime import UTC, datetime
from types import SimpleNamespace

import numpy as np
import pytest
import shapely

from api.services.people.people import add_person, open_account
from api.services.plans.plans import plan_territory
from geo.codes import padded
from geo.db.door import as_job
from geo.db.models import Settlement
from geo.db.store import territory
from planning.units.territory import PlanPolicy
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
from tests.web.visiting import DESK, PHONE, barriers
from tracking.cases.roles import Role

PATIENCE_MS = 60_000
WEST = 111.90
NOW = datetime(2026, 5, 20, 1, 0, tzinfo=UTC)
NAMES = {"planner_a": "规划员甲", "planner_b": "规划员乙"}


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
            "geometry": shapely.Point(place_of(i)),
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


def place_of(i: int) -> tuple[float, float]:
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
    """A function (login) -> page of that planner."""
    contexts = []

    def sit(login: str = "planner_a", *, phone: bool = False):
        size = {**PHONE, "has_touch": True} if phone else DESK
        # The map jumps where it would fly.
        context = browser.new_context(
            base_url=address, locale="zh-CN", reduced_motion="reduce", **size
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


def ask_for(page, name: str, by: str = "人口") -> None:
    """Ask for a plan of five grids."""
    page.click("[data-test=new-plan]")
    page.wait_for_selector("[data-test=ask]")
    assert barriers(page) == []
    page.fill("[data-test=grids] input", "5")
    page.fill(".wish input.text", name)
    page.click(f".wish label >> text={by}")
    page.click("[data-test=ask]")
    page.wait_for_selector("[data-test=ask]", state="hidden")


def open_plan(page, plan_id) -> None:
    """Open a plan and wait for its map."""
    page.goto(f"/planner/{plan_id}")
    page.wait_for_selector("[data-ready=true]")


def draft_of(page) -> SimpleNamespace:
    """What the server holds of the open plan."""
    return SimpleNamespace(**asked_of(page, "draft"))


def asked_of(page, what: str) -> dict:
    plan = page.url.rsplit("/", 1)[1]
    return page.request.get(f"/api/v1/plans/{plan}/{what}").json()


def neighbours(page) -> tuple[int, int]:
    """Two units side by side in one village, in two grids."""
    units, edges = asked_of(page, "draft")["units"], asked_of(page, "land")["edges"]
    grid, village = units["grid"], units["village"]
    return next(
        (a, b)
        for a, b in zip(edges["a"], edges["b"], strict=True)
        if grid[a] != grid[b] and village[a] == village[b]
    )


def middles(page, *units: int) -> list[tuple[float, float]]:
    """A place inside each of some units of the open plan."""
    land = asked_of(page, "land")
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
    page.click("text=看全图")
    page.click("[data-test=tool-brush]")
    page.mouse.move(*spot(page, *here))
    page.mouse.down()
    page.mouse.move(*spot(page, *there), steps=4)
    page.mouse.up()


def await_saved(page) -> None:
    """Wait until an edit was made and the server has it."""
    page.wait_for_selector("[data-test=undo]:enabled")
    page.wait_for_selector("[data-test=saving]:has-text('已保存')")
