"""Split a grid in two: along a line, around a seed, or as evenly as may be."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.ops import split

from planning.edits.breaches import Edited, edited, heaviest_piece
from planning.edits.measure import piece_numbers
from planning.edits.state import PlanState, reassigned, with_new_grid
from planning.errors import BadEdit
from planning.graphs.graph import UnitGraph, subgraph
from planning.graphs.kernels import tree_cut

_TREES = 32


def split_by_line(
    state: PlanState, grid: str, line: Sequence[tuple[float, float]], new: str
) -> Edited:
    """Split a grid along a drawn line; units go by the side their middle is on.

    Parameters
    ----------
    line : sequence of (x, y)
        At least two points, in the land's metric CRS; the ends are drawn on straight.
    new : str
        Name of the new grid: the side with less load.

    Raises
    ------
    BadEdit
        If the line leaves all units on one side, or names are wrong.
    """
    if len(line) < 2:
        raise BadEdit("a line needs two points or more")
    units = state.members[state.slot(grid)]
    middle = state.land.middle[units]
    return _split(state, grid, _side_of(line, middle), new)


def split_evenly(state: PlanState, grid: str, new: str, seed: int = 0) -> Edited:
    """Split a grid into two connected halves of nearly equal load and a short border.

    Raises
    ------
    BadEdit
        If the grid has one unit or is in pieces.
    """
    units = state.members[state.slot(grid)]
    _require_whole(state, grid)
    inner = subgraph(state.land.ways, units)
    side, _ = tree_cut(
        inner.indptr, inner.indices, inner.cost, inner.load, 2, _TREES, seed
    )
    return _split(state, grid, side, new)


def split_from_seed(
    state: PlanState, grid: str, unit_id: str, new: str, share: float = 0.5
) -> Edited:
    """Grow a new grid from a clicked unit until it holds a share of the load.

    Units join by their distance to the seed; one whose leaving would break the old
    grid waits; what only the seed itself holds to the rest goes with it.

    Raises
    ------
    BadEdit
        If the unit is not in the grid, or the grid has one unit or is in pieces.
    """
    units = state.members[state.slot(grid)]
    seed = state.land.positions([unit_id])
    if seed[0] not in units:
        raise BadEdit(f"unit {unit_id!r} is not in grid {grid!r}")
    _require_whole(state, grid)
    return _split(state, grid, _grown(state, units, int(seed[0]), share), new)


def _split(state: PlanState, grid: str, side: NDArray[np.bool_], new: str) -> Edited:
    units = state.members[state.slot(grid)]
    if side.all() or not side.any():
        raise BadEdit(f"all {len(units)} units of grid {grid!r} are on one side")
    load = state.land.graph.load[units]
    if 2 * int(load[side].sum()) > int(load.sum()):
        side = ~side
    grown, slot = with_new_grid(state, new)
    moved = units[side]
    return edited(state, reassigned(grown, moved, np.full(len(moved), slot)))


def _require_whole(state: PlanState, grid: str) -> None:
    at = state.slot(grid)
    if len(state.members[at]) < 2:
        raise BadEdit(f"grid {grid!r} has one unit and cannot be split")
    if state.total("pieces")[at] > 1:
        raise BadEdit(f"grid {grid!r} is in pieces; repair it before it is split")


def _side_of(line: Sequence[tuple[float, float]], xy: Any) -> NDArray[np.bool_]:
    """Return which points lie on the first side of a line drawn on past its ends."""
    path = np.asarray(line, np.float64)
    cloud = np.vstack([path, xy])
    reach = 4.0 * float(np.ptp(cloud, axis=0).max() + 1.0)
    first = _drawn_on(path[1], path[0], reach)
    last = _drawn_on(path[-2], path[-1], reach)
    long_line = shapely.linestrings(np.vstack([first, path[1:-1], last]))
    box = shapely.box(
        *(cloud.min(axis=0) - reach / 4), *(cloud.max(axis=0) + reach / 4)
    )
    sides = shapely.get_parts(split(box, long_line))
    # A line that crosses itself makes small rooms; the largest is the first side.
    largest = sides[int(np.argmax(shapely.area(sides)))]
    return np.asarray(shapely.intersects_xy(largest, xy[:, 0], xy[:, 1]), bool)


def _drawn_on(before: Any, end: Any, reach: float) -> Any:
    step = end - before
    length = float(np.hypot(*step))
    if length == 0.0:
        raise BadEdit("two points of the line are one; draw it again")
    return end + step / length * reach


def _grown(state: PlanState, units: Any, seed: int, share: float) -> NDArray[np.bool_]:
    ways, middle = state.land.ways, state.land.middle
    inner = subgraph(ways, units)
    away = np.hypot(*(middle[units] - middle[seed]).T)
    wanted = share * float(inner.load.sum())
    side = _with_cut_off(inner, units == seed)
    blocked: set[int] = set()
    while float(inner.load[side].sum()) < wanted and int((~side).sum()) > 1:
        near = {
            int(v)
            for u in np.flatnonzero(side)
            for v in inner.indices[inner.indptr[u] : inner.indptr[u + 1]]
            if not side[v]
        } - blocked
        if not near:
            break
        nearest = min(near, key=lambda v: (away[v], v))
        side[nearest] = True
        rest = np.flatnonzero(~side)
        if piece_numbers(inner.indptr, inner.indices, rest).max() > 0:
            side[nearest] = False
            blocked.add(nearest)
        else:
            blocked.clear()
    return side


def _with_cut_off(graph: UnitGraph, side: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return a side with all that its leaving cuts off from most of the rest."""
    rest = np.flatnonzero(~side)
    piece = piece_numbers(graph.indptr, graph.indices, rest)
    lost = rest[piece != heaviest_piece(graph.load[rest], piece)]
    return np.asarray(side | np.isin(np.arange(graph.size), lost), bool)
