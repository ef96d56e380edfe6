"""Windows: a few neighbouring grids at a time get their people back, exactly.

An annealed redraw moves more people than it must, and leaves a few grids outside the
band. Here the units at the borders of some grids are shared out anew by a mixed-integer
program: first as little load outside the band as can be, then as little away from its
previous grid. Whoever joins a grid must touch it, and a piece that parts from its grid
is forbidden and the program solved again. It ends by counted nodes and rounds, never by
a clock.
"""

from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from planning.division.task import Task
from planning.graphs.contact import FloatArray, IntArray
from planning.graphs.groups import group_parts
from planning.graphs.kernels import label_pieces

# Grids of a window, turn by turn, and windows that are settled in all, everywhere or
# where a grid is outside: each takes tenths of a second.
_GRIDS, _WINDOWS, _WINDOWS_OUTSIDE = (4, 4, 5, 4, 5), 45, 12
_ROUNDS, _NODES, _GAP = 12, 50, 1e-3
# Columns of all programs solved, per unit of the region, and more for each grid's load
# that lies outside. A county is many regions, and a little outside is mostly forced.
_COLUMNS, _COLUMNS_OUTSIDE = 4, 40
# Loads of the program: 100 % of a grid.
_UNIT = 10_000.0
# What load outside the band costs beside load that moves, and a unit that moves.
_OUTSIDE, _MOVE = 300.0, 1.0


@dataclass
class Settled:
    """The windows of one task that were settled, how, and what may still be solved.

    Attributes
    ----------
    room : int
        Columns of programs.
    found : dict
        By the units of a window and their grids: their new grids, if any are better.
    """

    room: int
    found: dict[bytes, IntArray | None] = field(default_factory=dict)

    @staticmethod
    def nothing(task: Task, part: IntArray) -> "Settled":
        """Return that nothing was settled yet, and what a plan is worth to solve."""
        outside = int(task.outside(part).sum())
        more = _COLUMNS_OUTSIDE * outside // task.band.ideal
        return Settled((_COLUMNS + more) * task.graph.size)


