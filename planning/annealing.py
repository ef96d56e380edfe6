"""The compiled search: annealing of boundary moves and swaps that keep grids whole.

Proposals are drawn from the borders that the plan cuts; a proposal costs as much as the
unit has neighbours. A move is checked for contiguity only if its price was accepted.
Everything is whole numbers, and the search ends after counted proposals.
"""

# mypy: disable-error-code="assignment, arg-type, operator, return-value"
# Compiled, every integer is an int64; to mypy int and numpy's integers differ.

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from planning.contact import IntArray
from planning.cutlist import Cuts, Net, list_cuts, relist
from planning.kernels import draw, lean, lean_inline
from planning.wholeness import Walk, holds_with, holds_without

# Above this many units in a grid a swap's contiguity check costs more than it earns.
_SWAP_SIZE = 1000
# Loads become shares of the ideal by a product and a shift; a division is slower.
_FACTOR_BITS = 20
_NONE, _REFUSED = -1, -2


class Terms(NamedTuple):
    """What a plan is priced by.

    Attributes
    ----------
    low, high : int
        The band of loads without a price.
    factor : int
        Makes 1/10000 of the ideal of a load, see `load_factor`.
    home, stay : ndarray of int64, shape (n,)
        Part of the previous plan (-1: none) and the price of not being in it.
    fixed : ndarray of bool, shape (n,)
        Units that never move.
    """

    low: int
    high: int
    factor: int
    home: IntArray
    stay: IntArray
    fixed: NDArray[np.bool_]


class Parts(NamedTuple):
    """A partition with its totals; all of it is changed in place.

    Attributes
    ----------
    part : ndarray of int64, shape (n,)
    weight, size, outside : ndarray of int64, shape (parts,)
        Load, number of units and `excess` of each part.
    """

    part: IntArray
    weight: IntArray
    size: IntArray
    outside: IntArray


def load_factor(ideal: int) -> int:
    """Return the factor for a load that is 100 %."""
    return (10_000 << _FACTOR_BITS) // max(1, ideal)


@lean_inline
def excess(weight: int, low: int, high: int, factor: int) -> int:
    """Return the price base of a load outside [low, high].

    In 1/10000 of the ideal, and half as much again per percent: of two plans that lie
    equally far outside in all, the one with the smaller largest deviation is better.
    """
    if weight < low:
        out = ((low - weight) * factor >> _FACTOR_BITS) + 1
    elif weight > high:
        out = ((weight - high) * factor >> _FACTOR_BITS) + 1
    else:
        return 0
    return out + min(out, 10_000) * out // 256


@njit(cache=True)
def total_up(net: Net, part: IntArray, parts: int, terms: Terms) -> Parts:
    """Return the partition with its totals; `part` itself is part of it."""
    weight, size = np.zeros(parts, np.int64), np.zeros(parts, np.int64)
    for u in range(len(part)):
        weight[part[u]] += net.load[u]
        size[part[u]] += 1
    outside = np.empty(parts, np.int64)
    for p in range(parts):
        outside[p] = excess(weight[p], terms.low, terms.high, terms.factor)
    return Parts(part, weight, size, outside)


@njit(cache=True)
def anneal(
    net: Net,
    part: IntArray,
    parts: int,
    terms: Terms,
    walk: Walk,
    heats: IntArray,
    prices: IntArray,
    tries: int,
    seed: int,
    log_table: IntArray,
) -> None:
    """Improve a partition in place by boundary moves and swaps that keep it connected.

    Parameters
    ----------
    part : ndarray of int64, shape (n,)
        Contiguous, non-empty parts 0 .. parts - 1; changed in place.
    heats, prices : ndarray of int64, shape (stages,)
        Temperature, and price per percentage point outside the band, of each stage, in
        units of `graph.PLAIN_COST`.
    tries : int
        Proposals per stage.
    log_table : ndarray of int64, shape (4096,)
        `kernels.LOG_TABLE`.
    """
    state = np.array([seed], dtype=np.uint64)
    plan, cuts = total_up(net, part, parts, terms), list_cuts(net, part)
    pull = _most_gains(net, terms)
    for stage in range(len(heats)):
        _anneal_stage(
            net,
            plan,
            terms,
            cuts,
            walk,
            pull,
            state,
            heats[stage],
            prices[stage],
            tries,
            log_table,
        )


@lean
def _anneal_stage(
    net: Net,
    plan: Parts,
    terms: Terms,
    cuts: Cuts,
    walk: Walk,
    pull: IntArray,
    state: NDArray[np.uint64],
    heat: int,
    price: int,
    tries: int,
    log_table: IntArray,
) -> None:
    part = plan.part
    for _ in range(tries):
        if cuts.count[0] == 0:
            return
        edge = cuts.listed[draw(state, cuts.count[0])]
        u, b = net.source[edge], part[net.indices[edge]]
        v = _partner(net, plan, terms.fixed, state, edge)
        if v == _REFUSED:
            continue
        shift = net.load[u] - (net.load[v] if v >= 0 else 0)
        loads = price_of_loads(plan, terms, part[u], b, shift) * price // 128
        most = heat * log_table[draw(state, 4096)] >> 16
        # The least price that is left if all its borders vanish: mostly too much.
        if loads - pull[u] - (pull[v] if v >= 0 else 0) > most:
            continue
        if loads + price_of_borders(net, part, terms, u, v, b) <= most:
            _make(net, plan, terms, cuts, walk, u, v, b)


