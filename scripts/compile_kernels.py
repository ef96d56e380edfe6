"""Compile what planning or judging needs, by doing a little of it.

Compiled code is kept on disk (`geo.compiled`), so that neither the first plan nor the
first night nor the workers of the tests wait for it. ``scripts/compile`` runs it twice,
side by side, with ``planning`` and with ``judging``. What is compiled already is only
run, in a few seconds.
"""

import sys
from dataclasses import replace
from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from planning.division.partition import divide
from planning.division.polishing.spreading import spread
from planning.division.redrawing.passing import pass_on
from planning.division.search.sweeping import sweep
from planning.division.starts.start import first_partition
from planning.division.task import Kept, band_around, task_from_nothing
from planning.edits.land import make_land
from planning.edits.split import split_evenly
from planning.edits.state import start_state
from planning.graphs.graph import PLAIN_COST, UnitGraph, build_graph
from planning.pipeline import make_plan
from planning.units.territory import PlanPolicy, Territory
from tracking.ground.areas import grid_versions
from tracking.ground.roster import Assignment, Roster
from tracking.simulate import workforce_day
from tracking.verdict.verify import verify_days

_DAY = date(2026, 5, 20)
_EAST, _NORTH, _METRIC = 500_000.0, 3_770_000.0, 4546
# A region of more units is divided area by area.
_WIDE = 74


def plan() -> None:
    """Plan a town, tightly too; edit and redraw it; divide lattices, wide and tight."""
    rng = np.random.default_rng(1)
    town = Territory(squares(rng, 20))
    policy = PlanPolicy(grids=24)
    made = make_plan(town, policy)
    edit(town.units, made.assignment)
    make_plan(Territory(squares(rng, 12)), PlanPolicy(grids=20, tolerance=0.001))
    before = made.units.set_index("unit_id")["grid_id"]
    load = town.units["load"] * rng.lognormal(0.0, 0.1, len(town.units))
    changed = town.units.assign(load=load, work=town.units["load"])
    again = replace(town, units=changed, previous=before)
    make_plan(again, replace(policy, tolerance=0.01))
    make_plan(replace(again, also=("work",)), policy)
    graph = lattice(rng, _WIDE)
    part = divide(graph, np.zeros(graph.size, np.int64), 250, 0.01, 1).part
    band = band_around(graph.load.sum() / 250, 0.05)
    sweep(task_from_nothing(graph, 250, band), part, 1, 1)
    # Of a few units each, so that from some grids nothing can be passed on.
    few = lattice(rng, 6)
    tight = task_from_nothing(few, 12, band_around(few.load.sum() / 12, 0.01))
    home = first_partition(few, 12, 0)
    spread(tight, home, 1)
    kept = Kept(home, np.zeros(few.size, np.int64), np.zeros(few.size, bool))
    pass_on(replace(tight, kept=kept), [home])


def edit(units: gpd.GeoDataFrame, assignment: pd.DataFrame) -> None:
    """Split a grid as a planner does on the page."""
    grid_of = dict(assignment.itertuples(index=False))
    split_evenly(start_state(make_land(units), grid_of), max(grid_of.values()), "new")


def squares(rng: np.random.Generator, side: int) -> gpd.GeoDataFrame:
    """Return squares of 100 m in two villages, in a metric CRS."""
    row, column = np.divmod(np.arange(side**2), side)
    west, south = _EAST + 100.0 * column, _NORTH + 100.0 * row
    return gpd.GeoDataFrame(
        {
            "unit_id": [f"u{n:04d}" for n in range(side**2)],
            "load": rng.lognormal(5.0, 0.6, side**2).round(),
            "label": np.where(row < side // 4, "410325105201", "410325105202"),
        },
        geometry=shapely.box(west, south, west + 100.0, south + 100.0),
        crs=_METRIC,
    )


def lattice(rng: np.random.Generator, side: int) -> UnitGraph:
    """Return a square lattice of uneven loads."""
    u, v = neighbours(side)
    load = rng.lognormal(5.0, 0.6, side**2).astype(np.int64)
    return build_graph(load, u, v, np.full(len(u), PLAIN_COST))


def neighbours(side: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the pairs of neighbours in a square lattice."""
    index = np.arange(side**2).reshape(side, side)
    return (
        np.r_[index[:, :-1].ravel(), index[:-1].ravel()],
        np.r_[index[:, 1:].ravel(), index[1:].ravel()],
    )


def judge() -> None:
    """Judge a day of walkers, of one who sat and of one who made it up."""
    workers = [f"41032510520{n:04d}" for n in range(6)]
    ground = {
        worker: shapely.Point(112.0 + 0.02 * n, 34.0).buffer(0.004)
        for n, worker in enumerate(workers)
    }
    fixes = workforce_day(
        ground,
        _DAY,
        np.random.default_rng(1),
        sitting=workers[:1],
        made_up=workers[1:2],
        silent=(),
    )
    grids = gpd.GeoDataFrame(
        {"grid_code": workers}, geometry=list(ground.values()), crs=4326
    )
    people = [Assignment(worker, worker) for worker in workers]
    verify_days(fixes, Roster(grid_versions(grids), people), days=[_DAY])


if __name__ == "__main__":
    {"planning": plan, "judging": judge}[sys.argv[1]]()
