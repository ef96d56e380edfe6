"""Anneal a large territory unit by unit, in the order in which its units lie.

Moves of single units, as `annealing` makes them, but each visit looks at the neighbours
of the unit itself and nothing is remembered from one to the next: where a quarter of
all proposals are taken, that is cheaper than keeping prices up to date. Units that lie
side by side are visited, and stand in memory, one after the other. So a processor's
cache holds what is needed however large the territory is, and no seams are left.
"""

# mypy: disable-error-code="assignment, arg-type, operator, return-value"
# Compiled, every integer is an int64; to mypy int and numpy's integers differ.

import numpy as np
from numpy.typing import NDArray

from geo.compiled import njit
from planning.division.annealing import (
    Parts,
    Terms,
    is_dearer,
    shift_load,
    total_up,
)
from planning.division.refine import Schedule, make_terms
from planning.division.task import Task
from planning.graphs.contact import IntArray, ShortArray
from planning.graphs.cutlist import Net, make_net
from planning.graphs.graph import PLAIN_COST, renumbered
from planning.graphs.kernels import (
    lean,
    lean_inline,
    make_log_table,
    next_bits,
    scaled,
)
from planning.graphs.wholeness import Walk, holds_without, make_walk

_STAGES = 64
# Stages until borders have found their places; then loads are brought into the band.
_FIRST_STAGES = 48
# Heat in cut edges, and cut edges per percentage point outside the band, at the start,
# after the first stages and at the end. While it is hot, loads may lie far outside:
# what they are held to then costs borders that no later stage wins back.
_HEAT, _PRICE = (0.6, 0.3, 0.1), (0.02, 0.4, 20.0)
# A short table of logarithms leaves the fastest cache to the units.
_LOG_BITS = 10
_LOG_TABLE = make_log_table(_LOG_BITS).astype(np.int32)
_LOG_MASK = np.uint64((1 << _LOG_BITS) - 1)


def sweep(task: Task, part: IntArray, visits: int, seed: int) -> IntArray:
    """Return a partition that cuts fewer borders, most of its loads in the band.

    Parameters
    ----------
    task : Task
        Of a connected graph, in at least 2 parts; what it keeps is not regarded.
    part : ndarray of int64, shape (n,)
        Contiguous, non-empty parts 0 .. parts - 1; not changed.
    visits : int
        How often each unit is looked at.
    """
    order = np.argsort(part, kind="stable")
    graph = renumbered(task.graph, order)
    short = part[order].astype(np.int32)
    schedule = _make_schedule()
    _anneal(
        make_net(graph),
        short,
        task.parts,
        make_terms(task),
        make_walk(graph.size),
        schedule.heats,
        schedule.prices,
        graph.size * visits // _STAGES,
        seed,
        _LOG_TABLE,
    )
    after = np.empty_like(part)
    after[order] = short
    return after


def _make_schedule() -> Schedule:
    return Schedule(_steps(_HEAT), _steps(_PRICE))


def _steps(turns: tuple[float, float, float]) -> IntArray:
    """Return a value per stage: by equal factors to the second, then to the third."""
    stage = np.arange(_STAGES)
    at = [0, _FIRST_STAGES - 1, _STAGES - 1]
    value = np.exp(np.interp(stage, at, np.log(turns)))
    return np.round(PLAIN_COST * value).astype(np.int64)


@njit(cache=True)
def _anneal(
    net: Net,
    part: ShortArray,
    parts: int,
    terms: Terms,
    walk: Walk,
    heats: IntArray,
    prices: IntArray,
    visits: int,
    seed: int,
    log_table: ShortArray,
) -> None:
    """Anneal a partition in place, with so many visits in each stage."""
    state = np.array([seed], dtype=np.uint64)
    plan = total_up(net, part, parts, terms)
    foreign = np.zeros(len(part), np.int32)
    for u in range(len(part)):
        for j in range(net.indptr[u], net.indptr[u + 1]):
            foreign[u] += part[net.indices[j]] != part[u]
    unit = 0
    for stage in range(len(heats)):
        heat, price = heats[stage], prices[stage]
        left = visits
        while left > 0:
            end = min(len(part), unit + left)
            _visit(
                net,
                plan,
                terms,
                foreign,
                walk,
                state,
                heat,
                price,
                unit,
                end,
                log_table,
            )
            left -= end - unit
            unit = end % len(part)


@lean
def _visit(
    net: Net,
    plan: Parts,
    terms: Terms,
    foreign: ShortArray,
    walk: Walk,
    state: NDArray[np.uint64],
    heat: int,
    price: int,
    first: int,
    end: int,
    log_table: ShortArray,
) -> None:
    """Offer each unit from `first` to `end` the part of one of its neighbours.

    `foreign` counts the neighbours of each unit that lie in other parts.
    """
    part = plan.part
    for u in range(first, end):
        if foreign[u] == 0:
            continue
        bits = next_bits(state)
        b, gain = _offer(net, part, u, scaled(bits, foreign[u]))
        most = heat * log_table[np.int64(bits & _LOG_MASK)] >> 16
        a, shift = part[u], net.load[u]
        if is_dearer(plan, terms, a, b, shift, gain, most, price):
            continue
        if plan.size[a] > 1 and holds_without(net.indptr, net.indices, part, u, walk):
            part[u] = b
            plan.size[a] -= 1
            plan.size[b] += 1
            shift_load(plan, terms, a, b, shift)
            _count_again(net, part, u, a, foreign)


@lean_inline
def _offer(net: Net, part: ShortArray, u: int, choice: int) -> tuple[int, int]:
    """Return the part of one of a unit's foreign neighbours, and what going costs."""
    a = part[u]
    b, gain = a, np.int64(0)
    for j in range(net.indptr[u], net.indptr[u + 1]):
        there = part[net.indices[j]]
        if there == a:
            gain += net.cost[j]
        else:
            if choice == 0:
                b = there
            choice -= 1
    for j in range(net.indptr[u], net.indptr[u + 1]):
        if part[net.indices[j]] == b:
            gain -= net.cost[j]
    return b, gain


@lean_inline
def _count_again(
    net: Net, part: ShortArray, u: int, before: int, foreign: ShortArray
) -> None:
    """Count foreign neighbours again around a unit that left a part."""
    now, count = part[u], 0
    for j in range(net.indptr[u], net.indptr[u + 1]):
        near = net.indices[j]
        there = part[near]
        foreign[near] += np.int32(there == before) - np.int32(there == now)
        count += there != now
    foreign[u] = count
