"""The least load that any redraw moves: a bound that anyone can recompute.

It holds for every plan of as many connected grids inside the band, however far grids
wander and whichever of them is called by which old name. Run from the project's folder:
``python bench/redraw_bound.py``: redraws of chicago2069 to 1 % from our own plan, as in
``plan.py``, each with the units' loads shaken anew; draw 2 if no ``--shocks`` are
named. Ends by counted nodes and rounds; half a minute to three of CPU for each.

Each unit that moves is given away by its old grid, at a price, and taken in by another
for the rest of its load. So for any prices the least that each grid pays to be
connected and inside the band, all grids together, is a bound (Lagrange). What a grid
pays at least is proven by `redraw_pricing`. Good prices come from column generation: a
linear program over the sets of units that are known for each grid, grown by the
cheapest sets at its prices. Far from sets that are known its prices are wild, so each
round they stay near the best ones so far: further where the program told the bound
well, nearer where it did not.
"""

import argparse
import sys
import time
from typing import NamedTuple

import numpy as np
from least_net import Ints
from plan_cases import SHARED, Case
from plan_redraws import shocked
from redraw_pricing import price_grid
from redraw_reach import Field, keeps_nothing, make_field, near_of
from scipy.optimize import linprog
from scipy.sparse import csc_array, eye_array, hstack, vstack

from planning.division.redrawing.exchanges import list_exchanges
from planning.division.redrawing.redraw import Previous, kept_in, start_from
from planning.division.task import Task, redraw_band
from planning.graphs.contact import FloatArray
from planning.graphs.oversized import peeled_ideal

# Sets of a grid to begin with; rounds, and when the program is near enough.
_BEGIN, _ROUNDS, _GAP = 40, 60, 0.0005
# Nodes for each grid and round, sets to remember, and how much dearer they may be, as a
# share of a grid.
_NODES, _ROOM, _SLACK = 5_000_000, 20, 0.002
# Prices lie from so much below nothing to so much above a unit's load, and so near the
# best ones at first, as a share of it; further where more than half of what the program
# promised came true, nearer where nothing did. From so far on nothing holds them.
_BEYOND, _REACH = 0.3, 0.12
_FURTHER, _NEARER, _TRUE, _ANYWHERE = 1.5, 0.7, 0.5, 2.0
# What it costs to leave a grid out for which no set is known, in grids.
_LEFT_OUT = 0.6


class Bound(NamedTuple):
    """What no redraw goes below, and how it was found; percent of all load.

    Attributes
    ----------
    proven : float
    program : float
        Least cost of the linear program over the sets that are known.
    nodes : int
        Looked at in all.
    """

    proven: float
    program: float
    nodes: int


