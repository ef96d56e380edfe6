"""Ways out for a grid outside the tolerance: what to relax, and what that would give.

Where the mean of a region decides, that is arithmetic; elsewhere it is tried, by
dividing the grid and its neighbours anew.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from planning.division.trials import Budget, Divided, divide_anew, neighbourhood
from planning.graphs.contact import IntArray

# Villages beside a grid that dividing together is tried with, at most.
_VILLAGES = 3


@dataclass(frozen=True)
class Way:
    """Something to relax.

    Attributes
    ----------
    relax : str
        ``split_unit`` (`unit` into `count` pieces), ``quota`` (`count` grids for the
        village instead), ``barrier`` (cross a forbidden line), ``village_line`` (share
        with `other`), ``lock``, ``rebalance`` (nothing: search again here), or
        ``tolerance``.
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


def split_ways(plan: Divided, units: IntArray) -> list[Way]:
    """Return what the heaviest of some units gives in as many pieces as fit best."""
    heavy = int(units[np.argmax(plan.graph.load[units])])
    load = float(plan.graph.load[heavy])
    least = max(2, int(np.floor(load / plan.ideal)))
    count = min(range(least, least + 3), key=lambda n: abs(plan.off_pct(load, n)))
    return [Way("split_unit", abs(plan.off_pct(load, count)), heavy, count)]


def unlocked(plan: Divided, grid: int, budget: Budget) -> list[Way]:
    """Return what lifting the locks in and beside a grid would give, as tried."""
    near = np.isin(plan.part, neighbourhood(plan, grid, plan.region))
    if not plan.fixed[near].any():
        return []
    gives = divide_anew(plan.unlocked(), grid, plan.region, None, budget)
    return [] if gives is None else [Way("lock", gives)]


def region_off(plan: Divided, region: int) -> float:
    """Return how far the mean of a region's grids is off the ideal, percent, signed."""
    own = plan.region == region
    load = float(plan.graph.load[own].sum())
    return plan.off_pct(load, len(np.unique(plan.part[own])))


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
    load = float(plan.graph.load[own].sum())
    grids = len(np.unique(plan.part[own]))
    count = grids + 1 if load / grids > plan.ideal else grids - 1
    if 0 < count <= int(own.sum()):
        yield Way("quota", abs(plan.off_pct(load, count)), count=count)
    across = [_together(plan, region, other) for other in _regions_across(plan, region)]
    if across:
        yield Way("barrier", min(across))
    joined = []
    for other in _regions_beside(plan, region):
        label = int(plan.label[np.flatnonzero(plan.region == other)[0]])
        off = _together(plan, region, other)
        joined.append(Way("village_line", off, other=label))
    if joined:
        yield min(joined, key=lambda way: (way.gives_pct, way.other))


def _together(plan: Divided, region: int, other: int) -> float:
    """Return how far the mean of two regions' grids is off the ideal, percent."""
    both = np.isin(plan.region, (region, other))
    load = float(plan.graph.load[both].sum())
    return abs(plan.off_pct(load, len(np.unique(plan.part[both]))))


def _regions_across(plan: Divided, region: int) -> list[int]:
    """Return the regions of the same label beyond a forbidden line."""
    side = plan.region[plan.shut]
    own = (side == region).any(axis=1) & (side[:, 0] != side[:, 1])
    own &= plan.label[plan.shut[:, 0]] == plan.label[plan.shut[:, 1]]
    return np.setdiff1d(side[own], region).tolist()


def _regions_beside(plan: Divided, region: int) -> list[int]:
    rows = np.repeat(np.arange(plan.graph.size), np.diff(plan.graph.indptr))
    across = (plan.region[rows] == region) & (plan.region[plan.graph.indices] != region)
    return np.unique(plan.region[plan.graph.indices[across]]).tolist()


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
        if gives <= 100 * plan.tolerance + 1e-9:
            return ways[-1:]
    return sorted(ways, key=lambda way: way.gives_pct)[:1]


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
    return [] if gives is None else [Way("split_unit", gives, heavy, 2)]
