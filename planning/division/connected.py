"""Divide one connected region into grids, from nothing.

A large one is cut into areas first; a small one is cheap and is begun several times;
one between them is begun anew by areas where load does not travel.
"""

from dataclasses import dataclass

import numpy as np

from planning.division.polishing.afresh import divide_afresh
from planning.division.polishing.easing import ease, settle_around, settle_if_small
from planning.division.polishing.patches import avoidable
from planning.division.polishing.polish import polish
from planning.division.polishing.slices import slice_often
from planning.division.polishing.spreading import spread
from planning.division.polishing.tidying import (
    BRISK,
    COOL,
    PATIENT,
    SWIFT,
    WARM,
    tidy,
)
from planning.division.search.refine import anneal_seams, is_narrow
from planning.division.search.sweeping import sweep
from planning.division.starts.start import first_partition
from planning.division.task import Task
from planning.graphs.contact import IntArray
from planning.graphs.graph import cut_edges

# Proposals per unit, and their number in all above which each unit gets fewer.
_TRIES_PER_UNIT = 20_000
_TRIES_IN_ALL = 16_000_000
_TRIES_FLOOR = 1_400
# For the seams between areas.
_TRIES_SEAMS = 1_500
# Grids of so many units, most of them at a border, are swept in a wide band; in regions
# that are not large only where units are small enough beside a grid to need no swaps.
# Visits of each unit for a proposal, where regions are not large.
_SMALL_GRIDS, _NEED_SWAPS, _VISITS_WHOLE = 60, 8, 6
# In large regions, for each contact of a unit: visits for a proposal, and afterwards
# rounds before what is outside is passed on, and after. With fewer contacts there are
# fewer ways to move a unit, and all that is compared takes less time too.
_VISITS, _TIDY_FIRST, _TIDY_LAST = 2, 4, 9
# Small regions are cheap and rough: several starts until one ends inside the band; the
# best of all where the whole territory is small. In tiny ones all are as good. In a
# wide band only the best is mended, and so many are begun at least.
_SMALL, _TINY, _STARTS, _STARTS_BEST, _STARTS_ROUGH = 600, 120, 12, 20, 3
_TRIES_SMALL, _TRIES_ROUGH = 5_000, 3_000
# Units times starts, in all regions together.
_STARTS_IN_ALL, _STARTS_IN_ALL_BEST = 4_000, 6_400
# Rounds to tidy up, and units times rounds in all.
_TIDY_ROUNDS, _TIDIED_IN_ALL = 20, 16_000
# Sets of units that are looked at to settle small regions, per unit and in all.
_SETS, _SETS_IN_ALL = 8_000, 6_000_000
# Brisk rounds for one of the others; warm ones before, where grids are few units.
_BRISK_ROUNDS, _WARM_ROUNDS = 16, 16
# Cool rounds for one of the others and each contact of a unit, in a wide band.
_COOL_ROUNDS = 12
# In a large region, before what is outside is passed on, and after.
_SWIFT_FIRST, _SWIFT_LAST = 14, 18
# Rounds to tidy up a large region in a wide band.
_TIDY_WIDE = 3
# A region of more units is divided area by area, of at most so many units.
_LARGE, _AREA = 5_000, 2_500
# Share of an area's grids that may lie outside; with more its load did not travel.
_TRAVELLED = 1 / 6
# Grids of an area, turn by turn, in a region where many stay outside.
_AREAS_NARROW = (20, 5, 3)
# On a strip, where so few pairs of grids touch for each grid, large areas are no use.
_STRIP, _FIRST_OF_STRIP = 1.6, 2
# Share of the grids that may lie outside before another start is better than mending;
# and mending again.
_MENDABLE = (1 / 8, 1 / 20, 1 / 20)
# Grids of fewer units become equal by exchanges, not by chance: in areas of so many
# grids, annealed for half as long, many stay outside, and chains bring them in.
# Chains are of no use among fewer grids than these.
_FEW_UNITS, _AREA_OF_FEW, _FEW_GRIDS = 14, 5, 20
# The same where the mean lies so near to an end of the band, in loads of a mean unit.
_ROOM = 0.14
# With less, passing on before tidying is in vain.
_NO_ROOM = 0.01
# In small regions pairs of grids of few units are looked through: sets per unit, and in
# all.
_SLICED, _SLICED_IN_ALL = 40_000, 80_000_000


@dataclass(frozen=True)
class Effort:
    """Proposals per unit, starts of a small region, rounds to tidy up, and the seed.

    With `best` all starts are made, else they end with the first inside the band. To
    settle a small region exactly, so many sets of units are looked at for each unit;
    for each unit so many `slices` where its grids have few.
    """

    seed: int
    tries: int
    starts: int
    tidy: int
    sets: int
    slices: int
    best: bool


