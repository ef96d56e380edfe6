"""Move units, merge grids, take units out, lock: the plain edits."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from planning.edits.breaches import Edited, edited
from planning.edits.state import UNASSIGNED, PlanState, reassigned
from planning.errors import BadEdit


def move_units(state: PlanState, unit_ids: Sequence[str], to: str) -> Edited:
    """Put units into a grid, whatever that breaks.

    Raises
    ------
    BadEdit
        If a unit or the grid is unknown, or one of the grids is locked.
    """
    units = state.land.positions(unit_ids)
    after = reassigned(state, units, np.full(len(units), state.slot(to)))
    return edited(state, after)


def unassign_units(state: PlanState, unit_ids: Sequence[str]) -> Edited:
    """Take units out of their grids.

    Raises
    ------
    BadEdit
        If a unit is unknown or its grid is locked.
    """
    units = state.land.positions(unit_ids)
    return edited(state, reassigned(state, units, np.full(len(units), UNASSIGNED)))


def merge_grids(state: PlanState, grids: Sequence[str], into: str) -> Edited:
    """Join grids into one of them; the names of the others are not used again.

    Raises
    ------
    BadEdit
        If a grid is unknown or locked, or there is only one.
    """
    target = state.slot(into)
    others = sorted({state.slot(name) for name in grids} - {target})
    if not others:
        raise BadEdit(f"grid {into!r} alone cannot be merged; name another grid")
    units = np.concatenate([state.members[at] for at in others])
    return edited(state, reassigned(state, units, np.full(len(units), target)))


def lock_grids(state: PlanState, grids: Sequence[str]) -> PlanState:
    """Keep grids as they are until they are unlocked."""
    return replace(state, locked=state.locked | {state.slot(name) for name in grids})


def unlock_grids(state: PlanState, grids: Sequence[str]) -> PlanState:
    """Let edits change grids again."""
    return replace(state, locked=state.locked - {state.slot(name) for name in grids})
