"""Groups of grids: those that touch, and those nearest to one."""

import numpy as np

from planning.graphs.groups import nearest_parts, touching
from tests.planning.small_graphs import lattice


def _row_of_parts():
    graph = lattice(2, 8, [1] * 16)
    return touching(graph, np.tile(np.arange(8) // 2, 2), 4)


def test_parts_share_the_borders_between_their_units():
    assert _row_of_parts().toarray().tolist() == [
        [0, 2, 0, 0],
        [2, 0, 2, 0],
        [0, 2, 0, 2],
        [0, 0, 2, 0],
    ]


def test_the_nearest_parts_come_one_by_one_until_there_are_so_many():
    contact = _row_of_parts()
    assert np.flatnonzero(nearest_parts(contact, 0, 3)).tolist() == [0, 1, 2]
    assert np.flatnonzero(nearest_parts(contact, 3, 2)).tolist() == [2, 3]


def test_there_may_be_fewer_than_asked_for():
    assert nearest_parts(_row_of_parts(), 1, 9).all()
