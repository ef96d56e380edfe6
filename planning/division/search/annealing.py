"""The compiled search: annealing of boundary moves and swaps that keep grids whole.

Proposals are drawn from the borders that the plan cuts and priced by what the list of
cuts remembers. A move is checked for contiguity only if its price was accepted.
Everything is whole numbers, and the search ends after counted proposals.
"""

# mypy: disable-error-code="assignment, arg-type, operator, return-value"
# Compiled, every integer is an int64; to mypy int and numpy's integers differ.

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.compiled import njit
from planning.graphs.contact import IntArray, ShortArray
from planning.graphs.cutlist import Cuts, Net, follow, list_cuts
from planning.graphs.kernels import LOG_BITS, lean, lean_inline, next_bits, scaled
from planning.graphs.wholeness import Walk, holds_with, holds_without

# Above this many units in a grid a swap's contiguity check costs more than it earns.
_SWAP_SIZE = 1000
# Loads become shares of the ideal by a product and a shift; a division is slower.
_FACTOR_BITS = 20
_NONE, _REFUSED = -1, -2
# Where a proposal's random number is read: steps of a swap, swap or move, logarithm.
_STEPS_AT, _SWAP_AT = np.uint64(LOG_BITS + 1), np.uint64(LOG_BITS)
_LOG_MASK, _ONE, _THREE = np.uint64((1 << LOG_BITS) - 1), np.uint64(1), np.uint64(3)


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
    part : ndarray of int32, shape (n,)
    weight, size, outside : ndarray of int64, shape (parts,)
        Load, number of units and `excess` of each part.
    """

    part: ShortArray
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
    out = max(low - weight, weight - high, np.int64(0))
    out = (out * factor >> _FACTOR_BITS) + np.int64(out > 0)
    return out + (min(out, 10_000) * out >> 8)


@njit(cache=True)
def total_up(net: Net, part: ShortArray, parts: int, terms: Terms) -> Parts:
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
    part: ShortArray,
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
    part : ndarray of int32, shape (n,)
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
    held = bool(terms.stay.any())
    for stage in range(len(heats)):
        _anneal_stage(
            net,
            plan,
            terms,
            cuts,
            walk,
            held,
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
    held: bool,
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
        bits = next_bits(state)
        edge = cuts.listed[scaled(bits, cuts.count[0])]
        u = net.source[edge]
        if terms.fixed[u]:
            continue
        a, b = part[u], part[net.indices[edge]]
        most = heat * log_table[np.int64(bits & _LOG_MASK)] >> 16
        gain = np.int64(cuts.own[u]) - cuts.toward[edge]
        if held:
            gain += price_of_leaving(terms, u, a, b)
        if (bits >> _SWAP_AT) & _ONE and plan.size[a] + plan.size[b] < _SWAP_SIZE:
            steps = np.int64((bits >> _STEPS_AT) & _THREE)
            v = _partner(net, part, state, edge, steps)
            _try_swap(net, plan, terms, cuts, walk, held, u, v, gain, most, price)
        else:
            _try_move(net, plan, terms, cuts, walk, u, b, gain, most, price)


@lean_inline
def is_dearer(
    plan: Parts,
    terms: Terms,
    a: int,
    b: int,
    shift: int,
    gain: int,
    most: int,
    price: int,
) -> bool:
    """Return whether load going from one part to another costs more than `most`."""
    # What both parts lie outside is the most that balance can gain.
    if gain - ((plan.outside[a] + plan.outside[b]) * price >> 7) > most:
        return True
    return gain + (price_of_loads(plan, terms, a, b, shift) * price >> 7) > most


@lean_inline
def _try_move(
    net: Net,
    plan: Parts,
    terms: Terms,
    cuts: Cuts,
    walk: Walk,
    u: int,
    b: int,
    gain: int,
    most: int,
    price: int,
) -> None:
    """Move a unit to `b` if that costs `most` at most and breaks nothing."""
    part, a, shift = plan.part, plan.part[u], net.load[u]
    if is_dearer(plan, terms, a, b, shift, gain, most, price):
        return
    if plan.size[a] == 1 or not holds_without(net.indptr, net.indices, part, u, walk):
        return
    part[u] = b
    plan.size[a] -= 1
    plan.size[b] += 1
    follow(net, part, u, a, cuts)
    shift_load(plan, terms, a, b, shift)


@lean_inline
def _try_swap(
    net: Net,
    plan: Parts,
    terms: Terms,
    cuts: Cuts,
    walk: Walk,
    held: bool,
    u: int,
    v: int,
    gain: int,
    most: int,
    price: int,
) -> None:
    """Swap two units if that costs `most` at most and breaks nothing."""
    part, a, b = plan.part, plan.part[u], plan.part[v]
    if terms.fixed[v]:
        return
    if held:
        gain += price_of_leaving(terms, v, b, a)
    shift = net.load[u] - net.load[v]
    gain += price_of_loads(plan, terms, a, b, shift) * price >> 7
    # That much if all of its borders but its own ones led to the part of `u`.
    if gain + 2 * np.int64(cuts.own[v]) - cuts.total[v] > most:
        return
    back, beside = _way_back(net, part, u, v, plan.size[a] == 1)
    if back < 0:
        return
    gain += np.int64(cuts.own[v]) - cuts.toward[back] + 2 * beside
    if gain > most or not swap_if_whole(net, plan, walk, u, v):
        return
    # The list follows one unit after the other.
    part[v] = b
    follow(net, part, u, a, cuts)
    part[v] = a
    follow(net, part, v, b, cuts)
    shift_load(plan, terms, a, b, shift)


@lean_inline
def _partner(
    net: Net, part: ShortArray, state: NDArray[np.uint64], edge: int, steps: int
) -> int:
    """Return a unit within some random steps of an edge's far end, in its part."""
    v = net.indices[edge]
    b = part[v]
    for _ in range(steps):
        first = net.indptr[v]
        degree = np.int64(net.indptr[v + 1] - first)
        near = net.indices[first + scaled(next_bits(state), degree)]
        if part[near] == b:
            v = near
    return v


@lean_inline
def _way_back(
    net: Net, part: ShortArray, u: int, v: int, alone: bool
) -> tuple[int, int]:
    """Return an edge from `v` to the part of `u`, and what the edge to `u` costs.

    An edge to `u` itself, which leaves, only counts if `u` is alone there; -1 for none.
    """
    back, beside = np.int64(-1), np.int64(0)
    for j in range(net.indptr[v], net.indptr[v + 1]):
        if net.indices[j] == u:
            beside = np.int64(net.cost[j])
            if alone:
                back = j
        elif part[net.indices[j]] == part[u]:
            back = j
    return back, beside


@lean_inline
def price_of_leaving(terms: Terms, u: int, a: int, b: int) -> int:
    """Return what a unit's way from `a` to `b` costs for its home."""
    leaves, returns = terms.home[u] == a, terms.home[u] == b
    return terms.stay[u] * (np.int64(leaves) - np.int64(returns))


@lean_inline
def price_of_loads(plan: Parts, terms: Terms, a: int, b: int, shift: int) -> int:
    """Return what a shift from `a` to `b` adds to what lies outside the band."""
    new_a = excess(plan.weight[a] - shift, terms.low, terms.high, terms.factor)
    new_b = excess(plan.weight[b] + shift, terms.low, terms.high, terms.factor)
    return new_a + new_b - plan.outside[a] - plan.outside[b]


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
