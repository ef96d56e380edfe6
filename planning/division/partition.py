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

from planning.division.afresh import divide_afresh
from planning.division.easing import ease, settle_if_small
from planning.division.mend import mend
from planning.division.patches import avoidable
from planning.division.polish import polish, spread, tidy
from planning.division.quota import apportion
from planning.division.reach import share_within_reach
from planning.division.reassign import reassign
from planning.division.redraw import Previous, grids_before, kept_in, start_from
from planning.division.refine import anneal_seams, is_narrow, refine
from planning.division.start import first_partition
from planning.division.sweeping import sweep
from planning.division.task import (
    Band,
    Task,
    band_in_size,
    make_band,
    redraw_band,
    task_from_nothing,
)
from planning.graphs.contact import IntArray
from planning.graphs.graph import UnitGraph, components, cut_edges, subgraph
from planning.graphs.oversized import peeled_ideal
from planning.graphs.regions import OWN_GRID_SHARE

# Proposals per unit, and their number in all above which each unit gets fewer.
_TRIES_PER_UNIT = 20_000
_TRIES_IN_ALL = 16_000_000
_TRIES_FLOOR = 1_400
# For the seams between areas.
_TRIES_SEAMS = 1_500
# Visits of each unit for a proposal; grids of so many units, most of them at a border,
# are swept in a wide band.
_VISITS, _SMALL_GRIDS = 4.5, 60
# Small regions are cheap and rough: several starts until one ends inside the band; the
# best of all where the whole territory is small. In tiny ones all are as good.
_SMALL, _TINY, _STARTS, _STARTS_BEST = 600, 120, 12, 20
_TRIES_SMALL, _TRIES_ROUGH = 5_000, 3_000
# Units times starts, in all regions together.
_STARTS_IN_ALL, _STARTS_IN_ALL_BEST = 4_000, 6_400
# Rounds to tidy up, and units times rounds in all.
_TIDY_ROUNDS, _TIDIED_IN_ALL = 20, 16_000
# Sets of units that are looked at to settle small regions, per unit and in all.
_SETS, _SETS_IN_ALL = 8_000, 6_000_000
# Rounds to tidy up a large region, in a narrow band, in a wide one, and after sweeps.
_TIDY_NARROW, _TIDY_WIDE, _TIDY_SWEPT = 2, 3, 1
# A region of more units is divided area by area, of at most so many units.
_LARGE, _AREA = 5_000, 2_500
# Grids of an area, turn by turn, in a region where many stay outside.
_AREAS_NARROW = (20, 5, 3)
# Share of the grids that may lie outside before another start is better than mending.
_MENDABLE = 1 / 6
# Share of the ideal; nearer to an end of the band a mean asks for grids too equal for
# any search.
_ROOM = 0.003


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


@dataclass(frozen=True)
class _Effort:
    """Proposals per unit, starts of a small region, rounds to tidy up, and the seed.

    With `best` all starts are made, else they end with the first inside the band. To
    settle a small region exactly, so many sets of units are looked at for each unit.
    """

    seed: int
    tries: int
    starts: int
    tidy: int
    sets: int
    best: bool


class _Aim(NamedTuple):
    """The load of a grid that is 100 %, and how far off it costs nothing."""

    ideal: float
    tolerance: float


