"""Anneal a large territory unit by unit, in the order in which its units lie.

Moves of single units, as `annealing` makes them, but each visit looks at the neighbours
of the unit itself: where a tenth of all proposals are taken, that is cheaper than
keeping all prices up to date. Units that lie side by side stand in memory one after the
other, and are visited together some times before the next: so a processor's fastest
cache holds what is needed however large the territory is, and no seams are left.
"""

# mypy: disable-error-code="assignment, arg-type, operator, return-value"
# Compiled, every integer is an int64; to mypy int and numpy's integers differ.

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.compiled import njit
from planning.division.search.annealing import (
    Parts,
    Terms,
    price_of_loads,
    shift_load,
    total_up,
)
from planning.division.search.refine import Schedule, make_terms
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
from planning.graphs.wholeness import (
    Walk,
    Words,
    holds_around,
    holds_without,
    list_near,
    make_walk,
)

_STAGES = 64
# Stages until borders have found their places; then loads are brought into the band.
_FIRST_STAGES = 48
# Heat in cut edges, and cut edges per percentage point outside the band, at the start,
# after the first stages and at the end. While it is hot, loads may lie far outside:
# what they are held to then costs borders that no later stage wins back.
_HEAT, _PRICE = (0.6, 0.3, 0.1), (0.02, 0.4, 20.0)
# Units that are visited together, and how often before the next.
_BLOCK, _TURNS = 6_000, 3
# A short table of logarithms leaves the fastest cache to the units.
_LOG_BITS = 10
_LOG_TABLE = make_log_table(_LOG_BITS).astype(np.int32)
_LOG_MASK = np.uint64((1 << _LOG_BITS) - 1)


class Field(NamedTuple):
    """The units, and how each lies among the parts around it.

    Attributes
    ----------
    net : Net
        With neighbours without a sign: looking them up is a third cheaper so.
    near : ndarray of uint32, shape (2 m,)
        See `wholeness.list_near`.
    foreign : ndarray of int32, shape (n,)
        Neighbours of each unit that lie in other parts.
    own, whole : ndarray of int32, shape (n,)
        What the borders of a unit inside its part cost, and all of them.
    """

    net: Net
    near: Words
    foreign: ShortArray
    own: ShortArray
    whole: ShortArray


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
    net = make_net(renumbered(task.graph, order))
    net = net._replace(indices=net.indices.astype(np.uint32))
    short = part[order].astype(np.int32)
    schedule = _make_schedule()
    _anneal(
        net,
        short,
        task.parts,
        make_terms(task),
        make_walk(len(part)),
        schedule.heats,
        schedule.prices,
        max(1, visits // _STAGES),
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
    """Anneal a partition in place, with so many visits of each unit in each stage."""
    state = np.array([seed], dtype=np.uint64)
    plan, field = total_up(net, part, parts, terms), _look_around(net, part)
    for stage in range(len(heats)):
        heat, price = heats[stage], prices[stage]
        for begun in range(0, visits, _TURNS):
            for first in range(0, len(part), _BLOCK):
                end = min(len(part), first + _BLOCK)
                for _ in range(min(_TURNS, visits - begun)):
                    _visit(
                        field,
                        plan,
                        terms,
                        walk,
                        state,
                        heat,
                        price,
                        first,
                        end,
                        log_table,
                    )


@njit(cache=True)
def _look_around(net: Net, part: ShortArray) -> Field:
    foreign, own, whole = np.zeros((3, len(part)), np.int32)
    for u in range(len(part)):
        for j in range(net.indptr[u], net.indptr[u + 1]):
            whole[u] += net.cost[j]
            if part[net.indices[j]] == part[u]:
                own[u] += net.cost[j]
            else:
                foreign[u] += 1
    return Field(net, list_near(net.indptr, net.indices), foreign, own, whole)


@lean
def _visit(
    field: Field,
    plan: Parts,
    terms: Terms,
    walk: Walk,
    state: NDArray[np.uint64],
    heat: int,
    price: int,
    first: int,
    end: int,
    log_table: ShortArray,
) -> None:
    """Offer each unit from `first` to `end` the part of one of its neighbours."""
    net, part = field.net, plan.part
    for u in range(first, end):
        if field.foreign[u] == 0:
            continue
        bits = next_bits(state)
        a, own = part[u], np.int64(field.own[u])
        b = _part_beside(net, part, u, scaled(bits, field.foreign[u]))
        most = heat * log_table[np.int64(bits & _LOG_MASK)] >> 16
        # What both parts lie outside is the most that balance can gain; all borders
        # with other parts are the most that borders can.
        with_loads = most + ((plan.outside[a] + plan.outside[b]) * price >> 7)
        if 2 * own - field.whole[u] > with_loads:
            continue
        toward = _toward(net, part, u, b)
        if own - toward > with_loads:
            continue
        shift = net.load[u]
        if (
            own - toward + (price_of_loads(plan, terms, a, b, shift) * price >> 7)
            > most
        ):
            continue
        if plan.size[a] > 1 and (
            holds_around(net.indptr, net.indices, field.near, part, u)
            or holds_without(net.indptr, net.indices, part, u, walk)
        ):
            part[u] = b
            plan.size[a] -= 1
            plan.size[b] += 1
            shift_load(plan, terms, a, b, shift)
            _follow(field, part, u, a, toward)


@lean_inline
def _part_beside(net: Net, part: ShortArray, u: int, choice: int) -> int:
    """Return the part of one of a unit's foreign neighbours."""
    b = part[u]
    for j in range(net.indptr[u], net.indptr[u + 1]):
        there = part[net.indices[j]]
        if there != part[u]:
            if choice == 0:
                b = there
            choice -= 1
    return b


@lean_inline
def _toward(net: Net, part: ShortArray, u: int, b: int) -> int:
    """Return what the borders of a unit with a part cost."""
    total = np.int64(0)
    for j in range(net.indptr[u], net.indptr[u + 1]):
        total += net.cost[j] if part[net.indices[j]] == b else np.int32(0)
    return total


@lean_inline
def _follow(field: Field, part: ShortArray, u: int, before: int, own: int) -> None:
    """Bring the field up to date around a unit that left a part."""
    net, now, count = field.net, part[u], 0
    for j in range(net.indptr[u], net.indptr[u + 1]):
        near = net.indices[j]
        there = part[near]
        came = np.int32(there == now) - np.int32(there == before)
        field.own[near] += net.cost[j] * came
        field.foreign[near] -= came
        count += there != now
    field.foreign[u] = count
    field.own[u] = own
