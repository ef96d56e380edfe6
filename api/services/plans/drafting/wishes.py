"""From what a planner asks to the plan's own edits."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from api.schemas import drafts as asked
from api.services.plans.drafting.drafts import Draft
from api.services.plans.drafting.effects import Effect, Placed, Shift, find_effect
from geo.codes import grid_code
from planning.edits.mend import repair_contiguity
from planning.edits.moves import (
    lock_grids,
    merge_grids,
    move_units,
    unassign_units,
    unlock_grids,
)
from planning.edits.rebalance import rebalance
from planning.edits.split import split_by_line, split_evenly, split_from_seed
from planning.edits.state import (
    UNASSIGNED,
    PlanState,
    free_name,
    reassigned,
    with_new_grid,
)
from planning.edits.vertex import move_vertex
from planning.errors import BadEdit


def carry_out(draft: Draft, wanted: asked.Edit) -> tuple[Effect, Placed]:
    """Return what an edit changes, and the draft's state after it.

    Raises
    ------
    BadEdit
        If it names what is not there, or cannot be done.
    """
    if isinstance(wanted, asked.MoveVertex):
        return _move_vertex(draft, wanted)
    after = _DOERS[type(wanted)](draft, wanted)
    return _changed(draft, after)


def assign(draft: Draft, grids: Mapping[str, str | None]) -> tuple[Effect, Placed]:
    """Return what changes if units get the grids of a list, and the state after it.

    Parameters
    ----------
    grids : mapping of str to str or None
        Grid by unit id, None for no grid; units that are not named stay.

    Raises
    ------
    BadEdit
        If a unit is unknown, or a grid would change that is locked.
    """
    state = draft.placed.state
    for name in sorted({name for name in grids.values() if name} - set(state.slots)):
        state, _ = with_new_grid(state, name)
    ids = sorted(grids)
    ends = [UNASSIGNED if not (g := grids[u]) else state.slots[g] for u in ids]
    units = state.land.positions(ids)
    return _changed(draft, reassigned(state, units, np.array(ends, np.int64)))


def _changed(draft: Draft, after: PlanState) -> tuple[Effect, Placed]:
    before = draft.placed
    return find_effect(before.state, after), Placed(after, before.places)


def _move_vertex(draft: Draft, wanted: asked.MoveVertex) -> tuple[Effect, Placed]:
    ground, placed = draft.ground, draft.placed
    at = wanted.vertex
    if at >= len(ground.lonlat):
        raise BadEdit(f"vertex {at} is not in this plan")
    place = (wanted.lon, wanted.lat)
    lon, lat = placed.places.get(at, ground.lonlat[at])
    old = (float(lon), float(lat))
    if old == place:
        return Effect(), placed
    x, y = ground.to_metres([place])[0].tolist()
    after = move_vertex(placed.state, int(ground.land_vertex[at]), x, y).state
    return Effect(shifts=(Shift(at, old, place),)), Placed(
        after, {**placed.places, at: place}
    )


def _ids(state: PlanState, units: list[int]) -> list[str]:
    if max(units) >= state.land.size:
        raise BadEdit(f"unit {max(units)} is not in this plan")
    return [state.land.unit_ids[u] for u in units]


def _move(draft: Draft, wanted: asked.Move) -> PlanState:
    state = draft.placed.state
    return move_units(state, _ids(state, wanted.units), wanted.to).state


def _new_grid(draft: Draft, wanted: asked.NewGrid) -> PlanState:
    state = draft.placed.state
    units = state.land.positions(_ids(state, wanted.units))
    load = np.bincount(state.land.label[units], state.land.graph.load[units])
    village = state.land.labels[int(np.argmax(load))]
    name = _free(draft, grid_code(village, 1))
    state, slot = with_new_grid(state, name)
    return reassigned(state, units, np.full(len(units), slot))


def _unassign(draft: Draft, wanted: asked.Unassign) -> PlanState:
    state = draft.placed.state
    return unassign_units(state, _ids(state, wanted.units)).state


def _merge(draft: Draft, wanted: asked.Merge) -> PlanState:
    return merge_grids(draft.placed.state, wanted.grids, wanted.into).state


def _split_line(draft: Draft, wanted: asked.SplitLine) -> PlanState:
    line = [(x, y) for x, y in draft.ground.to_metres(wanted.line).tolist()]
    new = _free(draft, wanted.grid)
    return split_by_line(draft.placed.state, wanted.grid, line, new).state


def _split_even(draft: Draft, wanted: asked.SplitEven) -> PlanState:
    new = _free(draft, wanted.grid)
    return split_evenly(draft.placed.state, wanted.grid, new).state


def _split_seed(draft: Draft, wanted: asked.SplitSeed) -> PlanState:
    state = draft.placed.state
    (unit,) = _ids(state, [wanted.unit])
    return split_from_seed(state, wanted.grid, unit, _free(draft, wanted.grid)).state


def _repair(draft: Draft, wanted: asked.Repair) -> PlanState:
    return repair_contiguity(draft.placed.state, wanted.grids).state


def _rebalance(draft: Draft, wanted: asked.Rebalance) -> PlanState:
    tolerance = wanted.tolerance
    if tolerance is None:
        tolerance = draft.ground.tolerance
    return rebalance(draft.placed.state, wanted.grid, tolerance).state


def _lock(draft: Draft, wanted: asked.LockGrids) -> PlanState:
    return lock_grids(draft.placed.state, wanted.grids)


def _unlock(draft: Draft, wanted: asked.UnlockGrids) -> PlanState:
    return unlock_grids(draft.placed.state, wanted.grids)


def _free(draft: Draft, beside: str) -> str:
    return free_name(draft.placed.state, beside, tuple(draft.ground.retired))


_DOERS: Mapping[type, Callable[[Draft, Any], PlanState]] = {
    asked.Move: _move,
    asked.NewGrid: _new_grid,
    asked.Unassign: _unassign,
    asked.Merge: _merge,
    asked.SplitLine: _split_line,
    asked.SplitEven: _split_even,
    asked.SplitSeed: _split_seed,
    asked.Repair: _repair,
    asked.Rebalance: _rebalance,
    asked.LockGrids: _lock,
    asked.UnlockGrids: _unlock,
}
