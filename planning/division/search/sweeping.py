"""Anneal a large territory unit by unit, in the order in which its units lie.

Moves of single units, as `annealing` makes them. Units that lie side by side stand in
memory one after the other, and are visited together some times before the next: so a
processor's faster caches hold what is needed however large the territory is, and no
seams are left. Of those only the units that are likely to move are visited each time,
the others once, with as much chance as they would have had in all visits.
"""

# mypy: disable-error-code="assignment, arg-type, operator, return-value"
# Compiled, every integer is an int64; to mypy int and numpy's integers differ.

import numpy as np
from numpy.typing import NDArray

from geo.compiled import njit
from planning.division.search.annealing import Parts, Terms, total_up
from planning.division.search.refine import Schedule, make_terms
from planning.division.search.visits import (
    LOG_MASK,
    LOG_TABLE,
    Block,
    Busy,
    Field,
    enlist,
    least_price,
    make_busy,
    make_field,
    visit,
)
from planning.division.task import Task
from planning.graphs.contact import IntArray, ShortArray
from planning.graphs.cutlist import Net, make_net
from planning.graphs.graph import PLAIN_COST, renumbered
from planning.graphs.kernels import lean, next_bits
from planning.graphs.wholeness import Walk, make_walk

_STAGES = 64
# Stages until borders have found their places; then loads are brought into the band.
_FIRST_STAGES = 48
# Heat in cut edges, and cut edges per percentage point outside the band, at the start,
# after the first stages and at the end. While it is hot, loads may lie far outside:
# what they are held to then costs borders that no later stage wins back.
_HEAT, _PRICE = (0.6, 0.3, 0.1), (0.02, 0.3, 20.0)
# Units that are visited together, and how often before the next.
_BLOCK, _TURNS = 6_000, 8
_LOG_OF_TURNS = np.round(np.log(np.r_[1, 1 : _TURNS + 1]) * (1 << 16)).astype(np.int64)


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
        LOG_TABLE,
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
    state, size = np.array([seed], dtype=np.uint64), len(part)
    plan, field, busy = (
        total_up(net, part, parts, terms),
        make_field(net, part),
        make_busy(size),
    )
    limits, late = np.empty_like(log_table), np.empty_like(log_table)
    number = 0
    for stage in range(len(heats)):
        for begun in range(0, visits, _TURNS):
            turns = min(_TURNS, visits - begun)
            unlikely = heats[stage] * _LOG_OF_TURNS[turns] >> 16
            for i in range(len(log_table)):
                limits[i] = heats[stage] * log_table[i] >> 16
                late[i] = limits[i] + unlikely
            for first in range(0, size, _BLOCK):
                number += 1
                block = Block(first, min(size, first + _BLOCK), number)
                price = prices[stage]
                _look_over(
                    field, plan, terms, walk, state, late, price, unlikely, block, busy
                )
                _visit_busy(
                    field, plan, terms, walk, state, limits, price, turns, block, busy
                )


@lean
def _look_over(
    field: Field,
    plan: Parts,
    terms: Terms,
    walk: Walk,
    state: NDArray[np.uint64],
    limits: ShortArray,
    price: int,
    unlikely: int,
    block: Block,
    busy: Busy,
) -> None:
    """List the units of a block that are likely to move, and visit the others once."""
    busy.count[0] = 0
    for u in range(np.uint64(block.first), np.uint64(block.end)):
        least, is_inner = least_price(field, plan, u, price)
        busy.least[u] = least
        if is_inner:
            continue
        if least < unlikely:
            enlist(busy, block, u)
            continue
        bits = next_bits(state)
        if least <= limits[bits & LOG_MASK]:
            visit(field, plan, terms, walk, bits, limits, price, block, busy, u)


@lean
def _visit_busy(
    field: Field,
    plan: Parts,
    terms: Terms,
    walk: Walk,
    state: NDArray[np.uint64],
    limits: ShortArray,
    price: int,
    turns: int,
    block: Block,
    busy: Busy,
) -> None:
    """Visit the listed units so many times; the list grows as others move."""
    for _ in range(turns):
        at = np.uint64(0)
        while at < np.uint64(busy.count[0]):
            u, bits = np.uint64(busy.units[at]), next_bits(state)
            if busy.least[u] <= limits[bits & LOG_MASK]:
                visit(field, plan, terms, walk, bits, limits, price, block, busy, u)
            at += np.uint64(1)