def main() -> int:
    """Print the bound of each shock that was asked for."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--shocks", nargs="+", type=int, default=[2])
    options.add_argument("--tolerance", type=float, default=0.01)
    options.add_argument("--rounds", type=int, default=_ROUNDS)
    options.add_argument("--beyond", type=float, default=_BEYOND)
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
        started = time.process_time()
        found = least_moved(task, home, asked.rounds, asked.beyond)
        print(
            f"shock {shock}: any redraw moves at least {found.proven:.3f} % of the "
            f"load (program {found.program:.3f} %, {found.nodes:,} nodes, "
            f"{time.process_time() - started:.0f} CPU s)",
            flush=True,
        )
    return 0


def least_moved(
    task: Task, home: Ints, rounds: int = _ROUNDS, beyond: float = _BEYOND
) -> Bound:
    """Return a proven bound of the load that leaves its grid.

    Parameters
    ----------
    task : Task
        What it keeps is not regarded: any unit may move.
    home : ndarray of int64, shape (n,)
        The old grid of each unit.
    rounds : int
        More give a better bound.
    beyond : float
        How far below nothing, and above a unit's load, prices may be, as a share of it.
    """
    load, pool = task.graph.load, _Pool(task, home)
    best, middle, nodes, reach = 0, load / 2, 0, _REACH
    for _ in range(rounds):
        program, dual = pool.solve(beyond, middle, reach)
        price = np.round(dual).astype(np.int64)
        bound, used, new = pool.grow(price)
        nodes += used
        promised, gain = program - best, bound - best
        if gain > 0:
            best, middle = bound, price
        is_near = program - best < _GAP * program
        if is_near and reach < _ANYWHERE:
            # Near the best of prices that may not go far: they may go further.
            reach *= _FURTHER**2
            continue
        if is_near or not (new or gain > 0):
            break
        if gain > _TRUE * promised:
            reach *= _FURTHER
        elif gain <= 0:
            reach *= _NEARER
    total = 100.0 / float(load.sum())
    program, _ = pool.solve(beyond, middle, np.inf)
    return Bound(best * total, program * total, nodes)


class _Pool:
    """Sets of units for each grid, and the linear program over them.

    A set is a column: 1 for a unit that comes in, -1 for one that is given away; it
    costs the load that comes in.
    """

    def __init__(self, task: Task, home: Ints) -> None:
        self._task, self._home, self._graph = task, home, task.graph
        self._near = [near_of(task.graph, home, name) for name in range(task.parts)]
        self._grid: list[int] = []
        self._unit: list[Ints] = []
        self._value: list[FloatArray] = []
        self._cost: list[float] = []
        self._known: set[tuple[int, bytes, bytes]] = set()
        found = list_exchanges(task, home)
        rank = np.arange(len(found.grid)) - found.first[found.grid]
        inside = task.outside(home) == 0
        for i in np.flatnonzero(rank <= _BEGIN).tolist():
            name, units = int(found.grid[i]), found.unit[i][found.unit[i] >= 0]
            if len(units) or inside[name]:
                self._add(name, np.sort(units))

    def grow(self, price: Ints) -> tuple[int, int, int]:
        """Return a proven bound at these prices, nodes used, and how many sets came."""
        field = make_field(self._graph, price, self._task.band)
        ideal, bound, nodes = self._task.band.ideal, 0, 0
        worth = self._worth(field.price)
        before = len(self._grid)
        for name, near in enumerate(self._near):
            made = price_grid(
                field, near, int(worth[name]), int(_SLACK * ideal), _NODES, _ROOM
            )
            bound, nodes = bound + made.bound, nodes + made.nodes
            for units in made.sets:
                self._add(name, np.sort(units))
            gives = int(field.price[self._home == name].sum())
            if keeps_nothing(field, gives) < worth[name]:
                self._add_anything(name, _anything(field))
        return bound, nodes, len(self._grid) - before

    def solve(
        self, beyond: float, middle: FloatArray, reach: float
    ) -> tuple[float, FloatArray]:
        """Return the least cost, and what giving away each unit costs.

        That is within the reach of the middle, as a share of the unit's load.
        """
        load, parts = self._graph.load, self._task.parts
        scale = 100.0 / self._task.band.ideal
        matrix, cost = self._columns()
        used, row = np.unique(np.concatenate(self._unit), return_inverse=True)
        rows = csc_array(
            (np.concatenate(self._value), row, matrix.indptr),
            (len(used), len(cost)),
        )
        once = csc_array((np.ones(len(cost)), (self._grid, np.arange(len(cost)))))
        alone = eye_array(len(used))
        # What comes from nowhere, or goes there: so far may prices go.
        weight = np.maximum(load[used] * scale, 1e-3)
        near = middle[used] * scale
        dearest = np.minimum(weight * (1 + beyond), near + weight * reach)
        cheapest = np.maximum(-weight * beyond, near - weight * reach)
        made = linprog(
            np.r_[
                cost * scale,
                dearest,
                -cheapest,
                np.full(parts, 100 * _LEFT_OUT),
            ],
            A_eq=vstack(
                [
                    hstack([once, csc_array((parts, 2 * len(used))), eye_array(parts)]),
                    hstack([rows, alone, -alone, csc_array((len(used), parts))]),
                ],
                format="csc",
            ),
            b_eq=np.r_[np.ones(parts), np.zeros(len(used))],
            method="highs",
        )
        price = middle.astype(float)
        price[used] = made.eqlin.marginals[parts:] / scale
        return float(made.fun) / scale, price

    def _worth(self, price: Ints) -> Ints:
        """Return what the cheapest set known of each grid costs, rounded up."""
        matrix, cost = self._columns()
        reduced = cost - matrix.T @ price
        worth = np.full(self._task.parts, _LEFT_OUT * self._task.band.ideal)
        np.minimum.at(worth, np.array(self._grid), reduced)
        return np.ceil(worth).astype(np.int64)

    def _columns(self) -> tuple[csc_array, FloatArray]:
        """Return what comes in and what is given away, and what each set costs."""
        ends = np.cumsum([0, *map(len, self._unit)])
        matrix = csc_array(
            (np.concatenate(self._value), np.concatenate(self._unit), ends),
            (self._graph.size, len(self._unit)),
        )
        return matrix, np.array(self._cost)

    def _add(self, name: int, units: Ints) -> None:
        """Add a set by the units that change."""
        comes = self._home[units] != name
        cost = float(self._graph.load[units[comes]].sum())
        self._remember(name, units, np.where(comes, 1.0, -1.0), cost)

    def _add_anything(self, name: int, share: FloatArray) -> None:
        """Add a set of shares of units, in the place of all that the grid had."""
        change = share - (self._home == name)
        units = np.flatnonzero(change)
        cost = float((share * self._graph.load).sum())
        self._remember(name, units, change[units], cost)

    def _remember(self, name: int, units: Ints, value: FloatArray, cost: float) -> None:
        key = (name, units.tobytes(), value.tobytes())
        if key not in self._known:
            self._known.add(key)
            self._grid.append(name)
            self._unit.append(units)
            self._value.append(value)
            self._cost.append(cost)


def _anything(field: Field) -> FloatArray:
    """Return how much of each unit the cheapest load takes, cut and from anywhere.

    What `keeps_nothing` regards: so the program knows of it too.
    """
    load, cost = field.load, field.load - field.price
    known = np.flatnonzero(load > 0)
    order = known[np.argsort(cost[known] / load[known], kind="stable")]
    taken = np.cumsum(load[order])
    gains = (cost[order] < 0) & (taken <= field.high)
    room = np.clip(field.low - (taken - load[order]), 0, load[order]) / load[order]
    share = np.zeros(len(load))
    share[order] = np.where(gains, 1.0, room)
    return share


if __name__ == "__main__":
    sys.exit(main())
