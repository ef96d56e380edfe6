"""Trades: one exchange for each grid, so that what one gives another takes.

`market` chooses them, with more and more of them while some stay outside the band. It
ends by counted rounds, columns and nodes.
"""

import numpy as np

from planning.division.redrawing.exchanges import list_exchanges
from planning.division.redrawing.homing import badness
from planning.division.redrawing.market import Market
from planning.division.task import Task
from planning.graphs.contact import IntArray
from planning.graphs.groups import nearest_parts, touching

# What a percent of a grid costs that one gives and none takes, or the other way: more
# where grids stayed outside.
_ALONE = 2.0, 8.0
# How much dearer than the linear program's an exchange may be, in percent of a grid:
# for all grids, and for those around one that is left outside.
_DEARER, _DEARER_AROUND = (1.6, 2.5), (2.0, 3.0)
# And more where to change a grid has a price, so much of that.
_DEARER_TOUCH = 0.5
# Exchanges of a whole program, the least dear. The solver counts its nodes, but what it
# does in the first of them grows with these.
_COLUMNS, _COLUMNS_AROUND = 14_000, 6_000
# Grids of a neighbourhood that trade again, turn by turn, and how many in each turn.
_AROUND, _MOST_AROUND = (12, 16, 24), 8


def trade(task: Task, part: IntArray) -> IntArray:
    """Return a plan in which grids have traded units to come into the band.

    The least load moves that was found, or where a grid that changes has a price the
    fewest grids change. A grid for which nothing was found is left outside the band; it
    then trades again with those around it, who may have other units at their borders
    now.

    Parameters
    ----------
    task : Task
        Units that are fixed do not move.
    part : ndarray of int64, shape (n,)
        Contiguous, non-empty parts 0 .. parts - 1; not changed.
    """
    after = _all_traded(task, part, _ALONE, _DEARER, _COLUMNS)[-1]
    return trade_around(task, after)


def trade_at_once(task: Task, part: IntArray) -> list[IntArray]:
    """Return plans after one trade of all grids, the best last: the cheap part of it.

    Parameters
    ----------
    task, part
        As for `trade`.
    """
    return _all_traded(task, part, _ALONE[:1], _DEARER, _COLUMNS)


def trade_around(task: Task, part: IntArray) -> IntArray:
    """Return a plan in which those around each grid outside the band have traded.

    Parameters
    ----------
    task, part
        As for `trade`.
    """
    plan = part.copy()
    for size in _AROUND:
        if size >= task.parts:
            # All have traded already.
            break
        contact = touching(task.graph, plan, task.parts)
        seen = set[bytes]()
        for name in np.flatnonzero(task.outside(plan)).tolist():
            near = nearest_parts(contact, name, size)
            nodes = np.flatnonzero(near[plan])
            window = near.tobytes() + plan[nodes].tobytes()
            if not task.outside(plan)[name] or window in seen:
                continue
            if len(seen) == _MOST_AROUND:
                break
            seen.add(window)
            names = np.flatnonzero(near)
            inner, before = (
                task.among(nodes, names),
                np.searchsorted(names, plan[nodes]),
            )
            around = _DEARER_AROUND, _COLUMNS_AROUND
            after = _all_traded(inner, before, _ALONE, *around)[-1]
            if _badness(inner, after) < _badness(inner, before):
                plan[nodes] = names[after]
    return plan


def _badness(task: Task, part: IntArray) -> tuple[int, int, int, int]:
    """Return how many grids are outside the band, and what `homing.badness` does."""
    return int((task.outside(part) > 0).sum()), *badness(task, part)


def _all_traded(
    task: Task,
    part: IntArray,
    most_alone: tuple[float, ...],
    dearer: tuple[float, ...],
    columns: int,
) -> list[IntArray]:
    """Return the plan after each program, until nothing is outside; each is better."""
    found = list_exchanges(task, part)
    if not (found.unit >= 0).any():
        return [part.copy()]
    market, plans = Market(task, part, found), list[IntArray]()
    for alone in most_alone:
        market.price(alone)
        for much in dearer:
            market.settle(much + _DEARER_TOUCH * task.kept.touch, columns)
            plans.append(market.apply())
            if not market.is_outside():
                return plans
    return plans
