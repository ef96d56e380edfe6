"""Two grids parted anew in one of all ways that cost no more than a limit.

A set grows from a corner unit by unit; each unit beside it is taken, or barred from it.
What the borders between both sides cost by then, and what one of them is too heavy,
bounds what a division will cost, so of most ways only the beginning is looked at.
"""

# mypy: disable-error-code="assignment, arg-type, operator, return-value"
# Compiled, every integer is an int64; to mypy int and numpy's integers differ.

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from planning.division.polishing.zones import Zone
from planning.graphs.bits import (
    MOST_UNITS,
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
from planning.graphs.kernels import draw, lean, lean_inline

# Sets that are looked at for two grids.
MOST_SETS = 20_000


class Frames(NamedTuple):
    """Sets that grow, frame by frame, and what borders between units cost.

    Attributes
    ----------
    cost : ndarray of int64, shape (MOST_UNITS, MOST_UNITS)
        Of borders between units that touch.
    grown, barred, seen : ndarray of uint64, shape (MOST_UNITS + 2,)
        The set, what the other grid is to have, and all that touches the set.
    weight, held, paid : ndarray of int64, shape (MOST_UNITS + 2,)
        Loads of both, and what the borders between them cost.
    """

    cost: IntArray
    grown: Bits
    barred: Bits
    seen: Bits
    weight: IntArray
    held: IntArray
    paid: IntArray


class Terms(NamedTuple):
    """What a division pays: price of a percent, load of 100 %, and the band."""

    price: int
    ideal: int
    low: int
    high: int


def make_frames() -> Frames:
    """Return frames for any zone."""
    depth = MOST_UNITS + 2
    return Frames(
        np.zeros((MOST_UNITS, MOST_UNITS), np.int64),
        *np.zeros((3, depth), np.uint64),
        *np.zeros((3, depth), np.int64),
    )


@lean
def draw_division(
    zone: Zone,
    frames: Frames,
    size: int,
    now: np.uint64,
    terms: Terms,
    dearer: int,
    state: NDArray[np.uint64],
) -> tuple[np.uint64, int]:
    """Draw one of the ways to divide a zone in two that cost so much more at most.

    Both grids hang together, as they do now: the way it is is one of them. In each
    frame the units that its set does not have hang together too. Returns the units of
    the first grid, and how many sets were not looked at.
    """
    whole, corner = first_units(size), _corner(zone, size)
    # The set that grows is the one of the corner.
    is_turned = now >> np.uint64(corner) & ONE == NONE
    here = whole & ~now if is_turned else now
    drawn, count, left = here, 1, MOST_SETS
    total, own = load_of(zone.load, whole), load_of(zone.load, here)
    limit = _paid(zone, frames, here, whole) + dearer
    limit += _price_of_two(own, total - own, terms)
    _open_frame(zone, frames, corner)
    top = 0
    while top >= 0 and left > 0:
        left -= 1
        grown, barred = frames.grown[top], frames.barred[top]
        rest = whole & ~grown
        free = frames.seen[top] & rest & ~barred
        if free == NONE:
            if rest != NONE and grown != here:
                own = frames.weight[top]
                price = frames.paid[top] + _price_of_two(own, total - own, terms)
                if price <= limit:
                    count += 1
                    if draw(state, count) == 0:
                        drawn = grown
            top -= 1
            continue
        i = lowest(free)
        _bar(zone, frames, top, i, rest)
        is_whole = _grow(zone, frames, top + 1, i, whole)
        if _least(frames, top, terms) > limit:
            _copy(frames, top + 1, top)
            top -= 1
        if is_whole and _least(frames, top + 1, terms) <= limit:
            top += 1
    return (whole & ~drawn if is_turned else drawn), left


@lean_inline
def _corner(zone: Zone, size: int) -> int:
    """Return a unit with the fewest neighbours in a zone."""
    best = 0
    for i in range(1, size):
        if count_units(zone.near[i]) < count_units(zone.near[best]):
            best = i
    return best


@lean_inline
def _open_frame(zone: Zone, frames: Frames, i: int) -> None:
    frames.grown[0], frames.barred[0] = ONE << np.uint64(i), NONE
    frames.seen[0], frames.weight[0] = zone.near[i], zone.load[i]
    frames.held[0], frames.paid[0] = 0, 0


@lean_inline
def _copy(frames: Frames, source: int, to: int) -> None:
    frames.grown[to], frames.barred[to] = frames.grown[source], frames.barred[source]
    frames.seen[to], frames.weight[to] = frames.seen[source], frames.weight[source]
    frames.held[to], frames.paid[to] = frames.held[source], frames.paid[source]


@lean_inline
def _bar(zone: Zone, frames: Frames, at: int, i: int, rest: np.uint64) -> None:
    """Make the frame above of one, and give a unit to the other grid in that."""
    _copy(frames, at, at + 1)
    bit = ONE << np.uint64(i)
    if frames.barred[at] == NONE:
        # What does not hang together with the first is the set's.
        _absorb(zone, frames, at, rest & ~reached(zone.near, bit, rest))
    frames.paid[at] += _border(zone, frames, i, frames.grown[at])
    frames.barred[at] |= bit
    frames.held[at] += zone.load[i]


@lean_inline
def _grow(zone: Zone, frames: Frames, at: int, i: int, whole: np.uint64) -> bool:
    """Give a unit to a set, and what it cuts off; return if the other is left whole."""
    bit, barred = ONE << np.uint64(i), frames.barred[at]
    frames.paid[at] += _border(zone, frames, i, barred)
    _absorb(zone, frames, at, bit)
    rest = whole & ~frames.grown[at]
    beside = zone.near[i] & rest
    if barred == NONE or piece_of(zone.near, beside) == beside:
        return True
    piece = reached(zone.near, barred & (~barred + ONE), rest)
    _absorb(zone, frames, at, rest & ~piece)
    return barred & ~piece == NONE


@lean_inline
def _absorb(zone: Zone, frames: Frames, at: int, units: np.uint64) -> None:
    frames.grown[at] |= units
    while units != NONE:
        i = lowest(units)
        units &= units - ONE
        frames.weight[at] += zone.load[i]
        frames.seen[at] |= zone.near[i]


@lean_inline
def _border(zone: Zone, frames: Frames, i: int, units: np.uint64) -> int:
    """Return what the borders between a unit and a set cost."""
    paid, bits = np.int64(0), zone.near[i] & units
    while bits != NONE:
        paid += frames.cost[i, lowest(bits)]
        bits &= bits - ONE
    return paid


@lean_inline
def _least(frames: Frames, at: int, terms: Terms) -> int:
    """Return what a division costs at least that goes on from a frame."""
    over = max(0, frames.weight[at] - terms.high)
    other = max(0, frames.held[at] - terms.high)
    return frames.paid[at] + _price_of_off(over, terms) + _price_of_off(other, terms)


@lean_inline
def _paid(zone: Zone, frames: Frames, units: np.uint64, whole: np.uint64) -> int:
    """Return what the borders between a set and the rest of a zone cost."""
    paid, other = np.int64(0), whole & ~units
    while units != NONE:
        paid += _border(zone, frames, lowest(units), other)
        units &= units - ONE
    return paid


@lean_inline
def _price_of_two(own: int, other: int, terms: Terms) -> int:
    price = _price_of_off(max(0, terms.low - own, own - terms.high), terms)
    return price + _price_of_off(max(0, terms.low - other, other - terms.high), terms)


@lean_inline
def _price_of_off(off: int, terms: Terms) -> int:
    return terms.price * (off * 10_000 // terms.ideal) // 100 if off else np.int64(0)
