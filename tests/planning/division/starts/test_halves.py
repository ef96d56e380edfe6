"""Halves of a large territory: whole, and with exactly their shares."""

import numpy as np
import pytest

from planning.division import connected, partition
from planning.division.starts import halves
from planning.division.starts.halves import halve
from planning.graphs.cutlist import make_net
from planning.graphs.graph import build_graph
from planning.graphs.wholeness import make_walk
from tests.planning.small_graphs import is_partition, lattice, uneven_lattice


@pytest.mark.parametrize("parts", [2, 7, 30])
def test_both_sides_are_whole_and_carry_their_shares(parts):
    graph = uneven_lattice(30, 30, 5)
    side, first = halve(graph, parts, 0)
    share = graph.load.sum() * first / parts
    assert is_partition(graph, side, 2)
    assert first == parts // 2
    assert abs(graph.load[side == 0].sum() - share) <= graph.load.max()


def test_a_territory_divided_by_areas_is_whole_balanced_and_repeatable(monkeypatch):
    monkeypatch.setattr(connected, "_LARGE", 400)
    monkeypatch.setattr(connected, "_AREA", 200)
    load = np.random.default_rng(2).integers(20, 40, 26 * 26)
    graph, one = lattice(26, 26, load), np.zeros(26 * 26, np.int64)
    part = partition.divide(graph, one, 30, 0.05, 0).part
    weight = np.bincount(part, load)
    assert is_partition(graph, part, 30)
    assert np.abs(weight / weight.mean() - 1).max() <= 0.05
    assert (partition.divide(graph, one, 30, 0.05, 0).part == part).all()


def test_shares_are_settled_past_a_neck_behind_which_every_step_is_dear():
    """Two fields where a unit touches eight others, joined by one border."""
    cell = np.arange(64).reshape(8, 8)
    steps = [
        (cell[:, :-1], cell[:, 1:]), (cell[:-1], cell[1:]),
        (cell[:-1, :-1], cell[1:, 1:]), (cell[:-1, 1:], cell[1:, :-1]),
    ]  # fmt: skip
    u, v = (np.concatenate([ends[i].ravel() for ends in steps]) for i in (0, 1))
    u, v = np.r_[u, u + 64, 36], np.r_[v, v + 64, 92]
    graph = build_graph(np.full(128, 10), u, v, np.full(len(u), 1024))
    side = np.repeat([0, 1], 64).astype(np.int32)
    halves._even_out(make_net(graph), side, 700, make_walk(128), 100_000, 0)
    assert is_partition(graph, side.astype(np.int64), 2)
    assert graph.load[side == 0].sum() == 700


def test_a_side_of_few_heavy_units_is_not_asked_for_more_grids_than_units():
    load = np.ones(100, np.int64)
    load[:10] = 9
    graph = lattice(10, 10, load)
    side, first = halve(graph, 60, 0)
    assert is_partition(graph, side, 2)
    assert np.count_nonzero(side == 0) >= first
    assert np.count_nonzero(side == 1) >= 60 - first
