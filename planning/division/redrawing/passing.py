"""Annealed chains: a unit changes grid, and others make good for what that does.

A narrow band lets hardly any unit go alone, nor two that are just swapped. So what a
step brings out of the band is made good at once: the grid that lies farthest outside
passes a unit on, or takes one in, whichever costs least, and so from grid to grid.
Metropolis' rule is asked after each step; a chain that it never takes is taken back.
What counts is load outside the band and load away from home, nothing else. Every fourth
chain begins with a unit that is away and goes home. Of plans that were annealed by
other chances the best grids are merged. Whole numbers, by counted chains.
"""

# mypy: disable-error-code="assignment, arg-type, operator, return-value"
# Compiled, every integer is an int64; to mypy int and numpy's integers differ.

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.compiled import njit
from planning.division.redrawing.ledger import (
    Net,
    Plan,
    Rule,
    list_units,
    may_leave,
    move,
    outside_of,
    price_of,
)
from planning.division.redrawing.merging import merge
from planning.division.task import Task
from planning.graphs.contact import IntArray, ShortArray
from planning.graphs.kernels import (
    LOG_BITS,
    LOG_TABLE,
    lean,
    lean_inline,
    next_bits,
    scaled,
)
from planning.graphs.wholeness import Walk, make_walk

# Heat from the first stage to the last, percent of a grid that moves; what a percent
# outside the band costs beside it; and to be outside at all, as so much load outside.
_STAGES, _HEAT, _OUTSIDE, _AT_ALL = 64, (0.3, 0.05), (10.0, 100.0), 0.003
# Steps of a chain, and attempts to find each: a grid that would break asks once more.
_STEPS, _ATTEMPTS = 5, 2
# Chains begun per unit, fewer where grids have many units to look through.
_TRIES, _LOOKS = 300, 20_000_000
# The same hotter, so that plans differ; and with what lies outside dearer, where grids
# stay there. So often the best plan is annealed again while any does.
_HOT, _DEAR, _AGAIN = (2.0, 0.05), (100.0, 1_000.0), 3
_FAR = np.int64(1) << 60
# Where a chain's random number is read: logarithm, and whether it begins at home.
_LOG_MASK, _HOME_AT = np.uint64((1 << LOG_BITS) - 1), np.uint64(LOG_BITS)
_ONE, _THREE, _WORD = np.uint64(1), np.uint64(3), np.uint64(63)


class _Chain(NamedTuple):
    """Units of a chain and the grids they came from; the step that was found last."""

    unit: IntArray
    source: IntArray
    step: IntArray


def pass_on(task: Task, plans: list[IntArray]) -> IntArray:
    """Return the best plan, after chains, of the grids of some plans.

    Parameters
    ----------
    task : Task
        Homes and fixed units are regarded, what leaving costs and borders are not.
    plans : list of ndarray of int64, shape (n,)
        Each of contiguous, non-empty parts 0 .. parts - 1; not changed.
    """
    if task.parts == 1:
        return plans[0]
    known = list(plans)
    for plan in plans:
        known += [_annealed(task, plan, 0), _annealed(task, plan, 1, heat=_HOT)]
    best = merge(task, known)
    for seed in range(2, 2 + _AGAIN):
        if not task.outside(best).any():
            break
        inside = _annealed(task, best, seed, outside=_DEAR)
        known += [inside, _annealed(task, inside, seed)]
        known += [_annealed(task, best, seed, heat=_HOT)]
        best = merge(task, known)
    return best


