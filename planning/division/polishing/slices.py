"""Two neighbouring grids at a time divided anew, looked through to the end.

Where a grid is about ten units, hardly any single unit can change hands within a narrow
band, and chance seldom finds the several that can. Here a price is drawn a little above
what two grids cost now, and of all ways to divide them that cost no more one is taken,
each as likely: so a plan is met as often as Boltzmann says while the heat falls.
"""

# mypy: disable-error-code="assignment, arg-type, operator, return-value"
# Compiled, every integer is an int64; to mypy int and numpy's integers differ.

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from planning.division.polishing.pairs import draw_pair, units_of_first
from planning.division.polishing.parting import (
    MOST_SETS,
    Frames,
    Terms,
    draw_division,
    make_frames,
)
from planning.division.polishing.tally import price_of_plan
from planning.division.polishing.zones import (
    Grids,
    Ground,
    Zone,
    empty,
    gather,
    make_ground,
    make_zone,
)
from planning.division.search.refine import Schedule, make_schedule
from planning.division.task import Band, Task
from planning.graphs.bits import NONE, ONE
from planning.graphs.contact import IntArray
from planning.graphs.kernels import LOG_TABLE, draw, lean, lean_inline

# Heat at the start, chance by chance, and at the end; and price per percent outside the
# band, from first to last, in cut edges.
_HEATS, _COLD, _PRICE = (2.0, 1.0, 0.6), 0.15, (3.0, 400.0)
# How far beyond the tolerance a band may go at one end, as a share of the ideal.
_BEYOND = 0.003
# The table of logarithms is in steps of 2 ** -16.
_LOG_SHIFT = 16
# Pairs that are drawn for each grid, and how often all is begun again at most.
_STEPS, _CHANCES = 300, 12


def slice_often(task: Task, part: IntArray, sets: int, seed: int) -> IntArray:
    """Return the cheapest partition that slices by some chances lead to, or the same.

    Ends when so many sets of units were looked at. Parameters as for `slice_pairs`.
    """
    task = _held_to_tolerance(task)
    paid, steps, first = _price(task, part), _STEPS * task.parts, seed * _CHANCES
    for chance in range(first, first + _CHANCES):
        heat = _HEATS[chance % len(_HEATS)]
        after, looked_at = slice_pairs(task, part, heat, steps, chance)
        price, sets = _price(task, after), sets - looked_at
        if price < paid:
            part, paid = after, price
        if sets <= 0:
            break
    return part


def _held_to_tolerance(task: Task) -> Task:
    """Return a task whose band ends evenly around 100 % if it all but does.

    Where few grids have their mean inside the tolerance the band may go beyond it a
    little, which they are to use only where they have to.
    """
    band = task.band
    below, above = band.ideal - band.low, band.high - band.ideal
    room, mean = min(below, above), int(task.graph.load.sum()) / task.parts
    if abs(below - above) > _BEYOND * band.ideal or abs(mean - band.ideal) > room:
        return task
    return replace(task, band=Band(band.ideal - room, band.ideal + room, band.ideal))


def slice_pairs(
    task: Task, part: IntArray, heat: float, steps: int, seed: int
) -> tuple[IntArray, int]:
    """Return a partition in which pairs of grids were divided anew so often.

    And how many sets of units were looked at.

    Parameters
    ----------
    task : Task
        Of a connected graph; what it keeps is not regarded.
    part : ndarray of int64, shape (n,)
        Contiguous, non-empty parts 0 .. parts - 1; not changed.
    heat : float
        In cut edges, at the start.
    steps : int
        Pairs that are drawn; those of too many units stay as they are.
    """
    graph, band, part = task.graph, task.band, part.copy()
    none_due = np.zeros(graph.size, np.int64)
    ground = make_ground(graph, none_due, band.low, band.high)
    anchor = np.unique(part, return_index=True)[1].astype(np.int64)
    weight = np.bincount(part, graph.load, minlength=task.parts).astype(np.int64)
    schedule, frames = make_schedule((heat, _COLD), _PRICE), make_frames()
    zone = make_zone(np.full(graph.size, -1, np.int64))
    looked_at = _anneal(
        ground, Grids(part, anchor, weight), zone, frames, schedule, band.ideal,
        max(1, steps // len(schedule.heats)), np.array([seed], np.uint64), LOG_TABLE,
    )  # fmt: skip
    return part, int(looked_at)


def _price(task: Task, part: IntArray) -> int:
    graph, band = task.graph, task.band
    return price_of_plan(
        graph.indptr, graph.indices, graph.cost, graph.load, part, task.parts, band.low,
        band.high, band.ideal,
    )  # fmt: skip


@lean
def _anneal(
    ground: Ground,
    grids: Grids,
    zone: Zone,
    frames: Frames,
    schedule: Schedule,
    ideal: int,
    steps: int,
    state: NDArray[np.uint64],
    log_table: IntArray,
) -> int:
    looked_at = np.int64(0)
    for stage in range(len(schedule.heats)):
        heat, price = schedule.heats[stage], schedule.prices[stage]
        terms = Terms(price, ideal, ground.low, ground.high)
        for _ in range(steps):
            if not draw_pair(ground, grids, zone, state):
                continue
            size = gather(ground, grids, zone, 2)
            if size > 0:
                _read_costs(ground, zone, frames, size)
                now = units_of_first(grids, zone, size)
                dearer = heat * log_table[draw(state, len(log_table))]
                new, left = draw_division(
                    zone, frames, size, now, terms, dearer >> _LOG_SHIFT, state
                )
                looked_at += MOST_SETS - left
                if new != now:
                    _write(grids, zone, size, new)
            empty(zone, size)
    return looked_at


@lean_inline
def _read_costs(ground: Ground, zone: Zone, frames: Frames, size: int) -> None:
    for i in range(size):
        u = zone.unit[i]
        for j in range(ground.indptr[u], ground.indptr[u + 1]):
            at = zone.place[ground.indices[j]]
            if at >= 0:
                frames.cost[i, at] = ground.cost[j]


@lean_inline
def _write(grids: Grids, zone: Zone, size: int, new: np.uint64) -> None:
    """Give a set to the first grid, and the rest to the other."""
    grids.weight[zone.names[0]], grids.weight[zone.names[1]] = 0, 0
    for i in range(size):
        name = zone.names[0 if new >> np.uint64(i) & ONE != NONE else 1]
        grids.part[zone.unit[i]], grids.anchor[name] = name, zone.unit[i]
        grids.weight[name] += zone.load[i]
