"""Slits: gaps between pieces of land that are narrower than a border that counts.

Land that lies apart is legal. But a layer whose neighbours were drawn a hand's breadth
apart has them too, and then grids lie on both sides of a gap that is not there.
"""

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from planning.graphs.contact import MIN_CONTACT_M, IntArray


def units_at_slits(
    polygons: NDArray[Any], label: IntArray, piece: IntArray
) -> IntArray:
    """Return the units that only a slit parts from land of their label, ascending.

    Parameters
    ----------
    polygons : ndarray of Polygon or MultiPolygon, shape (n,)
        Metric CRS.
    label : ndarray of int64, shape (n,)
    piece : ndarray of int64, shape (n,)
        Connected piece of land of each unit, within its label.

    Returns
    -------
    ndarray of int64
        Of pieces that nowhere touch and come nearer than `contact.MIN_CONTACT_M`; those
        of the largest piece of each label are not named.
    """
    near, far = _close_by(polygons, np.flatnonzero(~_in_largest(label, piece)))
    across = (label[near] == label[far]) & (piece[near] != piece[far])
    near, far = near[across], far[across]
    gap = shapely.distance(polygons[near], polygons[far])
    # What touches somewhere is parted by something else, as a forbidden river.
    pair = piece[near] * len(polygons) + piece[far]
    return np.unique(near[~np.isin(pair, pair[gap == 0])])


def _in_largest(label: IntArray, piece: IntArray) -> NDArray[np.bool_]:
    """Return which units are on the piece of their label that has most units."""
    label_of = np.zeros(int(piece.max()) + 1, np.int64)
    label_of[piece] = label
    by_size = np.lexsort((-np.bincount(piece), label_of))
    largest = by_size[np.unique(label_of[by_size], return_index=True)[1]]
    return np.isin(piece, largest)


def _close_by(polygons: NDArray[Any], own: IntArray) -> tuple[IntArray, IntArray]:
    """Return pairs of units, the first of some, that are nearer than a border."""
    if not len(own):
        return own, own
    tree = shapely.STRtree(polygons)
    source, near = tree.query(polygons[own], "dwithin", distance=MIN_CONTACT_M)
    return own[source], near
