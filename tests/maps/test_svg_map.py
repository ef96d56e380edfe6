"""A map in print shows each line and each ring, and no point twice."""

import re

import numpy as np
import shapely

from maps.svg_map import Layer, svg_map


def drawn(*shapes):
    """Return the path of each shape on a map of 108 to 108 pixels, one per degree."""
    # At the equator a degree is as wide as high; 4 pixels are left free at each side.
    frame = Layer(np.array([shapely.box(0, -0.5, 100, 99.5)]), ["none"])
    layer = Layer(np.array(shapes, object), ["red"] * len(shapes))
    paths = re.findall(
        r'<path d="([^"]*)" fill="red"/>', svg_map([frame, layer], 108, 108, "")
    )
    assert len(paths) == len(shapes)
    return paths


def test_a_hole_is_a_ring_of_its_own_and_a_line_stays_open():
    holed = shapely.box(0, 0, 90, 90).difference(shapely.box(30, 30, 60, 60))
    line = shapely.LineString([(0, 0), (50, 50)])
    ring_and_hole, open_line = drawn(holed, line)
    assert ring_and_hole.count("M") == ring_and_hole.count("Z") == 2
    assert open_line.count("M") == 1
    assert "Z" not in open_line


def test_parts_of_one_shape_share_a_path_and_those_of_others_stay_apart():
    islands = shapely.MultiPolygon(
        [shapely.box(0, 0, 10, 10), shapely.box(50, 50, 60, 60)]
    )
    alone = shapely.box(80, 80, 90, 90)
    both, one = drawn(islands, alone)
    assert (both.count("Z"), one.count("Z")) == (2, 1)
    assert drawn(alone, islands) == [one, both]


def test_vertices_on_one_pixel_are_drawn_once():
    crowded = shapely.LineString([(0, 0), (0.001, 0.001), (50, 50), (50.001, 50)])
    (path,) = drawn(crowded)
    assert path.count(",") == 2


def test_shapes_that_begin_where_another_ends_keep_their_first_vertex():
    first = shapely.LineString([(0, 0), (50, 50)])
    second = shapely.LineString([(50, 50), (90, 0)])
    assert [path.count(",") for path in drawn(first, second)] == [2, 2]


def test_a_layer_without_shapes_draws_nothing():
    assert drawn() == []
