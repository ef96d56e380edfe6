"""The task of a search: these units into so many grids, inside a band of loads.

What stays the same from one search to the next, given to each as one value. How long a
search looks and by what chance is its own argument: `tries` counts per unit in one, in
all in another.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planning.graphs.contact import IntArray
from planning.graphs.graph import UnitGraph, subgraph
from planning.graphs.oversized import peeled_ideal

# How far a redraw may stay beyond a region's mean that lies outside the tolerance, as
# a share of the ideal load.
_BEYOND_MEAN = 0.005
# The same for a plan from nothing; more where many grids lie outside with their mean:
# to be all but equal costs each of them borders. And loads whose steps, as a share of
# the ideal, are coarser end at a step.
_NEAR_MEAN, _NEAR_MANY, _MANY, _COARSE = 0.0025, 0.0045, 12, 0.001


@dataclass(frozen=True)
class Band:
    """Loads of a grid that cost nothing, and the load that is 100 %.

    Attributes
    ----------
    low, high, ideal : int
        Scaled as in the graph.
    """

    low: int
    high: int
    ideal: int


@dataclass(frozen=True)
class Kept:
    """What a redraw holds on to.

    Attributes
    ----------
    home : ndarray of int64, shape (n,)
        Part of each unit in the previous plan, -1 for new units.
    stay : ndarray of int64, shape (n,)
        Price of leaving it, in units of `graph.PLAIN_COST`.
    fixed : ndarray of bool, shape (n,)
        Units that never move.
    touch : float
        Price of changing a part at all, percent of a grid: as dear as so much load that
        moves.
    """

    home: IntArray
    stay: IntArray
    fixed: NDArray[np.bool_]
    touch: float = 0.0

    @property
    def has_homes(self) -> bool:
        """Whether any unit was in a grid before."""
        return bool((self.home >= 0).any())

    def has_left(self, part: IntArray) -> NDArray[np.bool_]:
        """Return which units had a part and are in another now."""
        return (self.home >= 0) & (part != self.home)

    def is_touched(self, part: IntArray, parts: int) -> NDArray[np.bool_]:
        """Return which of so many parts gave or took a unit that had a part."""
        left = self.has_left(part)
        ends = np.r_[self.home[left], part[left]]
        return np.bincount(ends, minlength=parts) > 0

    def among(self, nodes: IntArray, names: IntArray) -> "Kept":
        """Return what is held of some units in some parts, both ascending."""
        home = self.home[nodes]
        at = np.searchsorted(names, home).clip(0, len(names) - 1)
        new = np.where(names[at] == home, at, -1)
        return Kept(new, self.stay[nodes], self.fixed[nodes], self.touch)


@dataclass(frozen=True)
class Task:
    """What to divide, in how many parts, and what that may cost.

    A partition of it is an ndarray of int64, shape (n,), with contiguous, non-empty
    parts 0 .. parts - 1.

    Attributes
    ----------
    graph : UnitGraph
        The n units.
    parts : int
        At least 1, at most n.
    band : Band
    kept : Kept
    """

    graph: UnitGraph
    parts: int
    band: Band
    kept: Kept

    def outside(self, part: IntArray) -> IntArray:
        """Return how much of each part's load lies outside the band, shape (parts,)."""
        weight = np.zeros(self.parts, np.int64)
        np.add.at(weight, part, self.graph.load)
        low, high = self.band.low, self.band.high
        return np.maximum(0, np.maximum(low - weight, weight - high))

    def among(self, nodes: IntArray, names: IntArray) -> "Task":
        """Return the task of some units in some parts, both ascending, renumbered."""
        kept = self.kept.among(nodes, names)
        return Task(subgraph(self.graph, nodes), len(names), self.band, kept)


def task_from_nothing(graph: UnitGraph, parts: int, band: Band) -> Task:
    """Return the task of a plan from scratch, which holds on to nothing."""
    return Task(graph, parts, band, nothing_kept(graph.size))


def nothing_kept(size: int) -> Kept:
    """Return the `Kept` of a plan from scratch."""
    zero = np.zeros(size, np.int64)
    return Kept(zero - 1, zero, np.zeros(size, bool))


def band_around(ideal: float, tolerance: float) -> Band:
    """Return the band of a fraction to both sides of the ideal load."""
    low, high = np.ceil(ideal * (1 - tolerance)), np.floor(ideal * (1 + tolerance))
    return Band(int(low), int(high), max(1, int(ideal)))


def band_in_size(
    graph: UnitGraph, parts: int, tolerance: float, size: tuple[float, float]
) -> Band:
    """Return the loads that cost nothing in a region whose grids keep a size band.

    Oversized units aside; around the mean where that lies outside the size.

    Parameters
    ----------
    size : tuple of float
        The least and the largest load, scaled as in the graph.
    """
    mean = peeled_ideal(graph.load, parts)[1]
    around = band_around(mean, tolerance)
    if not size[0] <= mean <= size[1]:
        return around
    low, high = int(np.ceil(size[0])), int(np.floor(size[1]))
    return Band(max(around.low, low), min(around.high, high), around.ideal)


def redraw_band(graph: UnitGraph, parts: int, ideal: float, tolerance: float) -> Band:
    """Return the loads that cost nothing in a region of a plan that is redrawn.

    As `make_band`, but where the band ends at the mean it goes a little beyond: people
    are not moved for grids that are exactly equal.
    """
    band, mean = make_band(graph, parts, ideal, tolerance), graph.load.sum() / parts
    beyond = _BEYOND_MEAN * ideal
    low = min(band.low, int(np.ceil(mean - beyond)))
    return Band(low, max(band.high, int(np.floor(mean + beyond))), band.ideal)


def band_of_redraw(
    graph: UnitGraph,
    parts: int,
    ideal: float,
    tolerance: float,
    size: tuple[float, float] | None,
) -> Band:
    """Return the loads that cost nothing in a redraw: of the size, if there is one."""
    if size is None:
        return redraw_band(graph, parts, ideal, tolerance)
    return band_in_size(graph, parts, tolerance, size)


def make_band(graph: UnitGraph, parts: int, ideal: float, tolerance: float) -> Band:
    """Return the loads that cost nothing in a region.

    A region whose mean lies outside the tolerance cannot be inside it with every grid;
    there the band ends hardly beyond the mean, so that its grids share the deviation
    fairly: at the next whole load, where loads are counted in few households. So it
    does where few grids have their mean inside; many are held to the tolerance.
    """
    band, mean = band_around(ideal, tolerance), int(graph.load.sum()) / parts
    step = max(1, int(np.gcd.reduce(graph.load)))
    is_inside = band.low <= mean <= band.high
    near = (_NEAR_MEAN if parts < _MANY else _NEAR_MANY) * ideal
    if step > _COARSE * ideal or (is_inside and parts >= _MANY):
        near = 0.0
    below = min(np.floor(mean / step) * step, np.ceil(mean - near))
    above = max(np.ceil(mean / step) * step, np.floor(mean + near))
    return Band(min(band.low, int(below)), max(band.high, int(above)), band.ideal)
