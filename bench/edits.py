"""What one edit costs in small and large plans, in CPU milliseconds.

Run from the project's folder: ``python bench/edits.py``. Land is squares with random
loads, grids of 4 x 4 units, villages of 40 grids; the same edits in 200 and in 4,000
grids. Undo is keeping the state and costs nothing. The goals: an edit within 5 ms at
4,000 grids, a re-balance within 500 ms (p95).
"""

import argparse
import time
from collections.abc import Callable

import geopandas as gpd
import numpy as np
import shapely

from planning.edits.land import make_land
from planning.edits.mend import repair_contiguity
from planning.edits.moves import merge_grids, move_units
from planning.edits.rebalance import rebalance
from planning.edits.split import split_by_line, split_evenly, split_from_seed
from planning.edits.state import PlanState, free_name, start_state
from planning.edits.vertex import move_vertex
from planning.errors import BadEdit

SIDE, UNIT_M = 4, 100.0
GRIDS = {200: (40, 80), 4_000: (200, 320)}
VILLAGE_GRIDS = 40


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--edits", type=int, default=100)
    options.add_argument("--rebalances", type=int, default=40)
    asked = options.parse_args()
    plans = {grids: plan(*shape) for grids, shape in GRIDS.items()}
    print(f"{'CPU ms':<22}" + "".join(f"{g:>8,} grids: p50  p95" for g in plans))
    for name, edit in EDITS.items():
        count = asked.rebalances if name == "rebalance" else asked.edits
        cells = [timed(edit, state, count) for state in plans.values()]
        print(f"{name:<22}" + "".join(f"{a:>17.2f} {b:>6.2f}" for a, b in cells))


def plan(rows: int, columns: int) -> PlanState:
    rng = np.random.default_rng(1)
    row, column = np.divmod(np.arange(rows * columns), columns)
    x, y = 500_000 + UNIT_M * column, 3_770_000 + UNIT_M * row
    grid = (row // SIDE) * (columns // SIDE) + column // SIDE
    ids = [f"u{i:06d}" for i in range(rows * columns)]
    units = gpd.GeoDataFrame(
        {
            "unit_id": ids,
            "load": np.round(rng.lognormal(3.0, 0.5, len(ids))),
            "label": [f"V{g // VILLAGE_GRIDS:04d}" for g in grid],
        },
        geometry=shapely.box(x, y, x + UNIT_M, y + UNIT_M),
        crs=4546,
    )
    names = {unit: f"G{g + 1:04d}" for unit, g in zip(ids, grid, strict=True)}
    return start_state(make_land(units), names)


def timed(
    edit: Callable[[PlanState, np.random.Generator], object],
    state: PlanState,
    count: int,
) -> tuple[float, float]:
    rng = np.random.default_rng(7)
    edit(state, rng)  # compiles the kernels
    spent = []
    while len(spent) < count:
        start = time.process_time()
        try:
            edit(state, rng)
        except BadEdit:
            continue
        spent.append(1000 * (time.process_time() - start))
    return float(np.quantile(spent, 0.5)), float(np.quantile(spent, 0.95))


def any_grid(state: PlanState, rng: np.random.Generator) -> str:
    return state.names[int(rng.integers(len(state.names)))]


def neighbour(state: PlanState, grid: str) -> tuple[str, str]:
    """A unit of a grid at its border, and the grid across."""
    own = state.slot(grid)
    for u in state.members[own].tolist():
        for v in state.land.within_reach(u).tolist():
            if state.part[v] != own:
                return state.land.unit_ids[u], state.names[state.part[v]]
    raise BadEdit("no neighbour")


def move(state: PlanState, rng: np.random.Generator) -> object:
    unit, other = neighbour(state, any_grid(state, rng))
    return move_units(state, [unit], other)


def merge(state: PlanState, rng: np.random.Generator) -> object:
    grid = any_grid(state, rng)
    return merge_grids(state, [grid], neighbour(state, grid)[1])


def halve(state: PlanState, rng: np.random.Generator) -> object:
    grid = any_grid(state, rng)
    return split_evenly(state, grid, free_name(state, grid))


def seeded(state: PlanState, rng: np.random.Generator) -> object:
    grid = any_grid(state, rng)
    unit = state.land.unit_ids[state.members[state.slot(grid)][0]]
    return split_from_seed(state, grid, unit, free_name(state, grid))


def along_a_line(state: PlanState, rng: np.random.Generator) -> object:
    grid = any_grid(state, rng)
    x, y = state.land.middle[state.members[state.slot(grid)]].mean(axis=0)
    line = [(x, y - 10.0), (x + 1.0, y + 10.0)]
    return split_by_line(state, grid, line, free_name(state, grid))


def repair(state: PlanState, rng: np.random.Generator) -> object:
    unit = state.land.unit_ids[int(rng.integers(state.land.size))]
    return repair_contiguity(move_units(state, [unit], any_grid(state, rng)).state)


def vertex(state: PlanState, rng: np.random.Generator) -> object:
    at = int(rng.integers(len(state.land.xy)))
    x, y = state.land.xy[at]
    return move_vertex(state, at, x + 20.0, y - 15.0)


def balance(state: PlanState, rng: np.random.Generator) -> object:
    return rebalance(state, any_grid(state, rng))


EDITS: dict[str, Callable[[PlanState, np.random.Generator], object]] = {
    "move a unit": move,
    "merge two grids": merge,
    "split evenly": halve,
    "split from a seed": seeded,
    "split along a line": along_a_line,
    "move and repair": repair,
    "move a vertex": vertex,
    "rebalance": balance,
}


if __name__ == "__main__":
    main()
