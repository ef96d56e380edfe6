"""Small regions are settled exactly: the division nearest to the ideal, and the proof.

Connected sets of units are looked through as bits, one grid after another, from a far
end of the region. What a set cuts off and is too light for a grid has to join it, and
so most branches end early. Each division that is found narrows the band for all that
follow; when nothing is left to look at, the last one is the best there is. Ends by
counted steps, and says then that it is not sure.
"""

# mypy: disable-error-code="assignment, arg-type, operator, return-value"
# Compiled, every integer is an int64; to mypy int and numpy's integers differ.

from dataclasses import dataclass

import numpy as np

from geo.compiled import njit
from planning.graphs.bits import (
    NONE,
    ONE,
    Bits,
    count_units,
    first_units,
    load_of,
    lowest,
    piece_of,
    reached,
)
from planning.graphs.contact import IntArray
from planning.graphs.graph import UnitGraph
from planning.graphs.kernels import lean, lean_inline

# How far beyond what is good enough the first look goes, as a share of the ideal; each
# next look goes twice as far. In a narrow band there is little to look at.
_FIRST = 0.0005


@dataclass(frozen=True)
class Settled:
    """The best division that was found, and what is proven of all.

    Attributes
    ----------
    part : ndarray of int64, shape (n,), or None
        None if none was found that is nearer to the ideal than was asked for.
    off : float
        Its largest distance of a grid's load from the ideal, or what was asked for.
    least : float
        No division has a smaller one, but for those that are good enough.
    steps : int
        Sets that were looked at.
    """

    part: IntArray | None
    off: float
    least: float
    steps: int


def settle(
    graph: UnitGraph,
    parts: int,
    ideal: float,
    enough: float,
    below: float,
    steps: int,
) -> Settled:
    """Return the division in connected parts whose loads are nearest to the ideal.

    Parameters
    ----------
    graph : UnitGraph
        Connected, of at most `bits.MOST_UNITS` units and at least `parts`.
    ideal : float
        Load of a grid.
    enough, below : float
        The search ends at a division whose largest distance from the ideal is hardly
        more than the one; from the other on, none is sought.
    steps : int
        Sets that are looked at.
    """
    near = np.zeros(graph.size, np.uint64)
    source = np.repeat(np.arange(graph.size), np.diff(graph.indptr))
    np.bitwise_or.at(near, source, ONE << graph.indices.astype(np.uint64))
    least, fine = enough, _FIRST * ideal
    best, further, left = np.full(graph.size, -1, np.int64), fine, steps
    while least < below:
        within = min(below, least + further)
        off, left = _search(
            near, graph.load, parts, ideal, least + fine, within, left, best
        )
        if best[0] >= 0:
            if left > 0 and off > least + fine:
                least = off
            return Settled(best, off, least, steps - left)
        if left == 0:
            break
        least, further = within, 2 * further
    return Settled(None, below, least, steps - left)


def settle_between(
    graph: UnitGraph, part: IntArray, low: float, high: float, steps: int
) -> IntArray | None:
    """Return a division nearer to the middle of two loads than one is, or None.

    Parameters
    ----------
    graph, steps
        As for `settle`.
    part : ndarray of int64, shape (n,)
        Parts 0 .. parts - 1, of which none is empty.
    low, high : float
        A division whose loads all lie between them is good enough.
    """
    weight, middle = np.bincount(part, graph.load), (low + high) / 2
    off = float(np.abs(weight - middle).max())
    return settle(graph, len(weight), middle, high - middle, off, steps).part


