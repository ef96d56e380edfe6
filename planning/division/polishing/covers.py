"""Covers: grids around a few units, listed in full and picked so that none overlap.

Where a grid is a handful of heavy units, a search that passes load on from grid to grid
ends at units that leave each other no company. Here every connected set inside the band
that holds a needed unit is listed as bits. They are picked one after another, for the
unit first that the fewest are left for, or that was left without one most often.
Ends by counted steps.
"""

# mypy: disable-error-code="assignment, arg-type, operator, return-value"
# Compiled, every integer is an int64; to mypy int and numpy's integers differ.

import numpy as np
from numpy.typing import NDArray

from geo.compiled import njit
from planning.division.polishing.companions import (
    Ball,
    border_inside,
    border_of,
    gather,
    least_excess,
    make_ball,
    units_of,
)
from planning.division.task import Task
from planning.graphs.bits import (
    MOST_UNITS,
    NONE,
    ONE,
    Bits,
    first_units,
    load_of,
    lowest,
    piece_of,
)
from planning.graphs.contact import IntArray
from planning.graphs.graph import PLAIN_COST, components, subgraph
from planning.graphs.kernels import lean

# Sets that are listed, and looked at from each needed unit.
_LISTED, _SEEN = 60_000, 60_000
# Sets that are picked in each trial, and how much chance decides which come first.
_PICKED, _CHANCE = 3_000, 6 * PLAIN_COST


def cover(
    task: Task, unit: int, needed: NDArray[np.bool_], cap: int, trials: int, seed: int
) -> IntArray | None:
    """Return a partition whose grids are in the band, or all but the last one.

    `None` if none was found.

    Parameters
    ----------
    task : Task
        Of a connected graph of at most `MOST_UNITS` units; the lower end of its band
        is above 0.
    unit : int
        Where to begin.
    needed : ndarray of bool, shape (n,)
        Units that must be in a grid inside the band.
    cap : int
        How far outside the band the last grid may be, which the others leave.
    trials : int
        How often it is tried, by chance.
    """
    graph, band = task.graph, task.band
    ball, rng = make_ball(graph.size), np.random.default_rng(seed)
    free = np.ones(graph.size, np.bool_)
    gather(graph.indptr, graph.indices, free, unit, MOST_UNITS, ball)
    load = graph.load[ball.unit[: graph.size]]
    roots = np.flatnonzero(needed[ball.unit[: graph.size]])
    roots = roots[np.argsort(-load[roots], kind="stable")]
    due = least_excess(graph, band)
    slack = max(cap, int(due.max()))
    low, high = max(1, band.low - slack), band.high + slack
    bits, price = _list(task, due, ball, roots)
    failed, chosen = np.ones((2, MOST_UNITS), np.int64)
    for _ in range(trials):
        chance = rng.integers(_CHANCE, size=len(price))
        own = bits[np.argsort(price + chance, kind="stable")]
        count = _pick(own, ball, load, roots, low, high, failed, chosen)
        if count == 0:
            break
        if count > 0:
            part = _named(task, [units_of(ball, own[c]) for c in chosen[:count]], cap)
            if part is not None:
                return part
    return None


def _list(
    task: Task, due: IntArray, ball: Ball, roots: IntArray
) -> tuple[Bits, IntArray]:
    graph, band = task.graph, task.band
    border = border_of(graph)
    bits, price = np.empty(_LISTED, np.uint64), np.empty(_LISTED, np.int64)
    count = _list_sets(
        graph.indptr, graph.indices, graph.cost, graph.load, due, border, ball, roots,
        band.low, band.high, bits, price,
    )  # fmt: skip
    return bits[:count], price[:count]


def _named(task: Task, found: list[IntArray], cap: int) -> IntArray | None:
    """Return grids, and what they leave as one more, as a partition if it is one."""
    graph, band = task.graph, task.band
    part = np.full(graph.size, -1, np.int64)
    for name, members in enumerate(found):
        part[members] = name
    rest = np.flatnonzero(part < 0)
    if len(found) + (len(rest) > 0) != task.parts:
        return None
    if not len(rest):
        return part
    weight = int(graph.load[rest].sum())
    if not band.low - cap <= weight <= band.high + cap:
        return None
    if components(subgraph(graph, rest)).any():
        return None
    part[rest] = len(found)
    return part


