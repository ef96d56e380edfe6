"""Trials: a grid and its neighbours divided anew, to see what would be reached.

Annealed first; what that leaves outside is settled exactly where units are few: among
coarse units a better division often lies behind much worse ones.
"""

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from planning.division.quotas.quota import share_grids
from planning.division.quotas.settle import settle_between
from planning.division.search.refine import anneal_again
from planning.division.task import Band, Task, make_band, nothing_kept
from planning.graphs.bits import MOST_UNITS
from planning.graphs.contact import FloatArray, IntArray
from planning.graphs.graph import PLAIN_COST, UnitGraph, build_graph, components
from planning.graphs.oversized import peeled_ideal

# Price of a percent outside the tolerance, in cut edges: balance comes first here.
_PRICE = 100.0
# Proposals of one trial, or sets of units looked at, and if there are many; of all: no
# plan waits for its explanations.
_TRIES, _FEW_TRIES, _TRIES_IN_ALL = 60_000, 3_000, 6_000_000
# Trials that most grids take.
_TRIALS = 3
_NEIGHBOURHOOD = 6
# Other numbers of grids that are thought of: one more or less, and these shares.
_OTHER_SHARES = (0.05, 0.1)
# Percent that only rounding tells apart.
_ALMOST = 1e-9


@dataclass(frozen=True)
class Reach:
    """How well the worst of some grids is off.

    Attributes
    ----------
    off_pct : float
        Its distance from the ideal, percent.
    beyond_pct : float
        How far outside the tolerance or the size band it lies, percent of the ideal.
    """

    off_pct: float
    beyond_pct: float

    @property
    def is_inside(self) -> bool:
        """Whether it lies inside the tolerance or the size band."""
        return self.beyond_pct <= _ALMOST

    @property
    def badness(self) -> tuple[float, float]:
        """What to compare by: first how far outside, then how far off."""
        return self.beyond_pct, self.off_pct


class Pieces(NamedTuple):
    """Connected pieces of land within labels, by what lies beside them.

    Attributes
    ----------
    label : ndarray of int64, shape (n_pieces,)
    touching : ndarray of int64, shape (m, 2)
        Pairs of pieces of different labels that touch.
    shut : ndarray of int64, shape (k, 2)
        Pairs of pieces of one label that only a forbidden line keeps apart.
    """

    label: IntArray
    touching: IntArray
    shut: IntArray


class Regional(NamedTuple):
    """Load (of an average grid), grids and units of each region of a division."""

    load: FloatArray
    grids: IntArray
    units: IntArray


@dataclass(frozen=True)
class Divided:
    """A finished division, as far as its reasons need it.

    Attributes
    ----------
    graph : UnitGraph
        All contacts, also across the lines of regions, and links.
    label, region, part : ndarray of int64, shape (n,)
    piece : ndarray of int64, shape (n,)
        Connected land within the label that each unit lies on, numbered from 0; links
        join none.
    polygons : ndarray of Polygon or MultiPolygon, shape (n,)
        Ground of each unit, metres.
    fixed : ndarray of bool, shape (n,)
        Locked units.
    grids : int
    tolerance : float
    seed : int
    size : tuple of float or None
        The least and the largest load that every grid should have, instead of the
        tolerance; scaled as in the graph.
    shut : ndarray of int64, shape (s, 2)
        Pairs of units that touch and are no contact: a forbidden line parts them.
    """

    graph: UnitGraph
    label: IntArray
    region: IntArray
    part: IntArray
    piece: IntArray
    polygons: NDArray[np.object_]
    fixed: NDArray[np.bool_]
    grids: int
    tolerance: float
    seed: int
    size: tuple[float, float] | None = None
    shut: IntArray = field(default_factory=lambda: np.empty((0, 2), np.int64))

    @property
    def outside(self) -> IntArray:
        """The grids outside the tolerance, or outside the size band if there is one."""
        weight = np.bincount(self.part, self.graph.load, minlength=self.grids)
        return np.flatnonzero([not self.reach(load).is_inside for load in weight])

    @property
    def ideal(self) -> float:
        """Load of an average grid, scaled as in the graph."""
        return float(self.graph.load.sum()) / self.grids

    @cached_property
    def peeled(self) -> tuple[IntArray, float]:
        """The oversized units, and the mean load of the grids beside them."""
        return peeled_ideal(self.graph.load, self.grids)

    @property
    def allowed(self) -> tuple[float, float]:
        """The least and the largest load that a grid should have."""
        if self.size is not None:
            return self.size
        return self.ideal * (1 - self.tolerance), self.ideal * (1 + self.tolerance)

    def off_pct(self, load: float, grids: float = 1.0) -> float:
        """Return how far the mean of some grids is off the ideal, percent, signed."""
        return 100.0 * (load / grids / self.ideal - 1.0)

    @cached_property
    def other_quotas(self) -> list[tuple[int, IntArray]]:
        """Other numbers of grids, the nearest first, and what each region would get."""
        steps = {1, *(round(share * self.grids) for share in _OTHER_SHARES)} - {0}
        regions = int(self.region.max()) + 1
        totals = [self.grids + s for step in sorted(steps) for s in (-step, step)]
        return [
            (total, share_grids(self.graph.load, self.region, total).grids)
            for total in totals
            if regions <= total <= self.graph.size
        ]

    @cached_property
    def regional(self) -> Regional:
        """What each region holds."""
        of_grid = self.region[np.unique(self.part, return_index=True)[1]]
        return Regional(
            np.bincount(self.region, self.graph.load) / self.ideal,
            np.bincount(of_grid),
            np.bincount(self.region),
        )

    @cached_property
    def pieces(self) -> Pieces:
        """What the pieces of land are, and lie beside."""
        label = np.full(int(self.piece.max()) + 1, -1, np.int64)
        label[self.piece] = self.label
        u = np.repeat(np.arange(self.graph.size), np.diff(self.graph.indptr))
        beside = self.piece[np.column_stack([u, self.graph.indices])]
        shut = self.piece[self.shut]
        own = label[shut[:, 0]] == label[shut[:, 1]]
        # Within a label only links join pieces, and those may be drawn anew.
        across = label[beside[:, 0]] < label[beside[:, 1]]
        return Pieces(
            label, np.unique(beside[across], axis=0), np.unique(shut[own], axis=0)
        )

    def reach(self, *loads: float) -> Reach:
        """Return how far the worst of some loads is off and outside."""
        low, high = self.allowed
        beyond = max(max(low - load, load - high) for load in loads)
        off = max(abs(self.off_pct(load)) for load in loads)
        return Reach(off, max(0.0, 100.0 * beyond / self.ideal))

    def band_for(self, graph: UnitGraph, grids: int) -> Band:
        """Return the loads that cost nothing where some units are divided anew."""
        if self.size is None:
            return make_band(graph, grids, self.ideal, self.tolerance)
        low, high = self.size
        return Band(int(np.ceil(low)), int(np.floor(high)), max(1, int(self.ideal)))

    def unlocked(self) -> "Divided":
        """Return the plan with no unit locked."""
        return replace(self, fixed=np.zeros_like(self.fixed))

    def opened(self) -> "Divided":
        """Return the plan with every forbidden line open to cross."""
        graph = self.graph
        u = np.repeat(np.arange(graph.size), np.diff(graph.indptr))
        once = u < graph.indices
        price = np.full(len(self.shut), PLAIN_COST)
        open_graph = build_graph(
            graph.load,
            np.r_[u[once], self.shut[:, 0]],
            np.r_[graph.indices[once], self.shut[:, 1]],
            np.r_[graph.cost[once], price],
        )
        return replace(self, graph=open_graph)


