"""The task that all searches share: its band, and what of it belongs to some grids."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from planning.division.task import Band, Kept, Task, make_band, redraw_band
from tests.planning.small_graphs import lattice


def test_the_band_of_a_region_that_cannot_be_inside_ends_at_its_mean():
    graph = lattice(1, 4, [30, 30, 30, 30])
    assert make_band(graph, 2, 50.0, 0.1) == Band(45, 60, 50)
    assert make_band(graph, 2, 70.0, 0.1) == Band(60, 77, 70)
    assert make_band(graph, 2, 61.0, 0.1) == Band(55, 67, 61)


def test_the_band_of_many_grids_with_their_mean_inside_ends_at_the_tolerance():
    """Of fewer grids, or with the mean outside, it ends beyond the mean."""
    graph = lattice(4, 12, [1000] * 47 + [1121])
    assert make_band(graph, 12, 3939.0, 0.02) == Band(3861, 4017, 3939)
    assert make_band(graph, 11, 4297.0, 0.02) == Band(4212, 4385, 4297)
    assert make_band(graph, 12, 3920.0, 0.02) == Band(3842, 4027, 3920)


def test_what_lies_outside_is_counted_on_both_sides_and_for_empty_grids():
    graph = lattice(1, 4, [9, 5, 5, 2])
    kept = Kept(np.full(4, -1), np.zeros(4, np.int64), np.zeros(4, bool))
    task = Task(graph, 4, Band(6, 8, 7), kept)
    assert task.outside(np.array([0, 1, 1, 2])).tolist() == [1, 2, 4, 6]


@given(seed=st.integers(0, 99))
def test_the_task_of_some_grids_is_theirs_alone_under_new_numbers(seed):
    rng = np.random.default_rng(seed)
    part, home = rng.integers(0, 5, (2, 12))
    home -= rng.integers(0, 2, 12)
    kept = Kept(home, rng.integers(0, 9, 12), rng.integers(0, 2, 12) == 1)
    task = Task(lattice(3, 4, rng.integers(0, 9, 12)), 5, Band(1, 9, 5), kept)
    names, nodes = np.array([1, 2, 4]), np.flatnonzero(np.isin(part, [1, 2, 4]))
    inner = task.among(nodes, names)
    assert inner.parts == 3
    assert (inner.graph.load == task.graph.load[nodes]).all()
    assert (inner.kept.stay == kept.stay[nodes]).all()
    assert (inner.kept.fixed == kept.fixed[nodes]).all()
    for own, was in zip(inner.kept.home.tolist(), home[nodes].tolist(), strict=True):
        assert own == (names.tolist().index(was) if was in names else -1)


def test_a_redraw_moves_nobody_for_grids_that_are_exactly_equal():
    """A mean of 60 beside an ideal of 50 leaves the grids half a point of play."""
    graph = lattice(1, 4, [300, 300, 300, 300])
    assert make_band(graph, 2, 500.0, 0.1) == Band(450, 600, 500)
    assert redraw_band(graph, 2, 500.0, 0.1) == Band(450, 602, 500)
    assert redraw_band(graph, 2, 700.0, 0.1) == Band(597, 770, 700)
    assert redraw_band(graph, 2, 600.0, 0.1) == make_band(graph, 2, 600.0, 0.1)


def test_a_band_that_ends_at_the_mean_ends_at_the_next_whole_load():
    """Eight loads of 3 make grids of 6 or 9, never of the mean of 8."""
    graph = lattice(1, 8, [3] * 8)
    assert make_band(graph, 3, 6.0, 0.1) == Band(6, 9, 6)
    fine = lattice(1, 4, [3000, 3001, 3000, 3003])
    assert make_band(fine, 2, 5000.0, 0.1) == Band(4500, 6014, 5000)
