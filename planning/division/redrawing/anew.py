"""A few grids at a time trade anew from the previous plan; all others stay.

What trades and chains have found is good in most places, and in some it is not: there
other exchanges of many grids fit together better. So those around each grid are put
back to the previous plan, with their units that came from afar left where they are,
and trade once more, exactly: the linear program tells what they have to move at least,
and so which exchanges may be part of something better. Mostly it tells that nothing
is. It ends by counted windows, columns and nodes.
"""

import numpy as np

from planning.division.redrawing.exchanges import list_exchanges
from planning.division.redrawing.homing import badness
from planning.division.redrawing.market import Market
from planning.division.task import Task
from planning.graphs.contact import IntArray
from planning.graphs.groups import nearest_parts, touching

# Grids of a window, turn by turn, and windows in all.
_GRIDS, _WINDOWS = (6, 9, 12), 120
# What a percent of a grid costs that one gives and none takes; exchanges of a program,
# the least dear; and what is too little to gain, in percent of a grid.
_ALONE, _COLUMNS, _LITTLE = 8.0, 1_500, 0.01


def trade_anew(task: Task, part: IntArray) -> IntArray:
    """Return a plan in which less load is away from home, if windows show one.

    Parameters
    ----------
    task : Task
        Units that are fixed do not move; what leaving costs is not regarded.
    part : ndarray of int64, shape (n,)
        Contiguous parts 0 .. parts - 1, all inside the band; not changed.
    """
    plan, seen = part.copy(), set[bytes]()
    for size in _GRIDS:
        while _trade_windows(task, plan, size, seen):
            pass
    return plan


def _trade_windows(task: Task, plan: IntArray, size: int, seen: set[bytes]) -> bool:
    """Trade around each changed part, in place; return whether that brought anything.

    What is in `seen` is passed over, and what was looked at is added to it.
    """
    is_better, contact = False, touching(task.graph, plan, task.parts)
    for name in _most_changed(task, plan).tolist():
        near = nearest_parts(contact, name, size)
        nodes, names = np.flatnonzero(near[plan]), np.flatnonzero(near)
        window = near.tobytes() + plan[nodes].tobytes()
        if window in seen:
            continue
        if len(seen) == _WINDOWS:
            return False
        seen.add(window)
        before = np.searchsorted(names, plan[nodes])
        after = _traded(task.among(nodes, names), before)
        if after is not None:
            plan[nodes], is_better = names[after], True
            contact = touching(task.graph, plan, task.parts)
    return is_better


def _most_changed(task: Task, part: IntArray) -> IntArray:
    """Return the parts that gave or took a unit, the most load first."""
    gone = task.kept.has_left(part)
    load, home = task.graph.load[gone], task.kept.home[gone]
    moved = np.bincount(np.r_[home, part[gone]], np.r_[load, load], task.parts)
    return np.argsort(-moved, kind="stable")[: int((moved > 0).sum())]


def _traded(task: Task, part: IntArray) -> IntArray | None:
    """Return a better plan of a window, if one is found."""
    kept = task.kept
    before = np.where((kept.home >= 0) & ~kept.fixed, kept.home, part)
    found = list_exchanges(task, before)
    if not (found.unit >= 0).any():
        return None
    gone = int(task.graph.load[kept.has_left(part)].sum())
    below = gone * (100.0 / task.band.ideal) - _LITTLE
    market = Market(task, before, found)
    market.price(_ALONE, stuck=1.0, enough=below)
    if market.least >= below:
        return None
    market.settle(below - market.least, _COLUMNS, below)
    if market.is_outside():
        return None
    after = market.apply()
    return after if badness(task, after) < badness(task, part) else None
