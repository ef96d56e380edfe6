"""Ways out for a grid outside the tolerance: what to relax, and what that would give.

Where the mean of a region decides, that is arithmetic; elsewhere it is tried, by
dividing the grid and its neighbours anew.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from planning.account.without_lines import (
    joined_reach,
    labels_beside,
    opened_reach,
)
from planning.division.trials import (
    Budget,
    Divided,
    Reach,
    divide_anew,
    neighbourhood,
)
from planning.graphs.contact import IntArray

# Villages beside a grid that dividing together is tried with, at most.
_VILLAGES = 3


@dataclass(frozen=True)
class Way:
    """Something to relax.

    Attributes
    ----------
    relax : str
        ``split_unit`` (`unit` into `count` pieces), ``grids`` (`total` in all instead,
        of which the village gets `count`), ``quota`` (`count` for the village, whatever
        others have), ``barrier`` (cross a forbidden line), ``village_line`` (share
        with `other`), ``lock``, ``rebalance`` (nothing: search again here),
        ``tolerance``, or ``band`` (a size band from `low` to `high` instead).
    gives : Reach
        How far the grids in the places that it concerns are off then, at worst.
    is_bound : bool
        Whether that is what it gives at best, by arithmetic; else it was reached.
    unit : int or None
    count, total : int or None
    other : int or None
        Label across the line.
    low, high : float or None
        Scaled as in the graph.
    """

    relax: str
    gives: Reach
    is_bound: bool = False
    unit: int | None = None
    count: int | None = None
    total: int | None = None
    other: int | None = None
    low: float | None = None
    high: float | None = None


def split_ways(plan: Divided, units: IntArray) -> list[Way]:
    """Return what the heaviest of some units gives in as many pieces as fit best."""
    heavy = int(units[np.argmax(plan.graph.load[units])])
    load = float(plan.graph.load[heavy])
    least = max(2, int(np.floor(load / plan.ideal)))
    shares = {n: plan.reach(load / n) for n in range(least, least + 3)}
    count = min(shares, key=lambda n: shares[n].badness)
    return [Way("split_unit", shares[count], True, unit=heavy, count=count)]


def widened(plan: Divided, load: float) -> Way:
    """Return how far to widen the tolerance, or the size band, for a grid's load."""
    gives = Reach(abs(plan.off_pct(load)), 0.0)
    if plan.size is None:
        return Way("tolerance", gives)
    low, high = plan.size
    return Way("band", gives, low=min(low, load), high=max(high, load))


def unlocked(plan: Divided, grid: int, budget: Budget) -> list[Way]:
    """Return what lifting the locks in and beside a grid would give, as tried."""
    near = np.isin(plan.part, neighbourhood(plan, grid, plan.region))
    if not plan.fixed[near].any():
        return []
    gives = divide_anew(plan.unlocked(), grid, plan.region, None, budget)
    return [] if gives is None else [Way("lock", gives)]


def region_reach(plan: Divided, region: int) -> Reach:
    """Return how far a region's grids are off at best: their mean."""
    load, grids = _held(plan, plan.region == region)
    return plan.reach(load / grids)


def what_parts(plan: Divided, region: int) -> str:
    """Return what keeps a region's load from what lies beside it."""
    if _regions_across(plan, region):
        return "barrier"
    label = plan.label[np.flatnonzero(plan.region == region)[0]]
    alone = len(np.unique(plan.region[plan.label == label])) == 1
    return "village_line" if alone else "separate_land"


def region_ways(plan: Divided, region: int) -> Iterator[Way]:
    """Yield another number of grids, then crossing a line, then sharing."""
    own = plan.region == region
    load, grids = _held(plan, own)
    count = grids + 1 if load / grids > sum(plan.allowed) / 2 else grids - 1
    if plan.size is None:
        yield from _other_total(plan, region)
    elif 0 < count <= int(own.sum()):
        yield Way("quota", plan.reach(load / count), True, count=count)
    if _regions_across(plan, region):
        yield Way("barrier", opened_reach(plan, region), True)
    found = [
        Way("village_line", joined_reach(plan, region, other), True, other=other)
        for other in labels_beside(plan, region)
    ]
    if found:
        yield min(found, key=lambda way: (way.gives.badness, way.other))


