"""What a grid may hold together by: contacts, less those across a forbidden line."""

from collections.abc import Collection

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray

from planning.graphs.borders import find_borders, unit_contacts
from planning.graphs.contact import FloatArray, IntArray
from planning.graphs.graph import UnitGraph, build_graph


def shut_pairs(
    shapes: NDArray[np.object_],
    label: IntArray,
    pairs: IntArray,
    lines: gpd.GeoDataFrame | None,
    forbidden: Collection[str],
) -> tuple[IntArray, FloatArray]:
    """Return which pairs of units no grid goes across, and a place on each border.

    Parameters
    ----------
    shapes : ndarray of Polygon or MultiPolygon, shape (n,)
        A valid coverage in a metric CRS.
    label : ndarray of int64, shape (n,)
        Village of each unit.
    pairs : ndarray of int64, shape (m, 2)
        Units that touch, the lower first.
    lines : GeoDataFrame or None
        ``kind``; in the same CRS.
    forbidden : collection of str
        Kinds that a grid may lie across only where a road crosses.

    Returns
    -------
    shut : ndarray of int64, shape (s, 2)
        Some of `pairs`, in their order.
    places : ndarray of float64, shape (s, 2)
        The middle of the longest closed piece of their border, metres.
    """
    if lines is None or not forbidden:
        return np.empty((0, 2), np.int64), np.empty((0, 2))
    borders = find_borders(shapes, label, lines, forbidden)
    open_u, open_v, _ = unit_contacts(borders)
    width = len(shapes)
    key = borders.u * width + borders.v
    barred = np.setdiff1d(key[borders.closed], open_u * width + open_v)
    shut = pairs[np.isin(pairs @ (width, 1), barred)]
    # The longest closed piece of each pair comes first.
    order = np.lexsort((-borders.length_m, ~borders.closed, key))
    first = order[np.searchsorted(key[order], shut @ (width, 1))]
    return shut, borders.middle[first]


def among(pairs: IntArray, others: IntArray) -> NDArray[np.bool_]:
    """Return which pairs of units are among others."""
    width = int(max(pairs.max(initial=0), others.max(initial=0))) + 1
    return np.isin(pairs @ (width, 1), others @ (width, 1))


def without(graph: UnitGraph, pairs: IntArray) -> UnitGraph:
    """Return the graph without the edges between some pairs, the lower unit first."""
    if not len(pairs):
        return graph
    u = np.repeat(np.arange(graph.size), np.diff(graph.indptr))
    v = graph.indices
    keep = (u < v) & ~among(np.column_stack([u, v]), pairs)
    return build_graph(graph.load, u[keep], v[keep], graph.cost[keep])
