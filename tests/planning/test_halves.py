"""Halves of a large territory: whole, and with exactly their shares."""

import numpy as np
import pytest

from planning import partition
from planning.halves import halve
from tests.planning.graphs import is_partition, lattice, uneven_lattice


@pytest.mark.parametrize("parts", [2, 7, 30])
def test_both_sides_are_whole_and_carry_their_shares(parts):
    graph = uneven_lattice(30, 30, 5)
    side, first = halve(graph, parts, 0)
    share = graph.load.sum() * first / parts
    assert is_partition(graph, side, 2)
    assert first == parts // 2
    assert abs(graph.load[side == 0].sum() - share) <= graph.load.max()


def test_a_territory_divided_by_areas_is_whole_balanced_and_repeatable(monkeypatch):
    monkeypatch.setattr(partition, "_LARGE", 400)
    monkeypatch.setattr(partition, "_AREA", 200)
    load = np.random.default_rng(2).integers(20, 40, 26 * 26)
    graph, one = lattice(26, 26, load), np.zeros(26 * 26, np.int64)
    part = partition.divide(graph, one, 30, 0.05, 0).part
    weight = np.bincount(part, load)
    assert is_partition(graph, part, 30)
    assert np.abs(weight / weight.mean() - 1).max() <= 0.05
    assert (partition.divide(graph, one, 30, 0.05, 0).part == part).all()
