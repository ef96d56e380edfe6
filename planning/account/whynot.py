"""Why not: what keeps a grid outside the tolerance, and the cheapest thing to relax.

First arithmetic: a unit heavier than a grid may be, one elsewhere that leaves less than
the mean for all others, a village whose load does not fit its number of grids, locked
units that are too much for one.
What arithmetic leaves open is tried: the grid and its neighbours are divided anew,
first as they are, then without locks, then with a forbidden line opened, then together
with a village beside, then with the largest unit halved; what the trial reached is what
relaxing would give.

Grids beside oversized units share the load that these leave: they are explained as a
plan of their own, whose percents are of its mean.
"""

from dataclasses import dataclass, replace
from math import ceil, floor
from typing import Any

import numpy as np

from planning.account.forced import forced_excess
from planning.account.ways import (
    Way,
    crossed,
    halved,
    heaviest_near,
    region_reach,
    region_ways,
    shared,
    split_ways,
    unlocked,
    what_parts,
    widened,
)
from planning.division.trials import Budget, Divided, budget_for, divide_anew
from planning.graphs.contact import IntArray
from planning.graphs.graph import subgraph

BLOCKS = (
    "oversized_unit",
    "oversized_elsewhere",
    "lock",
    "village_line",
    "barrier",
    "separate_land",
    "heavy_unit",
    "few_units",
    "search",
    "other_load",
    "not_tried",
)


@dataclass(frozen=True)
class WhyNot:
    """A grid outside the tolerance: what blocks it (one of `BLOCKS`), and ways out.

    `ways` begin with the cheapest: the first that is inside the tolerance, else the one
    that comes nearest.
    """

    grid: int
    deviation_pct: float
    blocked_by: str
    ways: tuple[Way, ...]


def why_not(plan: Divided) -> list[WhyNot]:
    """Return the reason of every grid outside the tolerance, the worst first.

    Outside is also what is so beside the oversized units only, around the mean that
    these leave: its deviation is of that mean.
    """
    weight = np.zeros(plan.grids, np.int64)
    np.add.at(weight, plan.part, plan.graph.load)
    off = 100.0 * (weight / plan.ideal - 1.0)
    outside, beside = plan.outside, _beside_oversized(plan)
    order = outside[np.lexsort((outside, -np.abs(off[outside])))].tolist()
    # In the order in which they were found, the worst first.
    only_beside = [found for grid, found in beside.items() if grid not in order]
    if not order:
        return only_beside
    budget = budget_for(len(order))
    forced = forced_excess(
        plan.graph, plan.region, plan.grids, plan.tolerance, plan.size
    )
    found = []
    for grid in order:
        if (known := beside.get(grid)) is None:
            found.append(_explain(plan, grid, float(off[grid]), forced, budget))
        else:
            found.append(replace(known, deviation_pct=float(off[grid])))
    return found + only_beside


def as_rows(
    reasons: list[WhyNot],
    grids: list[str],
    units: list[str],
    labels: list[str],
    scale: float = 1.0,
) -> list[dict[str, Any]]:
    """Return the reasons for a report, positions replaced by names.

    Loads of the graph are `scale` times those of the report.
    """
    rows = []
    for reason in reasons:
        ways = [_way_row(way, units, labels, scale) for way in reason.ways]
        rows.append(
            {
                "grid_id": grids[reason.grid],
                "deviation_pct": round(reason.deviation_pct, 3),
                "blocked_by": reason.blocked_by,
                "ways": ways,
            }
        )
    return rows


def _way_row(
    way: Way, units: list[str], labels: list[str], scale: float
) -> dict[str, Any]:
    row: dict[str, Any] = {
        "relax": way.relax,
        "gives_pct": round(way.gives.off_pct, 3),
        "bound": True if way.is_bound else None,
        "unit": None if way.unit is None else units[way.unit],
        "count": way.count,
        "total": way.total,
        "other": None if way.other is None else labels[way.other],
        "low": None if way.low is None else floor(1e3 * way.low / scale) / 1e3,
        "high": None if way.high is None else ceil(1e3 * way.high / scale) / 1e3,
    }
    return {key: value for key, value in row.items() if value is not None}


