"""Heavy units and their companions: which neighbours fill a grid with them.

A unit of half a grid or more leaves few choices: only some connected sets of its
neighbours bring it into the band, and a search that moves single units seldom finds
one. Here they are listed as bit sets, a grid for each heavy unit is laid aside before
the rest is divided, and of a unit that no set brings into the band it is proven how far
outside its grid must stay.
"""

# mypy: disable-error-code="assignment, arg-type, operator, return-value"
# Compiled, every integer is an int64; to mypy int and numpy's integers differ.

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.compiled import njit
from planning.division.task import Band, Task
from planning.graphs.bits import NONE, ONE, Bits, lowest
from planning.graphs.contact import IntArray
from planning.graphs.graph import UnitGraph
from planning.graphs.kernels import lean, lean_inline

# Units of a ball, at most a word; for company as few as do, which keeps grids round.
# Sets that are looked at.
_AROUND, _NEAR_BY = 64, (24, 32, 40, 48, 56, 64)
_SETS, _SETS_NEAR_BY = 4_000, 40_000
# Lighter than this share of the ideal, a unit is not heavy.
HEAVY = 0.5
# How often all are laid anew, those first that got none.
_PASSES = 4
# How much of the tolerance the grids laid aside may use up of the others' mean.
_SHARE = 0.25


class Ball(NamedTuple):
    """The free units nearest to one, as bits: `unit[0]` is that one itself.

    Attributes
    ----------
    unit : ndarray of int64, shape (64,)
        The first `size[0]` count.
    near : ndarray of uint64, shape (64,)
        Neighbours inside the ball.
    beyond : ndarray of uint64, shape (1,)
        Units with free neighbours outside the ball.
    place : ndarray of int64, shape (n,)
        Bit of each unit, -1 for those outside the ball.
    """

    unit: IntArray
    near: Bits
    beyond: Bits
    place: IntArray
    size: IntArray


def lay_aside(task: Task, share: float = HEAVY) -> list[IntArray]:
    """Return grids for heavy units, as sets of units: in the band, or nearest to it.

    What they leave is one piece for each piece of the graph, has at least as many units
    as grids that are left, and a mean well inside the band. A unit whose neighbours
    were taken by the others comes before them next time. Heavy is what is more than a
    share of the ideal.
    """
    graph, band = task.graph, task.band
    heavy = np.flatnonzero(graph.load > share * band.ideal)
    order = heavy[np.argsort(-graph.load[heavy], kind="stable")].tolist()
    excess = least_excess(graph, band)
    best, fewest = list[IntArray](), len(order) + 1
    for _ in range(_PASSES):
        found, failed = _lay_in_order(task, excess, order)
        if len(failed) < fewest:
            best, fewest = found, len(failed)
        if not failed:
            break
        late = set(failed)
        order = failed + [unit for unit in order if unit not in late]
    return best


def _lay_in_order(
    task: Task, excess: IntArray, order: list[int]
) -> tuple[list[IntArray], list[int]]:
    """Return grids for units, one after another, and the units that got none."""
    graph, band = task.graph, task.band
    free, found, failed = np.ones(graph.size, np.bool_), list[IntArray](), list[int]()
    slack = _SHARE * min(band.high - band.ideal, band.ideal - band.low)
    border = border_of(graph)
    weight, left, count = int(graph.load.sum()), task.parts, graph.size
    ball = make_ball(graph.size)
    for unit in order:
        if not free[unit] or left < 2:
            continue
        # What the set may weigh so that the mean of the others stays near the ideal.
        spare, room = weight - (left - 1) * band.ideal, slack * (left - 1)
        least, most = band.low - excess[unit], band.high + excess[unit]
        low, high = max(1, least, int(spare - room)), min(most, int(spare + room))
        members = _members_near(graph, border, free, unit, low, high, ball)
        if not 0 < len(members) <= count - left + 1:
            failed.append(unit)
            continue
        free[members] = False
        found.append(members)
        weight -= int(graph.load[members].sum())
        left, count = left - 1, count - len(members)
    return found, failed


def _members_near(
    graph: UnitGraph,
    border: IntArray,
    free: NDArray[np.bool_],
    unit: int,
    low: int,
    high: int,
    ball: Ball,
) -> IntArray:
    """Return a grid for a unit from as near as it can be had, or nothing."""
    for near_by in _NEAR_BY:
        chosen = _company(
            graph.indptr, graph.indices, graph.cost, graph.load, border, free, unit,
            low, high, near_by, ball,
        )  # fmt: skip
        if chosen != NONE:
            return units_of(ball, chosen)
    return np.empty(0, np.int64)


def least_excess(graph: UnitGraph, band: Band) -> IntArray:
    """Return how far outside the band any grid with a unit must lie, in load.

    Proven by looking through every connected set that could come nearer; 0 where that
    is not proven within the counted sets.
    """
    excess = np.zeros(graph.size, np.int64)
    free, ball = np.ones(graph.size, np.bool_), make_ball(graph.size)
    for unit in np.flatnonzero(graph.load > HEAVY * band.ideal).tolist():
        excess[unit] = _nearest(
            graph.indptr, graph.indices, graph.load, free, unit, band.low, band.high,
            ball,
        )  # fmt: skip
    return excess


def make_ball(size: int) -> Ball:
    """Return an empty ball, for a graph of so many units."""
    return Ball(
        np.zeros(_AROUND, np.int64),
        np.zeros(_AROUND, np.uint64),
        np.zeros(1, np.uint64),
        np.full(size, -1, np.int64),
        np.zeros(1, np.int64),
    )


def units_of(ball: Ball, chosen: np.uint64) -> IntArray:
    """Return the units of a set of bits, ascending."""
    inside = [i for i in range(_AROUND) if int(chosen) >> i & 1]
    return np.sort(ball.unit[inside])


