"""Repair contiguity: stray pieces and loose units go to a grid that they touch."""

from collections.abc import Sequence

import numpy as np

from planning.edits.breaches import Edited, edited, heaviest_piece
from planning.edits.measure import piece_numbers
from planning.edits.state import UNASSIGNED, PlanState, reassigned
from planning.graphs.contact import IntArray


def repair_contiguity(state: PlanState, grids: Sequence[str] | None = None) -> Edited:
    """Give every stray piece to the neighbour that it shares most border with.

    The heaviest piece of a grid stays. A piece goes to a grid of its own village, and
    to no locked one; a piece that touches no such grid stays and is reported.

    Parameters
    ----------
    grids : sequence of str, optional
        Only these; all grids, and units without a grid, if not given.

    Raises
    ------
    BadEdit
        If a grid is unknown.
    """
    after = state
    while True:
        strays = _strays(after, grids)
        moved = [_give_away(after, piece) for piece in strays]
        step = [pair for pair in moved if pair is not None]
        if not step:
            return edited(state, after)
        # One at a time: a piece that just moved may have joined two others.
        units, target = min(step, key=lambda pair: (len(pair[0]), int(pair[0][0])))
        after = reassigned(after, units, np.full(len(units), target))


def _strays(state: PlanState, grids: Sequence[str] | None) -> list[IntArray]:
    ways = state.land.ways
    slots = (
        np.flatnonzero(state.total("pieces") > 1).tolist()
        if grids is None
        else [state.slot(name) for name in grids]
    )
    strays = []
    for at in slots:
        if at in state.locked:
            continue
        units = state.members[at]
        piece = piece_numbers(ways.indptr, ways.indices, units)
        keep = heaviest_piece(ways.load[units], piece)
        count = int(piece.max()) + 1
        strays += [units[piece == p] for p in range(count) if p != keep]
    if grids is None and state.loose:
        strays += [np.array([u]) for u in np.flatnonzero(state.part == UNASSIGNED)]
    return strays


def _give_away(state: PlanState, units: IntArray) -> tuple[IntArray, int] | None:
    """Return a piece and the grid for it: same village, longest border, lightest."""
    land = state.land
    own = int(state.part[units[0]])
    border: dict[int, int] = {}
    for u in units.tolist():
        beside, reach = land.borders.indptr[u : u + 2], land.within_reach(u)
        for j in range(*beside.tolist()):
            v = int(land.borders.indices[j])
            at = int(state.part[v])
            if at in (own, UNASSIGNED) or at in state.locked:
                continue
            if land.label[v] == land.label[u] and v in reach:
                border[at] = border.get(at, 0) + int(land.borders.cost[j])
    if not border:
        return None
    load = state.total("load")
    return units, min(border, key=lambda at: (-border[at], load[at], at))