def _other_total(plan: Divided, region: int) -> Iterator[Way]:
    """Yield the nearest number of all grids that brings a region inside, else nearest.

    Beside the mean of as many grids: to have more of them makes each lighter.
    """
    load = _held(plan, plan.region == region)[0]
    ways = []
    for total, shares in plan.other_quotas:
        count = int(shares[region])
        gives = replace(plan, grids=total).reach(load / count)
        ways.append(Way("grids", gives, True, count=count, total=total))
    inside = [way for way in ways if way.gives.is_inside]
    yield from inside[:1] or sorted(ways, key=lambda way: way.gives.badness)[:1]


def _held(plan: Divided, own: NDArray[np.bool_]) -> tuple[float, int]:
    """Return the load of some units and how many grids they have.

    In a size band oversized units are aside: they have grids of their own.
    """
    if plan.size is not None:
        alone = plan.part[plan.graph.load > plan.size[1]]
        own = own & ~np.isin(plan.part, alone)
    return float(plan.graph.load[own].sum()), len(np.unique(plan.part[own]))


def _regions_across(plan: Divided, region: int) -> list[int]:
    """Return the regions of the same label beyond a forbidden line."""
    side = plan.region[plan.shut]
    own = (side == region).any(axis=1) & (side[:, 0] != side[:, 1])
    own &= plan.label[plan.shut[:, 0]] == plan.label[plan.shut[:, 1]]
    return np.setdiff1d(side[own], region).tolist()


def crossed(plan: Divided, grid: int, budget: Budget) -> list[Way]:
    """Return what crossing the forbidden lines beside a grid would give, as tried."""
    if not (plan.part[plan.shut] == grid).any():
        return []
    gives = divide_anew(plan.opened(), grid, plan.label, None, budget)
    return [] if gives is None else [Way("barrier", gives)]


def shared(plan: Divided, grid: int, budget: Budget) -> list[Way]:
    """Return what dividing together with one village beside would give, as tried.

    Of several villages the first that brings the grid inside, else the best.
    """
    own = int(plan.label[plan.part == grid][0])
    ways: list[Way] = []
    for other in _labels_beside(plan, grid)[:_VILLAGES]:
        zone = np.where(plan.label == other, own, plan.label)
        gives = divide_anew(plan, grid, zone, None, budget)
        if gives is None:
            continue
        ways.append(Way("village_line", gives, other=other))
        if gives.is_inside:
            return ways[-1:]
    return sorted(ways, key=lambda way: way.gives.badness)[:1]


def _labels_beside(plan: Divided, grid: int) -> list[int]:
    """Return the other labels that a grid touches, those of most contacts first."""
    rows = np.repeat(np.arange(plan.graph.size), np.diff(plan.graph.indptr))
    across = plan.label[plan.graph.indices[plan.part[rows] == grid]]
    names, count = np.unique(across, return_counts=True)
    order = names[np.lexsort((names, -count))]
    return order[order != plan.label[plan.part == grid][0]].tolist()


def heaviest_near(plan: Divided, grid: int) -> int:
    """Return the heaviest unit of a grid and those beside it in its region."""
    near = np.flatnonzero(np.isin(plan.part, neighbourhood(plan, grid, plan.region)))
    return int(near[np.argmax(plan.graph.load[near])])


def halved(plan: Divided, grid: int, heavy: int, budget: Budget) -> list[Way]:
    """Return what halving a unit would give, if that can be tried."""
    gives = divide_anew(plan, grid, plan.region, heavy, budget)
    way = "split_unit"
    return [] if gives is None else [Way(way, gives, unit=heavy, count=2)]
