"""Why not: what keeps a grid outside the tolerance, and the cheapest thing to relax.

First arithmetic: a unit heavier than a grid may be, a village whose load does not fit
its number of grids, locks. What arithmetic leaves open is tried: the grid and its
neighbours are divided anew, first as they are, then with the village line dropped, then
with the largest unit halved; what the trial reached is what relaxing would give.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from planning.contact import IntArray
from planning.graph import UnitGraph, build_graph, components
from planning.partition import make_band
from planning.refine import anneal_again, nothing_kept

BLOCKS = (
    "oversized_unit",
    "lock",
    "village_line",
    "separate_land",
    "few_units",
    "search",
    "not_tried",
)
# Price of a percent outside the tolerance, in cut edges: balance comes first here.
_PRICE = 100.0
# Proposals of one trial and of all: a plan must not wait for its explanations.
_TRIES, _TRIES_IN_ALL = 60_000, 6_000_000
_NEIGHBOURHOOD = 6


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


@dataclass(frozen=True)
class Divided:
    """A finished division, as far as its reasons need it.

    Attributes
    ----------
    graph : UnitGraph
        All contacts, also across the lines of regions, and links.
    label, region, part : ndarray of int64, shape (n,)
    fixed : ndarray of bool, shape (n,)
        Locked units.
    grids : int
    tolerance : float
    seed : int
    """

    graph: UnitGraph
    label: IntArray
    region: IntArray
    part: IntArray
    fixed: NDArray[np.bool_]
    grids: int
    tolerance: float
    seed: int

    @property
    def ideal(self) -> float:
        """Load of an average grid, scaled as in the graph."""
        return float(self.graph.load.sum()) / self.grids

    def off_pct(self, load: float, grids: float = 1.0) -> float:
        """Return how far the mean of some grids is off the ideal, percent, signed."""
        return 100.0 * (load / grids / self.ideal - 1.0)


def why_not(plan: Divided) -> list[WhyNot]:
    """Return the reason of every grid outside the tolerance, the worst first."""
    weight = np.zeros(plan.grids, np.int64)
    np.add.at(weight, plan.part, plan.graph.load)
    off = 100.0 * (weight / plan.ideal - 1.0)
    outside = np.flatnonzero(np.abs(off) > 100 * plan.tolerance + 1e-9)
    order = outside[np.lexsort((outside, -np.abs(off[outside])))]
    budget = [_TRIES_IN_ALL]
    return [_explain(plan, int(g), float(off[g]), budget) for g in order]


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


def _explain(plan: Divided, grid: int, off: float, budget: list[int]) -> WhyNot:
    units = np.flatnonzero(plan.part == grid)
    limit = plan.ideal * (1 + plan.tolerance)
    if plan.graph.load[units].max() > limit:
        return _reason(plan, grid, off, "oversized_unit", _split_ways(plan, units))
    if plan.fixed[units].any() and (off > 0 or plan.fixed[units].all()):
        return _reason(plan, grid, off, "lock", [_unlocked(plan, grid)])
    region = int(plan.region[units[0]])
    if abs(_region_off(plan, region)) > 100 * plan.tolerance:
        label = plan.label[units[0]]
        alone = len(np.unique(plan.region[plan.label == label])) == 1
        ways = list(_region_ways(plan, region))
        blocked = "village_line" if alone else "separate_land"
        return _reason(plan, grid, off, blocked, ways)
    if budget[0] < _TRIES:
        return _reason(plan, grid, off, "not_tried", [])
    return _tried(plan, grid, off, budget)


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
    near = _neighbourhood(plan, grid, plan.region)
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


def _tried(plan: Divided, grid: int, off: float, budget: list[int]) -> WhyNot:
    ways = []
    again = _divide_anew(plan, grid, plan.region, None, budget)
    if again is not None and again <= 100 * plan.tolerance + 1e-9:
        return _reason(plan, grid, off, "search", [Way("rebalance", again)])
    whole = np.zeros_like(plan.region)
    open_lines = _divide_anew(plan, grid, whole, None, budget)
    own = plan.label[plan.part == grid][0]
    near = _neighbourhood(plan, grid, whole)
    labels = np.unique(plan.label[np.isin(plan.part, near)])
    if open_lines is not None and (labels != own).any():
        other = int(labels[labels != own][0])
        ways.append(Way("village_line", open_lines, other=other))
    near = np.flatnonzero(np.isin(plan.part, _neighbourhood(plan, grid, plan.region)))
    heavy = int(near[np.argmax(plan.graph.load[near])])
    halved = _divide_anew(plan, grid, plan.region, heavy, budget)
    if halved is not None:
        ways.append(Way("split_unit", halved, heavy, 2))
    return _reason(plan, grid, off, "few_units", ways)


def _neighbourhood(plan: Divided, grid: int, zone: IntArray) -> IntArray:
    """Return a grid and up to five that touch it inside a zone, ascending."""
    graph = plan.graph
    found = [grid]
    for u in np.flatnonzero(plan.part == grid).tolist():
        for v in graph.indices[graph.indptr[u] : graph.indptr[u + 1]].tolist():
            if zone[v] == zone[u] and plan.part[v] not in found:
                found.append(int(plan.part[v]))
    return np.array(sorted([grid, *sorted(found[1:])[: _NEIGHBOURHOOD - 1]]), np.int64)


def _divide_anew(
    plan: Divided,
    grid: int,
    zone: IntArray,
    halved: int | None,
    budget: list[int],
) -> float | None:
    """Return the largest deviation of a grid and its neighbours divided anew, percent.

    None if they cannot be: the grid stands alone, or its ground is not connected.
    """
    names = _neighbourhood(plan, grid, zone)
    nodes = np.flatnonzero(
        np.isin(plan.part, names) & (zone == _zone_of(plan, grid, zone))
    )
    inner = _among(plan.graph, nodes, zone, halved)
    if len(names) < 2 or components(inner).any():
        return None
    part = np.searchsorted(names, plan.part[nodes]).astype(np.int64)
    if halved is not None:
        part = np.r_[part, part[np.searchsorted(nodes, halved)]]
    band = make_band(inner, len(names), plan.ideal, plan.tolerance)
    tries = max(1, _TRIES // inner.size)
    budget[0] -= _TRIES
    kept = nothing_kept(inner.size)
    after = anneal_again(inner, part, len(names), band, kept, tries, plan.seed, _PRICE)
    weight = np.zeros(len(names), np.int64)
    np.add.at(weight, after, inner.load)
    return float(np.abs(100.0 * (weight / plan.ideal - 1.0)).max())


def _zone_of(plan: Divided, grid: int, zone: IntArray) -> int:
    return int(zone[plan.part == grid][0])


def _among(
    graph: UnitGraph, nodes: IntArray, zone: IntArray, halved: int | None
) -> UnitGraph:
    """Return the graph among some units of a zone, one of them in two halves."""
    place = np.full(graph.size, -1, np.int64)
    place[nodes] = np.arange(len(nodes))
    u = np.repeat(nodes, np.diff(graph.indptr)[nodes])
    slots = [np.arange(graph.indptr[n], graph.indptr[n + 1]) for n in nodes]
    slot = np.concatenate(slots) if slots else np.empty(0, np.int64)
    v = graph.indices[slot]
    keep = (place[v] >= 0) & (u < v) & (zone[u] == zone[v])
    a, b, cost = place[u[keep]], place[v[keep]], graph.cost[slot][keep]
    load = graph.load[nodes].copy()
    if halved is None:
        return build_graph(load, a, b, cost)
    at, new = int(place[halved]), len(nodes)
    load = np.r_[load, load[at] // 2]
    load[at] -= load[new]
    touches = (a == at) | (b == at)
    far = np.where(a[touches] == at, b[touches], a[touches])
    a, b = np.r_[a, far, at], np.r_[b, np.full(len(far), new), new]
    cost = np.r_[cost, cost[touches], cost.max() if len(cost) else 1]
    return build_graph(load, a, b, cost)
