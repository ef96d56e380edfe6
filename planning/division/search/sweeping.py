"""Anneal a large territory unit by unit, in the order in which its units lie.

Moves of single units, as `annealing` makes them. What a move would cost in borders is
noted for each unit and each part that it touches, and holds until the unit or one
beside it has moved. So a visit mostly is one comparison, and those of some hundred
units are made in one go, without a branch; only what passes is looked at closely. Units
that lie side by side stand in memory one after the other, and are visited together some
times before the next: so a processor's faster caches hold what is needed however large
the territory is, and no seams are left.
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
# Units that are visited together, and how often before the next; and units of which
# moves are compared in one go.
_BLOCK, _TURNS, _CHUNK = 6_000, 3, 300
# A short table of logarithms leaves the fastest cache to the units.
_LOG_BITS = 10
_LOG_TABLE = make_log_table(_LOG_BITS).astype(np.int32)
_LOG_MASK = np.uint64((1 << _LOG_BITS) - 1)
# An offer holds its price above, its part below. Compiled code looks places up a third
# faster if they have no sign.
_HALF, _LOWER = 32, np.uint64(0xFFFFFFFF)
_HALF_WORD, _ONE = np.uint64(32), np.uint64(1)
_STALE, _EMPTY = np.int32(-1), np.int32(0)


class Field(NamedTuple):
    """The units, and what each could do.

    Attributes
    ----------
    net : Net
        With places without a sign.
    near : ndarray of uint32, shape (2 m,)
        See `wholeness.list_near`.
    offers : ndarray of int64, shape (2 m + 1,)
        From ``net.indptr[u]`` on one for each neighbour of u in another part: what it
        would cost in borders to go there.
    count : ndarray of int32, shape (n,)
        Offers of each unit, -1 where they are out of date.
    """

    net: Net
    near: Words
    offers: IntArray
    count: ShortArray


class Chosen(NamedTuple):
    """Room for the units of one go that may move.

    Attributes
    ----------
    units : ndarray of uint32, shape (chunk + 1,)
    draws : ndarray of uint64, shape (chunk + 1,)
        The random number of each.
    room : ndarray of int64, shape (most neighbours of a unit,)
        For offers that are brought up to date.
    """

    units: Words
    draws: NDArray[np.uint64]
    room: IntArray


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
    net = net._replace(
        indptr=net.indptr.astype(np.uint32), indices=net.indices.astype(np.uint32)
    )
    short = part[order].astype(np.uint32)
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
    plan, field, chosen = (
        total_up(net, part, parts, terms),
        _make_field(net),
        _room(net),
    )
    limits = np.empty_like(log_table)
    for stage in range(len(heats)):
        for i in range(len(log_table)):
            limits[i] = heats[stage] * log_table[i] >> 16
        for begun in range(0, visits, _TURNS):
            for first in range(0, len(part), _BLOCK):
                end = min(len(part), first + _BLOCK)
                for _ in range(min(_TURNS, visits - begun)):
                    for at in range(first, end, _CHUNK):
                        last, price = min(end, at + _CHUNK), prices[stage]
                        found = _choose(
                            field, plan, state, limits, price, at, last, chosen
                        )
                        _move(field, plan, terms, walk, limits, price, chosen, found)


@njit(cache=True)
def _make_field(net: Net) -> Field:
    offers = np.zeros(len(net.indices) + 1, np.int64)
    count = np.full(len(net.indptr) - 1, _STALE, np.int32)
    return Field(net, list_near(net.indptr, net.indices), offers, count)


@njit(cache=True)
def _room(net: Net) -> Chosen:
    most = 1
    for u in range(len(net.indptr) - 1):
        most = max(most, np.int64(net.indptr[u + 1]) - np.int64(net.indptr[u]))
    units, draws = np.empty(_CHUNK + 1, np.uint32), np.empty(_CHUNK + 1, np.uint64)
    return Chosen(units, draws, np.empty(most, np.int64))


@lean
def _choose(
    field: Field,
    plan: Parts,
    state: NDArray[np.uint64],
    limits: ShortArray,
    price: int,
    first: int,
    end: int,
    chosen: Chosen,
) -> int:
    """Note which units from `first` to `end` may take one of their offers.

    And those whose offers are out of date. Returns how many there are.
    """
    indptr, offers, part = field.net.indptr, field.offers, plan.part
    found = np.uint64(0)
    for u in range(np.uint64(first), np.uint64(end)):
        bits, count = next_bits(state), field.count[u]
        offer = _offer(indptr, offers, u, bits, np.uint64(max(count, _EMPTY)))
        # What both parts lie outside is the most that balance can gain.
        beyond = plan.outside[part[u]] + plan.outside[_part_of(offer)]
        limit = np.int64(limits[bits & _LOG_MASK]) + (beyond * price >> 7)
        chosen.units[found], chosen.draws[found] = u, bits
        is_cheap = (offer >> _HALF <= limit) & (count > _EMPTY)
        found += np.uint64(is_cheap | (count < _EMPTY))
    return found


@lean
def _move(
    field: Field,
    plan: Parts,
    terms: Terms,
    walk: Walk,
    limits: ShortArray,
    price: int,
    chosen: Chosen,
    found: int,
) -> None:
    """Let the chosen units take their offers if that is not too dear by now."""
    net, part = field.net, plan.part
    for i in range(np.uint64(found)):
        u, bits = np.uint64(chosen.units[i]), chosen.draws[i]
        if field.count[u] == _STALE:
            _look_around(field, part, u, chosen.room)
        if field.count[u] == _EMPTY:
            continue
        offer = _offer(net.indptr, field.offers, u, bits, np.uint64(field.count[u]))
        a, b, cost = np.uint64(part[u]), _part_of(offer), offer >> _HALF
        most = np.int64(limits[bits & _LOG_MASK])
        if cost > most + ((plan.outside[a] + plan.outside[b]) * price >> 7):
            continue
        shift = net.load[u]
        if cost + (price_of_loads(plan, terms, a, b, shift) * price >> 7) > most:
            continue
        if plan.size[a] > 1 and (
            holds_around(net.indptr, net.indices, field.near, part, u)
            or holds_without(net.indptr, net.indices, part, np.int64(u), walk)
        ):
            part[u] = np.uint32(b)
            plan.size[a] -= 1
            plan.size[b] += 1
            shift_load(plan, terms, a, b, shift)
            field.count[u] = _STALE
            for j in range(np.uint64(net.indptr[u]), np.uint64(net.indptr[u + _ONE])):
                field.count[net.indices[j]] = _STALE


@lean_inline
def _look_around(field: Field, part: ShortArray, u: int, room: IntArray) -> None:
    """Bring the offers of a unit up to date."""
    net, offers, first = field.net, field.offers, np.uint64(field.net.indptr[u])
    own, end = np.int64(0), first
    for j in range(np.uint64(net.indptr[u]), np.uint64(net.indptr[u + _ONE])):
        there, cost = part[net.indices[j]], np.int64(net.cost[j])
        is_own = there == part[u]
        own += cost if is_own else np.int64(0)
        offers[end] = (-cost << _HALF) + np.int64(there)
        end += np.uint64(not is_own)
    for i in range(first, end):
        b, price = _part_of(offers[i]), own
        for j in range(first, end):
            price += offers[j] >> _HALF if _part_of(offers[j]) == b else np.int64(0)
        room[i - first] = (price << _HALF) + np.int64(b)
    for i in range(first, end):
        offers[i] = room[i - first]
    field.count[u] = np.int32(end - first)


@lean_inline
def _offer(
    indptr: Words, offers: IntArray, u: int, bits: np.uint64, count: np.uint64
) -> int:
    """Return one of a unit's first offers, by the upper half of random bits."""
    at = np.uint64(indptr[u]) + ((bits >> _HALF_WORD) * count >> _HALF_WORD)
    return offers[at]


@lean_inline
def _part_of(offer: int) -> np.uint64:
    return np.uint64(offer) & _LOWER
