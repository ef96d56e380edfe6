"""Exhaustive re-splits: all ways to divide a few grids anew, one grid after another.

Where units are large beside a grid, few combinations fit the band, and a search that
moves single units does not find them. Here grids are grown unit by unit as bit sets,
every connected set inside the band in turn; a set is only kept if each piece of what it
leaves can still hold whole grids. Ends by counted steps.
"""

# mypy: disable-error-code="assignment, arg-type, operator, return-value"
# Compiled, every integer is an int64; to mypy int and numpy's integers differ.

import numpy as np
from numpy.typing import NDArray

from geo.compiled import njit
from planning.division.task import Task
from planning.graphs.bits import (
    MOST_UNITS,
    NONE,
    ONE,
    Bits,
    can_hold,
    closest_unit,
    corner_unit,
    first_units,
    load_of,
    lowest,
)
from planning.graphs.contact import IntArray
from planning.graphs.kernels import lean, lean_inline

_SOLUTIONS = 12
# How much chance decides which unit a set grows from, beside its contact.
_CORNER_CHANCE = 12


def split_by_trial(
    task: Task, part: IntArray, steps: int, seed: int
) -> IntArray | None:
    """Return another division in connected parts inside a band, None if none was found.

    Of the first few that are found, the one that cuts least.

    Parameters
    ----------
    task : Task
        The lower end of its band is above 0; what it keeps is not regarded. With more
        than `MOST_UNITS` units the lightest of a part stay together.
    part : ndarray of int64, shape (n,)
        Contiguous, non-empty parts 0 .. parts - 1; not changed.
    steps : int
        Sets that are looked at.
    """
    graph = task.graph
    block = np.arange(graph.size)
    if graph.size > MOST_UNITS:
        _join_lightest(graph.indptr, graph.indices, graph.load, part, block)
        block = np.unique(block, return_inverse=True)[1]
    source = np.repeat(block, np.diff(graph.indptr))
    target = block[graph.indices]
    order = np.argsort(source, kind="stable")
    order = order[source[order] != target[order]]
    count = int(block.max()) + 1
    load = np.zeros(count, np.int64)
    np.add.at(load, block, graph.load)
    near = np.zeros(count, np.uint64)
    np.bitwise_or.at(near, source[order], ONE << target[order].astype(np.uint64))
    indptr = np.searchsorted(source[order], np.arange(count + 1))
    best = np.full(count, -1, np.int64)
    _search(
        near, indptr, target[order], graph.cost[order], load,
        task.parts, task.band.low, task.band.high, steps, seed, best,
    )  # fmt: skip
    return None if best[0] < 0 else best[block]


@njit(cache=True)
def _join_lightest(
    indptr: IntArray,
    indices: IntArray,
    load: IntArray,
    part: IntArray,
    block: IntArray,
) -> None:
    """Join the lightest block to its lightest neighbour until all fit into a word."""
    n = len(load)
    weight, spent = load.copy(), np.zeros(n, np.bool_)
    for _ in range(n - MOST_UNITS):
        light, other = -1, -1
        for b in range(n):
            if block[b] == b and not spent[b]:
                if light < 0 or weight[b] < weight[light]:
                    light = b
        if light < 0:
            return
        for u in range(n):
            if block[u] == light:
                for j in range(indptr[u], indptr[u + 1]):
                    c = block[indices[j]]
                    if c != light and part[c] == part[light]:
                        if other < 0 or weight[c] < weight[other]:
                            other = c
        if other < 0:
            spent[light] = True
            continue
        weight[other] += weight[light]
        for u in range(n):
            if block[u] == light:
                block[u] = other


@njit(cache=True)
def _search(
    near: Bits,
    indptr: IntArray,
    indices: IntArray,
    cost: IntArray,
    load: IntArray,
    parts: int,
    low: int,
    high: int,
    steps: int,
    seed: int,
    best: IntArray,
) -> None:
    """Depth first: a frame is a set that grows, and what it may not take."""
    n = len(load)
    state = np.array([seed], dtype=np.uint64)
    depth = n * parts + 2
    grown, barred = np.zeros(depth, np.uint64), np.zeros(depth, np.uint64)
    rest = np.zeros(depth, np.uint64)
    level, turn = np.zeros(depth, np.int64), np.zeros(depth, np.int64)
    pick = np.zeros(depth, np.int64)
    chosen = np.zeros(parts, np.uint64)
    rest[0] = first_units(n)
    grown[0] = ONE << np.uint64(corner_unit(near, rest[0], state, _CORNER_CHANCE))
    top, found, least = 0, 0, np.int64(-1)
    while top >= 0 and steps > 0 and found < _SOLUTIONS:
        if turn[top] == 0:
            steps -= 1
            turn[top] = 1
            weight = load_of(load, grown[top])
            if weight > high:
                top -= 1
                continue
            left = rest[top] & ~grown[top]
            share = parts - 1 - level[top]
            if weight >= low and can_hold(near, load, left, share, low, high, 0):
                chosen[level[top]] = grown[top]
                if share == 1:
                    chosen[parts - 1] = left
                    found += 1
                    price = _cut(indptr, indices, cost, chosen)
                    if least < 0 or price < least:
                        least = price
                        _write(chosen, best)
                else:
                    seed_unit = corner_unit(near, left, state, _CORNER_CHANCE)
                    top += 1
                    grown[top], barred[top] = ONE << np.uint64(seed_unit), NONE
                    rest[top], level[top], turn[top] = left, level[top - 1] + 1, 0
                    continue
        if turn[top] == 1:
            unit = _next_unit(near, grown[top], rest[top] & ~barred[top], state)
            if unit < 0:
                top -= 1
                continue
            pick[top], turn[top] = unit, 2
            _push(grown, barred, rest, level, turn, top)
            top += 1
            grown[top] |= ONE << np.uint64(unit)
        elif turn[top] == 2:
            # Now without that unit: the same frame goes on in its place.
            barred[top] |= ONE << np.uint64(pick[top])
            turn[top] = 1
        else:
            top -= 1


@lean_inline
def _push(
    grown: Bits, barred: Bits, rest: Bits, level: IntArray, turn: IntArray, top: int
) -> None:
    grown[top + 1], barred[top + 1], rest[top + 1] = grown[top], barred[top], rest[top]
    level[top + 1], turn[top + 1] = level[top], 0


@lean
def _next_unit(
    near: Bits, grown: np.uint64, free: np.uint64, state: NDArray[np.uint64]
) -> int:
    """Return a free neighbour of a set, mostly one with much contact; -1 if none."""
    around, bits = NONE, grown
    while bits != NONE:
        around |= near[lowest(bits)]
        bits &= bits - ONE
    return closest_unit(near, grown, around & free & ~grown, state)


@lean
def _cut(indptr: IntArray, indices: IntArray, cost: IntArray, chosen: Bits) -> int:
    total = np.int64(0)
    for bits in chosen:
        inside = bits
        while inside != NONE:
            u = lowest(inside)
            inside &= inside - ONE
            for j in range(indptr[u], indptr[u + 1]):
                if (bits >> np.uint64(indices[j])) & ONE == NONE:
                    total += cost[j]
    return total


@lean
def _write(chosen: Bits, part: IntArray) -> None:
    for name in range(len(chosen)):
        bits = chosen[name]
        while bits != NONE:
            part[lowest(bits)] = name
            bits &= bits - ONE
