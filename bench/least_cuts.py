"""The fewest borders that any plan can cut: a bound that anyone can recompute.

Run from the project's folder: ``python bench/least_cuts.py``; other sets of up to a few
hundred units with ``--units`` (a vector file with unit_id and pop), ``--edges`` (CSV
with u, v) and ``--grids``. Prints the bound beside our plans and METIS's. Ends by
counted nodes; takes ten minutes for nh320, and on larger sets ends with a weaker bound.

Each grid of a plan costs half a cut for each of its borders, and all together hold each
unit once. The linear program over all grids that could be (connected, load inside the
band) therefore bounds what any plan cuts. It grows by column generation: prices of
units from the grids known so far, then grids that are cheaper than their units' prices.
At any prices their sum, and the least reduced costs of as many grids as a plan has, is
a bound too (Farley). A plan's grids have different heaviest units, so these may be the
least costs of different units, which `least_pricing` proves.
"""

import argparse
import sys
import time
from pathlib import Path
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
from least_growth import grow_grids
from least_net import CUT, Flags, Ints, make_field
from least_pricing import price_grids
from plan_cases import GRIDS, SHARED, metis
from scipy.optimize import linprog
from scipy.sparse import csc_array

from planning.division.partition import divide
from planning.division.task import Band, band_around
from planning.graphs.contact import FloatArray
from planning.graphs.graph import (
    PLAIN_COST,
    UnitGraph,
    build_graph,
    cut_edges,
    integer_loads,
)

# Rounds of growing, and new grids below which they end early.
_ROUNDS, _FEW = 60, 3
# Reduced cost, in cuts, above which grids are not looked for, and nodes for each unit:
# first to find grids, then to prove a bound, then the best one. Rounds in all, grids to
# remember for each unit, and nodes in all after which no further round begins.
_STAGES = ((0.3, 2_000), (0.3, 1_000_000), (0.0, 1_000_000))
_PROOFS, _ROOM, _NODES_IN_ALL = 30, 200, 1_000_000
# What the linear program may be off.
_EXACT = 1e-6


class Bound(NamedTuple):
    """What no plan goes below, and how it was found.

    Attributes
    ----------
    proven : float
        Cut borders of any plan.
    program : float
        Least cost of the linear program over the grids that are known.
    grids, nodes : int
        Grids known, and nodes looked at, in the end.
    """

    proven: float
    program: float
    grids: int
    nodes: int

    @property
    def cuts(self) -> int:
        """The bound as a whole number."""
        return int(np.ceil(self.proven - _EXACT))


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--units", type=Path, help="nh320 if not said")
    options.add_argument("--edges", type=Path)
    options.add_argument("--grids", type=int)
    options.add_argument("--tolerance", type=float, default=0.05)
    options.add_argument("--seeds", type=int, default=5)
    asked = options.parse_args()
    folder = SHARED / "data" / "planning"
    if asked.units is None and not folder.is_dir():
        print(
            "SKIPPED: ../shared with nh320 is not there; name --units", file=sys.stderr
        )
        return 0
    units = asked.units or folder / "nh320.gpkg"
    edges = asked.edges or units.with_name(f"{units.stem}_edges.csv")
    grids = asked.grids or GRIDS[units.stem]
    show(read(units, edges), grids, asked.tolerance, asked.seeds)
    return 0


def read(units: Path, edges: Path) -> UnitGraph:
    """Return the graph of a file of units and one of edges, each border priced 1."""
    frame, pairs = gpd.read_file(units), pd.read_csv(edges)
    place = pd.Series(np.arange(len(frame)), frame["unit_id"])
    u, v = (place[pairs[end]].to_numpy(np.int64) for end in ("u", "v"))
    load, _ = integer_loads(frame["pop"].to_numpy(float))
    return build_graph(load, u, v, np.full(len(u), PLAIN_COST))


def show(graph: UnitGraph, grids: int, tolerance: float, seeds: int) -> None:
    """Print the bound beside our plans and METIS's of some seeds."""
    one, band = np.zeros(graph.size, np.int64), _band(graph, grids, tolerance)
    plans = [divide(graph, one, grids, tolerance, s).part for s in range(seeds)]
    loads = [np.bincount(plan, graph.load) for plan in plans]
    ours = [
        cut_edges(graph, plan)
        for plan, load in zip(plans, loads, strict=True)
        if load.min() >= band.low and load.max() <= band.high
    ]
    peer = min(cut_edges(graph, metis(graph, grids, s)) for s in range(seeds))
    started = time.process_time()
    bound = least_cuts(graph, grids, tolerance, plans)
    print(
        f"\n{graph.size} units, {grids} grids, +-{100 * tolerance:g} %: no plan cuts "
        f"fewer than {bound.cuts} borders ({bound.proven:.3f} proven, "
        f"{bound.nodes:,} nodes, {time.process_time() - started:.0f} CPU s)\n"
        f"ours {min(ours)} to {max(ours)}, METIS's best {peer}: "
        f"{max(ours) / peer:.3f} x METIS, at least {bound.cuts / peer:.3f} x"
    )


