"""An edited plan described anew."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from planning.edits.finish import describe_state
from planning.edits.moves import merge_grids, move_units, unassign_units
from planning.edits.vertex import ground_breaches, move_vertex, place_vertices
from planning.errors import BadEdit
from tests.planning.builders import EAST
from tests.planning.edits.worlds import block_plan


def value(described, group, key):
    return described.scores[group][key]["value"]


def test_every_load_and_all_ground_is_in_a_grid():
    state = block_plan(villages=2)
    told = describe_state(state)
    assert len(told.grids) == 12
    assert told.grids["load"].sum() == pytest.approx(told.ideal_load * 12)
    assert told.grids["area_m2"].sum() == pytest.approx(48 * 100.0**2)
    assert value(told, "manageability", "broken_grids") == 0
    assert {row["label"]: row["grids"] for row in told.quota} == {"V0": 6, "V1": 6}


def test_a_grid_that_was_merged_away_is_not_told_of():
    state = merge_grids(block_plan(), ["G002"], "G001").state
    told = describe_state(state)
    assert "G002" not in set(told.grids["grid_id"])
    assert told.grids.set_index("grid_id")["units"]["G001"] == 8
    assert told.part.max() == len(told.grids) - 1


def test_what_moved_and_what_is_broken_is_counted():
    before = block_plan()
    unit = before.land.unit_ids[0]
    state = move_units(before, [unit], "G012").state
    previous = pd.Series(before.assignment())
    told = describe_state(state, previous=previous)
    assert value(told, "manageability", "broken_grids") == 1
    assert value(told, "stability", "moved_load_pct") > 0


def test_units_without_a_grid_cannot_be_described():
    state = block_plan()
    state = unassign_units(state, state.land.unit_ids[:1]).state
    with pytest.raises(BadEdit, match="have no grid"):
        describe_state(state)


def test_all_that_moved_vertices_broke_is_found_together():
    state = block_plan(villages=2)
    corner = int(state.land.xy.sum(axis=1).argmin())
    x, y = state.land.xy[corner]
    moved = move_vertex(state, corner, x + 20, y + 20).state
    found = ground_breaches(state, moved)
    assert [b.kind for b in found] == ["gap"]
    back = place_vertices(moved, np.array([corner]), state.land.xy[[corner]])
    assert ground_breaches(state, back) == ()


def test_borders_beside_a_site_keep_their_kind_after_an_edit():
    """A site of two blocks' width, carved out of the south-western ground."""
    before = block_plan(rows=2)
    south = float(before.land.xy[:, 1].min())
    box = shapely.box(EAST, south - 100, EAST + 400, south)
    sites = gpd.GeoDataFrame(
        {"grid_id": ["E001"], "label": ["V0"]}, geometry=[box], crs=before.land.crs
    )
    river = gpd.GeoDataFrame(
        {"kind": ["river"]},
        geometry=[shapely.LineString([(EAST - 9, south), (EAST + 209, south)])],
        crs=before.land.crs,
    )
    state = merge_grids(before, ["G002"], "G001").state
    told = describe_state(state, river, sites=sites)
    borders = told.grids.set_index("grid_id")["borders"]["G001"]
    beside = [(b["kind"], b["length_m"]) for b in borders if b["to"] == "E001"]
    assert sorted(beside) == [("open", 200.0), ("river", 200.0)]
    assert {b["to"] for b in told.site_borders["E001"]} == {"G001", None}
    assert len(told.grids) == 3
