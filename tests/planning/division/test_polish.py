"""Mending and tidying: never worse, whole, and better where it can be."""

import numpy as np
from hypothesis import given, settings

from planning.division.patches import outside_band
from planning.division.polish import polish, renew, tidy
from planning.division.refine import Band, Kept, nothing_kept
from planning.graphs.graph import cut_edges
from tests.planning.small_graphs import band_of, is_partition, lattice, started


@settings(max_examples=15, deadline=None)
@given(plan=started())
def test_a_polished_plan_is_whole_and_the_band_no_further(plan):
    graph, parts, part = plan
    band, kept = band_of(graph, parts, 0.1), nothing_kept(graph.size)
    after = polish(graph, part, parts, band, kept, 200_000, 0)
    before, reached = (outside_band(graph.load, p, parts, band) for p in (part, after))
    assert is_partition(graph, after, parts)
    assert reached.max() <= max(before.max(), 1)
    again = polish(graph, part, parts, band, kept, 200_000, 0)
    assert (after == again).all()


def test_large_units_are_put_together_anew():
    graph = lattice(2, 4, [6, 4, 3, 7, 4, 6, 7, 3])
    start = np.array([0, 1, 2, 2, 0, 1, 3, 3])
    band = Band(10, 10, 10)
    after = polish(graph, start, 4, band, nothing_kept(8), 10**6, 0)
    assert not outside_band(graph.load, after, 4, band).any()


@settings(max_examples=15, deadline=None)
@given(plan=started())
def test_a_renewed_plan_is_whole_and_no_dearer(plan):
    graph, parts, part = plan
    band, kept = band_of(graph, parts, 0.1), nothing_kept(graph.size)
    after = renew(graph, part, parts, band, kept, 3, 6, 0)
    before, reached = (outside_band(graph.load, p, parts, band) for p in (part, after))
    assert is_partition(graph, after, parts)
    assert reached.max() <= max(before.max(), 1)
    assert (after == renew(graph, part, parts, band, kept, 3, 6, 0)).all()


def test_two_heavy_units_that_froze_together_are_set_apart():
    load = np.full(36, 10)
    load[[14, 15]] = 60
    graph = lattice(6, 6, load)
    # Both in the middle grid, which is much too heavy; all else fits.
    start = np.repeat([0, 1, 2, 3], [9, 5, 4, 18])
    start[[14, 15]], band = 1, band_of(graph, 4, 0.1)
    assert outside_band(graph.load, start, 4, band).any()
    after = renew(graph, start, 4, band, nothing_kept(36), 3, 6, 0)
    assert not outside_band(graph.load, after, 4, band).any()


def test_tidying_cuts_fewer_borders_and_keeps_the_band():
    graph = lattice(8, 8, np.ones(64))
    # Two combs whose teeth mesh.
    row, column = np.divmod(np.arange(64), 8)
    start = np.where(column == 0, 0, np.where(column == 7, 1, row % 2)).astype(np.int64)
    band = band_of(graph, 2, 0.1)
    after = tidy(graph, start, 2, band, nothing_kept(64), 3, 0)
    assert is_partition(graph, after, 2)
    assert not outside_band(graph.load, after, 2, band).any()
    assert cut_edges(graph, after) < cut_edges(graph, start) / 2


def test_fixed_units_stay_where_they_are():
    graph = lattice(6, 6, np.random.default_rng(1).integers(1, 20, 36))
    start = (np.arange(36) >= 12).astype(np.int64)
    fixed = np.arange(36) % 6 == 0
    nothing = nothing_kept(36)
    kept = Kept(nothing.home, nothing.stay, fixed)
    band = band_of(graph, 2, 0.02)
    after = tidy(
        graph, polish(graph, start, 2, band, kept, 10**6, 0), 2, band, kept, 2, 0
    )
    assert (after[fixed] == start[fixed]).all()
