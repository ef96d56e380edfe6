"""Bring a plan with many grids outside the band back into it, for few people.

Where only some grids are outside, `reassign` finds the least change exactly. With many,
all grids `trade` at once, if they are not too many for a program; it leaves only those
outside that no small exchange helps. They are polished, or all is warmed until load
travels from afar and those around them trade again, or `windows` of a few grids are
settled exactly. Else moves and swaps are annealed at a price for each person who leaves
the old grid; borders count only where all else is equal. Then windows everywhere are
settled: what is still outside comes in, and who need not have moved goes home.
"""

from dataclasses import replace

import numpy as np

from planning.division.polishing.polish import polish
from planning.division.redrawing.trades import trade, trade_around
from planning.division.redrawing.windows import Settled, settle_windows
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
# places, and those around grids that are left outside trade. What leaving costs, heat,
# price outside, and how many times `_TRIES_PER_ROOT` proposals.
# Among few grids no load comes from afar, and their windows are soon settled.
_STAY_AFAR, _AFAR = 1.0, 24
_HEAT_AFAR, _OUTSIDE_AFAR, _LONGER = (6.0, 0.3), (4.0, 100.0), 2
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
        return _annealed(task, part, Settled.nothing(task, part))
    traded, windows = trade(task, part), Settled.nothing(task, part)
    after = _finished(task, part, traded, windows)
    if (task.outside(traded) > 0).sum() <= _FEW * task.parts:
        return after
    return min(
        after, _annealed(task, part, windows), key=lambda plan: _badness(task, plan)
    )


def _finished(
    task: Task, part: IntArray, traded: IntArray, windows: Settled
) -> IntArray:
    """Return the plan with what trades left outside the band brought in, if it can."""
    plans = [traded]
    if task.outside(traded).any():
        plans.append(_polished(task, traded))
    if task.outside(plans[-1]).any() and task.parts > _AFAR:
        plans.append(trade_around(task, _warmed(task, part)))
    if task.outside(plans[-1]).any():
        settled = settle_windows(task, traded, 0, windows, everywhere=False)
        settled = trade_around(task, settled)
        plans += [settled, _polished(task, settled)]
    return min(plans, key=lambda plan: _badness(task, plan))


def _polished(task: Task, part: IntArray) -> IntArray:
    size = task.graph.size
    tries = _tries(size) * size // 2
    return polish(_priced(task, _STAY_POLISHED), part, tries, 0)


def _annealed(task: Task, part: IntArray, windows: Settled) -> IntArray:
    after, tries = part.copy(), _tries(task.graph.size)
    cheap = _cheap(task, _STAY)
    anneal_by(cheap, after, make_schedule(_HEAT, _OUTSIDE), tries, 0)
    if not task.outside(after).any():
        return after
    return _polished(task, settle_windows(task, after, 0, windows, everywhere=True))


def _warmed(task: Task, part: IntArray) -> IntArray:
    """Return the plan annealed until load has travelled to where it lacks."""
    after, tries = part.copy(), _LONGER * _tries(task.graph.size)
    schedule = make_schedule(_HEAT_AFAR, _OUTSIDE_AFAR)
    anneal_by(_cheap(task, _STAY_AFAR), after, schedule, tries, 0)
    return after


def _cheap(task: Task, stay: float) -> Task:
    """Return the task at a price for leaving home, beside which borders are cheap."""
    graph = task.graph
    cheap = replace(graph, cost=np.maximum(1, graph.cost // _CHEAP))
    return replace(_priced(task, stay), graph=cheap)


def _tries(units: int) -> int:
    """Return proposals per unit."""
    return min(int(_TRIES_PER_ROOT * np.sqrt(units)), max(1, _TRIES_IN_ALL // units))


def _badness(task: Task, part: IntArray) -> tuple[int, int]:
    """Return the load outside the band, and that which left its grid."""
    gone = task.kept.has_left(part)
    return int(task.outside(part).sum()), int(task.graph.load[gone].sum())


def _priced(task: Task, per_percent: float) -> Task:
    """Return the task with another price of leaving home, in cut edges per percent."""
    price = per_percent * PLAIN_COST * 100.0 / task.band.ideal
    stay = np.round(task.graph.load * price).astype(np.int64)
    return replace(task, kept=replace(task.kept, stay=stay))
