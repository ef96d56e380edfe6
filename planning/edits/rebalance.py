"""Re-balance a clicked grid with its neighbours, by the planner's own search."""

import numpy as np

from planning.division.search.refine import anneal_again
from planning.division.task import Kept, Task, make_band
from planning.edits.breaches import Edited, edited
from planning.edits.state import PlanState, reassigned
from planning.errors import BadEdit
from planning.graphs.contact import IntArray
from planning.graphs.graph import UnitGraph, build_graph, components

# Price of a percent outside the tolerance, in cut edges: balance comes first here.
_PRICE = 100.0
# Proposals of one re-balance: enough for some ten grids, and a click stays quick.
_TRIES = 600_000


def rebalance(
    state: PlanState, grid: str, tolerance: float = 0.05, seed: int = 0
) -> Edited:
    """Divide a grid and its neighbours in the same village anew.

    Names stay with the grids that keep their ground; locked grids stay as they are.
    Without a better division the plan comes back as it was.

    Parameters
    ----------
    tolerance : float
        Deviation from the plan's ideal load that costs nothing, a fraction.

    Raises
    ------
    BadEdit
        If the grid is unknown, locked, in pieces, or has no neighbour to share with.
    """
    at = state.slot(grid)
    if at in state.locked:
        raise BadEdit(f"grid {grid!r} is locked; unlock it first")
    slots = _neighbourhood(state, at)
    if len(slots) < 2:
        raise BadEdit(f"grid {grid!r} has no free, unbroken neighbour in its village")
    units = np.sort(np.concatenate([state.members[s] for s in slots]))
    inner = _inside_villages(state, units)
    before = np.searchsorted(slots, state.part[units]).astype(np.int64)
    after = _divided_anew(state, inner, before, len(slots), tolerance, seed)
    if after is None:
        return Edited(state, ())
    return edited(state, reassigned(state, units, slots[after]))


def _neighbourhood(state: PlanState, at: int) -> IntArray:
    """Return a grid and those that it can exchange units with, ascending."""
    land, pieces = state.land, state.total("pieces")
    if pieces[at] > 1:
        raise BadEdit(f"grid {state.names[at]!r} is in pieces; repair it first")
    found = {at}
    for u in state.members[at].tolist():
        near = land.within_reach(u)
        same = near[land.label[near] == land.label[u]]
        found |= {int(s) for s in state.part[same] if s >= 0}
    usable = [
        s
        for s in sorted(found)
        if s not in state.locked and pieces[s] == 1 and state.total("labels")[s] == 1
    ]
    return np.array(usable, np.int64)


def _inside_villages(state: PlanState, units: IntArray) -> UnitGraph:
    """Return the ways among some units without those across village lines."""
    graph, label = state.land.ways, state.land.label
    u = np.repeat(units, np.diff(graph.indptr)[units])
    rows = [np.arange(graph.indptr[i], graph.indptr[i + 1]) for i in units]
    v = graph.indices[np.concatenate(rows)]
    place = np.searchsorted(units, v).clip(0, len(units) - 1)
    keep = (units[place] == v) & (u < v) & (label[u] == label[v])
    a, b = np.searchsorted(units, u[keep]), place[keep]
    return build_graph(graph.load[units], a, b, graph.cost[np.concatenate(rows)][keep])


def _divided_anew(
    state: PlanState,
    inner: UnitGraph,
    before: IntArray,
    parts: int,
    tolerance: float,
    seed: int,
) -> IntArray | None:
    """Return a division with less load outside the tolerance, None if none is found."""
    if components(inner).any():
        return None
    graph = state.land.graph
    ideal = float(graph.load.sum()) / state.count
    # A price for leaving, so that nobody changes grid without need.
    stay = np.full(inner.size, 64, np.int64)
    kept = Kept(before, stay, np.zeros(inner.size, bool))
    task = Task(inner, parts, make_band(inner, parts, ideal, tolerance), kept)
    after = anneal_again(task, before, max(1, _TRIES // inner.size), seed, _PRICE)
    old, new = task.outside(before), task.outside(after)
    better = (new.sum(), new.max()) < (old.sum(), old.max())
    return after if better else None
