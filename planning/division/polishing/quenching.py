"""One round of quenching, compiled: groups of grids are warmed and cooled down fast.

As `rounds` does it, but by visits as the sweeps make them: unit after unit of a group
is moved to a grid beside it if that is cheap enough, else swapped with a unit near by.
A visit costs a third of a proposal drawn from a list of borders, and most are refused.
"""

# mypy: disable-error-code="assignment, arg-type, operator, return-value"
# Compiled, every integer is an int64; to mypy int and numpy's integers differ.

import numpy as np
from numpy.typing import NDArray

from geo.compiled import njit
from geo.lanes import net_of_lanes, same_lanes
from planning.division.polishing.rounds import (
    Groups,
    cut_out,
    list_groups,
    members,
    price_of_net,
)
from planning.division.search.annealing import (
    Parts,
    Terms,
    price_of_loads,
    shift_load,
    swap_if_whole,
    total_up,
)
from planning.division.search.refine import Schedule, make_terms
from planning.division.search.visits import (
    BITS_OF,
    HALF_WORD,
    LOG_MASK,
    LOG_TABLE,
    ROW,
    Field,
    make_field,
    may_leave,
    offer_of_many,
    own_beside,
)
from planning.division.task import Task
from planning.graphs.bits import NONE, ONE, count_units
from planning.graphs.contact import IntArray, ShortArray
from planning.graphs.cutlist import Net
from planning.graphs.kernels import lean, lean_inline, next_bits
from planning.graphs.wholeness import Walk, make_walk

# Where a random number says which way a partner is looked for, and how far.
_FIRST_STEP_AT, _NEXT_STEP_AT, _STEPS_AT = (np.uint64(at) for at in (10, 30, 63))
_STEP_BITS = np.uint64(20)
_STEP_MASK = np.uint64((1 << 20) - 1)


