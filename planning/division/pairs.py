"""Two neighbouring grids divided anew: connected sets of their units as bits.

One of the two comes into the band, what is wrong is left to the other. Ends by counted
steps.
"""

# mypy: disable-error-code="assignment, arg-type, operator, return-value"
# Compiled, every integer is an int64; to mypy int and numpy's integers differ.

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.compiled import njit
from planning.graphs.bits import NONE, ONE, Bits, lowest
from planning.graphs.contact import IntArray
from planning.graphs.graph import UnitGraph
from planning.graphs.kernels import draw, lean, lean_inline

# Units of two grids, at most a word.
MOST = 64
# Divisions of two grids that are compared.
_FOUND = 24
# How much chance decides which unit a set grows from, and to, beside its contact.
_ROOT_CHANCE, _NEXT_CHANCE = 24, 8


class Ground(NamedTuple):
    """What does not change while chains are tried.

    Attributes
    ----------
    indptr, indices, cost, load : ndarray of int64
        As in `UnitGraph`.
    due : ndarray of int64, shape (n,)
        How far outside the band the grid of a unit may lie.
    low, high : int
        The band.
    """

    indptr: IntArray
    indices: IntArray
    cost: IntArray
    load: IntArray
    due: IntArray
    low: int
    high: int


class Grids(NamedTuple):
    """A partition; all of it is changed in place.

    Attributes
    ----------
    part : ndarray of int64, shape (n,)
    anchor, weight : ndarray of int64, shape (parts,)
        Some unit of each part, and its load.
    """

    part: IntArray
    anchor: IntArray
    weight: IntArray


class Effort(NamedTuple):
    """How hard a chain tries.

    Attributes
    ----------
    chains, links, sets : int
        Chains at most, pairs of grids in each, and sets of units looked at in each.
    cap : int
        Load that may lie outside the band on the way.
    ease : int
        Load by which the first grid may stay outside.
    price, chance : int
        Price of load outside on the way, and how much chance counts, in cut borders.
    budget : int
        How much more the borders may cost in the end.
    """

    chains: int
    links: int
    sets: int
    cap: int
    ease: int
    price: int
    chance: int
    budget: int


class Pair(NamedTuple):
    """Two grids as bits, and the frames of the search.

    Attributes
    ----------
    unit, place : ndarray of int64
        Unit of each bit; bit of each unit, -1 for all others.
    near : ndarray of uint64, shape (64,)
        Neighbours inside the pair.
    grown, open_, seen : ndarray of uint64, shape (65,)
        Set of each frame, what it may take, and what it or those below it saw.
    heavy : ndarray of int64, shape (65,)
        Load of each frame's set.
    """

    unit: IntArray
    place: IntArray
    near: Bits
    grown: Bits
    open_: Bits
    seen: Bits
    heavy: IntArray


def make_ground(graph: UnitGraph, due: IntArray, low: int, high: int) -> Ground:
    """Return a graph and a band, for compiled code."""
    return Ground(graph.indptr, graph.indices, graph.cost, graph.load, due, low, high)


@njit(cache=True)
def make_pair(place: IntArray) -> Pair:
    """Return an empty pair; `place` is -1 everywhere and is used by it."""
    return Pair(
        np.zeros(MOST, np.int64),
        place,
        np.zeros(MOST, np.uint64),
        np.zeros(MOST + 1, np.uint64),
        np.zeros(MOST + 1, np.uint64),
        np.zeros(MOST + 1, np.uint64),
        np.zeros(MOST + 1, np.int64),
    )


@lean
def gather(
    ground: Ground,
    grids: Grids,
    p: int,
    came: int,
    pair: Pair,
    state: NDArray[np.uint64],
) -> tuple[int, int]:
    """Fill a pair with a grid and one beside it, drawn by contact, not the last one.

    Returns the other grid, -1 if there is none or they are too large, and the units.
    """
    size = _add_members(ground, grids, p, pair, 0)
    q, borders = -1, 0
    for i in range(size):
        u = pair.unit[i]
        for j in range(ground.indptr[u], ground.indptr[u + 1]):
            beside = grids.part[ground.indices[j]]
            if beside != p and beside != came:
                borders += 1
                if draw(state, borders) == 0:
                    q = beside
    if q < 0 or size == MOST:
        return -1, size
    size = _add_members(ground, grids, q, pair, size)
    return -1 if size == MOST else q, size


@lean
def _add_members(ground: Ground, grids: Grids, name: int, pair: Pair, size: int) -> int:
    """Append the units of a grid, as many as there is room for; return the new size."""
    head = size
    pair.unit[size], pair.place[grids.anchor[name]] = grids.anchor[name], size
    size += 1
    while head < size:
        u = pair.unit[head]
        head += 1
        for j in range(ground.indptr[u], ground.indptr[u + 1]):
            v = ground.indices[j]
            if size < MOST and grids.part[v] == name and pair.place[v] < 0:
                pair.place[v] = size
                pair.unit[size] = v
                size += 1
    return size


@lean
def link_up(ground: Ground, grids: Grids, pair: Pair, size: int) -> int:
    """Return what the border inside a pair costs now."""
    paid = np.int64(0)
    for i in range(size):
        u = pair.unit[i]
        for j in range(ground.indptr[u], ground.indptr[u + 1]):
            v = ground.indices[j]
            if pair.place[v] > i and grids.part[v] != grids.part[u]:
                paid += ground.cost[j]
    return paid


