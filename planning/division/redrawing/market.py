"""The market of exchanges: which one each grid makes, so that it all adds up.

A unit that changes grid is one equation: as many give it as take it. A linear program
over exchanges, grown by those that would lower its price, tells which of the many come
into question: it lies close to the best plan. A whole program over these chooses one
exchange for each grid. It ends by counted rounds, columns and nodes.
"""

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import csc_array, eye_array, hstack, vstack

from planning.division.redrawing.exchanges import Exchanges
from planning.division.task import Task
from planning.graphs.contact import FloatArray, IntArray

# Exchanges of a grid that the linear program begins with, and gets in each round; it
# ends when no more than this share can be gained.
_BEGIN, _MORE, _ROUNDS, _GAP = 40, 20, 40, 0.003
# The least that it costs there that one gives a unit and none takes it, or the other
# way. And what share of its price a grid pays that stays outside: higher prices would
# drown all others where the band is out of reach.
_LEAST_ALONE, _STUCK = 1e-3, 1 / 6
# Nodes of a whole program, and when it is near enough.
_NODES, _CLOSE = 20, 0.005


class Market:
    """Exchanges, what each costs, and the one that each grid makes: first none.

    Attributes
    ----------
    least : float
        What all exchanges cost at least, whichever are chosen, as `price` found it.
    """

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
        self.least = -np.inf

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

    def settle(self, dearer: float, most: int, below: float = np.inf) -> None:
        """Choose an exchange for each grid, if that is better than what is chosen.

        Parameters
        ----------
        dearer : float
            How much dearer than the linear program's those may be that are looked at.
        most : int
            How many of them are, the least dear.
        below : float
            What all together may cost.
        """
        price = self._found.price
        able = self._dearer <= dearer
        able[self._stays] = able[self._chosen] = True
        columns = np.flatnonzero(able)
        if len(columns) > most:
            now = np.isin(columns, np.r_[self._stays, self._chosen])
            order = np.lexsort((columns, self._dearer[columns], ~now))
            columns = np.sort(columns[order[:most]])
        matrix, one, _ = self._equations(columns)
        rules = [LinearConstraint(matrix, one, one)]
        if np.isfinite(below):
            rules.append(LinearConstraint(price[columns][None, :], -np.inf, below))
        made = milp(
            price[columns],
            integrality=np.ones(len(columns), np.int64),
            bounds=Bounds(0, 1),
            constraints=rules,
            options={"node_limit": _NODES, "mip_rel_gap": _CLOSE},
        )
        if made.x is None:
            return
        chosen = columns[made.x > 0.5]
        whole = np.array_equal(self._found.grid[chosen], np.arange(self._parts))
        if whole and price[chosen].sum() < price[self._chosen].sum() - 1e-9:
            self._chosen = chosen

    def price(
        self, most_alone: float, stuck: float = _STUCK, enough: float = np.inf
    ) -> None:
        """Find how much dearer each exchange is than those of the linear program.

        Parameters
        ----------
        most_alone : float
            What a percent of a grid costs that one gives and none takes, or the other
            way: load that has to travel from afar may cost more.
        stuck : float
            The share of its price that a grid pays that stays outside the band.
        enough : float
            What it need not find if all cost so much at least.
        """
        found, parts = self._found, self._parts
        price = found.price.copy()
        price[self._stays] *= stuck
        columns, rank, self.least = self._columns, self._rank, -np.inf
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
            gain = -np.minimum(0.0, np.minimum.reduceat(dearer, found.first[:-1])).sum()
            self.least = max(self.least, made.fun - gain)
            if gain <= _GAP * made.fun or self.least >= enough:
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