def make_effort(units: int, seed: int) -> Effort:
    """Return how much is tried in each region of a territory of so many units."""
    tries = np.clip(_TRIES_IN_ALL // units, _TRIES_FLOOR, _TRIES_PER_UNIT)
    best = _TINY < units <= _SMALL
    in_all, most = _STARTS_IN_ALL, _STARTS
    if best:
        in_all, most = _STARTS_IN_ALL_BEST, _STARTS_BEST
    starts = np.clip(in_all // units, 2, most)
    rounds = np.clip(_TIDIED_IN_ALL // units, 1, _TIDY_ROUNDS)
    sets = min(_SETS, _SETS_IN_ALL // units)
    slices = min(_SLICED, _SLICED_IN_ALL // units)
    return Effort(seed, int(tries), int(starts), int(rounds), sets, slices, best)


def divide_connected(task: Task, effort: Effort) -> IntArray:
    """Return a division of a connected graph in which few grids are outside the band.

    Parameters
    ----------
    task : Task
        From nothing.
    effort : Effort
        Of the territory that the region is part of.
    """
    if task.graph.size > _LARGE and task.parts > 1:
        return _divide_large(task, effort)
    return _divide_by_starts(task, effort)


def _divide_large(task: Task, effort: Effort) -> IntArray:
    """Divide by areas, anneal across them, spread what lies outside, tidy up."""
    if is_narrow(task.band):
        return _divide_large_evenly(task, effort)
    if _is_for_sweeps(task):
        return _divide_by_sweeps(task, effort)
    # What a wide band does not need for mending is spent on borders.
    seed, tries = effort.seed, effort.tries * 3 // 2
    part = divide_afresh(task, tries, _AREA, seed, mendable=_TRAVELLED)
    part = anneal_seams(task, part, _TRIES_SEAMS, seed)
    part = spread(task, part, seed)
    return tidy(task, part, _TIDY_WIDE, seed)


def _divide_large_evenly(task: Task, effort: Effort) -> IntArray:
    """Divide by areas, and spread what lies outside between swift rounds."""
    seed, tries = effort.seed, effort.tries
    part = divide_afresh(task, tries, _AREA, seed, mendable=_TRAVELLED)
    part = tidy(task, part, _SWIFT_FIRST, seed, SWIFT)
    part = spread(task, part, seed)
    return tidy(task, part, _SWIFT_LAST, seed + _SWIFT_FIRST, SWIFT)


def _divide_by_sweeps(task: Task, effort: Effort) -> IntArray:
    """Divide roughly, sweep, tidy up, and spread what lies outside in between."""
    seed = effort.seed
    visits, first, last = (
        round(_contacts(task) * each)
        for each in (_VISITS * effort.tries, _TIDY_FIRST, _TIDY_LAST)
    )
    part = divide_afresh(task, 0, _AREA, seed)
    part = sweep(task, part, visits, seed)
    part = tidy(task, part, first, seed, COOL)
    part = spread(task, part, seed)
    return tidy(task, part, last, seed + first, COOL)


def _divide_by_starts(task: Task, effort: Effort) -> IntArray:
    """Divide from nothing, by several starts, and polish the best."""
    size, seed = task.graph.size, effort.seed
    # What a wide band does not need for mending is spent on borders.
    tries = effort.tries * (2 if is_narrow(task.band) else 3) // 2
    if task.parts == 1 or task.parts == size:
        return first_partition(task.graph, task.parts, seed)
    if size <= _SMALL:
        best = _by_chances(task, effort, tries)
    elif _have_few_units(task):
        best = _by_exchanges(task, tries // 2, seed * _STARTS)
    else:
        best = _by_areas(task, tries, seed * _STARTS)
    best = _tidied(task, best, effort)
    best = polish(task, best, tries * size // 4, seed + 1)
    if _have_few_units(task):
        best = _mended(task, best, tries * size // 4, seed + 2)
    if size <= _SMALL:
        if _is_for_slices(task):
            best = slice_often(task, best, effort.slices * size, seed)
        best = settle_if_small(task, ease(task, best, seed), effort.sets * size)
        best = settle_around(task, best)
    return best


def _tidied(task: Task, part: IntArray, effort: Effort) -> IntArray:
    """Tidy up: by many short rounds where a band is narrow or grids are small."""
    seed, is_small = effort.seed, task.graph.size <= _SMALL
    rounds = _BRISK_ROUNDS * effort.tidy
    if _have_few_units(task):
        part = tidy(task, part, _WARM_ROUNDS * effort.tidy, seed, WARM)
        return tidy(task, part, rounds, seed, PATIENT)
    if is_narrow(task.band) and not is_small:
        return tidy(task, part, rounds, seed, BRISK)
    if _is_for_sweeps(task) and not is_small:
        rounds = round(_COOL_ROUNDS * effort.tidy * _contacts(task))
        return tidy(task, part, rounds, seed, COOL)
    # What mending did not need is spent on borders.
    rounds = effort.tidy * (1 if task.outside(part).any() else 2)
    return tidy(task, part, rounds, seed)


def _by_chances(task: Task, effort: Effort, tries: int) -> IntArray:
    """Divide a small region by several chances, until one is inside the band or all."""
    size, plans = task.graph.size, list[IntArray]()
    tries = min(tries, _TRIES_SMALL if effort.best else _TRIES_ROUGH)
    # Where all starts are made one that is hard to mend is hardly the best.
    polishing = (1 if effort.best else 2) * tries * size
    first = effort.seed * (_STARTS_BEST if effort.best else _STARTS)
    by_exchanges = not effort.best and _have_few_units(task)
    # In a wide band one start more is worth more than to polish each.
    is_rough = not effort.best and not is_narrow(task.band)
    starts = max(effort.starts, _STARTS_ROUGH) if is_rough else effort.starts
    for chance in range(first, first + starts):
        if effort.best:
            part = _divide_whole(task, tries, chance)
        elif by_exchanges:
            part = _by_exchanges(task, tries, chance)
        else:
            part = divide_afresh(task, tries, size, chance)
        if not is_rough:
            part = polish(task, part, polishing, chance, chains=effort.best)
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
    areas = [size, *(grids * size // task.parts for grids in _AREAS_NARROW)]
    if _is_strip(task, seed):
        areas = areas[_FIRST_OF_STRIP:]
    for area in areas:
        if area == size:
            part = _divide_whole(task, tries, seed)
        else:
            part = divide_afresh(task, tries, area, seed)
            part = anneal_seams(task, part, _TRIES_SEAMS, seed)
        part = _mended(task, part, tries * size, seed)
        if not avoidable(task, part).any():
            return part
        plans.append(part)
    best = min(plans, key=lambda part: _badness(task, part))
    return _mended(task, polish(task, best, tries * size, seed), tries * size, seed + 1)


def _by_exchanges(task: Task, tries: int, seed: int) -> IntArray:
    """Divide a region by small areas, and pass on what lies outside once, by chains.

    Not where there is no room: chains bring little of it in, and tidying undoes that.
    """
    area = _AREA_OF_FEW * task.graph.size // task.parts
    part = divide_afresh(task, tries // 2, area, seed)
    part = anneal_seams(task, part, _TRIES_SEAMS, seed)
    if 0 <= _room(task) < _NO_ROOM:
        return part
    return polish(task, part, 0, seed)


def _divide_whole(task: Task, tries: int, seed: int) -> IntArray:
    """Divide a region from nothing as a whole; sweep it where that is better."""
    size = task.graph.size
    if size < _NEED_SWAPS * task.parts or not _is_for_sweeps(task):
        return divide_afresh(task, tries, size, seed)
    return sweep(task, divide_afresh(task, 0, size, seed), _VISITS_WHOLE * tries, seed)


def _is_for_sweeps(task: Task) -> bool:
    """Return whether borders take most of the search, and most units lie at one."""
    is_small = task.graph.size <= _SMALL_GRIDS * task.parts
    return is_small and not is_narrow(task.band)


def _mended(task: Task, part: IntArray, tries: int, seed: int) -> IntArray:
    """Polish a partition while few enough grids lie outside, by several chances."""
    for chance, most in enumerate(_MENDABLE):
        outside = np.count_nonzero(avoidable(task, part))
        if not 0 < outside <= most * task.parts:
            break
        part = polish(task, part, tries, seed + chance)
    return part


def _have_few_units(task: Task) -> bool:
    """Return whether grids are of too few units to get into a narrow band by chance."""
    if task.parts < _FEW_GRIDS or not is_narrow(task.band):
        return False
    return task.graph.size < _FEW_UNITS * task.parts or _room(task) < _ROOM


def _room(task: Task) -> float:
    """Return how far the mean lies from the nearer end of the band, in mean units."""
    total, band = float(task.graph.load.sum()), task.band
    mean = total / task.parts
    room = min(mean - band.low, band.high - mean)
    return room * task.graph.size / total if total else np.inf


def _is_for_slices(task: Task) -> bool:
    """Return whether two grids can be looked through, and borders are hard to move."""
    return task.graph.size < _FEW_UNITS * task.parts and is_narrow(task.band)


def _contacts(task: Task) -> float:
    """Return the mean number of units that a unit touches."""
    return len(task.graph.indices) / task.graph.size


def _is_strip(task: Task, seed: int) -> bool:
    """Return whether grids hang together like a chain, and all have to be equal."""
    if not is_narrow(task.band):
        return False
    graph, part = task.graph, first_partition(task.graph, task.parts, seed)
    ends = np.c_[np.repeat(part, np.diff(graph.indptr)), part[graph.indices]]
    pairs = np.unique(ends[ends[:, 0] < ends[:, 1]], axis=0)
    return len(pairs) < _STRIP * task.parts


def _badness(task: Task, part: IntArray) -> tuple[int, int, int]:
    out = task.outside(part)
    return int(out.max()), int(out.sum()), cut_edges(task.graph, part)
