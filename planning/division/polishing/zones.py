"""A few neighbouring grids as sets of bits, for compiled code."""

# mypy: disable-error-code="assignment, arg-type, operator, return-value"
# Compiled, every integer is an int64; to mypy int and numpy's integers differ.

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.compiled import njit
from planning.graphs.bits import MOST_UNITS, NONE, ONE, Bits
from planning.graphs.contact import IntArray
from planning.graphs.graph import UnitGraph
from planning.graphs.kernels import lean, lean_inline

MOST_GRIDS = 5
# Divisions are told apart by how much they leave wrong, in shades: so many lighter than
# the band and as many heavier, between them the one that leaves nothing; and a little
# by which units they leave wrong, in variants of a shade.
SHADES, VARIANTS = 24, 3
# To mix the numbers of units.
_SPREAD, _MIX = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9)


class Ground(NamedTuple):
    """What does not change while grids are divided anew.

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


class Zone(NamedTuple):
    """Some grids as bits, the frames of the search, and what it found.

    Attributes
    ----------
    names : ndarray of int64, shape (MOST_GRIDS,)
        The grids.
    unit, load, due, place : ndarray of int64
        Unit, load and due of each bit; bit of each unit, -1 for all others.
    near, word : ndarray of uint64, shape (64,)
        Neighbours inside the zone, and a word that stands for the unit.
    grown, open_, seen, rest : ndarray of uint64, shape (64,)
        Set of each frame, what it may take, what it or those below it saw, and the
        units that no grid has yet.
    heavy, level, wrong : ndarray of int64, shape (64,)
        Load of each frame's set, grids before it, and 1 + which of them is outside.
    left : ndarray of int64, shape (MOST_GRIDS,)
        Sets that may still be looked at for each grid.
    chosen : ndarray of uint64, shape (MOST_GRIDS,)
        The grids of the division at hand.
    found : ndarray of uint64, shape (slots, MOST_GRIDS)
        The best division of each shade and variant, no bits if there is none.
    paid, odd, off : ndarray of int64, shape (slots,)
        What its borders cost, which of its grids is outside the band, and how far.
    left_wrong : ndarray of uint64, shape (slots,)
        The words of the units of that grid as one.
    """

    names: IntArray
    unit: IntArray
    load: IntArray
    due: IntArray
    place: IntArray
    near: Bits
    word: NDArray[np.uint64]
    grown: Bits
    open_: Bits
    seen: Bits
    rest: Bits
    heavy: IntArray
    level: IntArray
    wrong: IntArray
    left: IntArray
    chosen: Bits
    found: NDArray[np.uint64]
    paid: IntArray
    odd: IntArray
    off: IntArray
    left_wrong: NDArray[np.uint64]


def make_ground(graph: UnitGraph, due: IntArray, low: int, high: int) -> Ground:
    """Return a graph and a band, for compiled code."""
    return Ground(graph.indptr, graph.indices, graph.cost, graph.load, due, low, high)


@njit(cache=True)
def make_zone(place: IntArray) -> Zone:
    """Return an empty zone; `place` is -1 everywhere and is used by it."""
    count, slots = np.zeros((6, MOST_UNITS), np.int64), (2 * SHADES + 1) * VARIANTS
    bits, of_slot = np.zeros((6, MOST_UNITS), np.uint64), np.zeros((3, slots), np.int64)
    of_grid = np.zeros((2, MOST_GRIDS), np.int64)
    return Zone(
        of_grid[0], count[0], count[1], count[2], place, bits[0], bits[1],
        bits[2], bits[3], bits[4], bits[5], count[3], count[4], count[5],
        of_grid[1], np.zeros(MOST_GRIDS, np.uint64),
        np.zeros((slots, MOST_GRIDS), np.uint64),
        of_slot[0], of_slot[1], of_slot[2], np.zeros(slots, np.uint64),
    )  # fmt: skip


@lean
def gather(ground: Ground, grids: Grids, zone: Zone, count: int) -> int:
    """Fill the zone with the units of its grids; return how many.

    0 if they are too many, or if there are too few grids.
    """
    size, head = 0, 0
    for at in range(count):
        name = zone.names[at]
        if name < 0 or not _take_in(zone, grids.anchor[name], size):
            empty(zone, size)
            return 0
        size += 1
        while head < size:
            u = zone.unit[head]
            head += 1
            for j in range(ground.indptr[u], ground.indptr[u + 1]):
                v = ground.indices[j]
                if grids.part[v] == name and zone.place[v] < 0:
                    if not _take_in(zone, v, size):
                        empty(zone, size)
                        return 0
                    size += 1
    for i in range(size):
        u = zone.unit[i]
        zone.load[i], zone.due[i], zone.near[i] = ground.load[u], ground.due[u], NONE
        zone.word[i] = _word(u)
        for j in range(ground.indptr[u], ground.indptr[u + 1]):
            at = zone.place[ground.indices[j]]
            if at >= 0:
                zone.near[i] |= ONE << np.uint64(at)
    return size


@lean_inline
def _word(u: int) -> np.uint64:
    mixed = np.uint64(u + 1) * _SPREAD
    mixed = (mixed ^ (mixed >> np.uint64(30))) * _MIX
    return mixed ^ (mixed >> np.uint64(27))


@lean_inline
def _take_in(zone: Zone, u: int, size: int) -> bool:
    if size == MOST_UNITS:
        return False
    zone.unit[size], zone.place[u] = u, size
    return True


@lean
def empty(zone: Zone, size: int) -> None:
    """Take the units out of the zone."""
    for i in range(size):
        zone.place[zone.unit[i]] = -1


@lean
def price_now(ground: Ground, grids: Grids, zone: Zone, size: int) -> int:
    """Return what the borders inside the zone cost now."""
    paid = np.int64(0)
    for i in range(size):
        u = zone.unit[i]
        for j in range(ground.indptr[u], ground.indptr[u + 1]):
            v = ground.indices[j]
            if zone.place[v] > i and grids.part[v] != grids.part[u]:
                paid += ground.cost[j]
    return paid
