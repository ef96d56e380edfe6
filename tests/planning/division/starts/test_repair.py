"""Labellings are made whole without taking from its grid what has to stay there."""

import numpy as np

from planning.division.starts.repair import repair
from tests.planning.division.test_partition import lattice


def _held(size: int, *units: int) -> np.ndarray:
    return np.isin(np.arange(size), units)


def test_of_a_part_in_pieces_the_one_with_held_units_stays():
    graph = lattice(1, 7, [9, 9, 5, 5, 5, 1, 1])
    label = np.array([0, 0, 1, 1, 1, 0, 0])

    heaviest = repair(graph, label, 2, 0)
    held = repair(graph, label, 2, 0, _held(7, 6))

    assert heaviest.tolist() == [0, 0, 1, 1, 1, 1, 1]
    assert held.tolist() == [1, 1, 1, 1, 1, 0, 0]


def test_a_part_that_is_missing_is_split_off_without_held_units():
    graph = lattice(1, 6, [4, 4, 4, 4, 4, 4])
    label = np.zeros(6, np.int64)
    for unit in range(6):
        part = repair(graph, label, 2, 0, _held(6, unit))
        assert part[unit] == 0
        assert len(set(part.tolist())) == 2


def test_where_held_units_lie_at_both_ends_a_lighter_part_is_split():
    graph = lattice(1, 8, [4, 4, 4, 4, 4, 3, 3, 3])
    label = np.array([0, 0, 0, 0, 1, 1, 1, 1])

    part = repair(graph, label, 3, 0, _held(8, 0, 3))

    assert part[:4].tolist() == [0, 0, 0, 0]
    assert sorted(set(part[4:].tolist())) == [1, 2]