def _explain(
    plan: Divided, grid: int, off: float, forced: IntArray, budget: Budget
) -> WhyNot:
    units = np.flatnonzero(plan.part == grid)
    limit = plan.allowed[1]
    if plan.graph.load[units].max() > limit:
        return _reason(plan, grid, off, "oversized_unit", split_ways(plan, units))
    heavy, left = plan.peeled
    load = int(plan.graph.load[units].sum())
    fair = abs(load - left) <= left * (plan.tolerance + 1e-9)
    # A size band is what it is, whatever oversized units leave.
    if len(heavy) and fair and plan.size is None:
        ways = split_ways(plan, heavy)
        return _reason(plan, grid, off, "oversized_elsewhere", ways)
    region = int(plan.region[units[0]])
    if not region_reach(plan, region).is_inside:
        ways = list(region_ways(plan, region))
        return _reason(plan, grid, off, what_parts(plan, region), ways)
    if forced[units].any():
        unit = int(units[np.argmax(forced[units])])
        ways = halved(plan, grid, unit, budget) if budget.lasts else []
        if (other := heaviest_near(plan, grid)) != unit and budget.lasts:
            ways += halved(plan, grid, other, budget)
        return _reason(plan, grid, off, "heavy_unit", ways)
    if not budget.lasts:
        return _reason(plan, grid, off, "not_tried", [])
    if plan.graph.load[units[plan.fixed[units]]].sum() > limit:
        return _reason(plan, grid, off, "lock", unlocked(plan, grid, budget))
    return _tried(plan, grid, off, budget)


def _beside_oversized(plan: Divided) -> dict[int, WhyNot]:
    """Return the reasons of grids that are outside even of what giants leave them."""
    heavy = plan.peeled[0]
    nodes = np.flatnonzero(~np.isin(plan.part, plan.part[heavy]))
    # Where a giant holds all of a load, there is nothing beside it to explain.
    if plan.size is not None or not len(heavy) or not plan.graph.load[nodes].any():
        return {}
    names, part = np.unique(plan.part[nodes], return_inverse=True)
    rest = replace(
        plan,
        graph=subgraph(plan.graph, nodes),
        label=plan.label[nodes],
        region=np.unique(plan.region[nodes], return_inverse=True)[1],
        part=part,
        piece=plan.piece[nodes],
        polygons=plan.polygons[nodes],
        fixed=plan.fixed[nodes],
        shut=_among(plan.shut, nodes),
        grids=len(names),
    )
    found = {}
    for reason in why_not(rest):
        ways = tuple(
            _of_all(way, nodes, plan.grids - len(names)) for way in reason.ways
        )
        grid = int(names[reason.grid])
        found[grid] = replace(reason, grid=grid, ways=ways)
    return found


def _of_all(way: Way, nodes: IntArray, aside: int) -> Way:
    """Return a way of a plan of some units as one of all, so many grids aside."""
    if way.unit is not None:
        way = replace(way, unit=int(nodes[way.unit]))
    return way if way.total is None else replace(way, total=way.total + aside)


def _among(pairs: IntArray, nodes: IntArray) -> IntArray:
    """Return those pairs whose units are both among some, ascending, renumbered."""
    kept = pairs[np.isin(pairs, nodes).all(axis=1)]
    return np.searchsorted(nodes, kept).astype(np.int64)


def _reason(
    plan: Divided, grid: int, off: float, blocked_by: str, ways: list[Way]
) -> WhyNot:
    """Return the reason with its ways in order; to allow more always comes last."""
    load = float(plan.graph.load[plan.part == grid].sum())
    now = plan.reach(load).beyond_pct
    useful = [way for way in ways if way.gives.beyond_pct < now - 1e-9]
    # In the order in which they are named, which is that of their cost.
    inside = [way for way in useful if way.gives.is_inside]
    rest = sorted(
        (way for way in useful if not way.gives.is_inside),
        key=lambda way: way.gives.beyond_pct,
    )
    return WhyNot(grid, off, blocked_by, (*inside, *rest, widened(plan, load)))


def _tried(plan: Divided, grid: int, off: float, budget: Budget) -> WhyNot:
    again = divide_anew(plan, grid, plan.region, None, budget)
    if again is not None and again.is_inside:
        return _reason(plan, grid, off, "search", [Way("rebalance", again)])
    ways = unlocked(plan, grid, budget)
    if ways and ways[0].gives.is_inside:
        return _reason(plan, grid, off, "lock", ways)
    ways += crossed(plan, grid, budget)
    ways += shared(plan, grid, budget)
    ways += halved(plan, grid, heaviest_near(plan, grid), budget)
    return _reason(plan, grid, off, "few_units", ways)
