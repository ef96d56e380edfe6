"""What an edit breaks, and where: the list that stands beside the map."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import shapely

from geo.crs import STORED
from planning.edits.measure import piece_numbers
from planning.edits.state import UNASSIGNED, PlanState
from planning.graphs.contact import IntArray
from planning.units.ground import project

KINDS = (
    "gap",
    "overlap",
    "outside_outline",
    "broken_grid",
    "crossed_line",
    "straddled_line",
    "unassigned",
)


@dataclass(frozen=True, order=True)
class Breach:
    """One thing that a plan must not have.

    Attributes
    ----------
    kind : str
        One of `KINDS`.
    grid : str
        The grid that it is about, "" if none.
    units : tuple of str
        Units to look at: the smaller piece, those behind the line, those without a
        grid, those around a gap.
    x, y : float
        A place to zoom to, in the land's metric CRS.
    lon, lat : float
        The same place in EPSG:4326.
    area_m2 : float
        Of the gap or overlap, else of the units.
    """

    kind: str
    grid: str
    units: tuple[str, ...]
    x: float
    y: float
    lon: float
    lat: float
    area_m2: float


class Edited(NamedTuple):
    """The plan after an edit, and what is broken in the grids that it touched."""

    state: PlanState
    breaches: tuple[Breach, ...]


def edited(before: PlanState, after: PlanState, *more: Breach) -> Edited:
    """Return an edit's result: the breaches of every grid that it touched."""
    moved = np.flatnonzero(before.part != after.part)
    slots = np.unique(np.r_[before.part[moved], after.part[moved]])
    slots = slots[slots != UNASSIGNED].tolist()
    found = [*breaches_of(after, slots), *more]
    if after.loose > before.loose:
        found += _unassigned(
            after,
            np.flatnonzero((after.part == UNASSIGNED) & (before.part != UNASSIGNED)),
        )
    return Edited(after, tuple(found))


def find_breaches(state: PlanState) -> tuple[Breach, ...]:
    """Return all that is broken in a plan: pieces, straddled lines, loose units."""
    found = breaches_of(state, range(len(state.names)))
    if state.loose:
        found += _unassigned(state, np.flatnonzero(state.part == UNASSIGNED))
    return tuple(found)


def breaches_of(state: PlanState, slots: Iterable[int]) -> list[Breach]:
    """Return the broken pieces and straddled lines of some grids, in their order."""
    pieces, labels = state.total("pieces"), state.total("labels")
    found = []
    for at in slots:
        if pieces[at] > 1:
            found += _broken(state, at)
        if labels[at] > 1:
            found.append(_straddling(state, at))
    return found


def breach_at(
    state: PlanState, kind: str, grid: str, units: IntArray, place: shapely.Geometry,
    area_m2: float,
) -> Breach:  # fmt: skip
    """Return a breach at a point in metres."""
    degrees = project(np.array([place], object), state.land.crs, STORED)[0]
    return Breach(
        kind=kind,
        grid=grid,
        units=tuple(state.land.unit_ids[u] for u in units.tolist()),
        x=round(float(shapely.get_x(place)), 3),
        y=round(float(shapely.get_y(place)), 3),
        lon=round(float(shapely.get_x(degrees)), 7),
        lat=round(float(shapely.get_y(degrees)), 7),
        area_m2=round(area_m2, 4),
    )


def grid_name(state: PlanState, unit: int) -> str:
    """Return the name of a unit's grid, "" if it has none."""
    at = int(state.part[unit])
    return "" if at == UNASSIGNED else state.names[at]


def _broken(state: PlanState, at: int) -> list[Breach]:
    """Return one breach per piece but the heaviest, with the line between if any is."""
    ways, units = state.land.ways, state.members[at]
    piece = piece_numbers(ways.indptr, ways.indices, units)
    keep = heaviest_piece(ways.load[units], piece)
    return [
        _apart(state, at, units[piece == p])
        for p in range(int(piece.max()) + 1)
        if p != keep
    ]


def _apart(state: PlanState, at: int, units: IntArray) -> Breach:
    """Return what keeps a piece from the rest: a forbidden line, or other grids."""
    land = state.land
    name, ours = state.names[at], state.part[land.shut] == at
    across = ours.all(axis=1) & (np.isin(land.shut, units).sum(axis=1) == 1)
    found = np.flatnonzero(across)
    if not len(found):
        return _of_units(state, "broken_grid", name, units)
    place = shapely.points(land.shut_at[found[0]])
    area = float(land.area_cm2[units].sum()) / 10_000.0
    return breach_at(state, "crossed_line", name, units, place, area)


def heaviest_piece(load: IntArray, piece: IntArray) -> int:
    """Return the piece with most load, then most units, then the first."""
    weight, size = np.bincount(piece, load), np.bincount(piece)
    return int(np.lexsort((np.arange(len(size)), -size, -weight))[0])


def _straddling(state: PlanState, at: int) -> Breach:
    units = state.members[at]
    label = state.land.label[units]
    home = heaviest_piece(state.land.graph.load[units], label)
    return _of_units(state, "straddled_line", state.names[at], units[label != home])


def _unassigned(state: PlanState, units: IntArray) -> list[Breach]:
    ways = state.land.ways
    piece = piece_numbers(ways.indptr, ways.indices, units)
    return [
        _of_units(state, "unassigned", "", units[piece == p])
        for p in range(int(piece.max()) + 1)
    ]


def _of_units(state: PlanState, kind: str, grid: str, units: IntArray) -> Breach:
    largest = int(units[np.argmax(state.land.area_cm2[units])])
    place = shapely.point_on_surface(state.land.shapes[largest])
    area = float(state.land.area_cm2[units].sum()) / 10_000.0
    return breach_at(state, kind, grid, units, place, area)
