"""Trades: one exchange for each grid, so that what one gives another takes.

A unit that changes grid is one equation: as many give it as take it. A linear program
over exchanges, grown by those that would lower its price, tells which of the many come
into question: it lies close to the best plan. A whole program over these chooses one
exchange for each grid, with more and more of them while some stay outside the band. It
ends by counted rounds, columns and nodes.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import csc_array, csr_array, eye_array, hstack, vstack

from planning.division.redrawing.exchanges import Exchanges, list_exchanges
from planning.division.redrawing.homing import badness
from planning.division.task import Task
from planning.graphs.contact import FloatArray, IntArray
from planning.graphs.groups import touching

# Exchanges of a grid that the linear program begins with, and gets in each round; it
# ends when no more than this share can be gained.
_BEGIN, _MORE, _ROUNDS, _GAP = 40, 20, 40, 0.003
# What a percent of a grid costs there that one gives and none takes, or the other way:
# more where grids stayed outside, for load that has to travel from afar may cost more.
# And what share of its price a grid pays that stays outside. Higher prices would drown
# all others where the band is out of reach.
_ALONE, _LEAST_ALONE, _STUCK = (2.0, 8.0), 1e-3, 1 / 6
# How much dearer than the linear program's an exchange may be, in percent of a grid:
# for all grids, and for those around one that is left outside.
_DEARER, _DEARER_AROUND = (1.6, 2.5), (2.0, 3.0)
# And more where to change a grid has a price, so much of that.
_DEARER_TOUCH = 0.5
# Exchanges of a whole program, the least dear. The solver counts its nodes, but what it
# does in the first of them grows with these.
_COLUMNS, _COLUMNS_AROUND = 14_000, 6_000
_NODES, _CLOSE = 20, 0.005
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
            near = _around(contact, name, size)
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


def _around(contact: csr_array, name: int, size: int) -> NDArray[np.bool_]:
    """Return a grid and those nearest to it, those with most contact first."""
    near = np.zeros(contact.shape[0], bool)
    near[name] = True
    while near.sum() < size:
        borders = (contact @ near.astype(np.int64)) * ~near
        if not borders.any():
            break
        near[np.argmax(borders)] = True
    return near


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
    market, plans = _Market(task, part, found), list[IntArray]()
    for alone in most_alone:
        market.price(alone)
        for much in dearer:
            market.settle(much + _DEARER_TOUCH * task.kept.touch, columns)
            plans.append(market.apply())
            if not market.is_outside():
                return plans
    return plans


class _Market:
    """Exchanges, what each costs, and the one that each grid makes."""

    def __init__(self, task: Task, part: IntArray, found: Exchanges) -> None:
        self._part, self._parts, self._found = part, task.parts, found
        self._load = task.graph.load * (100.0 / task.band.ideal)
        self._stays = found.first[:-1]
        self._chosen = self._stays.copy()
        # A row for each unit of an exchange: 1 where its grid gives it, -1 where one
        # takes it.
        self._of, place = np.nonzero(found.unit >= 0)
        self._unit = found.unit[self._of, place]
        self._sign = np.where(part[self._unit] == found.grid[self._of], 1.0, -1.0)
        size = np.diff(found.first)
        self._rank = np.arange(len(found.price)) - np.repeat(found.first[:-1], size)
        self._columns = np.flatnonzero(self._rank <= _BEGIN)
        self._dearer = found.price

    def is_outside(self) -> bool:
        """Return whether a grid changes nothing although it lies outside the band."""
        same = self._chosen == self._stays
        return bool((self._found.price[self._stays[same]] > 0).any())

    def apply(self) -> IntArray:
        """Return the plan after all exchanges."""
        after = self._part.copy()
        takes = np.isin(self._of, self._chosen) & (self._sign < 0)
        after[self._unit[takes]] = self._found.grid[self._of[takes]]
        return after

    def settle(self, dearer: float, most: int) -> None:
        """Choose an exchange for each grid, if that is better than what is chosen."""
        price = self._found.price
        able = self._dearer <= dearer
        able[self._stays] = able[self._chosen] = True
        columns = np.flatnonzero(able)
        if len(columns) > most:
            now = np.isin(columns, np.r_[self._stays, self._chosen])
            order = np.lexsort((columns, self._dearer[columns], ~now))
            columns = np.sort(columns[order[:most]])
        matrix, one, _ = self._equations(columns)
        made = milp(
            price[columns],
            integrality=np.ones(len(columns), np.int64),
            bounds=Bounds(0, 1),
            constraints=LinearConstraint(matrix, one, one),
            options={"node_limit": _NODES, "mip_rel_gap": _CLOSE},
        )
        if made.x is None:
            return
        chosen = columns[made.x > 0.5]
        whole = np.array_equal(self._found.grid[chosen], np.arange(self._parts))
        if whole and price[chosen].sum() < price[self._chosen].sum() - 1e-9:
            self._chosen = chosen

    def price(self, most_alone: float) -> None:
        """Find how much dearer each exchange is than those of the linear program."""
        found, parts = self._found, self._parts
        price = found.price.copy()
        price[self._stays] *= _STUCK
        columns, rank = self._columns, self._rank
        for _ in range(_ROUNDS):
            matrix, one, units = self._equations(columns)
            alone = most_alone * np.maximum(self._load[units], _LEAST_ALONE)
            spare = eye_array(len(units), format="csc")
            nothing = csc_array((parts, len(units)))
            spares = vstack([nothing, spare])
            # The stubs of SciPy know no sparse equations.
            made = linprog(  # type: ignore[call-overload]
                np.r_[price[columns], alone, alone],
                A_eq=hstack([matrix, spares, -spares]),
                b_eq=one,
                method="highs",
            )
            dual = made.eqlin.marginals
            of_unit = np.zeros(len(self._part))
            of_unit[units] = dual[parts:]
            given = np.bincount(self._of, of_unit[self._unit] * self._sign, len(price))
            dearer = price - dual[found.grid] - given
            least = np.minimum(0.0, np.minimum.reduceat(dearer, found.first[:-1]))
            if -least.sum() <= _GAP * made.fun:
                break
            order = np.lexsort((dearer, found.grid))
            better = order[(rank < _MORE) & (dearer[order] < -1e-7)]
            columns = np.union1d(columns, better)
        self._columns, self._dearer = columns, dearer

    def _equations(self, columns: IntArray) -> tuple[csc_array, FloatArray, IntArray]:
        """Return one exchange for each grid, each unit given as often as taken.

        Matrix and right side; the grids' rows, then those of the units returned.
        """
        number = np.full(len(self._found.grid), -1)
        number[columns] = np.arange(len(columns))
        use = number[self._of] >= 0
        units, row = np.unique(self._unit[use], return_inverse=True)
        rows = np.r_[self._found.grid[columns], self._parts + row]
        places = np.r_[np.arange(len(columns)), number[self._of[use]]]
        values = np.r_[np.ones(len(columns)), self._sign[use]]
        height = self._parts + len(units)
        matrix = csc_array((values, (rows, places)), (height, len(columns)))
        one = np.r_[np.ones(self._parts), np.zeros(len(units))]
        return matrix, one, units
