"""Trades: one exchange for each grid, so that what one gives another takes.

A linear program over exchanges, grown by those that would lower its price, tells which
of the many come into question: it lies close to the best plan. Whole programs over
these choose one exchange for each grid, first for all at once, and then, with more of
them, around each grid that is still outside the band, the others as they are. It ends
by counted rounds and nodes.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import csc_array, csr_array

from planning.division.exchanges import Exchanges, list_exchanges
from planning.division.task import Task
from planning.graphs.contact import FloatArray, IntArray
from planning.graphs.groups import touching

# Exchanges of a grid that the linear program begins with, and gets in each round; it
# ends when no more than this share can be gained.
_BEGIN, _MORE, _ROUNDS, _GAP = 10, 6, 40, 0.005
# How much dearer than the linear program's an exchange may be, in percent of a grid:
# for all grids at once, more and more while some are outside; and then for those around
# a grid that still is, so many.
_DEARER, _AROUND = (1.5, 2.0, 2.5), ((16, 3.0), (16, 4.0))
_NODES, _CLOSE = 20, 0.005
# Exchanges of a whole program, the least dear, and programs around single grids.
_COLUMNS, _PROGRAMS = 20_000, 12


def trade(task: Task, part: IntArray) -> IntArray:
    """Return a plan in which grids have traded units to come into the band.

    The least load moves that was found. A grid for which nothing was found is left
    outside the band.

    Parameters
    ----------
    task : Task
        Units that are fixed do not move.
    part : ndarray of int64, shape (n,)
        Contiguous, non-empty parts 0 .. parts - 1, each known unit at home; not
        changed.
    """
    found = list_exchanges(task, part)
    if not len(found.unit):
        return part.copy()
    market = _Market(found, task.parts)
    everything = np.ones(task.parts, bool)
    market.settle(everything, _DEARER[0])
    for dearer in _DEARER[1:]:
        if market.outside():
            market.settle(everything, dearer)
    contact = touching(task.graph, part, task.parts)
    left = _PROGRAMS
    for size, dearer in _AROUND:
        for name in market.outside():
            if left and market.is_outside(name):
                market.settle(_around(contact, name, size), dearer)
                left -= 1
    return market.apply(part)


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


class _Market:
    """Exchanges, the price that each would add, and the one that each grid makes."""

    def __init__(self, found: Exchanges, parts: int) -> None:
        self._found, self._parts = found, parts
        self._chosen = found.first[:-1].copy()
        # Programs that are solved: where there are few grids and few exchanges, the
        # same ones are asked for again.
        self._solved = set[bytes]()
        # 1 where an exchange gives by a link, -1 where it takes; 0 behind its links.
        gives = found.source[found.link] == found.grid[:, None]
        self._sign = np.where(found.link < 0, 0, np.where(gives, 1, -1))
        self._dearer = self._price_links()

    def outside(self) -> list[int]:
        """Return the grids that change nothing although they lie outside the band."""
        return [name for name in range(self._parts) if self.is_outside(name)]

    def is_outside(self, name: int) -> bool:
        """Return whether a grid changes nothing although it lies outside the band."""
        chosen = self._chosen[name]
        first = self._found.first[name]
        return bool(chosen == first and self._found.price[chosen] > 0)

    def apply(self, part: IntArray) -> IntArray:
        """Return the plan after all exchanges."""
        after, found = part.copy(), self._found
        given = found.link[self._chosen][self._sign[self._chosen] > 0]
        after[found.unit[given]] = found.target[given]
        return after

    def settle(self, names: NDArray[np.bool_], dearer: float) -> None:
        """Choose the exchanges of some grids anew, if that moves less."""
        found = self._found
        able = self._keeps_to_others(names) & (self._dearer <= dearer)
        able[self._chosen[names]] = True
        columns = np.flatnonzero(able & names[found.grid])
        if len(columns) > _COLUMNS:
            now = np.isin(columns, self._chosen)
            order = np.lexsort((columns, self._dearer[columns], ~now))
            columns = np.sort(columns[order[:_COLUMNS]])
        program = names.tobytes() + columns.tobytes()
        if program in self._solved:
            return
        self._solved.add(program)
        price = found.price[columns]
        matrix, one = self._matrix(columns, names)
        made = milp(
            price,
            integrality=np.ones(len(columns), np.int64),
            bounds=Bounds(0, 1),
            constraints=LinearConstraint(matrix, one, one),
            options={"node_limit": _NODES, "mip_rel_gap": _CLOSE},
        )
        if made.x is None:
            return
        chosen = columns[made.x > 0.5]
        before = found.price[self._chosen[names]].sum()
        if len(chosen) == names.sum() and found.price[chosen].sum() < before - 1e-9:
            self._chosen[found.grid[chosen]] = chosen

    def _keeps_to_others(self, names: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Return which exchanges do with grids outside some what is done now."""
        found = self._found
        inner = names[found.source] & names[found.target]
        done = np.zeros(len(found.unit), bool)
        used = found.link[self._chosen]
        done[used[used >= 0]] = True
        due = done & ~inner
        owed = np.bincount(found.source[due], minlength=self._parts)
        owed += np.bincount(found.target[due], minlength=self._parts)
        real = found.link >= 0
        wrong = real & (~inner & ~done)[found.link]
        kept = (real & due[found.link]).sum(axis=1)
        return ~wrong.any(axis=1) & (kept == owed[found.grid])

    def _price_links(self) -> FloatArray:
        """Return how much dearer each exchange is than those of the linear program."""
        found, parts = self._found, self._parts
        everything = np.ones(parts, bool)
        size = np.diff(found.first)
        columns = np.concatenate(
            [
                a + np.r_[0, 1 + np.argsort(found.price[a + 1 : b])[:_BEGIN]]
                for a, b in zip(found.first[:-1], found.first[1:], strict=True)
            ]
        )
        dearer = found.price
        for _ in range(_ROUNDS):
            matrix, one = self._matrix(columns, everything)
            # The stubs of SciPy know no sparse equations.
            made = linprog(  # type: ignore[call-overload]
                found.price[columns], A_eq=matrix, b_eq=one, method="highs"
            )
            dual = made.eqlin.marginals
            of_link = np.r_[dual[parts:], 0.0]
            dearer = found.price - dual[found.grid]
            dearer = dearer - (of_link[found.link] * self._sign).sum(axis=1)
            least = np.minimum(0.0, np.minimum.reduceat(dearer, found.first[:-1]))
            if -least.sum() <= _GAP * made.fun:
                break
            order = np.lexsort((dearer, found.grid))
            rank = np.arange(len(order)) - np.repeat(found.first[:-1], size)
            better = order[(rank < _MORE) & (dearer[order] < -1e-7)]
            columns = np.union1d(columns, better)
        return dearer

    def _matrix(
        self, columns: IntArray, names: NDArray[np.bool_]
    ) -> tuple[csc_array, FloatArray]:
        """Return the equations: one exchange for each grid, links given and taken."""
        found = self._found
        inner = names[found.source] & names[found.target]
        link, sign = found.link[columns], self._sign[columns]
        at, place = np.nonzero((link >= 0) & inner[link])
        grid = np.cumsum(names) - 1
        row = np.cumsum(inner) - 1 + int(names.sum())
        rows = np.r_[grid[found.grid[columns]], row[link[at, place]]]
        columns_of = np.r_[np.arange(len(columns)), at]
        value = np.r_[np.ones(len(columns)), sign[at, place]]
        height = int(names.sum()) + int(inner.sum())
        matrix = csc_array((value, (rows, columns_of)), (height, len(columns)))
        return matrix, np.r_[np.ones(int(names.sum())), np.zeros(int(inner.sum()))]
