"""Rook neighbours against what a slow, plain computation says."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import MultiPolygon, Point, Polygon, box

from geo.adjacency import rook_edges, shared_segments
from geo.errors import BadFrame

PLANNING = Path(__file__).parents[3] / "shared" / "data" / "planning"


def edges(geoms, min_shared_m=1.0):
    u, v, length_m = rook_edges(geoms, min_shared_m)
    return {(int(i), int(j)): float(m) for i, j, m in zip(u, v, length_m, strict=True)}


def by_brute_force(geoms, min_shared_m):
    found = {}
    for i in range(len(geoms)):
        for j in range(i + 1, len(geoms)):
            shared = shapely.intersection(geoms[i].boundary, geoms[j].boundary)
            if shared.length >= min_shared_m and shared.length > 0:
                found[i, j] = shared.length
    return found


@st.composite
def mosaics(draw):
    """Rectangles of a random lattice, some merged: borders meet in T and cross."""
    widths = draw(st.lists(st.integers(1, 40), min_size=1, max_size=5))
    heights = draw(st.lists(st.integers(1, 40), min_size=1, max_size=5))
    xs, ys = np.cumsum([0, *widths]), np.cumsum([0, *heights])
    areas = []
    for j in range(len(heights)):
        i = 0
        while i < len(widths):
            wide = draw(st.integers(1, 3))
            areas.append(box(xs[i], ys[j], xs[min(i + wide, len(widths))], ys[j + 1]))
            i += wide
    return areas


@given(mosaics(), st.sampled_from([0.0, 1.0, 20.0]))
@settings(max_examples=150, deadline=None)
def test_neighbours_are_those_that_brute_force_finds(areas, min_shared_m):
    found, wanted = edges(areas, min_shared_m), by_brute_force(areas, min_shared_m)
    assert found.keys() == wanted.keys()
    for pair, length_m in wanted.items():
        assert found[pair] == pytest.approx(length_m, abs=0.01)


@given(st.integers(0, 2**32 - 1), st.integers(4, 40))
@settings(max_examples=40, deadline=None)
def test_neighbours_of_cells_are_those_that_brute_force_finds(seed, count):
    points = np.random.default_rng(seed).uniform(0, 5000, (count, 2))
    cells = shapely.voronoi_polygons(shapely.multipoints(points))
    areas = list(shapely.get_parts(cells))
    found, wanted = edges(areas, 1.0), by_brute_force(areas, 1.0)
    assert found.keys() == wanted.keys()
    assert list(found.values()) == pytest.approx(list(wanted.values()))


@given(mosaics(), st.randoms())
@settings(max_examples=50, deadline=None)
def test_the_order_of_the_areas_does_not_matter(areas, random):
    order = list(range(len(areas)))
    random.shuffle(order)
    shuffled = edges([areas[i] for i in order])
    named = {
        tuple(sorted((order[i], order[j]))): length
        for (i, j), length in shuffled.items()
    }
    assert named == edges(areas)


def test_pairs_are_sorted_and_stand_once():
    areas = [box(i % 4, i // 4, i % 4 + 1, i // 4 + 1) for i in range(12)]
    u, v, _ = rook_edges(areas, 0.5)
    pairs = list(zip(u.tolist(), v.tolist(), strict=True))
    assert pairs == sorted(set(pairs))
    assert (u < v).all()
    assert len(pairs) == 17


def test_a_shared_corner_is_no_border():
    assert edges([box(0, 0, 10, 10), box(10, 10, 20, 20)], 0.0) == {}


def test_a_border_on_which_one_side_has_more_vertices_is_found_whole():
    wide = box(0, 0, 100, 10)
    parts = [box(0, 10, 33.3, 20), box(33.3, 10, 71.7, 20), box(71.7, 10, 100, 20)]
    found = edges([wide, *parts])
    assert found[0, 1] == pytest.approx(33.3)
    assert found[0, 2] == pytest.approx(38.4)
    assert found[0, 3] == pytest.approx(28.3)


def test_a_vertex_that_is_a_hair_off_the_line_still_makes_a_border():
    slanted = Polygon([(0, 0), (100, 0), (100, 33), (0, 11)])
    middle = (50.0, 22.0 + 1e-9)
    above = [
        Polygon([(0, 11), middle, (50, 90), (0, 90)]),
        Polygon([middle, (100, 33), (100, 90), (50, 90)]),
    ]
    found = edges([slanted, *above])
    assert found[0, 1] == pytest.approx(np.hypot(50, 11), abs=0.01)
    assert found[0, 2] == pytest.approx(np.hypot(50, 11), abs=0.01)


def test_an_island_has_no_neighbours_and_a_hole_has_one():
    ring = box(0, 0, 30, 30) - box(10, 10, 20, 20)
    assert edges([ring, box(10, 10, 20, 20), box(99, 99, 109, 109)]) == {(0, 1): 40.0}


def test_a_village_in_two_pieces_is_one_area():
    pieces = MultiPolygon([box(0, 0, 10, 10), box(20, 0, 30, 10)])
    assert edges([pieces, box(10, 0, 20, 10)]) == {(0, 1): 20.0}


def test_segments_tell_where_the_border_runs():
    shared = shared_segments([box(0, 0, 10, 10), box(10, 0, 20, 10)])
    assert shared.ends.tolist() == [[10, 0, 10, 10]]
    assert shared.length.tolist() == [10]


def test_nothing_has_no_neighbours():
    assert edges([]) == {}


@pytest.mark.parametrize("bad", [Point(1, 1), None, Polygon()])
def test_what_is_no_area_is_refused(bad):
    with pytest.raises(BadFrame, match="row 2"):
        rook_edges([box(0, 0, 1, 1), bad])


@pytest.mark.parametrize("name", ["nh320", "chicago2069", "synth60k"])
def test_published_edge_lists_come_out_exactly(name):
    if not (PLANNING / f"{name}.gpkg").exists():
        pytest.skip(f"{name}.gpkg is not here: shared data is absent")
    units = gpd.read_file(PLANNING / f"{name}.gpkg")
    listed = pd.read_csv(PLANNING / f"{name}_edges.csv").query("bridge == 0")
    ids = units["unit_id"].tolist()
    found = {
        frozenset((ids[i], ids[j])): length
        for (i, j), length in edges(units.geometry.to_numpy()).items()
    }
    wanted = {
        frozenset((u, v)): length
        for u, v, length in zip(listed.u, listed.v, listed.shared_m, strict=True)
    }
    assert found.keys() == wanted.keys()
    assert [found[k] for k in wanted] == pytest.approx(list(wanted.values()))
