"""Who is in which grid, who is away from home, and what a step costs: compiled books.

For searches that move many units there and back, and look through whole grids.
"""

# mypy: disable-error-code="assignment, arg-type, operator, return-value"
# Compiled, every integer is an int64; to mypy int and numpy's integers differ.

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.compiled import njit
from planning.graphs.contact import IntArray, ShortArray
from planning.graphs.kernels import lean, lean_inline
from planning.graphs.wholeness import Walk, holds_without


class Net(NamedTuple):
    """Contacts of units and what they weigh; those that are held never move."""

    indptr: IntArray
    indices: IntArray
    load: IntArray
    home: IntArray
    held: NDArray[np.bool_]


class Plan(NamedTuple):
    """A partition with its totals, changed in place.

    The units of each grid are a list: `first` of the grid, `after` and `before` of each
    unit, -1 at the ends. The first `count` of `away` are the units away from home, and
    `place` says where each is among them.
    """

    part: ShortArray
    weight: IntArray
    size: IntArray
    first: IntArray
    after: IntArray
    before: IntArray
    away: IntArray
    place: IntArray
    count: IntArray


class Rule(NamedTuple):
    """The band, what it is to be outside at all, and the price of load outside."""

    low: int
    high: int
    at_all: int
    price: int


@njit(cache=True)
def list_units(net: Net, part: ShortArray, parts: int) -> Plan:
    """Return the plan of a partition; `part` itself is part of it."""
    size = len(part)
    plan = Plan(
        part,
        np.zeros(parts, np.int64),
        np.zeros(parts, np.int64),
        np.full(parts, -1, np.int64),
        np.full(size, -1, np.int64),
        np.full(size, -1, np.int64),
        np.zeros(size, np.int64),
        np.zeros(size, np.int64),
        np.zeros(1, np.int64),
    )
    for u in range(size):
        _join(net, plan, u, part[u])
        if net.home[u] >= 0 and net.home[u] != part[u]:
            _note_away(plan, u)
    return plan


@lean_inline
def price_of(net: Net, plan: Plan, rule: Rule, u: int, b: int) -> int:
    """Return what it costs that a unit goes to a grid."""
    a, load = plan.part[u], net.load[u]
    before = outside_of(rule, plan.weight[a]) + outside_of(rule, plan.weight[b])
    after = outside_of(rule, plan.weight[a] - load)
    after += outside_of(rule, plan.weight[b] + load)
    leaves = np.int64(net.home[u] == a) - np.int64(net.home[u] == b)
    return load * leaves + (after - before) * rule.price


@lean_inline
def outside_of(rule: Rule, weight: int) -> int:
    """Return the load outside the band, and more for being there at all."""
    outside = max(rule.low - weight, weight - rule.high)
    return outside + rule.at_all if outside > 0 else 0


@lean_inline
def may_leave(net: Net, plan: Plan, walk: Walk, u: int) -> bool:
    """Return whether a unit's grid is whole without it."""
    return plan.size[plan.part[u]] > 1 and holds_without(
        net.indptr, net.indices, plan.part, u, walk
    )


@lean
def move(net: Net, plan: Plan, u: int, b: int) -> None:
    """Book a unit from its grid to another."""
    a, before, after = plan.part[u], plan.before[u], plan.after[u]
    if before >= 0:
        plan.after[before] = after
    else:
        plan.first[a] = after
    if after >= 0:
        plan.before[after] = before
    plan.weight[a] -= net.load[u]
    plan.size[a] -= 1
    _join(net, plan, u, b)
    if net.home[u] == a:
        _note_away(plan, u)
    elif net.home[u] == b:
        plan.count[0] -= 1
        place, last = plan.place[u], plan.away[plan.count[0]]
        plan.away[place], plan.place[last] = last, place


@lean
def _join(net: Net, plan: Plan, u: int, b: int) -> None:
    first = plan.first[b]
    plan.before[u], plan.after[u], plan.first[b] = -1, first, u
    if first >= 0:
        plan.before[first] = u
    plan.part[u] = b
    plan.weight[b] += net.load[u]
    plan.size[b] += 1


@lean_inline
def _note_away(plan: Plan, u: int) -> None:
    plan.place[u], plan.away[plan.count[0]] = plan.count[0], u
    plan.count[0] += 1
