"""Heavy units get companions that fit; what cannot fit is proven by trying all."""

import itertools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from planning.division.polishing.companions import lay_aside, least_excess
from planning.division.task import Band, task_from_nothing
from planning.graphs.graph import components, subgraph
from tests.planning.small_graphs import band_of, lattice, task_of, uneven_lattice

graphs = st.builds(
    uneven_lattice, st.integers(2, 3), st.integers(2, 4), st.integers(0, 99)
)


def is_one_piece(graph, units):
    return not components(subgraph(graph, np.array(units, np.int64))).any()


def nearest_by_hand(graph, unit, band):
    """The least excess over all connected sets with a unit."""
    others = [u for u in range(graph.size) if u != unit]
    found = []
    for count in range(len(others) + 1):
        for more in itertools.combinations(others, count):
            units = sorted((unit, *more))
            if is_one_piece(graph, units):
                weight = int(graph.load[units].sum())
                found.append(max(0, band.low - weight, weight - band.high))
    return min(found)


@settings(max_examples=25, deadline=None)
@given(graph=graphs, parts=st.integers(2, 4), width=st.sampled_from([0.01, 0.1]))
def test_the_excess_of_a_heavy_unit_is_the_least_of_all_its_sets(graph, parts, width):
    band = band_of(graph, parts, width)
    excess = least_excess(graph, band)
    for unit in range(graph.size):
        if graph.load[unit] > band.ideal / 2:
            assert excess[unit] == nearest_by_hand(graph, unit, band)
        else:
            assert excess[unit] == 0


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 99), parts=st.integers(2, 12))
def test_grids_laid_aside_are_whole_and_so_is_what_they_leave(seed, parts):
    load = np.round(np.random.default_rng(seed).pareto(1.2, 36) * 10)
    graph = lattice(6, 6, load)
    aside = lay_aside(task_of(graph, parts, 0.05))
    taken = np.concatenate(aside) if aside else np.array([], np.int64)
    assert len(np.unique(taken)) == len(taken)
    assert all(is_one_piece(graph, units) for units in aside)
    rest = np.setdiff1d(np.arange(36), taken)
    assert is_one_piece(graph, rest)
    assert 1 <= parts - len(aside) <= len(rest)


def test_a_heavy_unit_is_filled_up_by_the_neighbour_that_fits():
    graph = lattice(2, 4, [8, 1, 3, 4, 2, 3, 4, 5])
    aside = lay_aside(task_from_nothing(graph, 3, Band(10, 10, 10)))
    assert [units.tolist() for units in aside] == [[0, 4]]
