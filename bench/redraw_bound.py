"""A lower bound of what a redraw moves, by column generation; anyone can recompute it.

It holds for every plan, contiguous or not, inside the band, in which each unit that
moves goes to a grid that it touches in the old plan. A grid's new set of units is a
column; prices of units from a linear program over some columns give, with the cheapest
set of each grid at these prices (a knapsack, solved exactly), a bound over all of them.
Deeper moves are not covered: the bound of any redraw is `account.least_moves`.

Run from the project's folder: ``python bench/redraw_bound.py``: redraws of chicago2069
to 1 % from our own plan, as in ``plan.py``. Half a minute of CPU for each.
"""

import argparse
import sys

import numpy as np
from plan_cases import SHARED, Case
from plan_redraws import shocked
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import csc_array, eye_array, hstack, vstack

from planning.division.redrawing.exchanges import list_exchanges
from planning.division.redrawing.redraw import Previous, kept_in, start_from
from planning.division.task import Task, redraw_band
from planning.graphs.oversized import peeled_ideal

# Columns of a grid to begin with; rounds; what a unit given and not taken costs, times
# its load: the bound holds whatever it is.
_BEGIN, _ROUNDS, _ALONE, _GAP = 300, 25, 1.0, 0.002


def main() -> int:
    """Print the bound of each shock that was asked for."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--shocks", nargs="+", type=int, default=list(range(10)))
    options.add_argument("--tolerance", type=float, default=0.01)
    asked = options.parse_args()
    if not (SHARED / "data" / "planning").is_dir():
        print("SKIPPED: ../shared with the planning data is not there", file=sys.stderr)
        return 0
    case = Case("chicago2069")
    old = case.ours(0.01, 0)
    before = Previous(old, np.zeros(len(old), bool), 1.0, "people")
    for shock in asked.shocks:
        graph = case.weighted(shocked(case, shock))
        home = start_from(graph, case.k, before, 0)
        ideal = peeled_ideal(graph.load, case.k)[1]
        band = redraw_band(graph, case.k, ideal, asked.tolerance)
        task = Task(graph, case.k, band, kept_in(graph, home, before))
        least = least_moved_pct(task, home)
        print(f"shock {shock}: at least {least:.3f} % of the load moves", flush=True)
    return 0


def least_moved_pct(task: Task, home: np.ndarray) -> float:
    """Return the bound, in percent of all load; infinite if no grid can come inside."""
    found = list_exchanges(task, home)
    rank = np.arange(len(found.grid)) - found.first[found.grid]
    seen = [
        (int(found.grid[i]), found.unit[i][found.unit[i] >= 0])
        for i in np.flatnonzero(rank <= _BEGIN).tolist()
        if rank[i] or not found.price[i]
    ]
    load = task.graph.load * (100.0 / task.band.ideal)
    beside = _beside(task, home)
    best = 0.0
    for _ in range(_ROUNDS):
        worth, price, total = _prices(task, home, load, seen)
        bound = 0.0
        for name, units in enumerate(beside):
            least, chosen = _cheapest(task, home, load, name, units, price)
            if least == np.inf:
                return np.inf
            bound += least
            if least < worth[name] - 1e-6:
                seen.append((name, chosen))
        best = max(best, bound)
        if total - best <= _GAP * total:
            break
    return 100 * best / float(load.sum())


def _beside(task: Task, home: np.ndarray) -> list[np.ndarray]:
    """Return for each grid its units at borders and those that touch it."""
    graph = task.graph
    source = np.repeat(np.arange(graph.size), np.diff(graph.indptr))
    cut = home[source] != home[graph.indices]
    a, b = source[cut], graph.indices[cut]
    pairs = np.unique(np.column_stack([np.r_[home[a], home[b]], np.r_[a, a]]), axis=0)
    return [pairs[pairs[:, 0] == name, 1] for name in range(task.parts)]


def _prices(
    task: Task, home: np.ndarray, load: np.ndarray, seen: list[tuple[int, np.ndarray]]
) -> tuple[np.ndarray, np.ndarray, float]:
    """Return the prices of grids and of units, and the cost of the linear program."""
    grid = np.array([name for name, _ in seen])
    of = np.repeat(np.arange(len(seen)), [len(units) for _, units in seen])
    unit = np.concatenate([units for _, units in seen])
    sign = np.where(home[unit] == grid[of], 1.0, -1.0)
    each = np.arange(len(seen))
    matrix = csc_array(
        (
            np.r_[np.ones(len(seen)), sign],
            (np.r_[grid, task.parts + unit], np.r_[each, of]),
        ),
        (task.parts + len(home), len(seen)),
    )
    alone = eye_array(len(home), format="csc")
    spare = vstack([csc_array((task.parts, len(home))), alone])
    # A grid for which no set is known yet is left out at a high price.
    left_out = vstack([eye_array(task.parts), csc_array((len(home), task.parts))])
    cost = np.bincount(of, load[unit] / 2, len(seen))
    dear = _ALONE * load
    made = linprog(
        np.r_[cost, dear, dear, np.full(task.parts, 30.0)],
        A_eq=hstack([matrix, spare, -spare, left_out], format="csc"),
        b_eq=np.r_[np.ones(task.parts), np.zeros(len(home))],
        method="highs",
    )
    dual = made.eqlin.marginals
    return dual[: task.parts], dual[task.parts :], float(made.fun)


def _cheapest(
    task: Task,
    home: np.ndarray,
    load: np.ndarray,
    name: int,
    units: np.ndarray,
    price: np.ndarray,
) -> tuple[float, np.ndarray]:
    """Return what the cheapest set of a grid costs at least, and what changes in it.

    Infinite if none is inside the band, and minus infinity if that is not known.
    """
    band, own = task.band, task.graph.load
    sign = np.where(home[units] == name, 1.0, -1.0)
    weight = int(own[home == name].sum())
    made = milp(
        load[units] / 2 - sign * price[units],
        integrality=np.ones(len(units), np.int64),
        bounds=Bounds(0, 1),
        constraints=LinearConstraint(
            (-sign * own[units] * (100.0 / band.ideal))[None, :],
            (band.low - weight) * (100.0 / band.ideal) - 1e-6,
            (band.high - weight) * (100.0 / band.ideal) + 1e-6,
        ),
        options={"node_limit": 2_000, "mip_rel_gap": 1e-4},
    )
    if made.x is None:
        return (np.inf if made.status == 2 else -np.inf), units[:0]
    return float(made.mip_dual_bound), units[made.x > 0.5]


if __name__ == "__main__":
    sys.exit(main())
