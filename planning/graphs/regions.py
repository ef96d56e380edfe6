"""Regions: the pieces of land inside which grids are cut.

A region is a connected set of units of one label (a village, say). Islands are legal:
a piece heavy enough for a grid of its own is a region; a lighter one belongs to the
nearest piece of its label, joined by one stated link between the two nearest units.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from planning.errors import BadQuota
from planning.graphs.contact import IntArray
from planning.graphs.graph import in_order_of_first, pieces_of
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


@dataclass(frozen=True)
class Land:
    """What regions are made from.

    Attributes
    ----------
    polygons : ndarray of Polygon or MultiPolygon, shape (n,)
        Units in a metric CRS, for distances between pieces of land.
    label : ndarray of int64, shape (n,)
        What a grid may not straddle.
    load : ndarray of int64, shape (n,)
    u, v : ndarray of int64
        Contacts, each pair once, also those of units of different labels.
    """

    polygons: NDArray[np.object_]
    label: IntArray
    load: IntArray
    u: IntArray
    v: IntArray

    @cached_property
    def piece(self) -> IntArray:
        """The piece of land of each unit: what contacts join within its label."""
        return pieces_of(self.label, self.u, self.v)

    def regions(self, grids: int) -> Regions:
        """Return the regions if there are so many grids.

        Raises
        ------
        BadQuota
            If there are more labels than grids.
        """
        labels = len(np.unique(self.label))
        if labels > grids:
            raise BadQuota(
                f"{grids} grids cannot serve {labels} labels that no grid may "
                f"straddle; ask for at least {labels}"
            )
        light = OWN_GRID_SHARE * peeled_ideal(self.load, grids)[1]
        return join_small(
            self.polygons, self.piece, self.label, self.load, light, grids
        )


def least_alone(load: IntArray, region: IntArray, grids: int) -> float:
    """Return the deviation that one grid has whatever the others do, a fraction.

    That of the heaviest unit, or that of a region without load: all of it.
    """
    heaviest = float(load.max()) * grids / float(load.sum()) - 1.0
    return heaviest if np.bincount(region, load).all() else max(1.0, heaviest)


def join_small(
    polygons: NDArray[np.object_],
    piece: IntArray,
    label: IntArray,
    load: IntArray,
    light: float,
    grids: int,
) -> Regions:
    """Return the regions of land in pieces: small ones belong to others of their label.

    Parameters
    ----------
    polygons, label, load
        As in `Land`.
    piece : ndarray of int64, shape (n,)
        Connected piece of land of each unit, within its label.
    light : float
        A piece lighter than this is small; and so is one where there are more than
        `grids` pieces.
    grids : int
    """
    weight = np.bincount(piece, load)
    own = np.full(len(weight), -1, np.int64)
    own[piece] = label
    siblings = np.bincount(own[own >= 0])
    links: list[tuple[int, int]] = []
    while len(open_ := np.flatnonzero((own >= 0) & (siblings[own] > 1))):
        # The lightest piece that should not stand alone, if any.
        small = int(open_[np.argmin(weight[open_])])
        if weight[small] >= light and int((own >= 0).sum()) <= grids:
            break
        a, b = _nearest_units(polygons, piece, label, small)
        links.append((a, b))
        weight[piece[b]] += weight[small]
        siblings[own[small]] -= 1
        own[small] = -1
        piece = np.where(piece == small, piece[b], piece)
    pairs = np.asarray(links, np.int64).reshape(-1, 2)
    return Regions(in_order_of_first(piece), pairs)


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
