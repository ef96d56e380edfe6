"""Two neighbouring grids at a time divided anew, by chance, in any way that is whole.

Where a grid is a handful of heavy units, no single unit can change hands without
throwing both grids far off. Here all ways to divide two grids are priced, and one is
drawn, the cheaper the likelier, while the heat falls and the price of what lies outside
the band rises. Hot and dear: a grid must be able to leave the band for a while.
"""

# mypy: disable-error-code="assignment, arg-type, operator, return-value"
# Compiled, every integer is an int64; to mypy int and numpy's integers differ.

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from planning.division.polishing.companions import least_excess
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
from planning.division.task import Task
from planning.graphs.bits import (
    MOST_UNITS,
    NONE,
    ONE,
    Bits,
    count_units,
    first_units,
    lowest,
    piece_of,
)
from planning.graphs.contact import IntArray
from planning.graphs.kernels import draw, lean, lean_inline

# Heat and price per percent outside the band, from first to last, in cut edges.
_HEAT, _PRICE = (8.0, 0.5), (1.0, 50.0)
# Units of two grids, and divisions of them that are looked at.
_UNITS, _SETS = 24, 500
# From this many hundredths of a percent on, each costs twice as much: a surplus is
# better shared by many grids.
_TWICE = 2_000
# Gumbel's numbers: the least of prices less heat times such numbers is drawn as often
# as Boltzmann says. Whole, as a plan may not hang on a machine's mathematics library.
_LUCK_BITS, _LUCK_SCALE = 12, 16


def _make_luck() -> IntArray:
    middle = (np.arange(1 << _LUCK_BITS) + 0.5) / (1 << _LUCK_BITS)
    return np.round(-np.log(-np.log(middle)) * (1 << _LUCK_SCALE)).astype(np.int64)


_LUCK: IntArray = _make_luck()


class _Frames(NamedTuple):
    """Sets that grow, frame by frame.

    Attributes
    ----------
    grown, open_, seen : ndarray of uint64, shape (64,)
        The set, what it may take, and what it or those below it saw.
    weight, paid, due : ndarray of int64, shape (64,)
        Its load, what its border inside the zone costs, and how far outside the band it
        may lie.
    """

    grown: Bits
    open_: Bits
    seen: Bits
    weight: IntArray
    paid: IntArray
    due: IntArray


class _Terms(NamedTuple):
    """What a stage of the annealing pays: heat, price of a percent, load of 100 %."""

    heat: int
    price: int
    ideal: int


