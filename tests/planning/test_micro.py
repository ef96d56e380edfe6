"""Micro-grids nest in grids, whole and connected."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.adjacency import rook_edges
from planning.errors import BadQuota
from planning.graphs.graph import build_graph, components
from planning.pipeline import make_plan
from planning.units.territory import Territory
from tests.planning.builders import METRIC, asking, square_units


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 999), grids=st.integers(1, 4), more=st.integers(0, 8))
def test_micro_grids_nest_in_grids_and_are_connected(seed, grids, more):
    load = np.random.default_rng(seed).integers(0, 9, 36) + 1
    units = square_units(6, 6, load)
    plan = make_plan(Territory(units), asking(grids, micro=grids + more, tolerance=0.2))
    assert plan.micro is not None
    assert len(plan.micro) == grids + more
    assert plan.units.groupby("micro_id")["grid_id"].nunique().eq(1).all()
    assert set(plan.micro["grid_id"]) == set(plan.grids["grid_id"])
    for name, own in plan.units.to_crs(METRIC).groupby("micro_id"):
        assert str(name).startswith(own["grid_id"].iloc[0])
        u, v, _ = rook_edges(np.asarray(own.geometry.values, object))
        ones = np.ones(len(u), np.int64)
        graph = build_graph(np.ones(len(own), np.int64), u, v, ones)
        assert not components(graph).any()


def test_loads_and_ground_of_the_levels_agree():
    plan = make_plan(Territory(square_units(6, 6)), asking(3, micro=9))
    assert plan.micro is not None
    sums = plan.micro.groupby("grid_id")["load"].sum()
    assert sums.tolist() == plan.grids.set_index("grid_id")["load"].tolist()
    both = np.asarray(plan.micro.geometry.values, object)
    assert shapely.coverage_is_valid(both)
    for name, ground in zip(plan.grids["grid_id"], plan.grids.geometry, strict=True):
        own = plan.micro[plan.micro["grid_id"] == name].geometry
        assert shapely.coverage_union_all(np.asarray(own.values, object)).equals(ground)


def test_fewer_micro_grids_than_grids_are_refused():
    with pytest.raises(BadQuota, match="ask for 4 to 36"):
        make_plan(Territory(square_units(6, 6)), asking(4, micro=3))
