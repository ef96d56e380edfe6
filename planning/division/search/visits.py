"""Visits of single units: what a move costs, and where a unit is moved at once.

What a move costs is counted over a row of neighbours that is as long for each unit,
without a branch.
"""

# mypy: disable-error-code="assignment, arg-type, operator, return-value"
# Compiled, every integer is an int64; to mypy int and numpy's integers differ.

from typing import NamedTuple

import numpy as np

from geo.compiled import njit
from planning.division.search.annealing import (
    Parts,
    Terms,
    price_of_loads,
    shift_load,
)
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
# Neighbours of a unit in its row, one for each bit of a mask; which bits a mask has.
_WIDTH = 8
_MASK_BITS = np.array([[m >> i & 1 for i in range(_WIDTH)] for m in range(1 << _WIDTH)])
_BIT_COUNT = _MASK_BITS.sum(axis=1).astype(np.uint8)
_BITS_OF = np.argsort(1 - _MASK_BITS, axis=1, kind="stable").astype(np.uint8).ravel()
# Compiled code looks places up a third faster if they have no sign.
_HALF_WORD, _ONE, _ROW = np.uint64(32), np.uint64(1), np.uint64(_WIDTH)


class Field(NamedTuple):
    """The units, as visits need them.

    Attributes
    ----------
    net : Net
        With places without a sign.
    near : ndarray of uint32, shape (2 m,)
        See `wholeness.list_near`.
    beside : ndarray of uint32, shape (8 n,)
        Neighbours of each unit, and itself where it has fewer than eight.
    cost : ndarray of int32, shape (8 n,)
        Price of the border with each, 0 with itself.
    total : ndarray of int64, shape (n,)
        Price of all borders of a unit, -1 if it has more than eight neighbours.
    """

    net: Net
    near: Words
    beside: Words
    cost: ShortArray
    total: IntArray


class Busy(NamedTuple):
    """Units of a block that are likely to move.

    Attributes
    ----------
    units : ndarray of uint32, shape (n,)
        The first ``count[0]``.
    count : ndarray of int64, shape (1,)
    mark : ndarray of int32, shape (n,)
        Number of the last list that a unit was in.
    """

    units: Words
    count: IntArray
    mark: ShortArray


class Block(NamedTuple):
    """Units from `first` to `end`, and the number of the list of its busy ones."""

    first: int
    end: int
    number: int


@njit(cache=True)
def make_field(net: Net) -> Field:
    """Return the units of a graph, as visits need them."""
    size = len(net.load)
    beside = np.repeat(np.arange(size).astype(np.uint32), _WIDTH)
    cost, total = np.zeros(size * _WIDTH, np.int32), np.zeros(size, np.int64)
    for u in range(size):
        first, end = np.int64(net.indptr[u]), np.int64(net.indptr[u + 1])
        if end - first > _WIDTH:
            total[u] = -1
            continue
        for j in range(first, end):
            beside[u * _WIDTH + j - first] = net.indices[j]
            cost[u * _WIDTH + j - first] = net.cost[j]
            total[u] += net.cost[j]
    return Field(net, list_near(net.indptr, net.indices), beside, cost, total)


@njit(cache=True)
def make_busy(size: int) -> Busy:
    """Return an empty list, with room for all units."""
    return Busy(
        np.empty(size, np.uint32), np.zeros(1, np.int64), np.zeros(size, np.int32)
    )


@lean_inline
def least_price(field: Field, plan: Parts, u: int, price: int) -> tuple[int, bool]:
    """Return less than what any move of a unit costs, and whether it has none."""
    part, total = plan.part, field.total[u]
    own, a, row = np.int64(0), part[u], u * _ROW
    worst, is_inner = np.int64(0), True
    if total < 0:
        return np.int64(-1) << 40, False
    for i in range(_ROW):
        there = part[field.beside[row + i]]
        own += np.int64(field.cost[row + i]) if there == a else np.int64(0)
        worst = max(worst, plan.outside[there] if there != a else np.int64(0))
        is_inner &= there == a
    beyond = plan.outside[a] + worst
    return 2 * own - total - (beyond * price >> 7), is_inner


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
        b, cost = _offer_of_many(net, part, u, bits)
    else:
        b, cost = _offer(field, part, u, bits)
    # What both parts lie outside is the most that balance can gain.
    if b == a or cost > most + ((plan.outside[a] + plan.outside[b]) * price >> 7):
        return
    shift = net.load[u]
    if cost + (price_of_loads(plan, terms, a, b, shift) * price >> 7) > most:
        return
    if plan.size[a] > 1 and (
        holds_around(net.indptr, net.indices, field.near, part, u)
        or holds_without(net.indptr, net.indices, part, np.int64(u), walk)
    ):
        part[u] = np.uint32(b)
        plan.size[a] -= 1
        plan.size[b] += 1
        shift_load(plan, terms, a, b, shift)
        enlist(busy, block, u)
        for j in range(np.uint64(net.indptr[u]), np.uint64(net.indptr[u + _ONE])):
            enlist(busy, block, np.uint64(net.indices[j]))


@lean_inline
def _offer(
    field: Field, part: ShortArray, u: int, bits: np.uint64
) -> tuple[np.uint64, int]:
    """Return another part beside a unit, by chance, and what it costs to go there.

    Its own part if there is no other.
    """
    a, row, mask, cost = part[u], u * _ROW, np.uint64(0), np.int64(0)
    for i in range(_ROW):
        mask |= np.uint64(part[field.beside[row + i]] != a) << i
    at = (bits >> _HALF_WORD) * np.uint64(_BIT_COUNT[mask]) >> _HALF_WORD
    b = part[field.beside[row + np.uint64(_BITS_OF[mask * _ROW + at])]]
    for i in range(_ROW):
        there, paid = part[field.beside[row + i]], np.int64(field.cost[row + i])
        cost += paid if there == a else np.int64(0)
        cost -= paid if there == b else np.int64(0)
    return np.uint64(b if mask else a), cost


@lean_inline
def _offer_of_many(
    net: Net, part: ShortArray, u: int, bits: np.uint64
) -> tuple[np.uint64, int]:
    """Return the part of a neighbour, by chance, and what it costs to go there."""
    first, end = np.uint64(net.indptr[u]), np.uint64(net.indptr[u + _ONE])
    at = first + ((bits >> _HALF_WORD) * (end - first) >> _HALF_WORD)
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
