"""The state of a plan under edit: which unit is in which grid, and each grid's sums."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from geo.codes import grid_code
from planning.edits.land import Land
from planning.edits.measure import COLUMNS, measure
from planning.errors import BadEdit
from planning.graphs.contact import IntArray

UNASSIGNED = -1


@dataclass(frozen=True)
class PlanState:
    """A plan at one moment; states share what they have in common.

    Attributes
    ----------
    land : Land
    names : tuple of str
        Grids; a grid that was merged away keeps its place, its name is not used again.
    slots : mapping of str to int
        Place of each name.
    part : ndarray of int64, shape (n,)
        Grid of each unit, `UNASSIGNED` if it has none.
    members : tuple of ndarray of int64
        Units of each grid, ascending.
    totals : ndarray of int64, shape (k, 8)
        Sums of each grid, by `measure.COLUMNS`.
    loose : int
        Units without a grid.
    locked : frozenset of int
        Grids that no edit may change.
    """

    land: Land
    names: tuple[str, ...]
    slots: Mapping[str, int]
    part: IntArray
    members: tuple[IntArray, ...]
    totals: IntArray
    loose: int
    locked: frozenset[int] = frozenset()

    @property
    def count(self) -> int:
        """Number of grids that have units."""
        return int((self.total("size") > 0).sum())

    @property
    def ideal(self) -> float:
        """Load of an average grid, in the unit of the input."""
        return float(self.land.graph.load.sum()) / self.land.load_factor / self.count

    def total(self, column: str) -> IntArray:
        """Return one of `measure.COLUMNS` for all grids."""
        return self.totals[:, COLUMNS.index(column)]

    def slot(self, name: str) -> int:
        """Return the place of a grid that has units.

        Raises
        ------
        BadEdit
            If there is no such grid.
        """
        at = self.slots.get(name)
        if at is None or not len(self.members[at]):
            raise BadEdit(f"grid {name!r} is not in this plan")
        return at

    def grid_of(self, unit_id: str) -> str | None:
        """Return the grid of a unit, None if it has none."""
        at = int(self.part[self.land.positions([unit_id])[0]])
        return None if at == UNASSIGNED else self.names[at]

    def assignment(self) -> dict[str, str | None]:
        """Return the grid of every unit, None for units without one."""
        names = [*self.names, None]
        return {
            unit: names[at]
            for unit, at in zip(self.land.unit_ids, self.part.tolist(), strict=True)
        }


class GridFigures(NamedTuple):
    """Live numbers of a grid, in the units of the input and metres."""

    load: float
    deviation_pct: float
    units: int
    cut_edges: int
    border_m: float
    outline_m: float
    area_m2: float
    polsby_popper: float
    pieces: int


def figures(state: PlanState, grid: str) -> GridFigures:
    """Return the numbers that stand beside a grid while it is edited."""
    row = dict(zip(COLUMNS, state.totals[state.slot(grid)].tolist(), strict=True))
    load = row["load"] / state.land.load_factor
    outline = (row["border_mm"] + row["outer_mm"]) / 1000.0
    area = row["area_cm2"] / 10_000.0
    return GridFigures(
        load=load,
        deviation_pct=100.0 * (load / state.ideal - 1.0) if state.ideal else 0.0,
        units=row["size"],
        cut_edges=row["cut"],
        border_m=row["border_mm"] / 1000.0,
        outline_m=outline,
        area_m2=area,
        polsby_popper=4 * np.pi * area / outline**2 if outline else 0.0,
        pieces=row["pieces"],
    )


def start_state(
    land: Land, assignment: Mapping[str, str | None], locked: Iterable[str] = ()
) -> PlanState:
    """Return the state of a plan before its first edit.

    Parameters
    ----------
    land : Land
    assignment : mapping of str to str or None
        Grid of each unit; units that are missing, or None, have no grid yet.
    locked : iterable of str
        Grids that no edit may change.

    Raises
    ------
    BadEdit
        If a unit or a locked grid is unknown.
    """
    land.positions(list(assignment))
    names = tuple(sorted({name for name in assignment.values() if name is not None}))
    slots = {name: i for i, name in enumerate(names)}
    part = np.array(
        [
            UNASSIGNED if (name := assignment.get(unit)) is None else slots[name]
            for unit in land.unit_ids
        ],
        np.int64,
    )
    order = np.argsort(part, kind="stable")
    ends = np.searchsorted(part[order], np.arange(len(names) + 1))
    state = PlanState(
        land=land,
        names=names,
        slots=MappingProxyType(slots),
        part=part,
        members=tuple(order[a:b] for a, b in pairwise(ends.tolist())),
        totals=np.zeros((len(names), len(COLUMNS)), np.int64),
        loose=int((part == UNASSIGNED).sum()),
    )
    state = measured(state, range(len(names)))
    return replace(state, locked=frozenset(state.slot(name) for name in locked))


def reassigned(state: PlanState, units: IntArray, targets: IntArray) -> PlanState:
    """Return the state with some units in other grids; only those are measured.

    Raises
    ------
    BadEdit
        If a grid that would change is locked.
    """
    moves = state.part[units] != targets
    units, targets = units[moves], targets[moves]
    if not len(units):
        return state
    touched = np.unique(np.r_[state.part[units], targets])
    touched = touched[touched != UNASSIGNED].tolist()
    held = [at for at in touched if at in state.locked]
    if held:
        raise BadEdit(f"grid {state.names[held[0]]!r} is locked; unlock it first")
    part = state.part.copy()
    part[units] = targets
    members = list(state.members)
    for at in touched:
        stay = members[at][part[members[at]] == at]
        members[at] = np.union1d(stay, units[targets == at])
    loose = state.loose + int((targets == UNASSIGNED).sum())
    loose -= int((state.part[units] == UNASSIGNED).sum())
    return measured(
        replace(state, part=part, members=tuple(members), loose=loose), touched
    )


def measured(state: PlanState, slots: Iterable[int]) -> PlanState:
    """Return the state with the sums of some grids made anew from their units."""
    land, graph = state.land, state.land.graph
    totals = state.totals.copy()
    for at in slots:
        totals[at] = measure(
            graph.indptr,
            graph.indices,
            land.borders.indptr,
            land.borders.indices,
            land.borders.cost,
            land.ways.indptr,
            land.ways.indices,
            graph.load,
            land.outer_mm,
            land.area_cm2,
            land.label,
            state.part,
            state.members[at],
        )
    return replace(state, totals=totals)


def with_new_grid(state: PlanState, name: str) -> tuple[PlanState, int]:
    """Return the state with one more grid, still without units, and its place.

    Raises
    ------
    BadEdit
        If the name is or was in use.
    """
    if name in state.slots:
        raise BadEdit(f"grid {name!r} is or was in this plan; take another name")
    at = len(state.names)
    grown = replace(
        state,
        names=(*state.names, name),
        slots=MappingProxyType({**state.slots, name: at}),
        members=(*state.members, np.empty(0, np.int64)),
        totals=np.vstack([state.totals, np.zeros((1, len(COLUMNS)), np.int64)]),
    )
    return grown, at


def free_name(state: PlanState, beside: str, retired: Sequence[str] = ()) -> str:
    """Return a name for a new grid in the village of another, the next free serial.

    Parameters
    ----------
    beside : str
        A grid; its name tells village and form.
    retired : sequence of str
        Names of earlier plans that may not come again.
    """
    taken = set(retired)
    coded = len(beside) == 15 and beside.isascii() and beside.isdigit()
    serial = 0 if coded else len(state.names)
    while True:
        serial += 1
        name = grid_code(beside[:12], serial) if coded else f"G{serial:03d}"
        if name not in state.slots and name not in taken:
            return name
