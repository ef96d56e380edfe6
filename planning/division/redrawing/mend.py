"""Bring a plan with many grids outside the band back into it, for few people.

Where only some grids are outside, `reassign` finds the least change exactly. With many,
all grids `trade` at once, if they are not too many for a program; it leaves only those
outside that no small exchange helps. Then units are passed on in annealed chains
(`passing`), which mostly brings in the last; then a few grids at a time trade `anew`
from the previous plan. If grids stay outside, those around them trade again, they are
polished, or all is warmed until load travels from afar and those around them trade
again, or `windows` of a few grids are settled exactly. Else moves and swaps are
annealed at a price for each person who leaves the old grid (`homing`). Then windows
everywhere are settled: what is still outside comes in, and who need not have moved goes
home.
"""

from dataclasses import replace

from planning.division.redrawing.anew import trade_anew
from planning.division.redrawing.homing import (
    anneal_home,
    badness,
    polish_home,
    warm,
)
from planning.division.redrawing.passing import pass_on
from planning.division.redrawing.trades import trade, trade_around, trade_at_once
from planning.division.redrawing.windows import Settled, settle_windows
from planning.division.task import Task
from planning.graphs.contact import IntArray

# Grids that trade at once at most, and the share of them that may be left outside.
_MOST_TRADED, _FEW = 150, 0.1
# Among few grids no load comes from afar, and their windows are soon settled.
_AFAR = 24


def mend(task: Task, part: IntArray) -> IntArray:
    """Return a plan with as little load outside the band as was found, for few people.

    Parameters
    ----------
    task : Task
        Homes and fixed units are regarded; what leaving costs is set here, per load.
    part : ndarray of int64, shape (n,)
        Contiguous, non-empty parts 0 .. parts - 1; not changed.
    """
    if task.kept.touch:
        return _with_fewest_grids(task, part)
    if task.parts > _MOST_TRADED:
        return _annealed(task, part, Settled.nothing(task, part))
    plans = trade_at_once(task, part)
    passed = plans[-1]
    if task.outside(passed).any():
        passed = pass_on(task, plans)
    if not task.outside(passed).any():
        return trade_anew(task, passed)
    traded, windows = trade_around(task, passed), Settled.nothing(task, part)
    after = _finished(task, part, traded, windows)
    if (task.outside(traded) > 0).sum() <= _FEW * task.parts:
        return after
    return min(
        after, _annealed(task, part, windows), key=lambda plan: badness(task, plan)
    )


def _with_fewest_grids(task: Task, part: IntArray) -> IntArray:
    """Return what trades that regard it change, or a redraw that does not, if fewer."""
    kept = replace(task.kept, touch=0.0)
    plans = [mend(replace(task, kept=kept), part)]
    if task.parts <= _MOST_TRADED:
        plans.append(trade(task, part))
    return min(plans, key=lambda plan: badness(task, plan))


def _finished(
    task: Task, part: IntArray, traded: IntArray, windows: Settled
) -> IntArray:
    """Return the plan with what trades left outside the band brought in, if it can."""
    plans = [traded]
    if task.outside(traded).any():
        plans.append(polish_home(task, traded))
    if task.outside(plans[-1]).any() and task.parts > _AFAR:
        plans.append(trade_around(task, warm(task, part, 0)))
    if task.outside(plans[-1]).any():
        settled = settle_windows(task, traded, 0, windows, everywhere=False)
        settled = trade_around(task, settled)
        plans += [settled, polish_home(task, settled)]
    return min(plans, key=lambda plan: badness(task, plan))


def _annealed(task: Task, part: IntArray, windows: Settled) -> IntArray:
    after = anneal_home(task, part, 0)
    if not task.outside(after).any():
        return after
    return polish_home(task, settle_windows(task, after, 0, windows, everywhere=True))