@njit(cache=True)
def _most_gains(net: Net, terms: Terms) -> IntArray:
    """Return the most that a move of each unit can gain apart from balance."""
    pull = terms.stay.copy()
    for u in range(len(pull)):
        for j in range(net.indptr[u], net.indptr[u + 1]):
            pull[u] += net.cost[j]
    return pull


@lean_inline
def _partner(
    net: Net,
    plan: Parts,
    fixed: NDArray[np.bool_],
    state: NDArray[np.uint64],
    edge: int,
) -> int:
    """Return the unit to swap with across an edge, `_NONE` for a move, or `_REFUSED`.

    It is within three random steps of the edge's far end, in the same part.
    """
    u, v = net.source[edge], net.indices[edge]
    a, b = plan.part[u], plan.part[v]
    if fixed[u]:
        return _REFUSED
    if not draw(state, 2) or plan.size[a] + plan.size[b] >= _SWAP_SIZE:
        return _NONE if plan.size[a] > 1 else _REFUSED
    for _ in range(draw(state, 4)):
        first = net.indptr[v]
        near = net.indices[first + draw(state, net.indptr[v + 1] - first)]
        if plan.part[near] == b:
            v = near
    return _REFUSED if fixed[v] else v


@lean_inline
def price_of_loads(plan: Parts, terms: Terms, a: int, b: int, shift: int) -> int:
    """Return what a shift from `a` to `b` adds to what lies outside the band."""
    new_a = excess(plan.weight[a] - shift, terms.low, terms.high, terms.factor)
    new_b = excess(plan.weight[b] + shift, terms.low, terms.high, terms.factor)
    return new_a + new_b - plan.outside[a] - plan.outside[b]


@lean_inline
def _cost_to(net: Net, part: IntArray, u: int, p: int) -> int:
    total = np.int64(0)
    for j in range(net.indptr[u], net.indptr[u + 1]):
        if part[net.indices[j]] == p:
            total += net.cost[j]
    return total


@lean_inline
def _price_to_go(net: Net, part: IntArray, terms: Terms, u: int, a: int, b: int) -> int:
    price = _cost_to(net, part, u, a) - _cost_to(net, part, u, b)
    leaves, returns = terms.home[u] == a, terms.home[u] == b
    return price + terms.stay[u] * (np.int64(leaves) - np.int64(returns))


@lean_inline
def price_of_borders(
    net: Net, part: IntArray, terms: Terms, u: int, v: int, b: int
) -> int:
    """Return what a move of `u` to `b`, or its swap with `v` there, adds to the cut."""
    a = part[u]
    price = _price_to_go(net, part, terms, u, a, b)
    if v < 0:
        return price
    price += _price_to_go(net, part, terms, v, b, a)
    for j in range(net.indptr[u], net.indptr[u + 1]):
        if net.indices[j] == v:
            price += 2 * net.cost[j]
    return price


@lean
def _make(
    net: Net, plan: Parts, terms: Terms, cuts: Cuts, walk: Walk, u: int, v: int, b: int
) -> None:
    """Make a move or a swap unless it would break a part."""
    a = plan.part[u]
    shift = net.load[u]
    if v < 0:
        if not holds_without(net.indptr, net.indices, plan.part, u, walk):
            return
        plan.part[u] = b
        plan.size[a] -= 1
        plan.size[b] += 1
    else:
        if not swap_if_whole(net, plan, walk, u, v):
            return
        shift -= net.load[v]
        relist(net, plan.part, v, cuts)
    relist(net, plan.part, u, cuts)
    shift_load(plan, terms, a, b, shift)


@lean_inline
def shift_load(plan: Parts, terms: Terms, a: int, b: int, shift: int) -> None:
    """Book a load from one part to another."""
    plan.weight[a] -= shift
    plan.weight[b] += shift
    for p in (a, b):
        plan.outside[p] = excess(plan.weight[p], terms.low, terms.high, terms.factor)


@lean
def swap_if_whole(net: Net, plan: Parts, walk: Walk, u: int, v: int) -> bool:
    """Swap two units if both parts stay whole; return whether they do."""
    part, a, b = plan.part, plan.part[u], plan.part[v]
    part[u], part[v] = b, a
    whole = holds_with(
        net.indptr, net.indices, part, u, v, plan.size[a], walk
    ) and holds_with(net.indptr, net.indices, part, v, u, plan.size[b], walk)
    if not whole:
        part[u], part[v] = a, b
    return whole
