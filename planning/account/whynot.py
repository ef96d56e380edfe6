"""Why not: what keeps a grid outside the tolerance, and the cheapest thing to relax.

First arithmetic: a unit heavier than a grid may be, one elsewhere that leaves less than
the mean for all others, a village whose load does not fit its number of grids, locks.
What arithmetic leaves open is tried: the grid and its neighbours are divided anew,
first as they are, then with the village line dropped, then with the largest unit
halved; what the trial reached is what relaxing would give.

Grids beside oversized units share the load that these leave: they are explained as a
plan of their own, whose percents are of its mean.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from planning.account.forced import forced_excess
from planning.division.trials import (
    Budget,
    Divided,
    budget_for,
    divide_anew,
    neighbourhood,
)
from planning.graphs.contact import IntArray
from planning.graphs.graph import subgraph
from planning.graphs.oversized import peeled_ideal

BLOCKS = (
    "oversized_unit",
    "oversized_elsewhere",
    "lock",
    "village_line",
    "separate_land",
    "heavy_unit",
    "few_units",
    "search",
    "other_load",
    "not_tried",
)


@dataclass(frozen=True)
class Way:
    """Something to relax.

    Attributes
    ----------
    relax : str
        ``split_unit`` (`unit` into `count` pieces), ``quota`` (`count` grids for the
        village instead), ``village_line`` (share with `other`), ``lock``,
        ``rebalance`` (nothing: search again here), or ``tolerance``.
    gives_pct : float
        The largest deviation then left in the places that it concerns, percent.
    unit : int or None
    count : int or None
    other : int or None
        Label across the line.
    """

    relax: str
    gives_pct: float
    unit: int | None = None
    count: int | None = None
    other: int | None = None


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
    forced = forced_excess(plan.graph, plan.region, plan.grids, plan.tolerance)
    found = []
    for grid in order:
        if (known := beside.get(grid)) is None:
            found.append(_explain(plan, grid, float(off[grid]), forced, budget))
        else:
            found.append(replace(known, deviation_pct=float(off[grid])))
    return found + only_beside


def as_rows(
    reasons: list[WhyNot], grids: list[str], units: list[str], labels: list[str]
) -> list[dict[str, Any]]:
    """Return the reasons for a report, positions replaced by names."""
    rows = []
    for reason in reasons:
        ways = []
        for way in reason.ways:
            row = {k: v for k, v in asdict(way).items() if v is not None}
            row["gives_pct"] = round(way.gives_pct, 3)
            if way.unit is not None:
                row["unit"] = units[way.unit]
            if way.other is not None:
                row["other"] = labels[way.other]
            ways.append(row)
        rows.append(
            {
                "grid_id": grids[reason.grid],
                "deviation_pct": round(reason.deviation_pct, 3),
                "blocked_by": reason.blocked_by,
                "ways": ways,
            }
        )
    return rows


def _explain(
    plan: Divided, grid: int, off: float, forced: IntArray, budget: Budget
) -> WhyNot:
    units = np.flatnonzero(plan.part == grid)
    limit = plan.ideal * (1 + plan.tolerance)
    if plan.graph.load[units].max() > limit:
        return _reason(plan, grid, off, "oversized_unit", _split_ways(plan, units))
    if plan.fixed[units].any() and (off > 0 or plan.fixed[units].all()):
        return _reason(plan, grid, off, "lock", [_unlocked(plan, grid)])
    heavy, left = peeled_ideal(plan.graph.load, plan.grids)
    load = int(plan.graph.load[units].sum())
    if len(heavy) and abs(load - left) <= left * (plan.tolerance + 1e-9):
        ways = _split_ways(plan, heavy)
        return _reason(plan, grid, off, "oversized_elsewhere", ways)
    region = int(plan.region[units[0]])
    if abs(_region_off(plan, region)) > 100 * plan.tolerance:
        label = plan.label[units[0]]
        alone = len(np.unique(plan.region[plan.label == label])) == 1
        ways = list(_region_ways(plan, region))
        blocked = "village_line" if alone else "separate_land"
        return _reason(plan, grid, off, blocked, ways)
    if forced[units].any():
        unit = int(units[np.argmax(forced[units])])
        ways = _halved(plan, grid, unit, budget) if budget.lasts else []
        if (other := _heaviest_near(plan, grid)) != unit and budget.lasts:
            ways += _halved(plan, grid, other, budget)
        return _reason(plan, grid, off, "heavy_unit", ways)
    if not budget.lasts:
        return _reason(plan, grid, off, "not_tried", [])
    return _tried(plan, grid, off, budget)


def _beside_oversized(plan: Divided) -> dict[int, WhyNot]:
    """Return the reasons of grids that are outside even of what giants leave them."""
    heavy = peeled_ideal(plan.graph.load, plan.grids)[0]
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
        fixed=plan.fixed[nodes],
        grids=len(names),
    )
    found = {}
    for reason in why_not(rest):
        ways = tuple(
            way if way.unit is None else replace(way, unit=int(nodes[way.unit]))
            for way in reason.ways
        )
        grid = int(names[reason.grid])
        found[grid] = replace(reason, grid=grid, ways=ways)
    return found


def _reason(
    plan: Divided, grid: int, off: float, blocked_by: str, ways: list[Way]
) -> WhyNot:
    """Return the reason with its ways in order; a wider tolerance always comes last."""
    enough = 100 * plan.tolerance + 1e-9
    useful = [way for way in ways if way.gives_pct < abs(off) - 1e-9]
    # In the order in which they are named, which is that of their cost.
    inside = [way for way in useful if way.gives_pct <= enough]
    rest = sorted(
        (way for way in useful if way.gives_pct > enough), key=lambda w: w.gives_pct
    )
    last = Way("tolerance", abs(off))
    return WhyNot(grid, off, blocked_by, (*inside, *rest, last))


def _split_ways(plan: Divided, units: IntArray) -> list[Way]:
    heavy = int(units[np.argmax(plan.graph.load[units])])
    load = float(plan.graph.load[heavy])
    least = max(2, int(np.floor(load / plan.ideal)))
    count = min(range(least, least + 3), key=lambda n: abs(plan.off_pct(load, n)))
    return [Way("split_unit", abs(plan.off_pct(load, count)), heavy, count)]


def _unlocked(plan: Divided, grid: int) -> Way:
    near = neighbourhood(plan, grid, plan.region)
    load = float(plan.graph.load[np.isin(plan.part, near)].sum())
    return Way("lock", abs(plan.off_pct(load, len(near))))


def _region_off(plan: Divided, region: int) -> float:
    own = plan.region == region
    load = float(plan.graph.load[own].sum())
    return plan.off_pct(load, len(np.unique(plan.part[own])))


def _region_ways(plan: Divided, region: int) -> Iterator[Way]:
    """Yield another number of grids, then sharing with a neighbour."""
    own = plan.region == region
    load = float(plan.graph.load[own].sum())
    grids = len(np.unique(plan.part[own]))
    count = grids + 1 if load / grids > plan.ideal else grids - 1
    if 0 < count <= int(own.sum()):
        yield Way("quota", abs(plan.off_pct(load, count)), count=count)
    joined = []
    for other in _regions_beside(plan, region):
        both = own | (plan.region == other)
        share = float(plan.graph.load[both].sum())
        off = plan.off_pct(share, len(np.unique(plan.part[both])))
        label = int(plan.label[np.flatnonzero(plan.region == other)[0]])
        joined.append(Way("village_line", abs(off), other=label))
    if joined:
        yield min(joined, key=lambda way: (way.gives_pct, way.other))


def _regions_beside(plan: Divided, region: int) -> list[int]:
    rows = np.repeat(np.arange(plan.graph.size), np.diff(plan.graph.indptr))
    across = (plan.region[rows] == region) & (plan.region[plan.graph.indices] != region)
    return np.unique(plan.region[plan.graph.indices[across]]).tolist()


def _tried(plan: Divided, grid: int, off: float, budget: Budget) -> WhyNot:
    ways = []
    again = divide_anew(plan, grid, plan.region, None, budget)
    if again is not None and again <= 100 * plan.tolerance + 1e-9:
        return _reason(plan, grid, off, "search", [Way("rebalance", again)])
    whole = np.zeros_like(plan.region)
    open_lines = divide_anew(plan, grid, whole, None, budget)
    own = plan.label[plan.part == grid][0]
    near = neighbourhood(plan, grid, whole)
    labels = np.unique(plan.label[np.isin(plan.part, near)])
    if open_lines is not None and (labels != own).any():
        other = int(labels[labels != own][0])
        ways.append(Way("village_line", open_lines, other=other))
    ways += _halved(plan, grid, _heaviest_near(plan, grid), budget)
    return _reason(plan, grid, off, "few_units", ways)


def _heaviest_near(plan: Divided, grid: int) -> int:
    near = np.flatnonzero(np.isin(plan.part, neighbourhood(plan, grid, plan.region)))
    return int(near[np.argmax(plan.graph.load[near])])


def _halved(plan: Divided, grid: int, heavy: int, budget: Budget) -> list[Way]:
    """Return what halving a unit would give, if that can be tried."""
    halved = divide_anew(plan, grid, plan.region, heavy, budget)
    return [] if halved is None else [Way("split_unit", halved, heavy, 2)]
