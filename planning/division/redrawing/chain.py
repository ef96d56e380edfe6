"""A chain of units that change grid: each step makes good for what the last one did."""

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
    may_leave,
    move,
    outside_of,
    price_of,
)
from planning.graphs.contact import IntArray
from planning.graphs.kernels import lean, lean_inline, next_bits
from planning.graphs.wholeness import Walk

# No step is there to take.
FAR = np.int64(1) << 60
# Attempts to find a step: a grid that would break asks once more.
_ATTEMPTS = 2
_THREE, _WORD = np.uint64(3), np.uint64(63)


class Chain(NamedTuple):
    """Units of a chain and the grids they came from; the step that was found last."""

    unit: IntArray
    source: IntArray
    step: IntArray


class _Wish(NamedTuple):
    """A grid that is to lose or take in a unit, and which units are not asked.

    Those of the first `steps` of the chain, the one that is `barred`, and some that
    chance (`bits`) leaves out.
    """

    grid: int
    steps: int
    barred: int
    bits: np.uint64


@njit(cache=True)
def begin_chain(steps: int) -> Chain:
    """Return an empty chain with room for so many steps."""
    return Chain(
        np.zeros(steps, np.int64), np.zeros(steps, np.int64), np.zeros(2, np.int64)
    )


@lean_inline
def go(net: Net, plan: Plan, chain: Chain, step: int, u: int, b: int) -> None:
    """Move a unit as a step of the chain."""
    chain.unit[step], chain.source[step] = u, plan.part[u]
    move(net, plan, u, b)


@lean
def take_back(net: Net, plan: Plan, chain: Chain, steps: int) -> None:
    """Undo the first steps of a chain."""
    for i in range(steps - 1, -1, -1):
        move(net, plan, chain.unit[i], chain.source[i])


@lean
def next_step(
    net: Net,
    plan: Plan,
    rule: Rule,
    walk: Walk,
    chain: Chain,
    steps: int,
    most: int,
    state: NDArray[np.uint64],
) -> int:
    """Find the cheapest step that mends the worst grid of a chain; return its price.

    `FAR` if none of them lies outside, or no step was found that costs `most` at most.
    """
    grid = _worst(plan, rule, chain, steps)
    barred = np.int64(-1)
    if grid < 0:
        return FAR
    for _ in range(_ATTEMPTS):
        wish = _Wish(grid, steps, barred, next_bits(state))
        paid = _cheapest(net, plan, rule, chain, wish)
        if paid == FAR or paid > most:
            return FAR
        barred = chain.step[0]
        if may_leave(net, plan, walk, barred):
            return paid
    return FAR


@lean
def _worst(plan: Plan, rule: Rule, chain: Chain, steps: int) -> int:
    """Return the grid of a chain that lies farthest outside the band, -1 for none."""
    worst, most = np.int64(-1), np.int64(0)
    for i in range(steps):
        for grid in (chain.source[i], np.int64(plan.part[chain.unit[i]])):
            outside = outside_of(rule, plan.weight[grid])
            if outside > most:
                worst, most = grid, outside
    return worst


@lean
def _cheapest(net: Net, plan: Plan, rule: Rule, chain: Chain, wish: _Wish) -> int:
    """Note the step that costs least for a grid; return its price, `FAR` for none.

    A unit goes out of a grid above the band and comes into one below it.
    """
    least, grid = FAR, wish.grid
    is_over = plan.weight[grid] > rule.high
    u = plan.first[grid]
    while u >= 0:
        for j in range(net.indptr[u], net.indptr[u + 1]):
            v = net.indices[j]
            other = np.int64(plan.part[v])
            mover, to = (u, other) if is_over else (v, grid)
            if other == grid or not _is_asked(net, chain, wish, mover):
                continue
            paid = price_of(net, plan, rule, mover, to)
            if paid < least:
                least, chain.step[0], chain.step[1] = paid, mover, to
        u = plan.after[u]
    return least


@lean_inline
def _is_asked(net: Net, chain: Chain, wish: _Wish, u: int) -> bool:
    chance = wish.bits >> (np.uint64(2 * u) & _WORD) & _THREE
    is_asked = not net.held[u] and u != wish.barred and chance != np.uint64(0)
    for i in range(wish.steps):
        is_asked &= chain.unit[i] != u
    return is_asked
