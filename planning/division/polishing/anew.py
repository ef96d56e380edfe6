"""A few neighbouring grids divided anew in every way that is looked at.

Grids are grown one after another, every connected set in turn. All but one come into
the band; what is wrong is left to that one. Of the divisions that leave about as much
wrong, the one that cuts least is kept. Ends by counted steps.
"""

# mypy: disable-error-code="assignment, arg-type, operator, return-value"
# Compiled, every integer is an int64; to mypy int and numpy's integers differ.

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from planning.division.polishing.zones import SHADES, VARIANTS, Ground, Zone
from planning.graphs.bits import (
    NONE,
    ONE,
    can_hold,
    closest_unit,
    corner_unit,
    first_units,
    load_of,
    lowest,
    piece_of,
)
from planning.graphs.kernels import draw, lean, lean_inline

# How much chance decides which unit a set grows from, beside its contact.
_CORNER_CHANCE = 24


class Depth(NamedTuple):
    """How far a division of grids is looked through.

    Attributes
    ----------
    sets, below : int
        Sets of units looked at in all, and for each grid below the first one.
    cap : int
        Load that one grid may lie outside the band.
    chance : int
        How much chance counts beside the cut borders.
    """

    sets: int
    below: int
    cap: int
    chance: int


@lean
def divide_zone(
    ground: Ground,
    zone: Zone,
    size: int,
    count: int,
    depth: Depth,
    state: NDArray[np.uint64],
) -> int:
    """Divide a zone in `count` grids in every way; return how many sets were seen."""
    for slot in range(len(zone.found)):
        zone.found[slot, 0] = NONE
    top, sets, fresh = 0, depth.sets, True
    _open_frame(zone, 0, 0, first_units(size), 0, state)
    zone.left[0] = sets
    while top >= 0 and sets > 0:
        level = zone.level[top]
        if not fresh:
            if zone.open_[top] == NONE or zone.left[level] == 0:
                top -= 1
                continue
            sets -= 1
            zone.left[level] -= 1
            i = closest_unit(zone.near, zone.grown[top], zone.open_[top], state)
            zone.open_[top] &= ~(ONE << np.uint64(i))
            if zone.heavy[top] + zone.load[i] > ground.high + depth.cap:
                continue
            top += 1
            _grow_frame(zone, top, i)
        fresh = False
        rest, wrong = zone.rest[top] & ~zone.grown[top], zone.wrong[top]
        off = _off(ground, zone, zone.grown[top], zone.heavy[top])
        if rest == NONE or abs(off) > depth.cap or (off != 0 and wrong != 0):
            continue
        zone.chosen[level] = zone.grown[top]
        if off != 0:
            wrong = level + 1
        if level == count - 2:
            _note(ground, zone, count, rest, wrong, depth, state)
            continue
        slack = depth.cap if wrong == 0 else 0
        more = count - 1 - level
        if can_hold(zone.near, zone.load, rest, more, ground.low, ground.high, slack):
            top, fresh = top + 1, True
            _open_frame(zone, top, level + 1, rest, wrong, state)
            zone.left[level + 1] = depth.below
    return depth.sets - sets


@lean
def _open_frame(
    zone: Zone,
    top: int,
    level: int,
    rest: np.uint64,
    wrong: int,
    state: NDArray[np.uint64],
) -> None:
    """Begin a grid with a unit at a corner of what is left."""
    i = corner_unit(zone.near, rest, state, _CORNER_CHANCE)
    zone.grown[top], zone.heavy[top] = ONE << np.uint64(i), zone.load[i]
    zone.open_[top] = zone.near[i] & rest
    zone.seen[top] = zone.near[i] | zone.grown[top]
    zone.level[top], zone.rest[top], zone.wrong[top] = level, rest, wrong


@lean_inline
def _grow_frame(zone: Zone, top: int, i: int) -> None:
    """Make a frame of the one below it and a unit more."""
    rest = zone.rest[top - 1]
    zone.grown[top] = zone.grown[top - 1] | ONE << np.uint64(i)
    zone.heavy[top] = zone.heavy[top - 1] + zone.load[i]
    zone.open_[top] = zone.open_[top - 1] | (zone.near[i] & rest & ~zone.seen[top - 1])
    zone.seen[top] = zone.seen[top - 1] | zone.near[i]
    zone.level[top], zone.rest[top] = zone.level[top - 1], rest
    zone.wrong[top] = zone.wrong[top - 1]


@lean_inline
def _off(ground: Ground, zone: Zone, units: np.uint64, weight: int) -> int:
    """Return how much too light (below 0) or heavy a set is, beyond what is due."""
    if ground.low <= weight <= ground.high:
        return 0
    due = np.int64(0)
    while units != NONE:
        due = max(due, zone.due[lowest(units)])
        units &= units - ONE
    if weight < ground.low:
        return min(np.int64(0), weight + due - ground.low)
    return max(np.int64(0), weight - due - ground.high)


@lean
def _note(
    ground: Ground,
    zone: Zone,
    count: int,
    rest: np.uint64,
    wrong: int,
    depth: Depth,
    state: NDArray[np.uint64],
) -> None:
    """Note a division, all but its last grid chosen, if it is the best of its kind."""
    off = _off(ground, zone, rest, load_of(zone.load, rest))
    if abs(off) > depth.cap or (off != 0 and wrong != 0):
        return
    if piece_of(zone.near, rest) != rest:
        return
    zone.chosen[count - 1] = rest
    odd = count - 1
    if wrong != 0:
        odd = wrong - 1
        units = zone.chosen[odd]
        off = _off(ground, zone, units, load_of(zone.load, units))
    paid = _price(ground, zone, count) + draw(state, depth.chance)
    left_wrong = _words_of(zone, zone.chosen[odd])
    slot = _slot(off, depth.cap, left_wrong)
    if zone.found[slot, 0] == NONE or paid < zone.paid[slot]:
        zone.paid[slot], zone.odd[slot], zone.off[slot] = paid, odd, abs(off)
        zone.left_wrong[slot] = left_wrong
        for at in range(count):
            zone.found[slot, at] = zone.chosen[at]


@lean
def _words_of(zone: Zone, units: np.uint64) -> np.uint64:
    words = NONE
    while units != NONE:
        words ^= zone.word[lowest(units)]
        units &= units - ONE
    return words


@lean_inline
def _slot(off: int, cap: int, left_wrong: np.uint64) -> int:
    """Return where the best division of a shade and variant is kept."""
    if off == 0:
        return SHADES * VARIANTS
    shade = 1 + (abs(off) - 1) * SHADES // cap
    shade = SHADES + shade if off > 0 else SHADES - shade
    return shade * VARIANTS + np.int64(left_wrong % np.uint64(VARIANTS))


@lean
def _price(ground: Ground, zone: Zone, count: int) -> int:
    """Return what the borders between the chosen grids cost."""
    paid = np.int64(0)
    for at in range(count):
        units = zone.chosen[at]
        inside = units
        while inside != NONE:
            u = zone.unit[lowest(inside)]
            inside &= inside - ONE
            for j in range(ground.indptr[u], ground.indptr[u + 1]):
                other = zone.place[ground.indices[j]]
                if other >= 0 and units >> np.uint64(other) & ONE == NONE:
                    paid += ground.cost[j]
    return paid // 2
