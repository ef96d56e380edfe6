"""Settlements are split as finely as the quota needs; nobody is lost."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from hypothesis import given
from hypothesis import strategies as st

from planning.units.places import single_places
from planning.units.settlements import (
    Split,
    finest_units,
    place_units,
    split_settlements,
)

METRIC = 4546


def villages_of(loads, groups=None, label="A"):
    return gpd.GeoDataFrame(
        {
            "unit_id": [f"S{i}" for i in range(len(loads))],
            "load": np.asarray(loads, float),
            "label": label,
            "groups": groups if groups is not None else 1,
        },
        geometry=shapely.points(500_000.0 + 300.0 * np.arange(len(loads)), 3_770_000.0),
        crs=METRIC,
    )


def split(units, ideal, finest, how=Split.BLOCKS, before=()):
    places = single_places(units, (), [])
    homes = pd.Series("G1", list(before), dtype=object)
    return split_settlements(places, ideal, pd.Series(finest), how, before=homes)


def blocks(name, count):
    return [f"{name}-{i + 1:03d}" for i in range(count)]


def test_a_redraw_keeps_the_parts_of_the_plan_in_force_where_they_are_fine_enough():
    units = villages_of([120, 120, 120, 120])
    before = [*blocks("S0", 2), *blocks("S1", 4), *blocks("S2", 5), "S3"]
    parts = split(units, 250.0, {"A": 30.0}, before=before)
    # Blocks of 60 are too heavy, of 24 no reason to split anew.
    assert parts["settlement_id"].value_counts(sort=False).to_dict() == {
        "S0": 4, "S1": 4, "S2": 5, "S3": 4,
    }  # fmt: skip
    again = split(villages_of([145, 90]), 250.0, {"A": 30.0}, before=before[:6])
    assert again["unit_id"].tolist()[-4:] == blocks("S1", 4)


def test_groups_of_the_plan_in_force_are_kept_and_names_that_look_like_parts_are_none():
    units = villages_of([200, 20, 20])
    units["unit_id"] = ["S", "S-001", "S-002"]
    before = ["S-01-001", "S-01-002", "S-02", "S-03", "S-001", "S-002"]
    parts = split(units, 150.0, {"A": 1e9}, Split.GROUPS, before=before)
    assert parts["unit_id"].tolist() == ["S-01", "S-02", "S-03", "S-001", "S-002"]
    whole = split(units, 250.0, {"A": 1e9}, before=["S", "S-001", "S-002"])
    assert whole["unit_id"].tolist() == ["S", "S-001", "S-002"]


@given(
    loads=st.lists(st.integers(0, 2_000), min_size=1, max_size=8),
    groups=st.integers(1, 9),
    finest=st.floats(1.0, 300.0),
)
def test_people_stay_whole_and_are_all_there(loads, groups, finest):
    units = villages_of(loads, groups)
    parts = split(units, 250.0, {"A": finest})
    sums = parts.groupby("settlement_id")["load"].sum()
    assert sums.reindex(units["unit_id"]).tolist() == [float(p) for p in loads]
    assert (parts["load"] == parts["load"].round()).all()
    assert parts["unit_id"].is_unique
    assert parts["load"].max() <= max(1.0, np.ceil(finest))


def test_a_settlement_that_is_small_enough_stays_whole():
    parts = split(villages_of([40], 3), 250.0, {"A": 50.0})
    assert parts["unit_id"].tolist() == ["S0"]
    assert parts["unit_kind"].tolist() == ["settlement"]


def test_groups_are_split_only_where_they_are_too_heavy_themselves():
    parts = split(villages_of([120, 30], 3), 250.0, {"A": 50.0})
    assert parts["unit_id"].tolist() == ["S0-01", "S0-02", "S0-03", "S1"]
    blocks = split(villages_of([120], 3), 250.0, {"A": 20.0})
    assert blocks["unit_id"].iloc[:2].tolist() == ["S0-01-001", "S0-01-002"]
    assert blocks["unit_kind"].unique().tolist() == ["block"]


def test_without_blocks_a_settlement_has_at_least_groups_that_fit():
    parts = split(villages_of([600], 2), 200.0, {"A": 5.0}, Split.GROUPS)
    assert parts["unit_kind"].tolist() == ["group"] * 3
    whole = split(villages_of([600], 2), 200.0, {"A": 5.0}, Split.NONE)
    assert whole["unit_id"].tolist() == ["S0"]


def test_only_a_village_at_the_end_of_its_band_gets_fine_blocks():
    wide = villages_of([1_000] * 2, label="W")
    tight = villages_of([780], label="T").assign(unit_id="S9")
    units = gpd.GeoDataFrame(pd.concat([wide, tight], ignore_index=True), crs=METRIC)
    finest = finest_units(units, 11, 0.03)
    assert finest["T"] < finest["W"] / 3


def test_a_village_of_one_grid_needs_no_blocks():
    both = gpd.GeoDataFrame(
        pd.concat(
            [villages_of([90]), villages_of([900], label="B").assign(unit_id="S9")]
        ),
        crs=METRIC,
    )
    assert finest_units(both, 10, 0.05)["A"] == np.inf


@given(count=st.integers(1, 60), edge=st.floats(0.5, 300.0))
def test_every_unit_stands_inside_its_land_at_a_place_of_its_own(count, edge):
    land = shapely.box(0.0, 0.0, 900.0, 700.0)
    units = gpd.GeoDataFrame(geometry=[shapely.Point(edge, 300.0)] * count, crs=METRIC)
    xy = place_units(units, np.full(count, land, object))
    assert shapely.contains_xy(land, xy[:, 0], xy[:, 1]).all()
    assert len(np.unique(xy.round(3), axis=0)) == count


def test_settlements_that_one_corner_moves_to_one_spot_share_a_disc():
    corner = shapely.Polygon([(0, 0), (1_000, 0), (0, 1_000)])
    units = gpd.GeoDataFrame(
        geometry=shapely.points([(1, 2)] * 4 + [(2, 1)] * 4), crs=METRIC
    )
    xy = place_units(units, np.full(8, corner, object))
    assert shapely.contains_xy(corner, xy[:, 0], xy[:, 1]).all()
    assert len(np.unique(np.round(xy, 2), axis=0)) == 8


def test_settlements_of_two_villages_at_one_spot_each_stand_in_their_own():
    west, east = shapely.box(0, 0, 100, 100), shapely.box(100, 0, 200, 100)
    units = gpd.GeoDataFrame(geometry=shapely.points([(99, 50)] * 4), crs=METRIC)
    land = np.array([west, west, east, east], object)
    xy = place_units(units, land)
    assert shapely.contains_xy(land, xy[:, 0], xy[:, 1]).all()