def least_cuts(
    graph: UnitGraph, grids: int, tolerance: float, plans: list[Ints]
) -> Bound:
    """Return a proven bound of the borders that a plan cuts.

    Parameters
    ----------
    graph : UnitGraph
        What its borders cost is not regarded: each counts 1.
    plans : list of ndarray of int64, shape (n,)
        To begin with; one of them at least inside the tolerance.
    """
    pool, band = Pool(graph, grids, tolerance), _band(graph, grids, tolerance)
    for plan in plans:
        pool.add(plan == np.arange(grids)[:, None])
    prices, proven, used, stage = None, 0.0, 0, 0
    for turn in range(_PROOFS):
        program, prices = pool.grow(prices, turn)
        goal = np.ceil(program - _EXACT)
        # Half of what may be lost before the bound rounds up to less.
        slack = max((program - goal + 1) / 2 / grids, _STAGES[stage][0])
        field = make_field(graph, prices, band.low, band.high)
        found = price_grids(field, -int(slack * CUT), _STAGES[stage][1], _ROOM)
        lost = np.sort(found.bounds)[:grids].sum()
        proven = max(proven, float(prices.sum() + lost) / CUT)
        new, used = pool.add(found.grids), used + found.nodes
        print(
            f"program {program:.3f}, {len(pool.cost):,} grids ({new} new), "
            f"proven {proven:.3f}, {used:,} nodes",
            flush=True,
        )
        last = stage == len(_STAGES) - 1
        done = last and (not new or used > _NODES_IN_ALL)
        if np.ceil(proven - _EXACT) >= goal or done:
            break
        if new < _FEW and not last:
            stage += 1
    return Bound(proven, program, len(pool.cost), used)


def _band(graph: UnitGraph, grids: int, tolerance: float) -> Band:
    return band_around(float(graph.load.sum()) / grids, tolerance)


class Pool:
    """Grids that are known, each once, and the linear program over them."""

    def __init__(self, graph: UnitGraph, grids: int, tolerance: float) -> None:
        self.graph, self.band = graph, _band(graph, grids, tolerance)
        self.source = np.repeat(np.arange(graph.size), np.diff(graph.indptr))
        self.members: list[Ints] = []
        self.cost: list[float] = []
        self.known: set[bytes] = set()

    def add(self, grids: Flags) -> int:
        """Add those inside the band that are new, given as rows; return how many."""
        before, target = len(self.cost), self.graph.indices
        for grid in grids:
            load, name = int(self.graph.load[grid].sum()), np.packbits(grid).tobytes()
            if name not in self.known and self.band.low <= load <= self.band.high:
                self.known.add(name)
                self.members.append(np.flatnonzero(grid))
                self.cost.append(float((grid[self.source] & ~grid[target]).sum()) / 2)
        return len(self.cost) - before

    def grow(self, prices: Ints | None, turn: int) -> tuple[float, Ints]:
        """Grow grids until hardly any is new; return the program's cost, and prices.

        Prices sway much from program to program: half of them stays each time.
        """
        for again in range(_ROUNDS):
            cost, price, used = self.solve()
            fresh = np.round(price * CUT).astype(np.int64)
            prices = fresh if prices is None else (prices + fresh) // 2
            field = make_field(self.graph, prices, self.band.low, self.band.high)
            seed = (turn * _ROUNDS + again) * self.graph.size
            grown = [grow_grids(field, grid, seed + i) for i, grid in enumerate(used)]
            if self.add(np.concatenate(grown)) < _FEW:
                break
        return cost, prices

    def solve(self) -> tuple[float, FloatArray, Flags]:
        """Return the least cost, a price for each unit, and the grids in use."""
        if not self.cost:
            raise SystemExit("none of the plans has a grid inside the tolerance")
        ends = np.cumsum([0, *map(len, self.members)])
        rows = np.concatenate(self.members)
        shape = (self.graph.size, len(self.cost))
        holds = csc_array((np.ones(len(rows)), rows, ends), shape)
        found = linprog(self.cost, A_eq=holds, b_eq=np.ones(self.graph.size))
        if found.status != 0:
            raise SystemExit("none of the plans is inside the tolerance")
        used = holds[:, np.flatnonzero(found.x > _EXACT)]
        return found.fun, found.eqlin.marginals, used.T.toarray() > 0


if __name__ == "__main__":
    sys.exit(main())
