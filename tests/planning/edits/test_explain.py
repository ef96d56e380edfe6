"""Why a grid that a hand has drawn is outside the tolerance."""

import numpy as np

from planning.edits.explain import explain_state
from planning.edits.finish import describe_state
from planning.edits.moves import lock_grids, merge_grids, move_units
from tests.planning.edits.worlds import block_plan


def reasons(state):
    told = describe_state(state)
    return explain_state(state, told.part, told.grids["grid_id"].tolist(), 0.3, 0)


def test_a_grid_that_took_its_neighbour_is_explained_with_a_way_out():
    rows = reasons(merge_grids(block_plan(), ["G002"], "G001").state)
    found = {row["grid_id"]: row for row in rows}
    assert found["G001"]["deviation_pct"] > 30
    assert found["G001"]["ways"][-1]["relax"] == "tolerance"


def test_a_lock_is_named_as_what_blocks():
    state = lock_grids(merge_grids(block_plan(), ["G002"], "G001").state, ["G001"])
    found = {row["grid_id"]: row["blocked_by"] for row in reasons(state)}
    assert found["G001"] == "lock"


def test_a_broken_plan_is_mended_before_it_is_explained():
    before = block_plan()
    state = move_units(before, [before.land.unit_ids[0]], "G012").state
    assert np.any(state.total("pieces") > 1)
    assert reasons(state) == []
