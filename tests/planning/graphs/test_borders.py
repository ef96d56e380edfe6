"""What borders run along, and which of them may not be crossed."""

import geopandas as gpd
import numpy as np
import shapely

from planning.graphs.borders import find_borders, parted_pairs, unit_contacts
from planning.pipeline import make_plan
from planning.units.territory import Territory
from tests.planning.builders import EAST, METRIC, NORTH, asking, square_units


def line(kind, *points):
    spots = [(EAST + x, NORTH + y) for x, y in points]
    return {"kind": kind, "geometry": shapely.LineString(spots)}


def lines(*rows):
    return gpd.GeoDataFrame(list(rows), crs=METRIC)


RIVER = line("river", (0, 200), (400, 200))
BRIDGE = line("road", (250, 0), (250, 400))


def contacts_across(layer, forbidden):
    shapes = np.asarray(square_units(4, 4).geometry.values, object)
    borders = find_borders(shapes, np.zeros(16, np.int64), layer, forbidden)
    u, v, _ = unit_contacts(borders)
    return sorted(
        (int(a), int(b)) for a, b in zip(u, v, strict=True) if a // 8 != b // 8
    )


def test_a_forbidden_river_parts_its_banks():
    assert contacts_across(lines(RIVER), ("river",)) == []
    assert len(contacts_across(lines(RIVER), ())) == 4


def test_a_road_over_the_river_is_a_bridge():
    assert contacts_across(lines(RIVER, BRIDGE), ("river",)) == [(6, 10)]


def test_no_grid_comes_across_a_forbidden_river_through_a_unit_on_both_banks():
    shapes = np.asarray(square_units(4, 4).geometry.values, object)
    river = lines(line("river", (0, 230), (400, 230)))
    borders = find_borders(shapes, np.zeros(16, np.int64), river, ("river",))
    pairs = set(zip(*(x.tolist() for x in unit_contacts(borders)[:2]), strict=True))
    assert {(0, 4), (8, 12), (8, 9)} <= pairs
    assert not {(4, 8), (5, 9), (6, 10), (7, 11)} & pairs
    assert borders.astride.tolist() == [8, 9, 10, 11]
    assert borders.length_m[(borders.u == 8) & ~borders.closed].sum() == 70 + 100


def test_no_grid_lies_across_a_forbidden_river():
    layer = lines(RIVER)
    plan = make_plan(
        Territory(square_units(4, 4), lines=layer), asking(4, forbidden=("river",))
    )
    south = plan.units["unit_id"] < "u0008"
    assert set(plan.units[south]["grid_id"]).isdisjoint(plan.units[~south]["grid_id"])
    assert plan.report["links"] == []


def test_an_exclusive_grid_states_the_kind_of_all_its_border():
    units = square_units(4, 4).assign(label=["A"] * 8 + ["B"] * 8)
    # Its north side lies on the village line, its south on a river.
    shape = shapely.box(EAST + 110, NORTH + 150, EAST + 190, NORTH + 200)
    site = gpd.GeoDataFrame({"site_id": ["Z"]}, geometry=[shape], crs=METRIC)
    river = lines(line("river", (-10, 150), (410, 150)))
    plan = make_plan(Territory(units, sites=site, lines=river), asking(2))
    own = plan.grids[plan.grids["kind"] == "exclusive"].iloc[0]
    length = {b["kind"]: b["length_m"] for b in own["borders"]}
    assert length == {"open": 100.0, "river": 80.0, "village_line": 80.0}
    base = plan.grids[plan.grids["kind"] == "base"]
    assert all(any(b["to"] == own["grid_id"] for b in g) for g in base["borders"])


def test_parted_pairs_count_borders_too_short_to_walk_across_and_no_corners():
    shapes = np.array(
        [
            shapely.box(0, 0, 10, 10),
            shapely.box(10, 9.5, 20, 20),  # half a metre of border with the first
            shapely.box(20, 20, 30, 30),  # a corner with the second
        ]
    )
    borders = find_borders(shapes, np.zeros(3, np.int64), None)
    assert len(unit_contacts(borders)[0]) == 0
    assert parted_pairs(borders, np.arange(3)) == 1