def _annealed(
    task: Task,
    part: IntArray,
    seed: int,
    heat: tuple[float, float] = _HEAT,
    outside: tuple[float, float] = _OUTSIDE,
) -> IntArray:
    graph, band = task.graph, task.band
    net = Net(
        graph.indptr.astype(np.int64),
        graph.indices.astype(np.int64),
        graph.load,
        task.kept.home,
        # Who weighs nothing brings nothing.
        task.kept.fixed | (graph.load == 0),
    )
    after = part.astype(np.int32)
    tries = min(_TRIES * graph.size, _LOOKS * task.parts // graph.size)
    _anneal(
        net,
        after,
        task.parts,
        Rule(band.low, band.high, int(_AT_ALL * band.ideal), 0),
        _steps(heat, band.ideal / 100),
        _steps(outside, 1.0),
        max(1, tries // _STAGES),
        seed,
        LOG_TABLE,
    )
    return after.astype(np.int64)


def _steps(ends: tuple[float, float], unit: float) -> IntArray:
    first, last = ends
    step = (last / first) ** (np.arange(_STAGES) / (_STAGES - 1))
    return np.round(unit * first * step).astype(np.int64)


@njit(cache=True)
def _anneal(
    net: Net,
    part: ShortArray,
    parts: int,
    rule: Rule,
    heats: IntArray,
    prices: IntArray,
    tries: int,
    seed: int,
    log_table: IntArray,
) -> None:
    plan = list_units(net, part, parts)
    walk, state = make_walk(len(part)), np.array([seed], np.uint64)
    chain = _Chain(
        np.zeros(_STEPS, np.int64), np.zeros(_STEPS, np.int64), np.zeros(2, np.int64)
    )
    for stage in range(len(heats)):
        own = Rule(rule.low, rule.high, rule.at_all, prices[stage])
        _anneal_stage(
            net, plan, own, walk, chain, heats[stage], tries, state, log_table
        )


@lean
def _anneal_stage(
    net: Net,
    plan: Plan,
    rule: Rule,
    walk: Walk,
    chain: _Chain,
    heat: int,
    tries: int,
    state: NDArray[np.uint64],
    log_table: IntArray,
) -> None:
    for _ in range(tries):
        bits = next_bits(state)
        u, b = _first_step(net, plan, bits, state)
        if b < 0 or not may_leave(net, plan, walk, u):
            continue
        most = heat * log_table[np.int64(bits & _LOG_MASK)] >> 16
        paid, steps = price_of(net, plan, rule, u, b), 1
        _go(net, plan, chain, 0, u, b)
        while paid > most and steps < _STEPS:
            last = most - paid if steps == _STEPS - 1 else _FAR
            more = _next_step(net, plan, rule, walk, chain, steps, last, state)
            if more == _FAR:
                break
            paid += more
            _go(net, plan, chain, steps, chain.step[0], chain.step[1])
            steps += 1
        if paid > most:
            for i in range(steps - 1, -1, -1):
                move(net, plan, chain.unit[i], chain.source[i])


@lean
def _first_step(
    net: Net, plan: Plan, bits: np.uint64, state: NDArray[np.uint64]
) -> tuple[int, int]:
    """Return a unit and the grid it goes to, which it touches; -1 for none."""
    if plan.count[0] > 0 and (bits >> _HOME_AT) & _THREE == np.uint64(0):
        u = plan.away[scaled(bits, plan.count[0])]
        for j in range(net.indptr[u], net.indptr[u + 1]):
            if plan.part[net.indices[j]] == net.home[u] and not net.held[u]:
                return u, net.home[u]
        return u, np.int64(-1)
    u = scaled(bits, len(plan.part))
    first, end = net.indptr[u], net.indptr[u + 1]
    if first == end or net.held[u]:
        return u, np.int64(-1)
    near = net.indices[first + scaled(next_bits(state), end - first)]
    b = np.int64(plan.part[near])
    return u, b if b != plan.part[u] else np.int64(-1)


@lean
def _next_step(
    net: Net,
    plan: Plan,
    rule: Rule,
    walk: Walk,
    chain: _Chain,
    steps: int,
    most: int,
    state: NDArray[np.uint64],
) -> int:
    """Find the cheapest step that mends the worst grid of a chain; return its price.

    `_FAR` if none is lies outside, or no step was found that costs `most` at most.
    """
    grid = _worst(plan, rule, chain, steps)
    barred = np.int64(-1)
    if grid < 0:
        return _FAR
    for _ in range(_ATTEMPTS):
        bits = next_bits(state)
        if plan.weight[grid] > rule.high:
            paid = _cheapest_out(net, plan, rule, chain, steps, grid, barred, bits)
        else:
            paid = _cheapest_in(net, plan, rule, chain, steps, grid, barred, bits)
        if paid == _FAR or paid > most:
            return _FAR
        barred = chain.step[0]
        if may_leave(net, plan, walk, barred):
            return paid
    return _FAR


@lean
def _worst(plan: Plan, rule: Rule, chain: _Chain, steps: int) -> int:
    """Return the grid of a chain that lies farthest outside the band, -1 for none."""
    worst, most = np.int64(-1), np.int64(0)
    for i in range(steps):
        for grid in (chain.source[i], np.int64(plan.part[chain.unit[i]])):
            outside = outside_of(rule, plan.weight[grid])
            if outside > most:
                worst, most = grid, outside
    return worst


@lean
def _cheapest_out(
    net: Net,
    plan: Plan,
    rule: Rule,
    chain: _Chain,
    steps: int,
    grid: int,
    barred: int,
    bits: np.uint64,
) -> int:
    """Find the unit of a grid that costs least to pass on; chance leaves some out."""
    least = _FAR
    u = plan.first[grid]
    while u >= 0:
        if not _is_passed(net, chain, steps, u, barred, bits):
            b = np.int64(-1)
            for j in range(net.indptr[u], net.indptr[u + 1]):
                if plan.part[net.indices[j]] in (grid, b):
                    continue
                b = np.int64(plan.part[net.indices[j]])
                paid = price_of(net, plan, rule, u, b)
                if paid < least:
                    least, chain.step[0], chain.step[1] = paid, u, b
        u = plan.after[u]
    return least


@lean
def _cheapest_in(
    net: Net,
    plan: Plan,
    rule: Rule,
    chain: _Chain,
    steps: int,
    grid: int,
    barred: int,
    bits: np.uint64,
) -> int:
    """Find the unit that costs least to take in; chance leaves some out."""
    least = _FAR
    u = plan.first[grid]
    while u >= 0:
        for j in range(net.indptr[u], net.indptr[u + 1]):
            v = net.indices[j]
            if plan.part[v] == grid or _is_passed(net, chain, steps, v, barred, bits):
                continue
            paid = price_of(net, plan, rule, v, grid)
            if paid < least:
                least, chain.step[0], chain.step[1] = paid, v, grid
        u = plan.after[u]
    return least


@lean_inline
def _is_passed(
    net: Net, chain: _Chain, steps: int, u: int, barred: int, bits: np.uint64
) -> bool:
    """Return whether a unit is not asked: held, in the chain, barred, or by chance."""
    passed = net.held[u] or u == barred
    passed |= bits >> (np.uint64(2 * u) & _WORD) & _THREE == np.uint64(0)
    for i in range(steps):
        passed |= chain.unit[i] == u
    return passed


@lean_inline
def _go(net: Net, plan: Plan, chain: _Chain, step: int, u: int, b: int) -> None:
    """Move a unit as a step of the chain."""
    chain.unit[step], chain.source[step] = u, plan.part[u]
    move(net, plan, u, b)
