"""The least change that brings a previous plan back inside its band, exactly.

Each unit at the border of its grid may go to a grid that it touches; a mixed-integer
program picks the moves that cost least in people, or that touch the fewest grids. It
does not know contiguity: a piece that parts from its grid may be there from then on
only with a unit around it, and it is solved again. It ends by counted nodes and rounds,
never by a clock.
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from planning.division.task import Task
from planning.graphs.contact import FloatArray, IntArray
from planning.graphs.graph import UnitGraph
from planning.graphs.kernels import label_pieces

_ROUNDS = 12
_NODES = 200
# Loads of the program: 100 % of a grid. Its own tolerance is far below one of these.
_UNIT = 10_000.0
# Cost of touching a grid, in loads of the program: ties for people, all for grids.
_TOUCH = {"people": 2.0, "grids": 20_000.0}
# With more grids outside the band the program grows too hard to solve.
_FEW, _ALWAYS = 0.2, 10
# How far from a grid outside the band others may be changed, in grids.
_REACH = 2


@dataclass(frozen=True)
class _Moves:
    """Candidate moves: unit `unit[i]` from part `a[i]` to part `b[i]`."""

    unit: IntArray
    a: IntArray
    b: IntArray


def reassign(task: Task, part: IntArray, mode: str) -> IntArray | None:
    """Return the nearest plan inside the band that single moves at borders can make.

    Parameters
    ----------
    task : Task
        Of what it keeps only the fixed units are regarded.
    part : ndarray of int64, shape (n,)
        Contiguous, non-empty parts 0 .. parts - 1; not changed.
    mode : str
        ``people``: least load moved; ``grids``: fewest grids touched, then least load.

    Returns
    -------
    ndarray of int64 or None
        None if no such plan was found within the counted nodes and rounds.
    """
    outside = task.outside(part)
    if not outside.any():
        return part.copy()
    if int((outside > 0).sum()) > max(_ALWAYS, _FEW * task.parts):
        return None
    moves = _candidates(task, part, _near(task.graph, part, outside > 0))
    if not len(moves.unit):
        return None
    program = _Program(task, part, moves, mode)
    for _ in range(_ROUNDS):
        chosen = program.solve()
        if chosen is None:
            return None
        after = part.copy()
        after[moves.unit[chosen]] = moves.b[chosen]
        loose = _loose_pieces(task, after)
        empty = np.setdiff1d(part, after)
        if not loose and not len(empty):
            return after
        for piece in loose:
            program.join(piece, int(after[piece[0]]))
        for name in empty.tolist():
            program.forbid(chosen[moves.a[chosen] == name])
    return None


def _near(graph: UnitGraph, part: IntArray, wanted: np.ndarray) -> np.ndarray:
    source = np.repeat(np.arange(graph.size), np.diff(graph.indptr))
    a, b = part[source], part[graph.indices]
    near = wanted.copy()
    for _ in range(_REACH):
        near[b[near[a]]] = True
    return near


def _candidates(task: Task, part: IntArray, near: np.ndarray) -> _Moves:
    graph, fixed = task.graph, task.kept.fixed
    source = np.repeat(np.arange(graph.size), np.diff(graph.indptr))
    a, b = part[source], part[graph.indices]
    use = (a != b) & near[a] & near[b] & ~fixed[source] & (graph.load[source] > 0)
    pairs = np.unique(np.column_stack([source[use], b[use]]), axis=0)
    return _Moves(pairs[:, 0], part[pairs[:, 0]], pairs[:, 1])


def _loose_pieces(task: Task, part: IntArray) -> list[IntArray]:
    """Return the units of each piece that is not the heaviest of its part."""
    graph = task.graph
    piece = label_pieces(graph.indptr, graph.indices, part)
    weight = np.bincount(piece, graph.load)
    first = np.unique(piece, return_index=True)[1]
    order = np.lexsort((-weight, part[first]))
    heaviest = order[np.unique(part[first][order], return_index=True)[1]]
    loose = np.setdiff1d(np.arange(len(weight)), heaviest)
    return [np.flatnonzero(piece == name) for name in loose.tolist()]


class _Program:
    """Binary moves, then binary touched grids; what is forbidden grows."""

    def __init__(self, task: Task, part: IntArray, moves: _Moves, mode: str) -> None:
        graph, parts, band = task.graph, task.parts, task.band
        self._graph, self._part = graph, part
        scale = _UNIT / band.ideal
        load = graph.load[moves.unit] * scale
        count = len(load)
        index = np.arange(count)
        self._moves = moves
        self._size = count + parts
        self._cost = np.r_[load, np.full(parts, _TOUCH[mode])]
        weight = np.bincount(part, graph.load, minlength=parts) * scale
        flow = self._matrix(
            np.r_[moves.b, moves.a], np.r_[index, index], np.r_[load, -load], parts
        )
        low, high = band.low * scale - weight, band.high * scale - weight
        touched = np.zeros(parts, bool)
        touched[moves.a] = touched[moves.b] = True
        low[~touched], high[~touched] = -np.inf, np.inf
        # Loads are whole: less than one too much is the solver's rounding. Where one is
        # near that rounding, the band is made narrower instead.
        slack = -scale / 4 if scale > 1e-3 else 1e-4
        once = np.unique(moves.unit, return_inverse=True)[1]
        twice = np.r_[index, index]
        ends = np.r_[moves.a, moves.b]
        opened = self._matrix(
            np.r_[np.arange(2 * count), np.arange(2 * count)],
            np.r_[twice, count + ends],
            np.r_[np.ones(2 * count), -np.ones(2 * count)],
            2 * count,
        )
        self._rules = [
            LinearConstraint(flow, low + slack, high - slack),
            LinearConstraint(
                self._matrix(once, index, np.ones(count), int(once.max()) + 1), 0, 1
            ),
            LinearConstraint(opened, -np.inf, 0),
        ]

    def solve(self) -> IntArray | None:
        """Return the numbers of the moves to make, or None if there are none."""
        found = milp(
            self._cost,
            integrality=np.ones(self._size, np.int64),
            bounds=Bounds(0, 1),
            constraints=self._rules,
            options={"node_limit": _NODES, "mip_rel_gap": 1e-3},
        )
        if found.x is None:
            return None
        return np.flatnonzero(found.x[: len(self._moves.unit)] > 0.5)

    def forbid(self, chosen: IntArray) -> None:
        """Forbid that all of these moves are made together."""
        row = self._matrix(
            np.zeros(len(chosen), np.int64), chosen, np.ones(len(chosen)), 1
        )
        self._rules.append(LinearConstraint(row, -np.inf, len(chosen) - 1))

    def join(self, piece: IntArray, name: int) -> None:
        """Let a unit of a piece be in a part only with a unit around the piece."""
        graph = self._graph
        near = [graph.indices[graph.indptr[u] : graph.indptr[u + 1]] for u in piece]
        ring, stays = self._in_part(np.setdiff1d(np.concatenate(near), piece), name)
        for unit in piece.tolist():
            own, stayed = self._in_part(np.array([unit]), name)
            self._rules.append(
                LinearConstraint((own - ring)[None, :], -np.inf, stays - stayed)
            )

    def _in_part(self, units: IntArray, name: int) -> tuple[FloatArray, int]:
        """Return how many of some units are in a part: what moves do, and now."""
        moves, row = self._moves, np.zeros(self._size)
        ours = np.isin(moves.unit, units)
        row[: len(ours)] = 1.0 * (ours & (moves.b == name)) - (ours & (moves.a == name))
        return row, int((self._part[units] == name).sum())

    def _matrix(
        self, row: IntArray, column: IntArray, value: np.ndarray, rows: int
    ) -> csr_array:
        shape = (rows, self._size)
        return csr_array((value, (row, column)), shape=shape)
