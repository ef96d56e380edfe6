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

import numpy as np
from numpy.typing import NDArray

from geo.compiled import njit
from planning.division.redrawing.chain import (
    FAR,
    Chain,
    begin_chain,
    go,
    next_step,
    take_back,
)
from planning.division.redrawing.ledger import (
    Net,
    Plan,
    Rule,
    list_units,
    may_leave,
    price_of,
)
from planning.division.redrawing.merging import merge
from planning.division.task import Task
from planning.graphs.contact import IntArray, ShortArray
from planning.graphs.kernels import (
    LOG_BITS,
    LOG_TABLE,
    lean,
    next_bits,
    scaled,
)
from planning.graphs.wholeness import Walk, make_walk

# Heat from the first stage to the last, percent of a grid that moves; what a percent
# outside the band costs beside it; and to be outside at all, as so much load outside.
_STAGES, _HEAT, _OUTSIDE, _AT_ALL = 64, (0.3, 0.05), (10.0, 100.0), 0.003
# Steps of a chain.
_STEPS = 5
# Chains begun per unit, fewer where grids have many units to look through.
_TRIES, _LOOKS = 300, 20_000_000
# The same hotter, so that plans differ; and with what lies outside dearer, where grids
# stay there. So often the best plan is annealed again while any does.
_HOT, _DEAR, _AGAIN = (2.0, 0.05), (100.0, 1_000.0), 3
# Where a chain's random number is read: logarithm, and whether it begins at home.
_LOG_MASK, _HOME_AT = np.uint64((1 << LOG_BITS) - 1), np.uint64(LOG_BITS)
_THREE = np.uint64(3)


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
    chain = begin_chain(_STEPS)
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
    chain: Chain,
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
        go(net, plan, chain, 0, u, b)
        while paid > most and steps < _STEPS:
            last = most - paid if steps == _STEPS - 1 else FAR
            more = next_step(net, plan, rule, walk, chain, steps, last, state)
            if more == FAR:
                break
            paid += more
            go(net, plan, chain, steps, chain.step[0], chain.step[1])
            steps += 1
        if paid > most:
            take_back(net, plan, chain, steps)


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
