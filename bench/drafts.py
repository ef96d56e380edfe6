"""What it costs to edit a plan over HTTP, from 200 to 4,215 grids, in CPU milliseconds.

Run from the project's folder: ``python bench/drafts.py``. It makes a database cluster
of its own in a temporary folder and asks the application in this process; the
database's own time shows in the wall clock beside. Land is squares, two units to a
grid, villages of 30 grids. Opening is the first time after a start of the server.
"""

import argparse
import asyncio
import itertools
import shutil
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import numpy as np
import rig
import shapely
from httpx import ASGITransport, AsyncClient, Response

from api.main import create_app
from api.services.upkeep.database import bring_up, open_database, take_down
from api.settings import Settings
from geo.codes import grid_code, padded
from geo.db.door import as_job
from geo.db.engine import Database
from geo.db.models import Region
from geo.db.store import plans, territory
from tracking.cases.roles import Role

COUNTY = "410325"
TOWNS = itertools.count()
SIDE = 0.002
VILLAGE_GRIDS = 30
NOW = datetime(2026, 5, 20, tzinfo=UTC)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--grids", type=int, nargs="*", default=[200, 4215])
    options.add_argument("--edits", type=int, default=60)
    asked = options.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="xunge-bench-"))
    folder.chmod(0o755)
    settings = Settings(data_dir=folder, second_factor_roles="")
    try:
        bring_up(settings)
        asyncio.run(run(settings, asked.grids, asked.edits))
    finally:
        take_down(settings)
        shutil.rmtree(folder, ignore_errors=True)


async def run(settings: Settings, sizes: list[int], edits: int) -> None:
    database = open_database(settings)
    county_id = rig.add_county(database)
    password = rig.add_account(database, county_id, COUNTY, Role.PLANNER, "planner")
    app = create_app(settings, database)
    transport = ASGITransport(app)
    async with AsyncClient(transport=transport, base_url="http://bench") as client:
        body = {"login": "planner", "password": password}
        (await client.post("/api/v1/session", json=body)).raise_for_status()
        print(f"{'':<24}{'CPU ms: p50':>12}{'p95':>8}{'wall p95':>10}{'bytes':>12}")
        for grids in sizes:
            plan_id = store(database, county_id, grids)
            app.state.drafts._kept.clear()
            print(f"{grids:,} grids")
            await Bench(client, f"/api/v1/plans/{plan_id}", edits).run()
    database.dispose()


