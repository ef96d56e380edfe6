"""Visits of single units: what a move costs, and where a unit is moved at once.

The parts of a unit's neighbours stand in a row that is as long for each unit, and are
compared at once; a unit that moves writes its part into the rows of its neighbours,
which is rare beside visits.
"""

# mypy: disable-error-code="assignment, arg-type, operator, return-value"
# Compiled, every integer is an int64; to mypy int and numpy's integers differ.

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.compiled import njit
from geo.lanes import LANES, net_of_lanes, same_lanes
from planning.division.search.annealing import (
    Parts,
    Terms,
    price_of_loads,
    shift_load,
)
from planning.graphs.bits import NONE, ONE, count_units, lowest
from planning.graphs.contact import IntArray, ShortArray
from planning.graphs.cutlist import Net
from planning.graphs.kernels import lean_inline, make_log_table
from planning.graphs.wholeness import (
    Walk,
    Words,
    holds_around,
    holds_without,
    list_near,
)

# A short table of logarithms leaves the fastest cache to the units.
_LOG_BITS = 10
LOG_TABLE = make_log_table(_LOG_BITS).astype(np.int32)
LOG_MASK = np.uint64((1 << _LOG_BITS) - 1)
# The bits that a word of eight has, the lowest first, and then the others.
_HAS_BIT = np.array([[m >> i & 1 for i in range(LANES)] for m in range(1 << LANES)])
BITS_OF = np.argsort(1 - _HAS_BIT, axis=1, kind="stable").astype(np.uint8).ravel()
# Compiled code looks places up a third faster if they have no sign.
HALF_WORD, ROW = np.uint64(32), np.uint64(LANES)
# Less than any move costs, and than what is added to it later.
_LEAST = -(1 << 30)


class Field(NamedTuple):
    """The units, as visits need them; places in it have no sign.

    Attributes
    ----------
    net : Net
    near : ndarray of uint32, shape (2 m,)
        See `wholeness.list_near`.
    around : ndarray of uint32, shape (8 n + 8,)
        Parts of the neighbours of each unit, in a row of eight; then a row for nothing.
        Rows of units with more than eight neighbours say nothing.
    cost : ndarray of int32, shape (8 n,)
        Price of the border with each, 0 where there is none.
    filled : ndarray of uint8, shape (n,)
        Which places of a row stand for a neighbour, as bits; 0 if there are more.
    total : ndarray of int64, shape (n,)
        Price of all borders of a unit, -1 if it has more than eight neighbours.
    seen_at : ndarray of uint32, shape (2 m,)
        Where the source of an edge stands in the row of its far end.
    """

    net: Net
    near: Words
    around: Words
    cost: ShortArray
    filled: NDArray[np.uint8]
    total: IntArray
    seen_at: Words


class Busy(NamedTuple):
    """Units of a block that are likely to move.

    Attributes
    ----------
    units : ndarray of uint32, shape (n,)
        The first ``count[0]``.
    count : ndarray of int64, shape (1,)
    mark : ndarray of int32, shape (n,)
        Number of the last list that a unit was in.
    least : ndarray of int32, shape (n,)
        What the cheapest move of a unit costs, or less: as it was when the unit was
        looked over, and the least that it may be since units beside it moved.
    """

    units: Words
    count: IntArray
    mark: ShortArray
    least: ShortArray


class Block(NamedTuple):
    """Units from `first` to `end`, and the number of the list of its busy ones."""

    first: int
    end: int
    number: int


@njit(cache=True)
def make_field(net: Net, part: ShortArray) -> Field:
    """Return the units of a graph and what is around them, as visits need them."""
    size = len(part)
    around, cost = (
        np.zeros((size + 1) * LANES, np.uint32),
        np.zeros(size * LANES, np.int32),
    )
    filled, total = np.zeros(size, np.uint8), np.zeros(size, np.int64)
    place = np.full(len(net.indices), size * LANES, np.uint32)
    for u in range(size):
        first, end = np.int64(net.indptr[u]), np.int64(net.indptr[u + 1])
        if end - first > LANES:
            total[u] = -1
            continue
        filled[u] = (1 << end - first) - 1
        for j in range(first, end):
            place[j] = u * LANES + j - first
            around[place[j]] = part[net.indices[j]]
            cost[place[j]] = net.cost[j]
            total[u] += net.cost[j]
    near = list_near(net.indptr, net.indices)
    return Field(net, near, around, cost, filled, total, place[net.twin])


@njit(cache=True)
def make_busy(size: int) -> Busy:
    """Return an empty list, with room for all units."""
    return Busy(
        np.empty(size, np.uint32),
        np.zeros(1, np.int64),
        np.zeros(size, np.int32),
        np.zeros(size, np.int32),
    )