def border_of(graph: UnitGraph) -> IntArray:
    """Return what all borders of each unit cost."""
    border = np.add.reduceat(np.r_[graph.cost, 0], graph.indptr[:-1])
    border[np.diff(graph.indptr) == 0] = 0
    return border


@lean_inline
def border_inside(
    indptr: IntArray,
    indices: IntArray,
    cost: IntArray,
    ball: Ball,
    unit: int,
    grown: np.uint64,
) -> int:
    """Return what the borders of a unit with a set of the ball cost."""
    total = np.int64(0)
    for j in range(indptr[unit], indptr[unit + 1]):
        at = ball.place[indices[j]]
        if at >= 0 and grown >> np.uint64(at) & ONE:
            total += cost[j]
    return total


@lean
def gather(
    indptr: IntArray,
    indices: IntArray,
    free: NDArray[np.bool_],
    unit: int,
    most: int,
    ball: Ball,
) -> None:
    """Fill the ball around a unit with the nearest, at most so many."""
    for i in range(ball.size[0]):
        ball.place[ball.unit[i]] = -1
    ball.unit[0], ball.place[unit] = unit, 0
    size, head = 1, 0
    ball.beyond[0] = NONE
    while head < size:
        ball.near[head] = NONE
        u = ball.unit[head]
        for j in range(indptr[u], indptr[u + 1]):
            v = indices[j]
            if not free[v]:
                continue
            if ball.place[v] < 0:
                if size == most:
                    ball.beyond[0] |= ONE << np.uint64(head)
                    continue
                ball.place[v] = size
                ball.unit[size] = v
                size += 1
            ball.near[head] |= ONE << np.uint64(ball.place[v])
        head += 1
    ball.size[0] = size


@njit(cache=True)
def _company(
    indptr: IntArray,
    indices: IntArray,
    cost: IntArray,
    load: IntArray,
    border: IntArray,
    free: NDArray[np.bool_],
    unit: int,
    low: int,
    high: int,
    near_by: int,
    ball: Ball,
) -> np.uint64:
    """Return the set with a unit that lies in a band and cuts least, and parts nobody.

    No bits if there is none.
    """
    gather(indptr, indices, free, unit, near_by, ball)
    grown, open_, seen = np.zeros((3, _AROUND + 1), np.uint64)
    weight, price = np.zeros((2, _AROUND + 1), np.int64)
    best, least = NONE, np.int64(-1)
    grown[0], weight[0], price[0] = ONE, load[unit], border[unit]
    open_[0], seen[0] = ball.near[0], ball.near[0] | ONE
    if low <= load[unit] <= high and _parts_nobody(ball, ONE):
        best, least = ONE, price[0]
    top, sets = 0, _SETS_NEAR_BY
    while top >= 0 and sets > 0:
        if open_[top] == NONE:
            top -= 1
            continue
        i = lowest(open_[top])
        open_[top] &= open_[top] - ONE
        sets -= 1
        u = ball.unit[i]
        now = weight[top] + load[u]
        if now > high:
            continue
        top += 1
        weight[top], grown[top] = now, grown[top - 1] | ONE << np.uint64(i)
        inside = border_inside(indptr, indices, cost, ball, u, grown[top - 1])
        price[top] = price[top - 1] + border[u] - 2 * inside
        open_[top] = open_[top - 1] | (ball.near[i] & ~seen[top - 1])
        seen[top] = seen[top - 1] | ball.near[i]
        if now >= low and (least < 0 or price[top] < least):
            if _parts_nobody(ball, grown[top]):
                best, least = grown[top], price[top]
    return best


@lean
def _parts_nobody(ball: Ball, grown: np.uint64) -> bool:
    """Return whether what a set leaves around it is one piece inside the ball."""
    if grown & ball.beyond[0] != NONE:
        return False
    beside = NONE
    for i in range(ball.size[0]):
        if grown >> np.uint64(i) & ONE:
            beside |= ball.near[i]
    beside &= ~grown
    if beside == NONE:
        return False
    met = beside & (~beside + ONE)
    edge = met
    while edge != NONE:
        i = lowest(edge)
        edge &= edge - ONE
        fresh = ball.near[i] & ~grown & ~met
        met |= fresh
        edge |= fresh
    return beside & ~met == NONE


@njit(cache=True)
def _nearest(
    indptr: IntArray,
    indices: IntArray,
    load: IntArray,
    free: NDArray[np.bool_],
    unit: int,
    low: int,
    high: int,
    ball: Ball,
) -> int:
    """Return how far outside a band every set with a unit is, 0 if that is not sure."""
    gather(indptr, indices, free, unit, _AROUND, ball)
    grown, open_, seen = np.zeros((3, _AROUND + 1), np.uint64)
    weight = np.zeros(_AROUND + 1, np.int64)
    weight[0], grown[0] = load[unit], ONE
    open_[0], seen[0] = ball.near[0], ball.near[0] | ONE
    least = max(low - load[unit], load[unit] - high)
    top, sets = 0, _SETS
    while top >= 0 and least > 0:
        if grown[top] & ball.beyond[0] != NONE:
            return 0
        if open_[top] == NONE:
            top -= 1
            continue
        if sets == 0:
            return 0
        sets -= 1
        i = lowest(open_[top])
        open_[top] &= open_[top] - ONE
        now = weight[top] + load[ball.unit[i]]
        if now - high >= least:
            continue
        least = min(least, max(low - now, now - high))
        top += 1
        weight[top], grown[top] = now, grown[top - 1] | ONE << np.uint64(i)
        open_[top] = open_[top - 1] | (ball.near[i] & ~seen[top - 1])
        seen[top] = seen[top - 1] | ball.near[i]
    return max(0, least)