def anneal_pairs(task: Task, part: IntArray, steps: int, seed: int) -> IntArray:
    """Return a partition in which pairs of grids were divided anew so often.

    Parameters
    ----------
    task : Task
        Of a connected graph; what it keeps is not regarded.
    part : ndarray of int64, shape (n,)
        Contiguous, non-empty parts 0 .. parts - 1; not changed.
    steps : int
        Pairs that are drawn; those of too many units stay as they are.
    """
    graph, band, part = task.graph, task.band, part.copy()
    due = least_excess(graph, band)
    ground = make_ground(graph, due, band.low, band.high)
    anchor = np.unique(part, return_index=True)[1].astype(np.int64)
    weight = np.bincount(part, graph.load, minlength=task.parts).astype(np.int64)
    schedule = make_schedule(_HEAT, _PRICE)
    frames = _Frames(
        *np.zeros((3, MOST_UNITS), np.uint64), *np.zeros((3, MOST_UNITS), np.int64)
    )
    zone = make_zone(np.full(graph.size, -1, np.int64))
    state = np.array([seed], np.uint64)
    _anneal(
        ground, Grids(part, anchor, weight), zone, frames, schedule, band.ideal,
        max(1, steps // len(schedule.heats)), state, _LUCK,
    )  # fmt: skip
    return part


@lean
def _anneal(
    ground: Ground,
    grids: Grids,
    zone: Zone,
    frames: _Frames,
    schedule: Schedule,
    ideal: int,
    steps: int,
    state: NDArray[np.uint64],
    luck: IntArray,
) -> None:
    for stage in range(len(schedule.heats)):
        terms = _Terms(schedule.heats[stage], schedule.prices[stage], ideal)
        for _ in range(steps):
            if not draw_pair(ground, grids, zone, state):
                continue
            size = gather(ground, grids, zone, 2)
            if 0 < size <= _UNITS:
                now = units_of_first(grids, zone, size)
                new = _draw_division(
                    ground, zone, frames, size, now, terms, state, luck
                )
                _write(grids, zone, size, now, new)
            empty(zone, size)


@lean_inline
def draw_pair(
    ground: Ground, grids: Grids, zone: Zone, state: NDArray[np.uint64]
) -> bool:
    """Name two grids at a border that is drawn; return whether there is one."""
    for _ in range(2 * MOST_UNITS):
        u = draw(state, len(grids.part))
        first, last = ground.indptr[u], ground.indptr[u + 1]
        if first == last:
            continue
        v = ground.indices[first + draw(state, last - first)]
        if grids.part[u] != grids.part[v]:
            zone.names[0], zone.names[1] = grids.part[u], grids.part[v]
            return True
    return False


@lean_inline
def units_of_first(grids: Grids, zone: Zone, size: int) -> np.uint64:
    """Return the units of a zone that are in the first of its grids."""
    units = NONE
    for i in range(size):
        if grids.part[zone.unit[i]] == zone.names[0]:
            units |= ONE << np.uint64(i)
    return units


@lean
def _draw_division(
    ground: Ground,
    zone: Zone,
    frames: _Frames,
    size: int,
    now: np.uint64,
    terms: _Terms,
    state: NDArray[np.uint64],
    luck: IntArray,
) -> np.uint64:
    """Draw one of the ways to divide a zone in two; return the units of one grid.

    Both grids hang together, as they do now: the way it is is one of them.
    """
    whole, heat = first_units(size), terms.heat
    most = heat * luck[-1] >> _LUCK_SCALE
    drawn = now
    least = _price_of(ground, zone, now, whole & ~now, terms)
    least -= heat * luck[draw(state, len(luck))] >> _LUCK_SCALE
    _open_frame(ground, zone, frames)
    top, left, fresh = 0, _SETS, True
    while top >= 0:
        if not fresh:
            if frames.open_[top] == NONE or left == 0:
                top -= 1
                continue
            left -= 1
            top += 1
            _grow_frame(ground, zone, frames, top)
        fresh = False
        grown = frames.grown[top]
        other = whole & ~grown
        if other == NONE or grown == now or other == now:
            continue
        price = frames.paid[top] + _price_off(
            ground, frames.weight[top], frames.due[top], terms
        )
        if price - most >= least:
            continue
        price += _price_of_units(ground, zone, other, terms)
        price -= heat * luck[draw(state, len(luck))] >> _LUCK_SCALE
        if price < least and piece_of(zone.near, other) == other:
            least, drawn = price, grown
    return drawn


@lean_inline
def _open_frame(ground: Ground, zone: Zone, frames: _Frames) -> None:
    frames.grown[0], frames.open_[0] = ONE, zone.near[0]
    frames.seen[0] = zone.near[0] | ONE
    frames.weight[0], frames.due[0] = zone.load[0], zone.due[0]
    frames.paid[0] = _border(ground, zone, 0, NONE)


@lean_inline
def _grow_frame(ground: Ground, zone: Zone, frames: _Frames, top: int) -> None:
    """Make a frame of the one below it and the lowest unit that it may take."""
    i = lowest(frames.open_[top - 1])
    frames.open_[top - 1] &= frames.open_[top - 1] - ONE
    below = frames.grown[top - 1]
    frames.grown[top] = below | ONE << np.uint64(i)
    frames.weight[top] = frames.weight[top - 1] + zone.load[i]
    frames.due[top] = max(frames.due[top - 1], zone.due[i])
    frames.paid[top] = frames.paid[top - 1] + _border(ground, zone, i, below)
    fresh = zone.near[i] & ~frames.seen[top - 1]
    frames.open_[top] = frames.open_[top - 1] | fresh
    frames.seen[top] = frames.seen[top - 1] | zone.near[i]


@lean_inline
def _border(ground: Ground, zone: Zone, i: int, units: np.uint64) -> int:
    """Return what a unit adds to the border that a set has inside the zone."""
    paid, u = np.int64(0), zone.unit[i]
    for j in range(ground.indptr[u], ground.indptr[u + 1]):
        at = zone.place[ground.indices[j]]
        if at >= 0:
            inside = units >> np.uint64(at) & ONE != NONE
            paid += -ground.cost[j] if inside else ground.cost[j]
    return paid


@lean
def _price_of(
    ground: Ground, zone: Zone, units: np.uint64, other: np.uint64, terms: _Terms
) -> int:
    """Return what two sets cost that make up a zone."""
    price = _price_of_units(ground, zone, units, terms)
    price += _price_of_units(ground, zone, other, terms)
    bits, before = units, NONE
    while bits != NONE:
        i = lowest(bits)
        bits &= bits - ONE
        price += _border(ground, zone, i, before)
        before |= ONE << np.uint64(i)
    return price


@lean
def _price_of_units(ground: Ground, zone: Zone, units: np.uint64, terms: _Terms) -> int:
    """Return what a set costs for lying outside the band."""
    weight, due = np.int64(0), np.int64(0)
    while units != NONE:
        i = lowest(units)
        units &= units - ONE
        weight += zone.load[i]
        due = max(due, zone.due[i])
    return _price_off(ground, weight, due, terms)


@lean_inline
def _price_off(ground: Ground, weight: int, due: int, terms: _Terms) -> int:
    off = max(ground.low - due - weight, weight - ground.high - due)
    if off <= 0:
        return np.int64(0)
    share = -(-off * 10_000 // terms.ideal)
    return terms.price * (share + share * share // _TWICE) // 100


@lean_inline
def _write(grids: Grids, zone: Zone, size: int, now: np.uint64, new: np.uint64) -> None:
    """Give a set to the grid that holds most of it, and the rest to the other."""
    kept = count_units(new & now)
    first = 0 if 2 * kept >= count_units(new) else 1
    for at in range(2):
        grids.weight[zone.names[at]] = 0
    for i in range(size):
        inside = new >> np.uint64(i) & ONE != NONE
        name = zone.names[first if inside else 1 - first]
        grids.part[zone.unit[i]] = name
        grids.anchor[name] = zone.unit[i]
        grids.weight[name] += zone.load[i]