class Bench:
    """One plan, opened and edited."""

    def __init__(self, client: AsyncClient, path: str, edits: int) -> None:
        self.client, self.path, self.edits = client, path, edits
        self.rng = np.random.default_rng(5)
        self.version = 0

    async def run(self) -> None:
        await self.show("open", 1, lambda: self.get("/draft"))
        await self.show("draft again", 5, lambda: self.get("/draft"))
        await self.show("land", 3, lambda: self.get("/land"))
        self.draft = (await self.get("/draft")).json()
        # Compiles what the first edit needs.
        await self.move()
        for name, edit in (
            ("move a unit", self.move),
            ("split and undo", self.split),
            ("rebalance", self.rebalance),
            ("undo", lambda: self.step("undo")),
            ("redo", lambda: self.step("redo")),
        ):
            await self.show(name, self.edits, edit)
        await self.show("settle", 1, lambda: self.get("/assignment.csv"))

    async def show(self, name: str, count: int, ask: Callable[[], Any]) -> None:
        cpu, wall, size = [], [], 0
        for _ in range(count):
            start, at = time.process_time(), time.perf_counter()
            answer = await ask()
            cpu.append(1000 * (time.process_time() - start))
            wall.append(1000 * (time.perf_counter() - at))
            size = int(answer.headers.get("content-length", len(answer.content)))
        p50, p95 = np.quantile(cpu, [0.5, 0.95])
        late = np.quantile(wall, 0.95)
        print(f"  {name:<22}{p50:>12.1f}{p95:>8.1f}{late:>10.1f}{size:>12,}")

    async def get(self, path: str) -> Response:
        answer = await self.client.get(self.path + path)
        answer.raise_for_status()
        return answer

    async def move(self) -> Response:
        """Move a unit to the grid beside it, or back."""
        unit = 2 * int(self.rng.integers(len(self.draft["units"]["id"]) // 2 - 1)) + 1
        grids = self.draft["units"]["grid"]
        code = self.draft["grids"]["code"][grids[unit + 1]]
        return await self.edit(kind="move", units=[unit], to=code)

    async def split(self) -> Response:
        code = self.any_grid()
        answer = await self.edit(kind="split_even", grid=code)
        if answer.status_code == 200:
            return await self.step("undo")
        return answer

    async def rebalance(self) -> Response:
        return await self.edit(kind="rebalance", grid=self.any_grid())

    def any_grid(self) -> str:
        codes = self.draft["grids"]["code"]
        return str(codes[int(self.rng.integers(len(codes)))])

    async def edit(self, **edit: Any) -> Response:
        body = {"version": self.version, "edit": edit}
        return self.took(await self.client.post(f"{self.path}/edits", json=body))

    async def step(self, name: str) -> Response:
        body = {"version": self.version}
        return self.took(await self.client.post(f"{self.path}/{name}", json=body))

    def took(self, answer: Response) -> Response:
        if answer.status_code == 200:
            self.version = answer.json()["version"]
        elif answer.json()["error"]["code"] not in (
            "refused_edit",
            "event_not_allowed",
        ):
            answer.raise_for_status()
        return answer


def store(database: Database, county_id: UUID, grids: int) -> UUID:
    """Store a plan of squares, two beside each other in each grid."""
    rng = np.random.default_rng(1)
    rows = int(np.sqrt(grids))
    plan_id, grid_rows, unit_rows = uuid4(), [], []
    town = f"{COUNTY}{100 + next(TOWNS)}"
    ground: dict[str, list[shapely.Polygon]] = {}
    for number in range(grids):
        column, row = divmod(number, rows)
        village = f"{town}{200 + number // VILLAGE_GRIDS}"
        code = padded(grid_code(village, number % VILLAGE_GRIDS + 1))
        halves = [square(2 * column + i, row) for i in (0, 1)]
        ground.setdefault(village, []).extend(halves)
        cells = {"grid_id": uuid4(), "code": code}
        loads = np.round(rng.lognormal(4, 0.3, 2)).tolist()
        grid_rows.append(
            {
                **cells,
                "kind": "base",
                "category": None,
                "name": "",
                "village_code": padded(village),
                "load": sum(loads),
                "properties": {},
                "geom": shapely.multipolygons([shapely.union_all(halves)]),
            }
        )
        unit_rows += [
            {
                **cells,
                "unit_id": f"U{number:05d}-{i}",
                "drawn_code": code,
                "load": load,
                "name": f"{number}组",
                "households": load // 3,
                "geom": shape,
            }
            for i, (load, shape) in enumerate(zip(loads, halves, strict=True))
        ]
    plan = {
        "id": plan_id,
        "code": padded(town),
        "name": "bench",
        "state": "draft",
        "grids_wanted": grids,
        "seed": 0,
        "policy": {},
        "input_hash": "",
        "report": {},
        "made_at": NOW,
        "made_by": None,
        "effective_on": None,
        "published_at": None,
    }
    outlines = [
        {
            "code": padded(village),
            "level": "village",
            "name": village,
            "geometry": shapely.multipolygons(
                list(shapely.get_parts(shapely.coverage_union_all(shapes)))
            ),
        }
        for village, shapes in ground.items()
    ]
    with as_job(database, county_id) as session:
        territory.add_rows(session, Region, county_id, outlines, NOW.date())
        plans.add_plan(session, county_id, plan, grid_rows, unit_rows)
    return plan_id


def square(column: int, row: int) -> shapely.Polygon:
    # Neighbours must have the same corner to the last digit.
    west, east = (round(111.5 + SIDE * x, 6) for x in (column, column + 1))
    south, north = (round(33.5 + SIDE * y, 6) for y in (row, row + 1))
    return shapely.box(west, south, east, north)


if __name__ == "__main__":
    main()