@lean_inline
def least_price(field: Field, plan: Parts, u: int, price: int) -> tuple[int, bool]:
    """Return what the cheapest move of a unit costs, and whether it has none.

    Or less; what a move's load costs is never less than what both parts lie outside.
    """
    a, row, total = plan.part[u], u * ROW, field.total[u]
    if total < 0:
        return np.int64(_LEAST), False
    filled, own = np.uint64(field.filled[u]), own_beside(field, a, u)
    kept, others = net_of_lanes(field.cost, row, own, NONE), filled & ~own
    least, is_inner = total, others == NONE
    while others:
        b = field.around[row + np.uint64(lowest(others))]
        there = same_lanes(field.around, row, b) & filled
        others &= ~there
        gain = net_of_lanes(field.cost, row, there, NONE)
        gain += (plan.outside[a] + plan.outside[b]) * price >> 7
        least = min(least, kept - gain)
    return least, is_inner


@lean_inline
def visit(
    field: Field,
    plan: Parts,
    terms: Terms,
    walk: Walk,
    bits: np.uint64,
    limits: ShortArray,
    price: int,
    block: Block,
    busy: Busy,
    u: int,
) -> None:
    """Move a unit to a part beside it if that is cheap enough and breaks nothing."""
    net, part = field.net, plan.part
    a, most = np.uint64(part[u]), np.int64(limits[bits & LOG_MASK])
    if field.total[u] < 0:
        b, cost = offer_of_many(net, part, u, bits)
    else:
        b, cost = _offer(field, a, u, bits)
    if b == a:
        return
    shift = net.load[u]
    if cost + (price_of_loads(plan, terms, a, b, shift) * price >> 7) > most:
        return
    if may_leave(field, plan, walk, a, u):
        part[u] = np.uint32(b)
        plan.size[a] -= 1
        plan.size[b] += 1
        shift_load(plan, terms, a, b, shift)
        busy.least[u] = _LEAST
        enlist(busy, block, u)
        for j in range(np.uint64(net.indptr[u]), np.uint64(net.indptr[u + ONE])):
            near, paid = np.uint64(net.indices[j]), net.cost[j]
            field.around[field.seen_at[j]] = np.uint32(b)
            # To leave `b` costs more now; to go there less, and to leave `a`.
            busy.least[near] += paid if part[near] == b else -paid
            busy.least[near] -= paid if part[near] == a else 0
            enlist(busy, block, near)


@lean_inline
def may_leave(field: Field, plan: Parts, walk: Walk, a: np.uint64, u: int) -> bool:
    """Return whether part `a` is whole, and not empty, without a unit of it."""
    net, own = field.net, own_beside(field, a, u)
    return plan.size[a] > 1 and (
        holds_around(field.near, np.uint64(net.indptr[u]), own)
        or holds_without(net.indptr, net.indices, plan.part, np.int64(u), walk)
    )


@lean_inline
def _offer(
    field: Field, a: np.uint64, u: int, bits: np.uint64
) -> tuple[np.uint64, int]:
    """Return another part beside a unit of `a`, by chance, and what going there costs.

    Its own part if there is no other.
    """
    row, filled, own = u * ROW, np.uint64(field.filled[u]), own_beside(field, a, u)
    others = filled & ~own
    at = (bits >> HALF_WORD) * np.uint64(count_units(others)) >> HALF_WORD
    b = field.around[row + np.uint64(BITS_OF[others * ROW + at])]
    there = same_lanes(field.around, row, b) & filled
    cost = net_of_lanes(field.cost, row, own, there)
    return np.uint64(b) if others else a, cost


@lean_inline
def own_beside(field: Field, a: np.uint64, u: int) -> np.uint64:
    """Return which neighbours of a unit of `a` are in its part too, as bits."""
    return same_lanes(field.around, u * ROW, np.uint32(a)) & np.uint64(field.filled[u])


@lean_inline
def offer_of_many(
    net: Net, part: ShortArray, u: int, bits: np.uint64
) -> tuple[np.uint64, int]:
    """Return the part of a neighbour, by chance, and what it costs to go there."""
    first, end = np.uint64(net.indptr[u]), np.uint64(net.indptr[u + ONE])
    at = first + ((bits >> HALF_WORD) * (end - first) >> HALF_WORD)
    a, b, cost = part[u], part[net.indices[at]], np.int64(0)
    for j in range(first, end):
        there, paid = part[net.indices[j]], np.int64(net.cost[j])
        cost += paid if there == a else np.int64(0)
        cost -= paid if there == b else np.int64(0)
    return np.uint64(b), cost


@lean_inline
def enlist(busy: Busy, block: Block, u: int) -> None:
    """List a unit of the block as likely to move, unless it is listed."""
    if block.first <= np.int64(u) < block.end and busy.mark[u] != block.number:
        busy.mark[u] = block.number
        busy.units[busy.count[0]] = u
        busy.count[0] += 1