def quench_groups(
    task: Task, part: IntArray, group: IntArray, schedule: Schedule, visits: int,
    chance: int,
) -> bool:  # fmt: skip
    """Quench each group of grids in place; return whether that made any cheaper.

    What got dearer stays as it was. What the task keeps is not regarded.

    Parameters
    ----------
    task : Task
    part : ndarray of int64, shape (n,)
        Contiguous, non-empty parts 0 .. parts - 1; changed in place.
    group : ndarray of int64, shape (parts,)
        Numbered from 0.
    visits : int
        How often each unit is looked at, over the whole schedule.
    chance : int
        Seed of the first group, one more for each other.
    """
    graph, band = task.graph, task.band
    is_cheaper = _quench_groups(
        graph.indptr, graph.indices, graph.cost, graph.load, part,
        list_groups(part, group), make_terms(task), band.ideal,
        schedule.heats, schedule.prices, max(1, visits // len(schedule.heats)), chance,
        LOG_TABLE,
    )  # fmt: skip
    return bool(is_cheaper)


@njit(cache=True)
def _quench_groups(
    indptr: IntArray,
    indices: IntArray,
    cost: IntArray,
    load: IntArray,
    part: IntArray,
    groups: Groups,
    terms: Terms,
    ideal: int,
    heats: IntArray,
    prices: IntArray,
    turns: int,
    chance: int,
    log_table: ShortArray,
) -> bool:
    place, is_cheaper = np.full(len(part), -1, np.int32), False
    for g in range(len(groups.grid_ends) - 1):
        names, units = members(groups, g)
        if len(names) < 2:
            continue
        net = _unsigned(cut_out(indptr, indices, cost, load, units, place))
        before = groups.rank[part[units]].astype(np.uint32)
        after, state = before.copy(), np.array([chance + g], dtype=np.uint64)
        plan = total_up(net, after, len(names), terms)
        field, walk = make_field(net, after), make_walk(len(units))
        for stage in range(len(heats)):
            for _ in range(turns):
                _visit_all(
                    field, plan, terms, walk, state, heats[stage], prices[stage],
                    log_table,
                )  # fmt: skip
        old = price_of_net(net, before, len(names), terms, ideal)
        new = price_of_net(net, after, len(names), terms, ideal)
        if new <= old:
            part[units] = names[after]
        is_cheaper |= new < old
    return is_cheaper


@njit(cache=True)
def _unsigned(net: Net) -> Net:
    """Return a net whose places have no sign, as visits read it."""
    return Net(
        net.indptr.astype(np.uint32),
        net.indices.astype(np.uint32),
        net.cost,
        net.load,
        net.source,
        net.twin,
    )


@lean
def _visit_all(
    field: Field,
    plan: Parts,
    terms: Terms,
    walk: Walk,
    state: NDArray[np.uint64],
    heat: int,
    price: int,
    log_table: ShortArray,
) -> None:
    """Visit each unit once; those with more than eight neighbours are only moved."""
    for u in range(np.uint64(0), np.uint64(len(plan.part))):
        a = np.uint64(plan.part[u])
        if field.total[u] < 0:
            bits = next_bits(state)
            b, cost = offer_of_many(field.net, plan.part, u, bits)
            most = heat * np.int64(log_table[bits & LOG_MASK]) >> 16
            if b != a:
                _try_move(field, plan, terms, walk, u, b, cost, most, price)
            continue
        row, own = u * ROW, own_beside(field, a, u)
        others = np.uint64(field.filled[u]) & ~own
        if others == NONE:
            continue
        bits = next_bits(state)
        at = (bits >> HALF_WORD) * np.uint64(count_units(others)) >> HALF_WORD
        slot = np.uint64(BITS_OF[others * ROW + at])
        b = np.uint64(field.around[row + slot])
        there = same_lanes(field.around, row, np.uint32(b)) & others
        cost = net_of_lanes(field.cost, row, own, there)
        eased = (plan.outside[a] + plan.outside[b]) * price >> 7
        most = heat * np.int64(log_table[bits & LOG_MASK]) >> 16
        if cost - eased <= most and _try_move(
            field, plan, terms, walk, u, b, cost, most, price
        ):
            continue
        bits = next_bits(state)
        most = heat * np.int64(log_table[bits & LOG_MASK]) >> 16
        # A partner hardly ever brings what the unit itself costs at its borders.
        if cost - eased <= most:
            beside = field.net.indices[np.uint64(field.net.indptr[u]) + slot]
            v = _partner(field, np.uint64(beside), b, bits)
            _try_swap(field, plan, terms, walk, u, v, cost, most, price)


@lean_inline
def _try_move(
    field: Field,
    plan: Parts,
    terms: Terms,
    walk: Walk,
    u: int,
    b: np.uint64,
    cost: int,
    most: int,
    price: int,
) -> bool:
    """Move a unit to `b` if that costs `most` at most; return whether it moved."""
    a, shift = np.uint64(plan.part[u]), field.net.load[u]
    if cost + (price_of_loads(plan, terms, a, b, shift) * price >> 7) > most:
        return False
    if not may_leave(field, plan, walk, a, u):
        return False
    plan.part[u] = np.uint32(b)
    plan.size[a] -= 1
    plan.size[b] += 1
    _tell(field, u, b)
    shift_load(plan, terms, a, b, shift)
    return True


@lean_inline
def _try_swap(
    field: Field,
    plan: Parts,
    terms: Terms,
    walk: Walk,
    u: int,
    v: int,
    cost: int,
    most: int,
    price: int,
) -> None:
    """Swap two units if that costs `most` at most; the first one alone costs `cost`."""
    net, a, b = field.net, np.uint64(plan.part[u]), np.uint64(plan.part[v])
    if field.total[v] < 0:
        return
    there = same_lanes(field.around, v * ROW, np.uint32(a)) & np.uint64(field.filled[v])
    cost += net_of_lanes(field.cost, v * ROW, own_beside(field, b, v), there)
    shift = net.load[u] - net.load[v]
    cost += price_of_loads(plan, terms, a, b, shift) * price >> 7
    if there == NONE or cost > most:
        return
    first = np.uint64(net.indptr[v])
    for j in range(first, np.uint64(net.indptr[v + ONE])):
        if np.uint64(net.indices[j]) == u:
            # Their own border stays, and is no way to the part that `u` leaves.
            cost += 2 * np.int64(net.cost[j])
            there &= ~(ONE << (j - first))
    if cost > most or (there == NONE and plan.size[a] > 1):
        return
    if swap_if_whole(net, plan, walk, np.int64(u), np.int64(v)):
        _tell(field, u, b)
        _tell(field, v, a)
        shift_load(plan, terms, a, b, shift)


@lean_inline
def _tell(field: Field, u: int, b: np.uint64) -> None:
    """Write the part that a unit went to into the rows of its neighbours."""
    for j in range(
        np.uint64(field.net.indptr[u]), np.uint64(field.net.indptr[u + ONE])
    ):
        field.around[field.seen_at[j]] = np.uint32(b)


@lean_inline
def _partner(field: Field, v: int, b: np.uint64, bits: np.uint64) -> int:
    """Return a unit of `b` one or two random steps from one of it."""
    v = _step(field, v, b, bits >> _FIRST_STEP_AT)
    if bits >> _STEPS_AT:
        v = _step(field, v, b, bits >> _NEXT_STEP_AT)
    return v


@lean_inline
def _step(field: Field, v: int, b: np.uint64, bits: np.uint64) -> int:
    """Return a random neighbour of a unit in its part, or itself if there is none."""
    own = own_beside(field, b, v)
    at = (bits & _STEP_MASK) * np.uint64(count_units(own)) >> _STEP_BITS
    slot = np.uint64(BITS_OF[own * ROW + at])
    beside = field.net.indices[np.uint64(field.net.indptr[v]) + slot]
    return np.uint64(beside) if own else v
