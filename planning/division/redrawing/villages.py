"""Redraw a region of few grids, as villages are, by several chances.

Where regions are many, programs take seconds for each, also where nothing can be
gained; a small region is annealed in a hundredth of one. So it is annealed twice, and
while grids stay outside polished, and begun once more from a plan that was warmed until
load has travelled. Where the fewest grids are wanted, one after the other gets
its units back, and stays so if the others reach as much.
"""

import numpy as np
from numpy.typing import NDArray

from planning.division.redrawing.homing import anneal_home, badness, polish_home, warm
from planning.division.task import Task
from planning.graphs.contact import IntArray

# How often a region is annealed from the plan in force.
_CHANCES = 2


def redraw_village(task: Task, start: IntArray) -> IntArray:
    """Return the plan with least load outside the band, and least changed, of many.

    Parameters
    ----------
    task : Task
        Homes, fixed units, and whether a grid that changes has a price are regarded;
        what leaving costs is set here, per load.
    start : ndarray of int64, shape (n,)
        The plan in force made whole: contiguous, non-empty parts 0 .. parts - 1.
    """
    if not task.outside(start).any():
        return start.copy()
    best = _by_chances(task, start, _CHANCES)
    return _with_fewer_touched(task, start, best) if task.kept.touch else best


def _by_chances(task: Task, start: IntArray, chances: int) -> IntArray:
    plans = [start]
    for chance in range(chances):
        plans += _annealed(task, start, chance)
    if all(task.outside(plan).any() for plan in plans):
        plans += _annealed(task, warm(task, start, 0), 0)
    return min(plans, key=lambda plan: badness(task, plan))


def _annealed(task: Task, begun: IntArray, chance: int) -> list[IntArray]:
    """Return the plan annealed, and if grids stay outside, also polished."""
    after = anneal_home(task, begun, chance)
    if not task.outside(after).any():
        return [after]
    return [after, polish_home(task, after)]


def _with_fewer_touched(task: Task, start: IntArray, best: IntArray) -> IntArray:
    """Return the plan with grids untouched that the others can do without."""
    moved = np.zeros(task.parts, np.int64)
    np.add.at(moved, start, task.graph.load * (best != start))
    np.add.at(moved, best, task.graph.load * (best != start))
    # Who is outside as it is has to change.
    idle, apart = task.outside(start) == 0, np.zeros(task.parts, bool)
    for name in np.argsort(moved, kind="stable").tolist():
        if not (idle & task.kept.is_touched(best, task.parts))[name]:
            continue
        apart[name] = True
        without = _redrawn_beside(task, start, apart)
        if badness(task, without) < badness(task, best):
            best = without
        else:
            apart[name] = False
    return best


def _redrawn_beside(task: Task, start: IntArray, apart: NDArray[np.bool_]) -> IntArray:
    """Return the plan redrawn among all grids but some, which stay as they are."""
    nodes, names = np.flatnonzero(~apart[start]), np.flatnonzero(~apart)
    plan = start.copy()
    if len(names):
        inner = task.among(nodes, names)
        before = np.searchsorted(names, start[nodes])
        plan[nodes] = names[_by_chances(inner, before, 1)]
    return plan
