"""Annealed and polished from a plan in force, at a price for who leaves the old grid.

Borders are cheap beside that price: they count only where all else is equal.
"""

from dataclasses import replace

import numpy as np

from planning.division.polishing.polish import polish
from planning.division.search.refine import anneal_by, make_schedule
from planning.division.task import Task
from planning.graphs.contact import IntArray
from planning.graphs.graph import PLAIN_COST

# Cut edges that one percent of a grid costs when it leaves, and that a percent outside
# the band costs from the first stage to the last; borders are cheap beside both.
_STAY, _OUTSIDE, _CHEAP = 0.24, (1.0, 30.0), 1_024
# Cool to the end: a plan in force is no bad start, and people who moved for nothing
# have to find home.
_HEAT = (0.6, 0.02)
# Warmer and longer, for load that has to travel: it ends while people can still change
# places. What leaving costs, heat, price outside, and how many times the proposals.
_STAY_AFAR = 1.0
_HEAT_AFAR, _OUTSIDE_AFAR, _LONGER = (6.0, 0.3), (4.0, 100.0), 2
# For the polish: leaving costs more there, and so does a grid outside.
_STAY_POLISHED = 1.0
# Proposals per unit: more where there are more units to choose among, up to so many.
_TRIES_PER_ROOT, _TRIES_IN_ALL = 320, 40_000_000


def anneal_home(task: Task, part: IntArray, seed: int) -> IntArray:
    """Return the plan annealed until nobody is away from home for nothing.

    Parameters
    ----------
    task : Task
        Homes and fixed units are regarded; what leaving costs is set here, per load.
    part : ndarray of int64, shape (n,)
        Contiguous, non-empty parts 0 .. parts - 1; not changed.
    """
    after = part.copy()
    schedule = make_schedule(_HEAT, _OUTSIDE)
    anneal_by(_cheap(task, _STAY), after, schedule, _tries(task.graph.size), seed)
    return after


def warm(task: Task, part: IntArray, seed: int) -> IntArray:
    """Return the plan annealed until load has travelled to where it lacks.

    Parameters
    ----------
    task, part, seed
        As for `anneal_home`.
    """
    after, tries = part.copy(), _LONGER * _tries(task.graph.size)
    schedule = make_schedule(_HEAT_AFAR, _OUTSIDE_AFAR)
    anneal_by(_cheap(task, _STAY_AFAR), after, schedule, tries, seed)
    return after


def polish_home(task: Task, part: IntArray) -> IntArray:
    """Return the plan with what lies outside the band mended, for few people.

    Parameters
    ----------
    task, part
        As for `anneal_home`.
    """
    size = task.graph.size
    tries = _tries(size) * size // 2
    return polish(_priced(task, _STAY_POLISHED), part, tries, 0)


def badness(task: Task, part: IntArray) -> tuple[int, int, int]:
    """Return the load outside the band, the grids changed, and the load that left.

    Grids count only if they have a price.
    """
    kept, outside = task.kept, int(task.outside(part).sum())
    grids = int(kept.is_touched(part, task.parts).sum()) if kept.touch else 0
    return outside, grids, int(task.graph.load[kept.has_left(part)].sum())


def _cheap(task: Task, stay: float) -> Task:
    """Return the task at a price for leaving home, beside which borders are cheap."""
    graph = task.graph
    cheap = replace(graph, cost=np.maximum(1, graph.cost // _CHEAP))
    return replace(_priced(task, stay), graph=cheap)


def _priced(task: Task, per_percent: float) -> Task:
    """Return the task with another price of leaving home, in cut edges per percent."""
    price = per_percent * PLAIN_COST * 100.0 / task.band.ideal
    stay = np.round(task.graph.load * price).astype(np.int64)
    return replace(task, kept=replace(task.kept, stay=stay))


def _tries(units: int) -> int:
    """Return proposals per unit."""
    return min(int(_TRIES_PER_ROOT * np.sqrt(units)), max(1, _TRIES_IN_ALL // units))