@lean
def divide_pair(
    ground: Ground,
    pair: Pair,
    size: int,
    effort: Effort,
    ease: int,
    state: NDArray[np.uint64],
) -> tuple[np.uint64, int, int]:
    """Divide a pair so that one grid is in the band and the other at most `cap` off.

    Returns
    -------
    chosen : uint64
        The grid in the band; no bits if none was found.
    rest, paid : int
        How far outside the other one is, and what the border between them costs.
    """
    total, root = _see(ground, pair, size, state)
    everything = ~NONE if size == MOST else (ONE << np.uint64(size)) - ONE
    best, best_rest, best_paid, least = NONE, np.int64(0), np.int64(0), np.int64(-1)
    pair.grown[0], pair.heavy[0] = ONE << np.uint64(root), ground.load[pair.unit[root]]
    pair.open_[0], pair.seen[0] = pair.near[root], pair.near[root] | pair.grown[0]
    top, sets, found, fresh = 0, effort.sets, 0, True
    while top >= 0 and sets > 0 and found < _FOUND:
        if not fresh:
            if pair.open_[top] == NONE:
                top -= 1
                continue
            sets -= 1
            i = _next_unit(pair, top, state)
            pair.open_[top] &= ~(ONE << np.uint64(i))
            weight = pair.heavy[top] + ground.load[pair.unit[i]]
            if weight > ground.high + effort.cap:
                continue
            top += 1
            pair.heavy[top] = weight
            pair.grown[top] = pair.grown[top - 1] | ONE << np.uint64(i)
            pair.open_[top] = pair.open_[top - 1] | (pair.near[i] & ~pair.seen[top - 1])
            pair.seen[top] = pair.seen[top - 1] | pair.near[i]
        fresh = False
        one, other = pair.grown[top], everything & ~pair.grown[top]
        if other == NONE or pair.heavy[top] < ground.low - effort.cap:
            continue
        off = _outside(ground, pair, one, pair.heavy[top], ease)
        rest = _outside(ground, pair, other, total - pair.heavy[top], ease)
        if min(off, rest) > 0 or off + rest > effort.cap or not _is_whole(pair, other):
            continue
        found += 1
        paid = _border(ground, pair, one)
        value = paid + (off + rest) * effort.price + draw(state, effort.chance)
        if least < 0 or value < least:
            least, best_rest, best_paid = value, off + rest, paid
            best = other if off > 0 else one
    return best, best_rest, best_paid


@lean
def _see(
    ground: Ground, pair: Pair, size: int, state: NDArray[np.uint64]
) -> tuple[int, int]:
    """Note who touches whom in a pair; return its load and a unit at a corner."""
    total, root, least = np.int64(0), 0, np.int64(-1)
    for i in range(size):
        u, beside = pair.unit[i], 0
        total += ground.load[u]
        pair.near[i] = NONE
        for j in range(ground.indptr[u], ground.indptr[u + 1]):
            at = pair.place[ground.indices[j]]
            if at >= 0:
                pair.near[i] |= ONE << np.uint64(at)
                beside += 1
        value = 4 * beside + draw(state, _ROOT_CHANCE)
        if least < 0 or value < least:
            least, root = value, i
    return total, root


@lean
def _next_unit(pair: Pair, top: int, state: NDArray[np.uint64]) -> int:
    """Return a unit that a set may take, mostly one with much contact."""
    best, value, waiting = -1, np.int64(-1), pair.open_[top]
    while waiting != NONE:
        i = lowest(waiting)
        waiting &= waiting - ONE
        beside, contact = pair.near[i] & pair.grown[top], draw(state, _NEXT_CHANCE)
        while beside != NONE:
            contact += 4
            beside &= beside - ONE
        if contact > value:
            best, value = i, contact
    return best


@lean_inline
def _outside(
    ground: Ground, pair: Pair, units: np.uint64, weight: int, ease: int
) -> int:
    """Return how far outside the band a set lies and need not."""
    off = max(ground.low - weight, weight - ground.high) - ease
    if off <= 0:
        return 0
    due = np.int64(0)
    while units != NONE:
        due = max(due, ground.due[pair.unit[lowest(units)]])
        units &= units - ONE
    return max(0, off - due)


@lean
def _is_whole(pair: Pair, units: np.uint64) -> bool:
    met = units & (~units + ONE)
    edge = met
    while edge != NONE:
        i = lowest(edge)
        edge &= edge - ONE
        fresh = pair.near[i] & units & ~met
        met |= fresh
        edge |= fresh
    return met == units


@lean
def _border(ground: Ground, pair: Pair, units: np.uint64) -> int:
    """Return what the border costs between a set and the rest of a pair."""
    paid, inside = np.int64(0), units
    while inside != NONE:
        u = pair.unit[lowest(inside)]
        inside &= inside - ONE
        for j in range(ground.indptr[u], ground.indptr[u + 1]):
            at = pair.place[ground.indices[j]]
            if at >= 0 and units >> np.uint64(at) & ONE == NONE:
                paid += ground.cost[j]
    return paid
