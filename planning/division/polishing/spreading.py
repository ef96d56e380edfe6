"""Spread: what lies outside the band is passed on, and what cannot be is settled.

Where grids are a few heavy units each, nothing can be passed on from some. Those are
annealed two by two, divided from nothing with those around, or brought into the band at
the price of another near by: by several chances, with chains after each.
"""

from collections.abc import Callable
from functools import partial
from itertools import cycle

import numpy as np

from planning.division.polishing.afresh import divide_afresh
from planning.division.polishing.pairs import anneal_pairs
from planning.division.polishing.patches import Patches
from planning.division.polishing.polish import pass_on_all, worst_first
from planning.division.task import Task
from planning.graphs.contact import IntArray

# What no chain mends: turn by turn, grids that are divided from nothing together; how
# often in all, and how often all is begun again; proposals per unit, sets of units in
# each chain, and by chance the share of the ideal from which on a unit is heavy there:
# grids laid for heavy units first are the same each time. With the last none is heavy.
_RENEWED, _MOST_RENEWED, _RENEWALS = (10, 14, 20, 28), 8, 3
_RENEW_TRIES, _SETS_RENEWED, _RENEW_HEAVY = 1_000, 100_000, (0.35, 0.2, 0.7, 2.0)
# Before that, grids whose pairs are annealed; how often in all, and how many cut edges
# more that may cost; and pairs drawn per grid.
_PAIRED, _MOST_PAIRED, _PAIR_BUDGET, _PAIRS = (20, 30, 40), 24, 12, 100
# Then it may be shifted to another grid near by: grids around that it is passed on
# among, how often in all, and how many cut edges more that may cost. And grids that are
# covered, how far outside the band the other may be as a share of the ideal, trials,
# and sets of units in each chain from there.
_SHIFTED, _MOST_SHIFTED, _SHIFT_BUDGET = (30, 40), 12, 12
_SHIFT_GRIDS, _SHIFT_CAP, _SHIFT_TRIALS = (7, 6, 8, 9, 5, 4, 3), 0.06, 2
_SETS_SHIFTED = 60_000


def spread(task: Task, part: IntArray, seed: int) -> IntArray:
    """Return the partition with what lies outside the band passed on to grids inside.

    It may cut more borders. Where grids are a few heavy units each, nothing can be
    passed on from some: those are annealed in pairs with those around, divided from
    nothing, or brought into the band at the price of another near by, by several
    chances. Parameters as for `polish`.
    """
    plan = Patches(task, part.copy())
    rng = np.random.default_rng(seed)
    pass_on_all(plan, rng)
    for _ in range(_RENEWALS):
        if not plan.outside().any():
            break
        _renew(plan, rng, _by_pairs, _PAIRED, _MOST_PAIRED, _PAIR_BUDGET)
        _renew(plan, rng, _afresh, _RENEWED, _MOST_RENEWED, 0)
        pass_on_all(plan, rng)
        _renew(plan, rng, _shifted, _SHIFTED, _MOST_SHIFTED, _SHIFT_BUDGET)
    return plan.part


def _renew(
    plan: Patches,
    rng: np.random.Generator,
    search: Callable[..., IntArray | None],
    sizes: tuple[int, ...],
    most: int,
    budget: int,
) -> None:
    """Divide grids outside the band anew with those around them, so often at most."""
    for size in cycle(sizes):
        worst = [name for name in worst_first(plan.outside()) if plan.is_outside(name)]
        if most <= 0 or not worst:
            break
        for name in worst[:most]:
            if plan.is_outside(name):
                chance = int(rng.integers(2**32))
                plan.renew(name, size, partial(search, seed=chance), budget)
                most -= 1


def _shifted(task: Task, part: IntArray, name: int, seed: int) -> IntArray | None:
    """Bring a grid into the band, and pass on what is wrong with another for it."""
    plan, rng = Patches(task, part.copy()), np.random.default_rng(seed)
    cap, stuck = int(_SHIFT_CAP * task.band.ideal), plan.outside() > 0
    for size in _SHIFT_GRIDS:
        chance = int(rng.integers(2**32))
        names = plan.shift(name, size, cap, _SHIFT_TRIALS, chance)
        if len(names):
            stuck[names] = False
            pass_on_all(plan, rng, _SETS_SHIFTED, stuck)
            return plan.part
    return None


def _by_pairs(task: Task, part: IntArray, _name: int, seed: int) -> IntArray:
    """Anneal pairs of grids, and pass on what that leaves outside the band."""
    plan = Patches(task, anneal_pairs(task, part, _PAIRS * task.parts, seed))
    pass_on_all(plan, np.random.default_rng(seed), _SETS_SHIFTED)
    return plan.part


def _afresh(task: Task, _part: IntArray, _name: int, seed: int) -> IntArray:
    rng, size = np.random.default_rng(seed), task.graph.size
    heavy = float(rng.choice(_RENEW_HEAVY))
    plan = Patches(task, divide_afresh(task, _RENEW_TRIES, size, seed, heavy))
    pass_on_all(plan, rng, _SETS_RENEWED)
    return plan.part
