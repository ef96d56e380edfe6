"""Units are named that only a gap too narrow to see keeps from their neighbours."""

import numpy as np
import pytest
import shapely

from planning.graphs.slits import units_at_slits

SIDE = 100.0


def row(*lefts):
    """Return squares side by side, each with its left edge where it is told."""
    return np.array([shapely.box(x, 0, x + SIDE, SIDE) for x in lefts], object)


def at_slits(polygons, piece, label=None):
    label = np.zeros(len(polygons), np.int64) if label is None else np.array(label)
    return units_at_slits(polygons, label, np.array(piece)).tolist()


@pytest.mark.parametrize(("gap", "found"), [(0.3, [2]), (0.0001, [2]), (5.0, [])])
def test_a_gap_below_a_metre_is_no_water(gap, found):
    assert at_slits(row(0, SIDE, 2 * SIDE + gap), [0, 0, 1]) == found


def test_of_two_pieces_of_one_size_one_is_named():
    assert at_slits(row(0, SIDE + 0.3), [0, 1]) == [1]


def test_across_the_line_of_a_label_nothing_has_to_touch():
    assert at_slits(row(0, SIDE + 0.3), [0, 1], [0, 1]) == []


def test_land_that_touches_is_parted_by_something_else():
    # Two rows that a forbidden river along their border parts; the last unit of the
    # second one begins half a metre beside it.
    below = row(0, SIDE)
    above = np.array([shapely.box(0, SIDE, SIDE, 2 * SIDE)], object)
    aside = np.array([shapely.box(SIDE, SIDE + 0.5, 2 * SIDE, 2 * SIDE)], object)
    assert at_slits(np.concatenate([below, above, aside]), [0, 0, 1, 1]) == []


def test_whole_land_has_no_slits():
    assert at_slits(row(0, SIDE), [0, 0]) == []
