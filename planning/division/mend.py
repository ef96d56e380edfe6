"""Bring a plan with many grids outside the band back into it, for few people.

Where only some grids are outside, `reassign` finds the least change exactly. With many,
all grids `trade` at once, if they are not too many for a program; it leaves only those
outside that no small exchange helps. They are polished, or `windows` of a few grids
around them settled exactly. Else moves and swaps are annealed at a price for each
person who leaves the old grid; borders count only where all else is equal. Then windows
everywhere are settled: what is still outside comes in, and who need not have moved goes
home.
"""

from dataclasses import replace

import numpy as np

from planning.division.polish import polish
from planning.division.refine import anneal_by, make_schedule
from planning.division.task import Task
from planning.division.trades import trade, trade_around
from planning.division.windows import settle_windows
from planning.graphs.contact import IntArray
from planning.graphs.graph import PLAIN_COST, UnitGraph

# Cut edges that one percent of a grid costs when it leaves, and that a percent outside
# the band costs from the first stage to the last; borders are cheap beside both.
_STAY, _OUTSIDE, _CHEAP = 0.24, (1.0, 30.0), 1_024
# Cool to the end: a plan in force is no bad start, and people who moved for nothing
# have to find home.
_HEAT = (0.6, 0.02)
# For the polish: leaving costs more there, and so does a grid outside.
_STAY_POLISHED = 1.0
# Proposals per unit: more where there are more units to choose among, up to so many.
_TRIES_PER_ROOT, _TRIES_IN_ALL = 320, 40_000_000
# Grids that trade at once at most, and the share of them that may be left outside.
_MOST_TRADED, _FEW = 150, 0.1


def mend(task: Task, part: IntArray) -> IntArray:
    """Return a plan with as little load outside the band as was found, for few people.

    Parameters
    ----------
    task : Task
        Homes and fixed units are regarded; what leaving costs is set here, per load.
    part : ndarray of int64, shape (n,)
        Contiguous, non-empty parts 0 .. parts - 1; not changed.
    """
    if task.parts > _MOST_TRADED:
        return _annealed(task, part)
    traded = trade(task, part)
    after = _finished(task, traded)
    if (task.outside(traded) > 0).sum() <= _FEW * task.parts:
        return after
    return min(after, _annealed(task, part), key=lambda plan: _badness(task, plan))


def _finished(task: Task, part: IntArray) -> IntArray:
    """Return the plan with what trades left outside the band brought in, if it can."""
    if not task.outside(part).any():
        return part
    plans = [part, _polished(task, part)]
    if task.outside(plans[-1]).any():
        settled = trade_around(task, settle_windows(task, part, 0, everywhere=False))
        plans += [settled, _polished(task, settled)]
    return min(plans, key=lambda plan: _badness(task, plan))


def _polished(task: Task, part: IntArray) -> IntArray:
    size = task.graph.size
    tries = _tries(size) * size // 2
    return polish(_priced(task, _STAY_POLISHED), part, tries, 0)


def _annealed(task: Task, part: IntArray) -> IntArray:
    graph, after = task.graph, part.copy()
    cheap = replace(_priced(task, _STAY), graph=_with_cheap_borders(graph))
    anneal_by(cheap, after, make_schedule(_HEAT, _OUTSIDE), _tries(graph.size), 0)
    if not task.outside(after).any():
        return after
    return _polished(task, settle_windows(task, after, 0, everywhere=True))


def _tries(units: int) -> int:
    """Return proposals per unit."""
    return min(int(_TRIES_PER_ROOT * np.sqrt(units)), max(1, _TRIES_IN_ALL // units))


def _with_cheap_borders(graph: UnitGraph) -> UnitGraph:
    return replace(graph, cost=np.maximum(1, graph.cost // _CHEAP))


def _badness(task: Task, part: IntArray) -> tuple[int, int]:
    """Return the load outside the band, and that which left its grid."""
    gone = task.kept.has_left(part)
    return int(task.outside(part).sum()), int(task.graph.load[gone].sum())


def _priced(task: Task, per_percent: float) -> Task:
    """Return the task with another price of leaving home, in cut edges per percent."""
    price = per_percent * PLAIN_COST * 100.0 / task.band.ideal
    stay = np.round(task.graph.load * price).astype(np.int64)
    return replace(task, kept=replace(task.kept, stay=stay))