@njit(cache=True)
def _search(
    near: Bits,
    load: IntArray,
    parts: int,
    ideal: float,
    enough: float,
    below: float,
    steps: int,
    best: IntArray,
) -> tuple[float, int]:
    """Depth first: a frame is a set that grows, and what it may not take."""
    n = len(load)
    depth = n * parts + 2
    grown, barred = np.zeros(depth, np.uint64), np.zeros(depth, np.uint64)
    rest = np.zeros(depth, np.uint64)
    level, turn = np.zeros(depth, np.int64), np.zeros(depth, np.int64)
    pick = np.zeros(depth, np.int64)
    chosen = np.zeros(parts, np.uint64)
    rest[0] = first_units(n)
    grown[0] = _far_end(near, rest[0])
    top, off = 0, below
    low, high = np.int64(np.floor(ideal - off)) + 1, np.int64(np.ceil(ideal + off)) - 1
    while top >= 0 and steps > 0:
        share = parts - 1 - level[top]
        if turn[top] == 0:
            steps -= 1
            turn[top] = 1
            grown[top] = _with_forced(
                near, load, grown[top], barred[top], rest[top], share, low, high
            )
            if grown[top] == NONE:
                top -= 1
                continue
            left = rest[top] & ~grown[top]
            weight = load_of(load, grown[top])
            if low <= weight <= high and _can_hold(near, load, left, share, low, high):
                chosen[level[top]] = grown[top]
                if share > 1:
                    top += 1
                    grown[top], barred[top] = _far_end(near, left), NONE
                    rest[top], level[top], turn[top] = left, level[top - 1] + 1, 0
                    continue
                chosen[parts - 1] = left
                off = _write(load, chosen, ideal, best)
                if off <= enough:
                    break
                low = np.int64(np.floor(ideal - off)) + 1
                high = np.int64(np.ceil(ideal + off)) - 1
        if turn[top] == 1:
            unit = _next_unit(near, grown[top], rest[top] & ~barred[top])
            if unit < 0:
                top -= 1
                continue
            pick[top], turn[top] = unit, 2
            top += 1
            grown[top] = grown[top - 1] | ONE << np.uint64(unit)
            barred[top], rest[top] = barred[top - 1], rest[top - 1]
            level[top], turn[top] = level[top - 1], 0
        else:
            # Now without that unit: the same frame goes on in its place.
            barred[top] |= ONE << np.uint64(pick[top])
            turn[top] = 0
    return off, steps


@lean
def _with_forced(
    near: Bits,
    load: IntArray,
    grown: np.uint64,
    barred: np.uint64,
    rest: np.uint64,
    share: int,
    low: int,
    high: int,
) -> np.uint64:
    """Return a set with all that it has to take; no bits if it cannot be a grid.

    What it cuts off and is lighter than a grid has to join it, and what it cuts off and
    may not touch has to hold whole grids. What sets before it cut off may have become
    too light since, where the band has narrowed: it can join nobody.
    """
    left = rest & ~grown
    spare = load_of(load, rest)
    most = min(high, spare - share * low)
    least = max(low, spare - share * high)
    if load_of(load, grown) > most:
        return NONE
    while left != NONE:
        piece = piece_of(near, left)
        left &= ~piece
        weight = load_of(load, piece)
        if weight < low:
            if piece & barred != NONE or _around(near, piece) & grown == NONE:
                return NONE
            grown |= piece
        elif piece & ~barred == NONE and not _holds_some(weight, low, high):
            return NONE
    weight = load_of(load, grown)
    if weight > most:
        return NONE
    if weight < least:
        within = reached(near, grown, rest & ~barred)
        if load_of(load, within) < least:
            return NONE
    return grown


@lean_inline
def _around(near: Bits, bits: np.uint64) -> np.uint64:
    """Return the neighbours of a set, with those of its own that touch others of it."""
    around = NONE
    while bits != NONE:
        around |= near[lowest(bits)]
        bits &= bits - ONE
    return around


@lean
def _can_hold(
    near: Bits, load: IntArray, left: np.uint64, parts: int, low: int, high: int
) -> bool:
    """Return whether each piece of what is left can be whole parts, `parts` in all."""
    least, most = 0, 0
    while left != NONE:
        piece = piece_of(near, left)
        left &= ~piece
        weight = load_of(load, piece)
        if not _holds_some(weight, low, high):
            return False
        least += max(1, -(-weight // max(1, high)))
        most += weight // low if low > 0 else parts
    return least <= parts <= most


@lean_inline
def _holds_some(weight: int, low: int, high: int) -> bool:
    """Return whether a load can be a whole number of loads from `low` to `high`."""
    return low <= 0 or -(-weight // max(1, high)) <= weight // low


@lean
def _far_end(near: Bits, rest: np.uint64) -> np.uint64:
    """Return a unit at an end of some units, as a set."""
    end = rest & (~rest + ONE)
    for _ in range(2):
        seen = end
        while True:
            ring = _around(near, end) & rest & ~seen
            if ring == NONE:
                break
            end = ring
            seen |= ring
        end &= ~end + ONE
    return end


@lean
def _next_unit(near: Bits, grown: np.uint64, free: np.uint64) -> int:
    """Return the free neighbour of a set with most contact; -1 if there is none."""
    bits = _around(near, grown) & free & ~grown
    best, value = -1, np.int64(-1)
    while bits != NONE:
        u = lowest(bits)
        bits &= bits - ONE
        contact = count_units(near[u] & grown)
        if contact > value:
            best, value = u, contact
    return best


@lean
def _write(load: IntArray, chosen: Bits, ideal: float, part: IntArray) -> float:
    """Write a division down; return its largest distance from the ideal."""
    off = 0.0
    for name in range(len(chosen)):
        off = max(off, abs(load_of(load, chosen[name]) - ideal))
        bits = chosen[name]
        while bits != NONE:
            part[lowest(bits)] = name
            bits &= bits - ONE
    return off
