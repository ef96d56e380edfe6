"""Polygon blocks cut along rivers, ridges and roads, where that was asked for.

A block with a river through it is two places to whoever walks it. Pieces share the load
by area; a sliver stays with the piece that it touches most.
"""

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from planning.graphs.contact import FloatArray, IntArray
from planning.units.faces import (
    contacts_of,
    containing,
    give_away,
    join,
    open_pieces,
    polygons_of,
)

Shapes = NDArray[np.object_]

# A piece below this share of its block is a sliver.
_LEAST_SHARE = 0.1


def cut_blocks(
    units: gpd.GeoDataFrame, cuts: Shapes, also: tuple[str, ...] = ()
) -> gpd.GeoDataFrame:
    """Return the units with those that a line crosses cut into pieces.

    Parameters
    ----------
    units : GeoDataFrame
        ``unit_id, settlement_id, unit_kind, label, load`` and the columns of `also`;
        polygons of a valid coverage in a metric CRS.
    cuts : ndarray of LineString
        In the same CRS. A line that ends inside a block does not cut it.

    Returns
    -------
    GeoDataFrame
        The same columns, in the order of the ids; pieces are called ``ID-01, ID-02``
        and are of the kind ``piece``. Loads share by area; whole loads stay whole.
    """
    if not len(cuts):
        return units
    shapes = np.asarray(units.geometry.values, object)
    lines = shapely.get_parts(shapely.intersection(cuts, shapely.union_all(shapes)))
    lines = lines[shapely.get_dimensions(lines) == 1]
    faces = polygons_of(np.r_[shapely.boundary(shapes), lines])
    block = containing(faces, shapes)
    faces, block = faces[block >= 0], block[block >= 0]
    contacts = contacts_of(faces, lines)
    piece = open_pieces(len(faces), block, contacts)
    owner = _without_slivers(faces, block, piece)
    # A sliver has a line on all sides; which one does not matter.
    every = replace(contacts, open_m=contacts.any_m)
    give_away(owner, piece, block, len(faces), every)
    # What touches no sibling at all is a part of a multipart block: it stays one.
    owner = np.where(owner < 0, piece, owner)
    kept, number = np.unique(owner, return_inverse=True)
    grounds = join(faces, number, len(kept))
    home = np.empty(len(kept), np.int64)
    home[number] = block
    return _as_units(units, grounds, home, also)


def _without_slivers(faces: Shapes, block: IntArray, piece: IntArray) -> IntArray:
    """Return the piece of each face, -1 for slivers beside a larger piece."""
    area = np.bincount(piece, shapely.area(faces))
    home = np.empty(len(area), np.int64)
    home[piece] = block
    whole = np.bincount(home, area)[home]
    largest = np.zeros(int(home.max()) + 1)
    np.maximum.at(largest, home, area)
    sliver = (area < _LEAST_SHARE * whole) & (area < largest[home])
    return np.where(sliver[piece], -1, piece)


def _as_units(
    units: gpd.GeoDataFrame, grounds: Shapes, home: IntArray, also: tuple[str, ...]
) -> gpd.GeoDataFrame:
    middle = shapely.get_coordinates(shapely.centroid(grounds))
    order = np.lexsort((-middle[:, 1], middle[:, 0], home))
    grounds, home = grounds[order], home[order]
    count = np.bincount(home, minlength=len(units))
    number = np.arange(len(home)) - np.repeat(np.cumsum(count) - count, count)
    out = units.iloc[home].reset_index(drop=True)
    is_piece = count[home] > 1
    suffix = pd.Series([f"-{i + 1:02d}" for i in number], dtype=object)
    out["unit_id"] = out["unit_id"].where(~is_piece, out["unit_id"] + suffix)
    out["unit_kind"] = out["unit_kind"].where(~is_piece, "piece")
    for name in ("load", *also):
        out[name] = _shared(units[name].to_numpy(np.float64), home, grounds)
    out = out.set_geometry(gpd.GeoSeries(grounds, out.index, crs=units.crs))
    by_id = out["unit_id"].argsort(kind="stable")
    return out.iloc[by_id].reset_index(drop=True)


def _shared(load: FloatArray, home: IntArray, grounds: Shapes) -> FloatArray:
    """Return each piece's share by area; whole loads by largest remainder."""
    area = shapely.area(grounds)
    share = load[home] * area / np.bincount(home, area)[home]
    if not (load == np.round(load)).all():
        return share
    floor = np.floor(share + 1e-9)
    left = load - np.bincount(home, floor, minlength=len(load))
    order = np.lexsort((np.arange(len(home)), floor - share, home))
    count = np.bincount(home, minlength=len(load))
    rank = np.empty(len(home), np.int64)
    rank[order] = np.arange(len(home)) - np.repeat(np.cumsum(count) - count, count)
    return np.asarray(floor + (rank < np.round(left)[home]), np.float64)
