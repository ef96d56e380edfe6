"""What the planner's editor costs in Chromium at 4,215 grids over 8,108 units.

Run from the project's folder, with the pages built: ``PYTHONPATH=. python
bench/editor.py``, or with a folder that holds ``villages.geojson`` and
``blocks.geojson`` of another county. A cluster and a server of its own are filled by
the ordinary load and plan; then a planner opens the plan, moves units with the brush,
undoes, drags the map and zooms. A task is what the page's main thread does without a
break; its scripting is what is not layout or paint. The goal: no task with more than
100 ms of scripting once the plan is open.
"""

import argparse
import json
import shutil
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import rig
from pages import tasks_in
from playwright.sync_api import Browser, Page, sync_playwright

from api.main import create_app
from api.services.layers.load import LoadOptions, load_layer
from api.services.plans.plans import plan_territory
from api.services.upkeep.database import bring_up, open_database, take_down
from api.settings import Settings
from geo.db.door import as_job, as_nobody
from geo.db.engine import Database
from geo.db.store.counties import county_ids
from planning.units.territory import PlanPolicy
from tests.api.conftest import serving
from tracking.cases.roles import Role

WEIXIAN = Path(__file__).parents[2] / "shared/data/towns/weixian"
NOW = datetime(2026, 5, 20, tzinfo=UTC)
BRUSH_STEPS, ROUNDS = 6, 5


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("folder", type=Path, nargs="?", default=WEIXIAN)
    options.add_argument("--grids", type=int, default=4215)
    asked = options.parse_args()
    if not asked.folder.is_dir():
        raise SystemExit(f"{asked.folder} is not here: no county to plan, not measured")
    home = Path(tempfile.mkdtemp(prefix="xunge-bench-"))
    home.chmod(0o755)
    settings = Settings(data_dir=home, second_factor_roles="")
    try:
        bring_up(settings)
        database = open_database(settings)
        plan, password = fill(database, asked.folder, asked.grids)
        with serving(create_app(settings, database)) as address, sync_playwright() as p:
            chromium = p.chromium.launch(
                executable_path="/usr/bin/chromium", args=["--no-sandbox"]
            )
            measure(chromium, address, f"/planner/{plan}", password)
            chromium.close()
        database.dispose()
    finally:
        take_down(settings)
        shutil.rmtree(home, ignore_errors=True)


def fill(database: Database, folder: Path, grids: int) -> tuple[UUID, str]:
    """Load villages and settlements, plan the county, open an account."""
    code = json.loads((folder / "villages.geojson").read_text("utf-8"))["features"][0][
        "properties"
    ]["code"][:6]
    options = LoadOptions(county=code, is_own=True)
    for layer, name in (("villages", "villages"), ("settlements", "blocks")):
        load_layer(database, layer, folder / f"{name}.geojson", options, now=NOW)
    with as_nobody(database) as session:
        (county_id,) = county_ids(session)
    start = time.process_time()
    with as_job(database, county_id) as session:
        policy = PlanPolicy(grids=grids, tolerance=0.05)
        plan = plan_territory(session, county_id, code, policy, NOW)
    print(f"planned {grids:,} grids in {time.process_time() - start:.0f} s of CPU")
    password = rig.add_account(database, county_id, code, Role.PLANNER, "planner")
    return plan, password


def measure(chromium: Browser, address: str, path: str, password: str) -> None:
    """Open the plan and print what each deed costs."""
    size = {"width": 1440, "height": 900}
    page = chromium.new_context(locale="zh-CN", viewport=size).new_page()
    page.set_default_timeout(180_000)
    body = {"login": "planner", "password": password}
    assert page.request.post(f"{address}/api/v1/session", data=body).ok
    show(chromium, page, "open", lambda: opened(page, address + path))
    where = f"{address}/api/v1{path.replace('planner', 'plans')}/draft"
    draft = page.request.get(where).json()
    units, grids = len(draft["units"]["id"]), len(draft["grids"]["code"])
    print(f"{units:,} units, {grids:,} grids")
    show(chromium, page, "drag the whole county", lambda: drag(page))
    show(chromium, page, "zoom in and out", lambda: zoom(page))
    for name, wheel in (("whole county", 0), ("near", 6)):
        for _ in range(wheel):
            page.mouse.wheel(0, -400)
            page.wait_for_timeout(300)
        page.click("[data-test=tool-brush]")
        show(chromium, page, f"brush, {name}", lambda: brush(page))
        edits = page.request.get(where).json()["version"]
        print(f"  {edits} edits are stored")
        show(chromium, page, f"undo, {name}", lambda: undo(page))
        page.click("[data-test=tool-choose]")
    show(chromium, page, "drag near", lambda: drag(page))
    show(chromium, page, "choose grids", lambda: choose(page))


def opened(page: Page, url: str) -> None:
    page.goto(url)
    page.wait_for_selector("[data-ready=true]")
    page.wait_for_timeout(2_000)


def drag(page: Page) -> None:
    """Drag the map to and fro."""
    for step in range(ROUNDS):
        way = 1 if step % 2 else -1
        page.mouse.move(600 - 150 * way, 450)
        page.mouse.down()
        page.mouse.move(600 + 150 * way, 480, steps=12)
        page.mouse.up()
    page.wait_for_timeout(1_000)


def zoom(page: Page) -> None:
    page.mouse.move(600, 450)
    for way in (-1, -1, 1, 1):
        page.mouse.wheel(0, 300 * way)
        page.wait_for_timeout(500)


def brush(page: Page) -> None:
    """Draw short strokes all over the map; each moves what it touches."""
    for number in range(ROUNDS):
        x, y = 420 + 60 * number, 300 + 40 * (number % 5)
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x + 60, y + 30, steps=BRUSH_STEPS)
        page.mouse.up()
        page.wait_for_timeout(400)


def undo(page: Page) -> None:
    for _ in range(ROUNDS):
        page.keyboard.press("Control+z")
        page.wait_for_timeout(400)


def choose(page: Page) -> None:
    for number in range(ROUNDS):
        page.mouse.click(420 + 60 * number, 420)
        page.wait_for_timeout(300)


def show(chromium: Browser, page: Page, name: str, deed: Callable[[], None]) -> None:
    """Print the longest tasks of a deed: scripting, and its processor time."""
    kinds = ["toplevel", "devtools.timeline"]
    with tempfile.TemporaryDirectory() as folder:
        trace = Path(folder) / "trace.json"
        chromium.start_tracing(page=page, path=str(trace), categories=kinds)
        deed()
        chromium.stop_tracing()
        tasks = tasks_in(json.loads(trace.read_text("utf-8"))["traceEvents"])
    cells = []
    for kind in (0, 1):
        found = sorted((task[kind] for task in tasks), reverse=True)
        over = sum(ms > 100 for ms in found)
        longest = ", ".join(f"{ms:.0f}" for ms in found[:5])
        cells.append(f"{longest} ms, {over} over 100")
    print(f"{name:<24} time {cells[0]:<40} processor {cells[1]}", flush=True)


if __name__ == "__main__":
    main()
