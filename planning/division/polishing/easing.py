"""Small regions that cannot reach the band come as near to it as they can.

Where a region hangs on a few units, no way leads from one division to a better one but
through much worse, and no division is inside the band. Here the band is eased for one
re-split after another, which looks through every connected set: first half-way, and
nearer while that succeeds. The smallest are settled exactly; in others a grid that is
still outside, with some of those beside it.
"""

import numpy as np

from planning.division.polishing.patches import Patches
from planning.division.polishing.tidying import tidy
from planning.division.quotas.settle import settle, settle_between
from planning.division.task import Band, Task, task_from_nothing
from planning.graphs.bits import MOST_UNITS
from planning.graphs.contact import IntArray

# Grids that are divided anew together; what may stay outside, as a share of what is
# now; and sets of units that are looked at.
_GRIDS = (2, 3, 4)
_EASES = (0.5, 0.9)
_SETS, _UNITS = 5_000, 200
# What a grid lies outside, as a share of the ideal, before it is worth the search.
_WORTH = 0.005
# The same where all divisions are looked through, and rounds to tidy up the best.
_WORTH_SETTLING, _TIDIED = 0.001, 10
# Grids that are settled together around one outside, sets of units that are looked at,
# and the cut edges that it may cost.
_AROUND, _SETS_AROUND, _PAID = (2, 3, 4, 6), 8_000, 12


def ease(task: Task, part: IntArray, seed: int) -> IntArray:
    """Return the partition with its grids nearer to the band, or the same.

    Parameters
    ----------
    task : Task
        Of a connected graph of few units.
    part : ndarray of int64, shape (n,)
        Contiguous, non-empty parts 0 .. parts - 1; not changed.
    """
    plan = Patches(task, part.copy())
    rng = np.random.default_rng(seed)
    least = _WORTH * task.band.ideal
    for name in np.argsort(-plan.outside(), kind="stable").tolist():
        while plan.outside()[name] > least and _comes_nearer(plan, name, rng):
            pass
    return plan.part


def settle_if_small(task: Task, part: IntArray, steps: int) -> IntArray:
    """Return the best division of a small region outside its band, or the same.

    Parameters and result as for `ease`; `steps` sets of units are looked at.
    """
    graph, band, parts = task.graph, task.band, task.parts
    weight = np.bincount(part, graph.load, minlength=parts)
    enough = float(max(band.high - band.ideal, band.ideal - band.low))
    off = float(np.abs(weight - band.ideal).max())
    below = off - _WORTH_SETTLING * band.ideal
    if graph.size > MOST_UNITS or parts == 1 or below <= enough:
        return part
    best = settle(graph, parts, band.ideal, enough, below, steps).part
    if best is None:
        return part
    weight = np.bincount(best, graph.load, minlength=parts)
    low, high = min(band.low, int(weight.min())), max(band.high, int(weight.max()))
    eased = task_from_nothing(graph, parts, Band(low, high, band.ideal))
    return tidy(eased, best, _TIDIED, 0)


def settle_around(task: Task, part: IntArray) -> IntArray:
    """Return the partition with grids outside the band brought in with those beside.

    Parameters and result as for `ease`. All divisions of few grids are looked through:
    among coarse units one inside the band often lies behind much worse ones.
    """
    plan = Patches(task, part.copy())
    for name in np.argsort(-plan.outside(), kind="stable").tolist():
        for size in _AROUND:
            if not plan.is_outside(name):
                break
            plan.renew(name, size, _settled, _PAID)
    if (plan.part == part).all():
        return part
    return tidy(task, plan.part, _TIDIED, 0)


def _settled(task: Task, part: IntArray, _name: int) -> IntArray | None:
    """Return a division of few grids inside the band, None if none is found."""
    graph, band = task.graph, task.band
    if graph.size > MOST_UNITS or task.parts < 2:
        return None
    return settle_between(graph, part, band.low, band.high, _SETS_AROUND)


def _comes_nearer(plan: Patches, name: int, rng: np.random.Generator) -> bool:
    return any(
        plan.split(name, size, _UNITS, share, _SETS, int(rng.integers(2**32)))
        for share in _EASES
        for size in _GRIDS
        if size <= max(2, plan.task.parts)
    )
