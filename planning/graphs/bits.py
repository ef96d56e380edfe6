"""Sets of up to 64 units as the bits of a word, for compiled searches.

`near` holds the neighbours of each unit as such a set, `load` its load.
"""

# mypy: disable-error-code="assignment, arg-type, operator, return-value"
# Compiled, every integer is an int64; to mypy int and numpy's integers differ.

import numpy as np
from numpy.typing import NDArray

from planning.graphs.contact import IntArray
from planning.graphs.kernels import draw, lean, lean_inline

Bits = NDArray[np.uint64]
ONE, NONE = np.uint64(1), np.uint64(0)
# Units of a word.
MOST_UNITS = 64
# How much chance decides which unit a set takes next, beside its contact.
_NEXT_CHANCE = 8


@lean_inline
def count_units(bits: np.uint64) -> int:
    """Return how many units are in a set: one step of the processor, compiled."""
    total = 0
    while bits != NONE:
        bits &= bits - ONE
        total += 1
    return total


@lean_inline
def lowest(bits: np.uint64) -> int:
    """Return the place of the lowest unit of a set that is not empty."""
    return count_units((bits & (~bits + ONE)) - ONE)


@lean_inline
def first_units(count: int) -> np.uint64:
    """Return the set of the first so many units."""
    return ~NONE if count == MOST_UNITS else (ONE << np.uint64(count)) - ONE


@lean
def load_of(load: IntArray, bits: np.uint64) -> int:
    """Return what the units of a set weigh."""
    total = np.int64(0)
    while bits != NONE:
        total += load[lowest(bits)]
        bits &= bits - ONE
    return total


@lean
def reached(near: Bits, start: np.uint64, among: np.uint64) -> np.uint64:
    """Return a set with what of some units hangs together with it."""
    piece, edge = start, start
    while edge != NONE:
        u = lowest(edge)
        edge &= edge - ONE
        fresh = near[u] & among & ~piece
        piece |= fresh
        edge |= fresh
    return piece


@lean
def piece_of(near: Bits, bits: np.uint64) -> np.uint64:
    """Return the connected piece of a set that its lowest unit is in."""
    return reached(near, bits & (~bits + ONE), bits)


@lean
def corner_unit(
    near: Bits, rest: np.uint64, state: NDArray[np.uint64], chance: int
) -> int:
    """Return a unit at a corner of a set: with few neighbours in it, mostly."""
    best, value, bits = -1, np.int64(0), rest
    while bits != NONE:
        u = lowest(bits)
        bits &= bits - ONE
        price = 4 * count_units(near[u] & rest) + draw(state, chance)
        if best < 0 or price < value:
            best, value = u, price
    return best


@lean
def closest_unit(
    near: Bits, grown: np.uint64, waiting: np.uint64, state: NDArray[np.uint64]
) -> int:
    """Return a waiting unit, mostly one with much contact to a set; -1 if none."""
    best, value = -1, np.int64(-1)
    while waiting != NONE:
        u = lowest(waiting)
        waiting &= waiting - ONE
        price = 4 * count_units(near[u] & grown) + draw(state, _NEXT_CHANCE)
        if price > value:
            best, value = u, price
    return best


@lean
def can_hold(
    near: Bits,
    load: IntArray,
    left: np.uint64,
    parts: int,
    low: int,
    high: int,
    slack: int,
) -> bool:
    """Return whether each piece of a set can be whole parts in a band, `parts` in all.

    In each piece one part may lie outside by `slack`.
    """
    least, most = 0, 0
    while left != NONE:
        piece = piece_of(near, left)
        left &= ~piece
        weight = load_of(load, piece)
        fewest = max(1, -(-(weight - slack) // high))
        largest = (weight + slack) // low
        if fewest > largest:
            return False
        least += fewest
        most += largest
    return least <= parts <= most
