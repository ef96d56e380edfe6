"""The traps of real layers: always exactly the grids asked for, each whole."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from geo.adjacency import rook_edges
from planning.graphs.graph import build_graph
from planning.graphs.kernels import label_pieces
from planning.pipeline import make_plan
from planning.units.territory import Territory
from tests.planning.builders import asking, square_units

SIDE = 6


def pieces_and_grids(units, plan):
    """Pieces of grids by shared borders and stated links, and the number of grids."""
    ids = units["unit_id"].to_numpy(str)
    home = plan.assignment.set_index("unit_id")["grid_id"].reindex(ids)
    names, part = np.unique(home.to_numpy(str), return_inverse=True)
    u, v, _ = rook_edges(np.asarray(units.geometry.values, object))
    at = {unit: i for i, unit in enumerate(ids)}
    links = np.array([[at[a], at[b]] for a, b in plan.report["links"]], np.int64)
    links = links.reshape(-1, 2)
    u, v = np.r_[u, links[:, 0]], np.r_[v, links[:, 1]]
    graph = build_graph(np.ones(len(ids), np.int64), u, v, np.ones(len(u), np.int64))
    pieces = label_pieces(graph.indptr, graph.indices, part.astype(np.int64))
    return int(pieces.max()) + 1, len(names)


def loads(seed=0):
    return np.random.default_rng(seed).integers(5, 40, SIDE * SIDE).astype(float)


def plain(load=None):
    return square_units(SIDE, SIDE, loads() if load is None else load)


def with_giant():
    load = loads()
    load[14] = 60 * load.sum() / 5
    return plain(load)


def mostly_empty():
    load = loads()
    load[np.random.default_rng(1).random(SIDE * SIDE) < 0.5] = 0
    return plain(load)


def two_lands():
    units = plain()
    far = units.assign(unit_id="far" + units["unit_id"])
    far = far.set_geometry(far.translate(20_000.0, 0.0)).iloc[:20]
    both = pd.concat([units, far], ignore_index=True)
    return gpd.GeoDataFrame(both, geometry="geometry", crs=units.crs)


def with_exclaves():
    units = plain()
    shapes = np.asarray(units.geometry.values, object)
    for near, far in ((1, 22), (9, 33)):
        shapes[near] = shapely.union(shapes[near], shapes[far])
    keep = np.setdiff1d(np.arange(len(units)), [22, 33])
    return units.set_geometry(gpd.GeoSeries(shapes, crs=units.crs)).iloc[keep]


@pytest.mark.parametrize(
    ("make", "grids"),
    [
        (plain, 1),
        (plain, 2),
        (plain, SIDE * SIDE - 2),
        (plain, SIDE * SIDE),
        (with_giant, 6),
        (mostly_empty, 5),
        (two_lands, 7),
        (with_exclaves, 6),
    ],
)
def test_exactly_the_grids_asked_for_and_each_whole(make, grids):
    units = make()
    plan = make_plan(Territory(units=units), asking(grids))
    assert len(plan.grids) == grids
    assert pieces_and_grids(units, plan) == (grids, grids)
    assert plan.proof.holds
    assert set(plan.assignment["unit_id"]) == set(units["unit_id"])
    share = np.abs(plan.grids["deviation_pct"]) <= 5.0 + 1e-6
    assert (share | (plan.grids["reason"] != "")).all()


def test_a_giant_stands_alone_and_the_others_share_the_rest_fairly():
    plan = make_plan(Territory(units=with_giant()), asking(6))
    giant = plan.units.set_index("unit_id")["grid_id"]["u0014"]
    assert (plan.units["grid_id"] == giant).sum() == 1
    rest = plan.grids.loc[plan.grids["grid_id"] != giant, "load"]
    assert np.abs(rest / rest.mean() - 1).max() < 0.08


def test_beside_a_giant_a_piece_of_land_of_its_own_says_what_it_forces():
    units = two_lands()
    units.loc[0, "load"] = 5_000.0
    plan = make_plan(Territory(units=units), asking(6))
    balance = plan.report["scores"]["balance"]
    rest = balance["residual_max_deviation_pct"]["value"]
    off = [
        100 * (row["load"] / row["grids"] / ideal_beside(plan) - 1)
        for row in plan.report["quota"]
        if row["load"] < 5_000
    ]
    assert len(off) == 1
    assert (
        0 < abs(off[0]) <= balance["residual_bound_pct"]["value"] + 1e-4 <= rest + 1e-3
    )


def ideal_beside(plan):
    load = plan.grids["load"]
    return (load.sum() - load.max()) / (len(load) - 1)


def test_a_giant_in_one_village_leaves_all_villages_grids_of_the_same_size():
    load = np.full(SIDE * SIDE, 10.0)
    load[14] = 2_000.0
    label = np.where(np.arange(SIDE * SIDE) % SIDE < 3, "A", "B")
    plan = make_plan(Territory(plain(load).assign(label=label)), asking(7))
    balance = plan.report["scores"]["balance"]
    rest = balance["residual_max_deviation_pct"]["value"]
    # Village B has 18 of the 35 units beside the giant, and 3 of the 6 grids.
    assert balance["residual_bound_pct"]["value"] == pytest.approx(2.8571, abs=1e-4)
    # Six units of 10 in a grid, and one village lacks one.
    assert rest < 15.0
    assert plan.report["oversized_units"] == [plain()["unit_id"].iloc[14]]
