"""A partition that is divided anew place by place, and never gets worse by it."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from planning.division.polishing.chains import pass_on
from planning.division.polishing.companions import least_excess
from planning.division.polishing.covers import cover
from planning.division.polishing.links import Effort
from planning.division.polishing.resplit import split_by_trial
from planning.division.polishing.tally import parts_beside, price_of_plan
from planning.division.polishing.zones import Grids, make_ground
from planning.division.search.refine import Schedule, anneal_by
from planning.division.task import Band, Task
from planning.graphs.bits import MOST_UNITS
from planning.graphs.contact import IntArray
from planning.graphs.graph import PLAIN_COST

# How evenly grids may share what they have too much together.
_EVENLY = 0.003
# How much chance decides which grids a re-split takes in, in shares of the ideal.
_CHANCE = 0.2


class Patches:
    """A partition of which some grids at a time are divided anew.

    Attributes
    ----------
    task : Task
    part : ndarray of int64, shape (n,)
        Contiguous, non-empty parts 0 .. parts - 1; changed in place.
    """

    def __init__(self, task: Task, part: IntArray) -> None:
        self.task, self.part = task, part
        graph, parts, band, kept = task.graph, task.parts, task.band, task.kept
        order = np.argsort(part, kind="stable")
        ends = np.cumsum(np.bincount(part, minlength=parts))[:-1]
        self._members = np.split(order, ends)
        self._weight = np.bincount(part, graph.load, minlength=parts).astype(np.int64)
        # What no division of a grid's units could mend.
        self._excess = least_excess(graph, band)
        self._due = np.zeros(parts, np.int64)
        np.maximum.at(self._due, part, self._excess)
        self._ground = make_ground(graph, self._excess, band.low, band.high)
        anchor = np.array([own[0] for own in self._members], np.int64)
        self._grids = Grids(self.part, anchor, self._weight)
        self._place = np.full(graph.size, -1, np.int64)
        # A re-split and a chain regard nobody's home.
        self._free = not (kept.has_homes or kept.fixed.any())

    def outside(self) -> IntArray:
        """Return how much of each grid's load lies outside the band and need not."""
        band = self.task.band
        low, high = band.low - self._due, band.high + self._due
        return np.maximum(0, np.maximum(low - self._weight, self._weight - high))

    def is_outside(self, name: int) -> bool:
        """Return whether a grid lies outside the band and need not."""
        band, due = self.task.band, self._due[name]
        return not band.low - due <= self._weight[name] <= band.high + due

    def around(self, name: int, size: int) -> IntArray:
        """Return `size` grids around one, those with most contact first, ascending."""
        found = [name]
        while len(found) < size:
            beside, contact = self._touched(found)
            if not len(beside):
                break
            order = np.argsort(-contact, kind="stable")
            most = max(1, min(size - len(found), len(beside) // 2))
            found += beside[order[:most]].tolist()
        return np.sort(np.array(found, np.int64))

    def anneal(
        self, names: IntArray, schedule: Schedule, tries_per_unit: int, seed: int
    ) -> int:
        """Anneal some grids, keep what is no dearer; return the proposals it took."""
        nodes, inner, before = self._cut_out(names)
        after = before.copy()
        anneal_by(inner, after, schedule, tries_per_unit, seed)
        self._keep_if_better(names, nodes, inner, before, after)
        return len(nodes) * tries_per_unit

    def renew(
        self,
        name: int,
        size: int,
        search: Callable[[Task, IntArray, int], IntArray | None],
        budget: int,
    ) -> bool:
        """Divide a grid and those around as a search does; return if that is better.

        The search is told the task, its partition by now, and the grid. If no more
        load lies outside the band, borders may cost so many cut edges more.
        """
        names = self.around(name, size)
        nodes, inner, before = self._cut_out(names)
        after = search(inner, before, int(np.searchsorted(names, name)))
        return after is not None and self._keep_if_better(
            names, nodes, inner, before, after, budget
        )

    def shift(self, name: int, size: int, cap: int, trials: int, seed: int) -> IntArray:
        """Bring a grid into the band, and leave what is wrong to another near by.

        Of some grids around it, all but one come into the band, and that lies outside
        by `cap` at most; whatever that costs. Returns these grids, none if not found.
        """
        rng = np.random.default_rng(seed)
        names = self._zone(name, size, rng)
        units = sum(len(self._members[other]) for other in names.tolist())
        if len(names) < 2 or units > MOST_UNITS or self.task.band.low < 1:
            return names[:0]
        nodes, inner, before = self._cut_out(names)
        odd = int(rng.choice(np.flatnonzero(names != name)))
        own = np.flatnonzero(names[before] == name)
        unit = int(own[np.argmax(inner.graph.load[own])])
        after = cover(inner, unit, before != odd, cap, trials, seed)
        if after is None:
            return names[:0]
        self._keep(names, nodes, after)
        return names

    def pass_on(self, name: int, effort: Effort, seed: int) -> bool:
        """Pass on what a grid has too much or too little; return if that led somewhere.

        It may cost more borders than it is worth, see the budget of the effort.
        """
        if not self._free or self.task.band.low < 1:
            return False
        wrong = int(self.outside()[name])
        changed = pass_on(
            self._ground, self._grids, name, wrong, effort, self._place, seed
        )
        names = np.unique(changed).tolist()
        if not names:
            return False
        nodes = np.sort(np.concatenate([self._members[other] for other in names]))
        part = self.part[nodes]
        for other in names:
            self._members[other] = nodes[part == other]
            self._due[other] = self._excess[self._members[other]].max()
        return True

    def split(
        self, name: int, size: int, most: int, ease: float, sets: int, seed: int
    ) -> bool:
        """Look through ways to divide a grid with neighbours; return if one is better.

        Parameters
        ----------
        size, most : int
            Grids, and units above which it is not tried.
        ease : float
            How far they may stay outside the band, as a share of how far it is now.
        sets : int
            Sets of units that are looked at.
        """
        if not self._free or self.task.band.low < 1:
            return False
        names = self._zone(name, size, np.random.default_rng(seed))
        nodes, inner, before = self._cut_out(names)
        if len(nodes) > most:
            return False
        eased = replace(inner, band=self._eased_band(names, name, ease))
        after = split_by_trial(eased, before, sets, seed)
        return after is not None and self._keep_if_better(
            names, nodes, inner, before, after
        )

    def _cut_out(self, names: IntArray) -> tuple[IntArray, Task, IntArray]:
        """Return the units of some grids, the task that these are, and their grids."""
        nodes = np.sort(np.concatenate([self._members[name] for name in names]))
        before = np.searchsorted(names, self.part[nodes])
        return nodes, self.task.among(nodes, names), before

    def _keep_if_better(
        self,
        names: IntArray,
        nodes: IntArray,
        inner: Task,
        before: IntArray,
        after: IntArray,
        budget: int = 0,
    ) -> bool:
        old, new = _cost(inner, before), _cost(inner, after)
        if new > old + budget * PLAIN_COST:
            return False
        if new > old and inner.outside(after).sum() > inner.outside(before).sum():
            return False
        self._keep(names, nodes, after)
        return new < old

    def _keep(self, names: IntArray, nodes: IntArray, after: IntArray) -> None:
        self.part[nodes] = names[after]
        for at, name in enumerate(names.tolist()):
            self._members[name] = nodes[after == at]
            self._weight[name] = self.task.graph.load[self._members[name]].sum()
            self._grids.anchor[name] = self._members[name][0]
            self._due[name] = self._excess[self._members[name]].max()

    def _touched(self, names: list[int]) -> tuple[IntArray, IntArray]:
        """Return the grids that touch some grids, and how many borders they share."""
        nodes = np.concatenate([self._members[name] for name in names])
        graph = self.task.graph
        return parts_beside(
            graph.indptr, graph.indices, self.part, self.task.parts, nodes
        )

    def _zone(self, name: int, size: int, rng: np.random.Generator) -> IntArray:
        """Return a grid and some that touch it and even it out, partly by chance."""
        found = [name]
        while len(found) < min(size, self.task.parts):
            beside, _ = self._touched(found)
            if not len(beside):
                break
            ideal = self.task.band.ideal
            over = self._weight[found].sum() - len(found) * ideal
            off = np.abs(over + self._weight[beside] - ideal) / ideal
            units = np.array([len(self._members[b]) for b in beside.tolist()])
            value = off + 0.0006 * units + _CHANCE * rng.random(len(beside))
            found.append(int(beside[np.argmin(value)]))
        return np.sort(np.array(found, np.int64))

    def _eased_band(self, names: IntArray, name: int, ease: float) -> Band:
        """Return the band, wider by a share of what a grid lies outside.

        And so wide that the grids fit if they have too much or too little together.
        """
        band = self.task.band
        more = ease * float(self.outside()[name])
        mean, slack = float(self._weight[names].mean()), _EVENLY * band.ideal
        low = int(min(band.low - more, mean - slack))
        high = int(np.ceil(max(band.high + more, mean + slack)))
        return Band(max(1, low), high, band.ideal)


def avoidable(task: Task, part: IntArray) -> IntArray:
    """Return how much of each grid's load lies outside the band and need not."""
    return Patches(task, part).outside()


def _cost(task: Task, part: IntArray) -> int:
    """Return cut borders, moved units and load outside the band at their prices."""
    graph, kept, band = task.graph, task.kept, task.band
    paid = price_of_plan(
        graph.indptr, graph.indices, graph.cost, graph.load, part, task.parts, band.low,
        band.high, band.ideal,
    )  # fmt: skip
    return int(paid + kept.stay[kept.has_left(part)].sum())
