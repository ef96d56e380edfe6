"""The least change: inside the band, whole, and as little as was asked for."""

import numpy as np
import pytest
from hypothesis import given, settings

from planning.division.reassign import reassign
from planning.division.refine import Band, Kept, nothing_kept
from tests.planning.small_graphs import band_of, is_partition, lattice, started


@settings(max_examples=25, deadline=None)
@given(plan=started())
def test_a_mended_plan_is_whole_inside_the_band_and_keeps_fixed_units(plan):
    graph, parts, part = plan
    band, nothing = band_of(graph, parts, 0.2), nothing_kept(graph.size)
    fixed = np.arange(graph.size) % 4 == 0
    kept = Kept(nothing.home, nothing.stay, fixed)
    for mode in ("people", "grids"):
        after = reassign(graph, part, parts, band, kept, mode)
        if after is not None:
            weight = np.bincount(after, graph.load, minlength=parts)
            assert is_partition(graph, after, parts)
            assert ((weight >= band.low) & (weight <= band.high)).all()
            assert (after[fixed] == part[fixed]).all()


def test_a_plan_inside_the_band_is_left_alone():
    graph = lattice(2, 4, np.ones(8))
    part = np.array([0, 0, 1, 1, 0, 0, 1, 1])
    kept = nothing_kept(8)
    assert (reassign(graph, part, 2, Band(4, 4, 4), kept, "people") == part).all()


@pytest.mark.parametrize("mode", ["people", "grids"])
def test_the_lightest_unit_that_is_enough_goes(mode):
    graph = lattice(1, 6, [5, 3, 2, 4, 2, 2])
    part = np.array([0, 0, 0, 1, 1, 1])
    heavy = np.array([0, 0, 0, 0, 1, 1])
    mended = reassign(graph, heavy, 2, Band(8, 10, 9), nothing_kept(6), mode)
    assert mended.tolist() == part.tolist()


def test_what_moves_cannot_mend_is_none():
    graph = lattice(1, 4, [9, 1, 1, 1])
    part = np.array([0, 0, 1, 1])
    assert reassign(graph, part, 2, Band(6, 6, 6), nothing_kept(4), "people") is None