@njit(cache=True)
def _list_sets(
    indptr: IntArray,
    indices: IntArray,
    cost: IntArray,
    load: IntArray,
    due: IntArray,
    border: IntArray,
    ball: Ball,
    roots: IntArray,
    low: int,
    high: int,
    bits: Bits,
    price: IntArray,
) -> int:
    """List the connected sets in the band that hold a root; return how many."""
    grown, open_, seen = np.zeros((3, MOST_UNITS + 1), np.uint64)
    weight, paid, slack = np.zeros((3, MOST_UNITS + 1), np.int64)
    gone, count = NONE, 0
    for root in roots:
        u = ball.unit[root]
        grown[0], weight[0], paid[0] = ONE << np.uint64(root), load[u], border[u]
        slack[0], open_[0] = due[u], ball.near[root] & ~gone
        seen[0] = ball.near[root] | grown[0] | gone
        gone |= grown[0]
        top, left, fresh = 0, _SEEN, True
        while top >= 0 and left > 0:
            if not fresh:
                if open_[top] == NONE:
                    top -= 1
                    continue
                i = lowest(open_[top])
                open_[top] &= open_[top] - ONE
                left -= 1
                u = ball.unit[i]
                now = weight[top] + load[u]
                room = max(slack[top], due[u])
                if now > high + room:
                    continue
                top += 1
                weight[top], slack[top] = now, room
                grown[top] = grown[top - 1] | ONE << np.uint64(i)
                inside = border_inside(indptr, indices, cost, ball, u, grown[top - 1])
                paid[top] = paid[top - 1] + border[u] - 2 * inside
                open_[top] = open_[top - 1] | (ball.near[i] & ~seen[top - 1])
                seen[top] = seen[top - 1] | ball.near[i]
            fresh = False
            if low - slack[top] <= weight[top] <= high + slack[top]:
                if count == len(bits):
                    return count
                bits[count], price[count] = grown[top], paid[top]
                count += 1
    return count


@njit(cache=True)
def _pick(
    bits: Bits,
    ball: Ball,
    load: IntArray,
    roots: IntArray,
    low: int,
    high: int,
    failed: IntArray,
    chosen: IntArray,
) -> int:
    """Pick sets until every root is in one; return how many were picked.

    0 if there is no such choice, -1 if none was found. `failed` counts how often each
    unit was left without a set; `chosen` gets the places of those picked.
    """
    depth = len(roots) + 1
    pool = np.empty(4 * len(bits) + 1, np.int64)
    first, last, at = np.zeros((3, depth + 1), np.int64)
    left, own = np.zeros(depth + 1, np.uint64), np.zeros(depth + 1, np.int64)
    needed = NONE
    for root in roots:
        needed |= ONE << np.uint64(root)
    left[0] = first_units(len(load))
    for c in range(len(bits)):
        pool[c] = c
    last[0] = len(bits)
    top, steps, fresh = 0, _PICKED, True
    while top >= 0:
        if fresh:
            if left[top] & needed == NONE:
                return top
            own[top] = -1
            if _may_go_on(ball, load, left[top], low, high):
                own[top] = _scarcest(
                    bits, pool[first[top] : last[top]], left[top] & needed, failed
                )
            at[top] = first[top]
        fresh = False
        if own[top] >= 0:
            need = ONE << np.uint64(own[top])
            while at[top] < last[top] and bits[pool[at[top]]] & need == NONE:
                at[top] += 1
        if own[top] < 0 or at[top] >= last[top]:
            top -= 1
            if top >= 0:
                at[top] += 1
            continue
        if steps == 0:
            return -1
        steps -= 1
        c = pool[at[top]]
        chosen[top] = c
        end = last[top]
        for k in range(first[top], last[top]):
            if end < len(pool) and bits[pool[k]] & bits[c] == NONE:
                pool[end] = pool[k]
                end += 1
        left[top + 1], first[top + 1], last[top + 1] = (
            left[top] & ~bits[c],
            last[top],
            end,
        )
        top, fresh = top + 1, True
    return 0


@lean
def _may_go_on(
    ball: Ball, load: IntArray, left: np.uint64, low: int, high: int
) -> bool:
    """Return whether each piece that is cut off can still be whole grids."""
    while left != NONE:
        piece = piece_of(ball.near, left)
        left &= ~piece
        if piece & ball.beyond[0] == NONE:
            weight = load_of(load, piece)
            if max(1, -(-weight // high)) > weight // low:
                return False
    return True


@njit(cache=True)
def _scarcest(bits: Bits, listed: IntArray, needed: np.uint64, failed: IntArray) -> int:
    """Return the needed unit that the fewest sets hold, -1 if one is in none."""
    count = np.zeros(MOST_UNITS, np.int64)
    for c in listed:
        inside = bits[c] & needed
        while inside != NONE:
            count[lowest(inside)] += 1
            inside &= inside - ONE
    best, least = -1, np.int64(0)
    while needed != NONE:
        i = lowest(needed)
        needed &= needed - ONE
        if count[i] == 0:
            failed[i] += 1
            return -1
        value = 1_000 * count[i] // failed[i]
        if best < 0 or value < least:
            best, least = i, value
    return best
