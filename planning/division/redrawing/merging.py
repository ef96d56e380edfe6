"""One plan out of several: of each grid the units that it has in one of them.

Plans that were annealed by chance are good in one place and worse in another. A whole
program over the grids of all of them picks the best that fit together. It is small,
and ends by counted nodes.
"""

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csc_array

from planning.division.redrawing.homing import badness
from planning.division.task import Task
from planning.graphs.contact import IntArray

_NODES = 50
# What load outside the band costs beside load that is away from home, and what a grid
# that is outside at all costs, in percent of a grid.
_OUTSIDE, _AT_ALL = 30.0, 100.0


def merge(task: Task, plans: list[IntArray]) -> IntArray:
    """Return the best plan of these and of one made of their grids.

    Parameters
    ----------
    task : Task
    plans : list of ndarray of int64, shape (n,)
        Each of contiguous, non-empty parts 0 .. parts - 1.
    """
    names, sets = _grids_of(task, plans)
    if len(names) == task.parts:
        return plans[0]
    length = np.array([len(units) for units in sets])
    column, unit = np.repeat(np.arange(len(sets)), length), np.concatenate(sets)
    every = np.arange(len(sets))
    # A row for each grid, then one for each unit.
    rows, columns = np.r_[names, task.parts + unit], np.r_[every, column]
    shape = (task.parts + task.graph.size, len(sets))
    matrix = csc_array((np.ones(len(rows)), (rows, columns)), shape)
    made = milp(
        _prices(task, names[column], unit, column),
        integrality=np.ones(len(sets), np.int64),
        bounds=Bounds(0, 1),
        constraints=LinearConstraint(matrix, 1, 1),
        options={"node_limit": _NODES},
    )
    if made.x is not None:
        merged, takes = plans[0].copy(), (made.x > 0.5)[column]
        merged[unit[takes]] = names[column[takes]]
        plans = [merged, *plans]
    return min(plans, key=lambda plan: badness(task, plan))


def _grids_of(task: Task, plans: list[IntArray]) -> tuple[IntArray, list[IntArray]]:
    """Return each grid with each set of units that it has, and these sets."""
    found = dict[tuple[int, bytes], IntArray]()
    for plan in plans:
        ends = np.cumsum(np.bincount(plan, minlength=task.parts))[:-1]
        grids = np.split(np.argsort(plan, kind="stable"), ends)
        found |= {(i, units.tobytes()): units for i, units in enumerate(grids)}
    return np.array([name for name, _ in found]), list(found.values())


def _prices(task: Task, name: IntArray, unit: IntArray, column: IntArray) -> np.ndarray:
    """Return what each column costs, percent of a grid; its units go to `name`."""
    load, home, band = task.graph.load[unit], task.kept.home[unit], task.band
    weight = np.bincount(column, load)
    outside = np.maximum(0, np.maximum(band.low - weight, weight - band.high))
    away = np.bincount(column, load * ((home >= 0) & (home != name)))
    share = 100.0 / band.ideal
    return np.asarray((away + _OUTSIDE * outside) * share + _AT_ALL * (outside > 0))
