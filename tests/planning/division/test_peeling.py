"""Oversized units have grids of their own, what is beside them is divided apart."""

import numpy as np

from planning.division.peeling import divide_beside, peel
from tests.planning.division.test_partition import lattice


def row(*load):
    return lattice(1, len(load), np.array(load))


def test_pieces_that_a_heavy_unit_parts_share_the_grids_that_are_left():
    peeled = peel(row(1, 1, 1, 1, 90, 1, 1), 4, np.array([4]))
    assert peeled.part.tolist() == [-1, -1, -1, -1, 0, -1, -1]
    assert [(units.tolist(), n) for units, n in peeled.pieces] == [
        ([0, 1, 2, 3], 2),
        ([5, 6], 1),
    ]


def test_a_piece_too_light_for_a_grid_goes_with_the_heavy_unit():
    peeled = peel(row(1, 90, 8, 8, 8), 3, np.array([1]))
    assert peeled.part.tolist() == [0, 0, -1, -1, -1]
    assert [(units.tolist(), n) for units, n in peeled.pieces] == [([2, 3, 4], 2)]


def test_nothing_is_laid_aside_where_too_few_units_are_left_for_the_grids():
    peeled = peel(row(1, 90, 8, 8), 4, np.array([1]))
    assert (peeled.part == -1).all()
    assert [(units.tolist(), n) for units, n in peeled.pieces] == [([0, 1, 2, 3], 4)]


def test_each_piece_is_divided_behind_the_grids_before_it():
    asked = []

    def in_turn(units, share):
        asked.append((units.tolist(), share))
        return np.arange(len(units)) % share

    part = divide_beside(row(1, 1, 1, 1, 90, 1, 1), 4, np.array([4]), in_turn)
    assert asked == [([0, 1, 2, 3], 2), ([5, 6], 1)]
    assert part.tolist() == [1, 2, 1, 2, 0, 3, 3]