@dataclass
class Budget:
    """How many proposals each trial has, and how many are left for all."""

    trial: int
    left: int

    @property
    def lasts(self) -> bool:
        """Whether there is enough left for one more trial."""
        return self.left >= self.trial


def budget_for(grids: int) -> Budget:
    """Return the budget for trials with so many grids: fewer proposals where many."""
    share = _TRIES_IN_ALL // (_TRIALS * max(1, grids))
    return Budget(min(_TRIES, max(_FEW_TRIES, share)), _TRIES_IN_ALL)


def neighbourhood(plan: Divided, grid: int, zone: IntArray) -> IntArray:
    """Return a grid and up to five that touch it inside a zone, ascending."""
    graph = plan.graph
    found = [grid]
    for u in np.flatnonzero(plan.part == grid).tolist():
        for v in graph.indices[graph.indptr[u] : graph.indptr[u + 1]].tolist():
            if zone[v] == zone[u] and plan.part[v] not in found:
                found.append(int(plan.part[v]))
    return np.array(sorted([grid, *sorted(found[1:])[: _NEIGHBOURHOOD - 1]]), np.int64)


def divide_anew(
    plan: Divided,
    grid: int,
    zone: IntArray,
    halved: int | None,
    budget: Budget,
) -> Reach | None:
    """Return how far a grid and its neighbours are off at worst when divided anew.

    Locked units stay where they are, `halved` too if it is locked.
    None if they cannot be: the grid stands alone, or its ground is not connected.
    """
    names = neighbourhood(plan, grid, zone)
    nodes = np.flatnonzero(
        np.isin(plan.part, names) & (zone == _zone_of(plan, grid, zone))
    )
    inner = _among(plan.graph, nodes, zone, halved)
    if len(names) < 2 or components(inner).any():
        return None
    if halved is not None:
        nodes = np.r_[nodes, halved]
    part = np.searchsorted(names, plan.part[nodes]).astype(np.int64)
    fixed = plan.fixed[nodes]
    kept = replace(nothing_kept(inner.size), fixed=fixed)
    task = Task(inner, len(names), plan.band_for(inner, len(names)), kept)
    tries = max(1, budget.trial // inner.size)
    budget.left -= budget.trial
    after = anneal_again(task, part, tries, plan.seed, _PRICE)
    reached = _reach_of(plan, inner, after)
    if reached.is_inside or inner.size > MOST_UNITS or fixed.any():
        return reached
    best = settle_between(inner, after, *plan.allowed, budget.trial)
    return reached if best is None else _reach_of(plan, inner, best)


def _reach_of(plan: Divided, graph: UnitGraph, part: IntArray) -> Reach:
    return plan.reach(*np.bincount(part, graph.load).tolist())


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
