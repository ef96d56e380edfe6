"""Neighbours never agree in colour, and the palette is one a browser can read."""

import re

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from maps.style import colour_grids, deviation_colour, style


@st.composite
def graphs(draw):
    count = draw(st.integers(1, 30))
    node = st.integers(0, count - 1)
    pairs = draw(st.lists(st.tuples(node, node), max_size=80))
    edges = [(u, v) for u, v in pairs if u != v]
    return np.array(edges, dtype=np.int64).reshape(-1, 2), count


@given(graphs())
def test_neighbours_never_share_a_colour(graph):
    edges, count = graph
    colours = colour_grids(edges, count)
    assert colours.shape == (count,)
    assert (colours >= 0).all()
    assert (colours[edges[:, 0]] != colours[edges[:, 1]]).all()


@given(graphs(), st.randoms(use_true_random=False))
def test_order_and_direction_of_the_edges_change_nothing(graph, random):
    edges, count = graph
    mixed = [tuple(random.sample(pair, 2)) for pair in edges.tolist()]
    random.shuffle(mixed)
    shuffled = np.array(mixed + mixed, dtype=np.int64).reshape(-1, 2)
    assert (colour_grids(edges, count) == colour_grids(shuffled, count)).all()


def test_a_checkerboard_needs_two_colours():
    cells = np.arange(25).reshape(5, 5)
    across = np.column_stack([cells[:, :-1].ravel(), cells[:, 1:].ravel()])
    down = np.column_stack([cells[:-1].ravel(), cells[1:].ravel()])
    assert colour_grids(np.vstack([across, down]), 25).max() == 1


def test_areas_without_neighbours_take_the_first_colour():
    assert colour_grids(np.empty((0, 2), dtype=np.int64), 3).tolist() == [0, 0, 0]


def test_every_colour_of_the_style_is_six_hex_digits():
    def leaves(value):
        if isinstance(value, dict):
            return [x for v in value.values() for x in leaves(v)]
        if isinstance(value, list):
            return [x for v in value for x in leaves(v)]
        return [value]

    colours = [x for x in leaves(style()) if isinstance(x, str) and x.startswith("#")]
    assert len(colours) > 20
    assert all(re.fullmatch("#[0-9A-F]{6}", x) for x in colours)


def test_deviation_steps_end_where_the_next_begins():
    steps = style()["deviation"]
    assert deviation_colour(-10.1) == steps[0]["colour"]
    assert deviation_colour(-10) == steps[1]["colour"]
    assert deviation_colour(10) == steps[-1]["colour"]
