"""Why not, after edits: what keeps a grid drawn by hand outside the tolerance."""

from typing import Any

import numpy as np

from planning.account.whynot import as_rows, why_not
from planning.division.trials import Divided
from planning.edits.land import contacts_of, regions_of
from planning.edits.state import PlanState
from planning.graphs.contact import IntArray
from planning.graphs.graph import pieces_of


def explain_state(
    state: PlanState, part: IntArray, names: list[str], tolerance: float, seed: int
) -> list[dict[str, Any]]:
    """Return the reasons of a plan after its edits, as in a plan's report.

    Nothing is said of a plan with a grid in pieces or across a village line: that is
    mended first.

    Parameters
    ----------
    state : PlanState
        Every unit has a grid.
    part : ndarray of int64, shape (n_units,)
        Position in `names` of each unit.
    names : list of str
        Grids that have units.
    tolerance : float
        A fraction.
    seed : int
    """
    land = state.land
    if (state.total("pieces") > 1).any() or _straddles(part, land.label):
        return []
    locked = np.array([state.names[at] for at in sorted(state.locked)], object)
    divided = Divided(
        graph=land.ways,
        label=land.label,
        region=regions_of(land),
        part=part,
        piece=pieces_of(land.label, *contacts_of(land)),
        polygons=land.shapes,
        fixed=np.isin(np.asarray(names, object)[part], locked),
        grids=len(names),
        tolerance=tolerance,
        seed=seed,
        shut=land.shut,
    )
    return as_rows(why_not(divided), names, list(land.unit_ids), list(land.labels))


def _straddles(part: IntArray, label: IntArray) -> bool:
    pairs = np.unique(np.column_stack([part, label]), axis=0)
    return bool((np.bincount(pairs[:, 0]) > 1).any())
