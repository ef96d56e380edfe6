"""Units that are several points: each place becomes a unit with an equal share.

A unit of several points has people in several places, and how many live in each the
layer does not say. So all get the same share, and each is planned by itself.
"""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from planning.graphs.contact import FloatArray, IntArray


def single_places(
    units: gpd.GeoDataFrame, also: tuple[str, ...], notes: list[str]
) -> gpd.GeoDataFrame:
    """Return units of one point each; those of several are said in the notes.

    Parameters
    ----------
    units : GeoDataFrame
        ``unit_id, load`` and if known ``groups``; points and multipoints.
    also : tuple of str
        Further columns of loads.
    notes : list of str
        What a person should know; grows by a line where units were parted.

    Returns
    -------
    GeoDataFrame
        The same columns, ``settlement_id`` and ``unit_kind``: settlement, or place for
        a part. Parts are called ``ID-01``, ``ID-02`` from west to east; whole loads
        stay whole and sum exactly, stated groups are shared out too.
    """
    shapes = np.asarray(units.geometry.values, object)
    xy, row = shapely.get_coordinates(shapes, return_index=True)
    spot = np.unique(np.column_stack([row, xy]), axis=0)
    row, places = spot[:, 0].astype(np.int64), shapely.points(spot[:, 1:])
    count = np.bincount(row, minlength=len(units))
    number = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    is_part = count[row] > 1
    out = units.iloc[row].reset_index(drop=True)
    ids = out["unit_id"].astype(str)
    suffix = pd.Series([f"-{i + 1:02d}" for i in number], dtype=object)
    out = out.assign(
        settlement_id=ids,
        unit_id=ids.where(~is_part, ids + suffix),
        unit_kind=np.where(is_part, "place", "settlement"),
    )
    for name in ("load", *also):
        out[name] = equal_shares(out[name].to_numpy(np.float64), count[row], number)
    if "groups" in out:
        stated = pd.to_numeric(out["groups"], errors="coerce").fillna(1)
        out["groups"] = np.maximum(1, np.round(stated / count[row]))
    if several := int((count > 1).sum()):
        notes.append(
            f"{several} units of several points became {int(is_part.sum())} units of "
            "one point, each with an equal share of the load"
        )
    return out.set_geometry(gpd.GeoSeries(places, out.index, crs=units.crs))


def equal_shares(load: FloatArray, count: IntArray, number: IntArray) -> FloatArray:
    """Return the share of each part of its whole; whole loads stay whole.

    Parameters
    ----------
    load : ndarray of float64, shape (n,)
        Of the whole that each part is of.
    count, number : ndarray of int64, shape (n,)
        How many parts the whole has, and which of them this is, from 0.
    """
    if (load == np.round(load)).all():
        whole = load.astype(np.int64)
        return (whole // count + (number < whole % count)).astype(np.float64)
    return load / count