def settle_windows(
    task: Task, part: IntArray, seed: int, settled: Settled, *, everywhere: bool
) -> IntArray:
    """Return the plan with less load outside the band, or with fewer people moved.

    Parameters
    ----------
    task : Task
        Its homes and fixed units are kept; the prices of leaving are not used.
    part : ndarray of int64, shape (n,)
        Contiguous, non-empty parts 0 .. parts - 1; not changed.
    settled : Settled
        Of this task; what is settled here comes in.
    everywhere : bool
        In the first turn also where no grid is outside the band.
    """
    plan, left = part.copy(), _WINDOWS if everywhere else _WINDOWS_OUTSIDE
    for turn, size in enumerate(_GRIDS):
        groups = max(1, task.parts // size)
        group = group_parts(task.graph, plan, task.parts, groups, seed + turn)
        outside = np.bincount(group, task.outside(plan))
        chosen = np.argsort(-outside, kind="stable")
        if turn > 0 or not everywhere:
            chosen = chosen[outside[chosen] > 0]
        for number in chosen[:left].tolist():
            names = np.flatnonzero(group == number)
            nodes = np.flatnonzero(np.isin(plan, names))
            # In a small region the same grids come together turn after turn.
            window = nodes.tobytes() + plan[nodes].tobytes()
            if window not in settled.found:
                if settled.room <= 0:
                    break
                inner = task.among(nodes, names)
                program = _Window(inner, np.searchsorted(names, plan[nodes]))
                after = program.solve(settled.room)
                settled.found[window] = None if after is None else names[after]
                left, settled.room = left - 1, settled.room - program.used
            known = settled.found[window]
            if known is not None:
                plan[nodes] = known
    return plan


class _Window:
    """The program of some grids: a column for each grid that a unit may be in."""

    def __init__(self, task: Task, part: IntArray) -> None:
        self._task, self._part = task, part
        self._graph, self._parts, self._band = task.graph, task.parts, task.band
        self._home = task.kept.home
        self._root = self._roots()
        movable = ~task.kept.fixed
        movable[self._root] = False
        self._unit, self._name = self._columns(movable)
        # 1 + column of a unit in a part; units without a column stay where they are.
        self._at = np.zeros((task.graph.size, task.parts), np.int64)
        self._at[self._unit, self._name] = 1 + np.arange(len(self._unit))
        self._stays = self._at[np.arange(task.graph.size), part] == 0
        self._rows: list[tuple[list[int], list[float]]] = []
        self._most: list[float] = []
        # Columns of all programs that were solved.
        self.used = 0

    def solve(self, room: int) -> IntArray | None:
        """Return a division that is better than the one there is, if one was found.

        Programs are solved until they have had so many columns.
        """
        if not len(self._unit):
            return None
        before = self._price(self._part)
        cost, whole, bounds = self._objective()
        rules = [self._balance(), self._once(), self._better(cost)]
        for unit, name in zip(self._unit.tolist(), self._name.tolist(), strict=True):
            self._join(unit, name, np.array([unit]))
        for _ in range(_ROUNDS):
            if self.used >= room:
                break
            self.used += len(self._unit)
            found = milp(
                cost,
                integrality=whole,
                bounds=bounds,
                constraints=[*rules, self._joined()],
                options={"node_limit": _NODES, "mip_rel_gap": _GAP},
            )
            if found.x is None:
                return None
            chosen = found.x[: len(self._unit)] > 0.5
            after = self._part.copy()
            after[self._unit[chosen]] = self._name[chosen]
            if not self._forbid_loose(after):
                return after if self._price(after) < before else None
        return None

    def _roots(self) -> IntArray:
        """Return the unit of each grid that stays: at home, inside, heavy."""
        graph, part = self._graph, self._part
        source = np.repeat(np.arange(graph.size), np.diff(graph.indptr))
        beside = np.zeros(graph.size, bool)
        beside[source[part[source] != part[graph.indices]]] = True
        order = np.lexsort((-graph.load, beside, self._home != part, part))
        return order[np.unique(part[order], return_index=True)[1]]

    def _columns(self, movable: np.ndarray) -> tuple[IntArray, IntArray]:
        """Return ``(unit, part)``: where it is, its home, and what it touches."""
        graph, part = self._graph, self._part
        own = np.arange(graph.size)
        source = np.repeat(own, np.diff(graph.indptr))
        units = np.r_[own, own, source]
        names = np.r_[part, self._home, part[graph.indices]]
        use = movable[units] & (names >= 0)
        pairs = np.unique(np.column_stack([units[use], names[use]]), axis=0)
        choices = np.bincount(pairs[:, 0], minlength=graph.size)
        pairs = pairs[choices[pairs[:, 0]] > 1]
        return pairs[:, 0], pairs[:, 1]

    def _objective(self) -> tuple[FloatArray, IntArray, Bounds]:
        count = len(self._unit)
        leaves = (self._home[self._unit] >= 0) & (self._home[self._unit] != self._name)
        cost = np.r_[
            leaves * (self._scaled()[self._unit] + _MOVE),
            np.full(self._parts, _OUTSIDE),
        ]
        whole = np.r_[np.ones(count, np.int64), np.zeros(self._parts, np.int64)]
        return cost, whole, Bounds(0, np.where(whole == 1, 1.0, np.inf))

    def _balance(self) -> LinearConstraint:
        """Keep loads inside the band, but for what a grid's last column says."""
        count, parts, load = len(self._unit), self._parts, self._scaled()
        column, out = np.arange(count), count + np.arange(parts)
        name = np.arange(parts)
        rows = np.r_[self._name, parts + self._name, name, parts + name]
        value = np.r_[
            load[self._unit], load[self._unit], -np.ones(parts), np.ones(parts)
        ]
        matrix = self._matrix(rows, np.r_[column, column, out, out], value, 2 * parts)
        held = np.bincount(self._part, load * self._stays, minlength=parts)
        scale, none = _UNIT / self._band.ideal, np.full(parts, np.inf)
        low, high = self._band.low * scale - held, self._band.high * scale - held
        # Narrower by a solver's rounding, lest a load lies just beyond the edge.
        edge = 1e-4
        return LinearConstraint(
            matrix, np.r_[-none, low + edge], np.r_[high - edge, none]
        )

    def _better(self, cost: FloatArray) -> LinearConstraint:
        """Ask for less than now: where nothing is better that is soon seen."""
        chosen = self._part[self._unit] == self._name
        outside = self._task.outside(self._part) * (_UNIT / self._band.ideal)
        now = cost[: len(chosen)][chosen].sum() + _OUTSIDE * outside.sum()
        return LinearConstraint(cost[None, :], -np.inf, now * (1.0 - _GAP))

    def _once(self) -> LinearConstraint:
        units, row = np.unique(self._unit, return_inverse=True)
        column = np.arange(len(row))
        return LinearConstraint(
            self._matrix(row, column, np.ones(len(row)), len(units)), 1, 1
        )

    def _join(self, unit: int, name: int, piece: IntArray) -> None:
        """Let a unit be in a grid only if one of those around its piece is there."""
        graph = self._graph
        ring = {
            w
            for u in piece.tolist()
            for w in graph.indices[graph.indptr[u] : graph.indptr[u + 1]].tolist()
        }
        around = np.array(sorted(ring.difference(piece.tolist())), np.int64)
        column = self._at[around, name]
        staying = int((self._stays[around] & (self._part[around] == name)).sum())
        own = int(self._at[unit, name])
        columns = ([own - 1] if own else []) + (column[column > 0] - 1).tolist()
        value = ([1.0] if own else []) + [-1.0] * int((column > 0).sum())
        self._rows.append((columns, value))
        self._most.append(float(staying - (not own)))

    def _joined(self) -> LinearConstraint:
        length = [len(columns) for columns, _ in self._rows]
        row = np.repeat(np.arange(len(length)), length)
        column = np.array([c for columns, _ in self._rows for c in columns], np.int64)
        value = np.array([v for _, values in self._rows for v in values])
        matrix = self._matrix(row, column, value, len(length))
        return LinearConstraint(matrix, -np.inf, np.array(self._most))

    def _forbid_loose(self, part: IntArray) -> bool:
        """Forbid the pieces that part from their grid's root; return if there are."""
        graph = self._graph
        piece = label_pieces(graph.indptr, graph.indices, part)
        loose = piece != piece[self._root][part]
        for number in np.unique(piece[loose]).tolist():
            members = np.flatnonzero(piece == number)
            for unit in members.tolist():
                self._join(unit, int(part[unit]), members)
        return bool(loose.any())

    def _price(self, part: IntArray) -> tuple[int, int]:
        outside = self._task.outside(part)
        gone = self._task.kept.has_left(part)
        moved = self._graph.load[gone].sum()
        return int(outside.sum() * _OUTSIDE + moved), int(gone.sum())

    def _scaled(self) -> FloatArray:
        return np.asarray(self._graph.load * (_UNIT / self._band.ideal), np.float64)

    def _matrix(
        self, row: IntArray, column: IntArray, value: FloatArray, rows: int
    ) -> csr_array:
        shape = (rows, len(self._unit) + self._parts)
        return csr_array((value, (row, column)), shape=shape)
