"""Regions: the pieces of land inside which grids are cut.

A region is a connected set of units of one label (a village, say). Islands are legal:
a piece heavy enough for a grid of its own is a region; a lighter one belongs to the
nearest piece of its label, joined by one stated link between the two nearest units.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from planning.errors import BadQuota
from planning.graphs.contact import IntArray
from planning.graphs.graph import build_graph, components, in_order_of_first
from planning.graphs.oversized import peeled_ideal

# Lighter than this share of the ideal load, oversized units aside, a piece of land gets
# no grid of its own.
OWN_GRID_SHARE = 0.5


@dataclass(frozen=True)
class Regions:
    """The region of each unit, and the links that join small pieces of land.

    Attributes
    ----------
    region : ndarray of int64, shape (n,)
        Numbered in the order of their first units.
    links : ndarray of int64, shape (m, 2)
        Pairs of units that count as neighbours although they share no border.
    """

    region: IntArray
    links: IntArray


def make_regions(
    polygons: NDArray[np.object_],
    label: IntArray,
    load: IntArray,
    u: IntArray,
    v: IntArray,
    grids: int,
) -> Regions:
    """Return the regions of a territory.

    Parameters
    ----------
    polygons : ndarray of Polygon or MultiPolygon, shape (n,)
        Units in a metric CRS, for distances between pieces of land.
    label : ndarray of int64, shape (n,)
        What a grid may not straddle.
    load : ndarray of int64, shape (n,)
    u, v : ndarray of int64
        Contacts, each pair once.
    grids : int
        How many grids there will be.

    Raises
    ------
    BadQuota
        If there are more labels than grids.
    """
    labels = len(np.unique(label))
    if labels > grids:
        raise BadQuota(
            f"{grids} grids cannot serve {labels} labels that no grid may straddle; "
            f"ask for at least {labels}"
        )
    inside = label[u] == label[v]
    graph = build_graph(
        load, u[inside], v[inside], np.ones(int(inside.sum()), np.int64)
    )
    piece = components(graph)
    light = OWN_GRID_SHARE * peeled_ideal(load, grids)[1]
    links: list[tuple[int, int]] = []
    while (small := _piece_to_join(piece, label, load, light, grids)) is not None:
        a, b = _nearest_units(polygons, piece, label, small)
        links.append((a, b))
        piece = np.where(piece == small, piece[b], piece)
    pairs = np.asarray(links, np.int64).reshape(-1, 2)
    return Regions(in_order_of_first(piece), pairs)


def _piece_to_join(
    piece: IntArray, label: IntArray, load: IntArray, light: float, grids: int
) -> int | None:
    """Return the lightest piece that should not stand alone, if any."""
    names, first, inverse = np.unique(piece, return_index=True, return_inverse=True)
    weight = np.bincount(inverse, load)
    siblings = np.bincount(label[first])[label[first]]
    open_ = siblings > 1
    if not open_.any():
        return None
    lightest = int(np.lexsort((names, np.where(open_, weight, np.inf)))[0])
    if weight[lightest] < light or len(names) > grids:
        return int(names[lightest])
    return None


def _nearest_units(
    polygons: NDArray[Any], piece: IntArray, label: IntArray, small: int
) -> tuple[int, int]:
    own = np.flatnonzero(piece == small)
    others = np.flatnonzero((label == label[own[0]]) & (piece != small))
    tree = shapely.STRtree(polygons[others])
    (source, target), distance = tree.query_nearest(
        polygons[own], return_distance=True, all_matches=True
    )
    best = np.lexsort((others[target], own[source], distance))[0]
    return int(own[source[best]]), int(others[target[best]])
