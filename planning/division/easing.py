"""Small regions that cannot reach the band come as near to it as they can.

Where a region hangs on a few units, no way leads from one division to a better one but
through much worse, and no division is inside the band. Here the band is eased for one
re-split after another, which looks through every connected set: first half-way, and
nearer while that succeeds.
"""

import numpy as np

from planning.division.patches import Patches
from planning.division.task import Task
from planning.graphs.contact import IntArray

# Grids that are divided anew together; what may stay outside, as a share of what is
# now; and sets of units that are looked at.
_GRIDS = (2, 3, 4)
_EASES = (0.5, 0.75, 0.9, 0.25)
_SETS, _UNITS = 5_000, 200
# What a grid lies outside, as a share of the ideal, before it is worth the search.
_WORTH = 0.005


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


def _comes_nearer(plan: Patches, name: int, rng: np.random.Generator) -> bool:
    return any(
        plan.split(name, size, _UNITS, share, _SETS, int(rng.integers(2**32)))
        for share in _EASES
        for size in _GRIDS
        if size <= max(2, plan.task.parts)
    )