def divide(
    graph: UnitGraph,
    region: IntArray,
    grids: int,
    tolerance: float,
    seed: int,
    previous: Previous | None = None,
    tell: Callable[[float], None] = lambda _share: None,
    size: tuple[float, float] | None = None,
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
    """
    count = int(region.max()) + 1
    before = None if previous is None else grids_before(region, previous.home)
    quota = share_within_reach(graph, region, grids, tolerance, size, before)
    ideal = peeled_ideal(graph.load, grids)[1]
    part = np.empty(graph.size, np.int64)
    order = np.argsort(region, kind="stable")
    ends = np.cumsum(np.bincount(region, minlength=count))
    effort = _effort(graph.size, seed)
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
            band = redraw_band(inner, share, ideal, tolerance)
            if size is not None:
                band = band_in_size(inner, share, tolerance, size)
            own = previous.among(nodes)
            part[nodes] = first + _redraw_region(inner, share, own, band, effort)
        first += share
        tell(float(ends[r]) / graph.size)
    too_heavy = ideal if size is None else max(ideal, size[1])
    return Division(part, quota.grids, quota.bound, graph.load > too_heavy)


def _aim_in_size(mean: float, tolerance: float, size: tuple[float, float]) -> _Aim:
    """Return the ideal and the tolerance of a region whose grids keep a size band."""
    if not size[0] <= mean <= size[1]:
        return _Aim(mean, tolerance)
    return _Aim(mean, min(tolerance, size[1] / mean - 1.0, 1.0 - size[0] / mean))


def _effort(units: int, seed: int) -> _Effort:
    tries = np.clip(_TRIES_IN_ALL // units, _TRIES_FLOOR, _TRIES_PER_UNIT)
    best = _TINY < units <= _SMALL
    in_all, most = _STARTS_IN_ALL, _STARTS
    if best:
        in_all, most = _STARTS_IN_ALL_BEST, _STARTS_BEST
    starts = np.clip(in_all // units, 2, most)
    rounds = np.clip(_TIDIED_IN_ALL // units, 1, _TIDY_ROUNDS)
    sets = min(_SETS, _SETS_IN_ALL // units)
    return _Effort(seed, int(tries), int(starts), int(rounds), sets, best)


def _divide_region(
    graph: UnitGraph, grids: int, heavy: IntArray, aim: _Aim, effort: _Effort
) -> IntArray:
    """Peel the oversized units of a connected region, share the rest."""
    if not len(heavy):
        return _divide_connected(graph, grids, aim, effort)
    part = np.full(graph.size, -1, np.int64)
    part[heavy] = np.arange(len(heavy))
    rest = np.flatnonzero(part < 0)
    left = grids - len(heavy)
    inner = subgraph(graph, rest)
    piece = components(inner)
    keep = _pieces_with_grids(inner.load, piece, left)
    kept = np.isin(piece, keep)
    if not len(keep) or int(kept.sum()) < left:
        return _divide_connected(graph, grids, aim, effort)
    _join_to_heavy(graph, part, rest[~kept])
    nodes, piece = rest[kept], np.unique(piece[kept], return_inverse=True)[1]
    load = np.bincount(piece, graph.load[nodes]).astype(np.int64)
    shares = apportion(load, np.bincount(piece), left).grids
    first = len(heavy)
    for p, share in enumerate(shares.tolist()):
        own = nodes[piece == p]
        inner = subgraph(graph, own)
        part[own] = first + _divide_connected(inner, share, aim, effort)
        first += share
    return part


def _pieces_with_grids(load: IntArray, piece: IntArray, grids: int) -> IntArray:
    """Return the pieces heavy enough for a grid of their own, at most `grids`."""
    weight = np.bincount(piece, load)
    order = np.lexsort((np.arange(len(weight)), -weight))
    light = OWN_GRID_SHARE * float(load.sum()) / grids
    enough = order[weight[order] >= light]
    return (enough if len(enough) else order[:1])[:grids]


def _join_to_heavy(graph: UnitGraph, part: IntArray, loose: IntArray) -> None:
    """Give loose units to the grids that they touch, outwards from the heavy units."""
    waiting = loose.tolist()
    while waiting:
        later = []
        for u in waiting:
            near = part[graph.indices[graph.indptr[u] : graph.indptr[u + 1]]]
            if (near >= 0).any():
                part[u] = int(near[near >= 0].min())
            else:
                later.append(u)
        waiting = later


def _divide_connected(
    graph: UnitGraph, grids: int, aim: _Aim, effort: _Effort
) -> IntArray:
    task = task_from_nothing(graph, grids, make_band(graph, grids, *aim))
    if graph.size > _LARGE and grids > 1:
        return _divide_large(task, effort)
    return _divide_by_starts(task, effort)


def _divide_large(task: Task, effort: _Effort) -> IntArray:
    """Divide by areas, anneal across them, spread what lies outside, tidy up."""
    seed, tries, rounds = effort.seed, effort.tries, _TIDY_NARROW
    is_wide = not is_narrow(task.band)
    if is_wide and task.graph.size <= _SMALL_GRIDS * task.parts:
        part = divide_afresh(task, 0, _AREA, seed)
        part = sweep(task, part, int(_VISITS * tries), seed)
        rounds = _TIDY_SWEPT
    else:
        if is_wide:
            # What a wide band does not need for mending is spent on borders.
            tries, rounds = tries * 3 // 2, _TIDY_WIDE
        part = divide_afresh(task, tries, _AREA, seed)
        part = anneal_seams(task, part, _TRIES_SEAMS, seed)
    part = spread(task, part, seed)
    return tidy(task, part, rounds, seed)


def _divide_by_starts(task: Task, effort: _Effort) -> IntArray:
    """Divide from nothing, by several starts, and polish the best."""
    size, seed = task.graph.size, effort.seed
    # What a wide band does not need for mending is spent on borders.
    tries = effort.tries * (2 if is_narrow(task.band) else 3) // 2
    if task.parts == 1 or task.parts == size:
        return first_partition(task.graph, task.parts, seed)
    if size <= _SMALL:
        best = _by_chances(task, effort, tries)
    else:
        best = _by_areas(task, tries, seed * _STARTS)
    # What mending did not need is spent on borders.
    rounds = effort.tidy * (1 if task.outside(best).any() else 2)
    best = tidy(task, best, rounds, seed)
    best = polish(task, best, tries * size // 4, seed + 1)
    if size <= _SMALL:
        best = settle_if_small(task, ease(task, best, seed), effort.sets * size)
    return best


def _by_chances(task: Task, effort: _Effort, tries: int) -> IntArray:
    """Divide a small region by several chances, until one is inside the band or all."""
    size, plans = task.graph.size, list[IntArray]()
    tries = min(tries, _TRIES_SMALL if effort.best else _TRIES_ROUGH)
    first = effort.seed * (_STARTS_BEST if effort.best else _STARTS)
    for chance in range(first, first + effort.starts):
        part = divide_afresh(task, tries, size, chance)
        part = polish(task, part, 2 * tries * size, chance, chains=effort.best)
        plans.append(part)
        if not effort.best and not task.outside(part).any():
            break
    return min(plans, key=lambda part: _badness(task, part))


def _by_areas(task: Task, tries: int, seed: int) -> IntArray:
    """Divide a region as a whole; while grids stay outside, by ever smaller areas.

    On narrow land load does not travel from grid to grid: there the shares have to be
    settled from the top.
    """
    size, plans = task.graph.size, list[IntArray]()
    smaller = [grids * size // task.parts for grids in _AREAS_NARROW]
    if _leaves_no_room(task):
        smaller, tries = [], tries // 2
    for area in (size, *smaller):
        part = divide_afresh(task, tries, area, seed)
        if area < size:
            part = anneal_seams(task, part, _TRIES_SEAMS, seed)
        if np.count_nonzero(avoidable(task, part)) <= _MENDABLE * task.parts:
            part = polish(task, part, tries * size, seed)
            if not avoidable(task, part).any():
                return part
        plans.append(part)
    best = min(plans, key=lambda part: _badness(task, part))
    return polish(task, best, tries * size, seed)


def _leaves_no_room(task: Task) -> bool:
    """Return whether the mean lies so near an end of the band that grids are equal."""
    mean, band = float(task.graph.load.sum()) / task.parts, task.band
    return min(mean - band.low, band.high - mean) < _ROOM * band.ideal


def _redraw_region(
    graph: UnitGraph, grids: int, previous: Previous, band: Band, effort: _Effort
) -> IntArray:
    start = start_from(graph, grids, previous, effort.seed)
    kept = kept_in(graph, start, previous)
    task = Task(graph, grids, band, kept)
    if previous.change != "free":
        mended = reassign(task, start, previous.change)
        return mend(task, start) if mended is None else mended
    part = refine(task, start, effort.tries, effort.seed)
    return polish(task, part, 2 * effort.tries * graph.size, effort.seed)


def _badness(task: Task, part: IntArray) -> tuple[int, int, int]:
    out = task.outside(part)
    return int(out.max()), int(out.sum()), cut_edges(task.graph, part)
