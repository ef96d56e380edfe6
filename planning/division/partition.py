"""Divide the units into grids: quota per region, a start, repair, refinement.

The result is always exactly the number of grids asked for, each non-empty and connected
and inside one region. Units heavier than the ideal are peeled off first: each gets a
grid of its own and the rest share the rest.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from planning.division.connected import Effort, divide_connected, make_effort
from planning.division.peeling import divide_beside
from planning.division.polishing.polish import polish
from planning.division.quotas.reach import share_within_reach
from planning.division.redrawing.mend import mend
from planning.division.redrawing.reassign import reassign
from planning.division.redrawing.redraw import (
    Previous,
    grids_before,
    kept_in,
    oversized_in_redraw,
    start_from,
)
from planning.division.redrawing.villages import redraw_village
from planning.division.search.refine import refine
from planning.division.task import (
    Task,
    band_of_redraw,
    make_band,
    task_from_nothing,
)
from planning.errors import BadUnits
from planning.graphs.contact import IntArray
from planning.graphs.graph import UnitGraph, components, subgraph
from planning.graphs.oversized import most_of_unit, peeled_ideal

# With more regions none may take as long in a redraw as a county; but where one has
# more grids, load has far to travel, and trades find what chances do not.
_REGIONS, _VILLAGE = 8, 40


@dataclass(frozen=True)
class Division:
    """Which grid each unit is in, and how the numbers came about.

    Attributes
    ----------
    part : ndarray of int64, shape (n,)
        0 .. grids - 1.
    region_grids : ndarray of int64, shape (n_regions,)
    bound : float
        Least possible maximum deviation under the regions' lines, a fraction.
    oversized : ndarray of bool, shape (n,)
        Units heavier than the ideal, or than a size band allows.
    """

    part: IntArray
    region_grids: IntArray
    bound: float
    oversized: NDArray[np.bool_]


class _Aim(NamedTuple):
    """The load of a grid that is 100 %, and how far off it costs nothing."""

    ideal: float
    tolerance: float


class _Again(NamedTuple):
    """What a redraw of each region aims at; `is_small` if regions are many."""

    ideal: float
    tolerance: float
    size: tuple[float, float] | None
    is_small: bool

    @property
    def most(self) -> float:
        """The load above which a unit is oversized."""
        return most_of_unit(self.ideal, self.size)


def divide(
    graph: UnitGraph,
    region: IntArray,
    grids: int,
    tolerance: float,
    seed: int,
    previous: Previous | None = None,
    tell: Callable[[float], None] = lambda _share: None,
    size: tuple[float, float] | None = None,
    hear: Callable[[float], None] = lambda _bound: None,
) -> Division:
    """Return a division of the units into exactly `grids` grids.

    Parameters
    ----------
    graph : UnitGraph
        Edges inside regions only; each region connected.
    region : ndarray of int64, shape (n,)
        Numbered from 0.
    tolerance : float
        Deviation from the ideal that costs nothing, a fraction.
    tell : callable, optional
        Called after each region with the share of the units that are divided.
    size : tuple of float or None
        The least and the largest load of a grid, scaled as in the graph. In a redraw
        each region keeps its number of grids, if they can be of this size.
    hear : callable, optional
        Called before any region is divided with what will be the division's bound.
    """
    _must_be_connected(graph, region)
    count = int(region.max()) + 1
    before = None if previous is None else grids_before(region, previous.home)
    quota = share_within_reach(graph, region, grids, tolerance, size, before)
    hear(quota.bound)
    ideal = peeled_ideal(graph.load, grids)[1]
    part = np.empty(graph.size, np.int64)
    order = np.argsort(region, kind="stable")
    ends = np.cumsum(np.bincount(region, minlength=count))
    effort = make_effort(graph.size, seed)
    again = _Again(ideal, tolerance, size, count > _REGIONS)
    first = 0
    for r in range(count):
        nodes = order[ends[r - 1] if r else 0 : ends[r]]
        inner = subgraph(graph, nodes)
        share = int(quota.grids[r])
        heavy, mean = peeled_ideal(inner.load, share)
        aim = _Aim(ideal, tolerance)
        if size is not None:
            aim = _aim_in_size(mean, tolerance, size)
        if previous is None:
            part[nodes] = first + _divide_region(inner, share, heavy, aim, effort)
        else:
            own = previous.among(nodes)
            part[nodes] = first + _redraw_region(inner, share, own, again, effort)
        first += share
        tell(float(ends[r]) / graph.size)
    return Division(part, quota.grids, quota.bound, graph.load > again.most)


def _must_be_connected(graph: UnitGraph, region: IntArray) -> None:
    """Refuse a region in several pieces: to share its grids among them has no end."""
    pieces = np.unique(np.c_[region, components(graph)], axis=0)[:, 0]
    for broken in np.flatnonzero(np.bincount(pieces) > 1).tolist():
        raise BadUnits(
            f"region {broken} lies in {(pieces == broken).sum()} pieces that do not "
            "touch; link them, or make each a region"
        )


def _aim_in_size(mean: float, tolerance: float, size: tuple[float, float]) -> _Aim:
    """Return the ideal and the tolerance of a region whose grids keep a size band."""
    if not size[0] <= mean <= size[1]:
        return _Aim(mean, tolerance)
    return _Aim(mean, min(tolerance, size[1] / mean - 1.0, 1.0 - size[0] / mean))


def _divide_region(
    graph: UnitGraph, grids: int, heavy: IntArray, aim: _Aim, effort: Effort
) -> IntArray:
    """Peel the oversized units of a connected region, share the rest."""
    return divide_beside(
        graph,
        grids,
        heavy,
        lambda units, share: _divide_connected(
            subgraph(graph, units), share, aim, effort
        ),
    )


def _divide_connected(
    graph: UnitGraph, grids: int, aim: _Aim, effort: Effort
) -> IntArray:
    task = task_from_nothing(graph, grids, make_band(graph, grids, *aim))
    return divide_connected(task, effort)


def _redraw_region(
    graph: UnitGraph, grids: int, previous: Previous, aim: _Again, effort: Effort
) -> IntArray:
    """Leave the oversized units of a connected region alone, redraw the rest."""
    heavy = oversized_in_redraw(graph, grids, previous, aim.most)
    return divide_beside(
        graph,
        grids,
        heavy,
        lambda units, share: _redraw_connected(
            subgraph(graph, units), share, previous.among(units), aim, effort
        ),
    )


def _redraw_connected(
    graph: UnitGraph, grids: int, previous: Previous, aim: _Again, effort: Effort
) -> IntArray:
    band = band_of_redraw(graph, grids, aim.ideal, aim.tolerance, aim.size)
    start = start_from(graph, grids, previous, effort.seed)
    task = Task(graph, grids, band, kept_in(graph, start, previous))
    if previous.change == "free":
        part = refine(task, start, effort.tries, effort.seed)
        return polish(task, part, 2 * effort.tries * graph.size, effort.seed)
    if aim.is_small and grids <= _VILLAGE:
        return redraw_village(task, start)
    mended = reassign(task, start, previous.change)
    if mended is None and previous.change != "people":
        mended = reassign(task, start, "people")
    return mend(task, start) if mended is None else mended
