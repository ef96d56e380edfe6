"""The grids of a plan as a frame: dissolved, named, and described one by one."""

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from planning.account.numbering import number_grids
from planning.account.scores import Scored
from planning.graphs.borders import site_borders
from planning.graphs.contact import IntArray
from planning.units.layout import Grounds


def kept_sites(sites: gpd.GeoDataFrame, base: int) -> dict[int, str]:
    """Return the names that exclusive grids keep, by position behind the base grids."""
    names = sites["grid_id"].tolist()
    return {base + i: str(name) for i, name in enumerate(names) if name}


def make_grids(
    grounds: Grounds,
    part: IntArray,
    base: int,
    kept: dict[int, str],
    retired: frozenset[str],
) -> gpd.GeoDataFrame:
    """Return base and exclusive grids, dissolved and named, still in metres.

    Parameters
    ----------
    grounds : Grounds
    part : ndarray of int64, shape (n_units,)
        Base grid of each unit, 0 .. base - 1.
    base : int
        Base grids.
    kept : dict of int to str
        Names that grids have already; exclusive grids stand behind the base grids.
    retired : frozenset of str
        Names that no new grid may take.

    Raises
    ------
    BadCode
        If a village has more than 999 grids.
    """
    units, sites = grounds.units, grounds.sites
    shapes = np.concatenate([_dissolve(_shapes(units), part, base), _shapes(sites)])
    first = np.unique(part, return_index=True)[1]
    covered = np.bincount(
        grounds.covered["site"].to_numpy(np.int64),
        grounds.covered["load"].to_numpy(np.float64),
        minlength=len(sites),
    )[: len(sites)]
    label = [*units["label"].iloc[first], *sites["label"]]
    is_exclusive = [False] * base + [True] * len(sites)
    middle = shapely.get_coordinates(shapely.centroid(shapes))
    return gpd.GeoDataFrame(
        {
            "grid_id": number_grids(label, is_exclusive, middle, kept, retired),
            "kind": ["base"] * base + ["exclusive"] * len(sites),
            "overlay": [False] * base + sites["overlay"].astype(bool).tolist(),
            "category": [""] * base + sites["category"].astype(str).tolist(),
            "name": [""] * base + sites["name"].astype(str).tolist(),
            "site_id": [""] * base + sites["site_id"].astype(str).tolist(),
            "label": label,
            "load": np.r_[np.bincount(part, units["load"], minlength=base), covered],
            "units": np.r_[
                np.bincount(part, minlength=base), np.zeros(len(sites), int)
            ],
        },
        geometry=shapes,
        crs=units.crs,
    )


def _dissolve(
    shapes: NDArray[np.object_], part: IntArray, grids: int
) -> NDArray[np.object_]:
    order = np.argsort(part, kind="stable")
    ends = np.searchsorted(part[order], np.arange(grids + 1))
    joined = [
        shapely.coverage_union_all(shapes[order[ends[i] : ends[i + 1]]])
        for i in range(grids)
    ]
    out = np.empty(grids, object)
    out[:] = joined
    return out


def describe_grids(
    grids: gpd.GeoDataFrame, scored: Scored, of_sites: pd.DataFrame | None = None
) -> gpd.GeoDataFrame:
    """Return the grids with deviation, area, roundness and borders each.

    Parameters
    ----------
    grids : GeoDataFrame
        As `make_grids` returns them; base grids first.
    scored : Scored
        The base grids, in the same order.
    of_sites : DataFrame, optional
        Borders of exclusive grids, as `planning.graphs.borders.site_borders` returns
        them.
    """
    area, length = shapely.area(_shapes(grids)), shapely.length(_shapes(grids))
    deviation = np.r_[
        np.round(scored.deviation_pct, 3), np.full(len(grids) - scored.grids, np.nan)
    ]
    tables = [scored.borders, *([] if of_sites is None else [of_sites])]
    borders = _border_lists(grids, pd.concat(tables))
    return grids.assign(
        deviation_pct=deviation,
        area_m2=np.round(area, 1),
        polsby_popper=np.round(4 * np.pi * area / length**2, 4),
        longest_walk_m=np.round(
            np.r_[scored.walk_m, np.full(len(grids) - scored.grids, np.nan)], 1
        ),
        clear_border_pct=[_clear_pct(own) for own in borders],
        reason="",
        borders=borders,
    )


def borders_of_sites(
    grids: gpd.GeoDataFrame,
    base: int,
    lines: gpd.GeoDataFrame | None,
) -> pd.DataFrame | None:
    """Return the borders of the exclusive grids that are carved out, if there are.

    Parameters
    ----------
    grids : GeoDataFrame
        ``label``, and ``overlay`` where a site may lie on base grids; base grids first.
    base : int
        Base grids.
    lines : GeoDataFrame or None
        ``kind``; in the CRS of the grids.
    """
    carved = np.arange(len(grids))
    if "overlay" in grids:
        carved = np.flatnonzero(~grids["overlay"].to_numpy(bool))
    if len(carved) == base:
        return None
    label = np.unique(grids["label"].to_numpy(str), return_inverse=True)[1]
    table = site_borders(_shapes(grids)[carved], label[carved], base, lines)
    return table.assign(a=carved[table["a"]], b=carved[table["b"]])


def _clear_pct(borders: list[dict[str, Any]]) -> float | None:
    """Return the share of a grid's inner border that a person can see, percent.

    None where a grid touches no other.
    """
    inner = [border for border in borders if border["to"] is not None]
    total = sum(border["length_m"] for border in inner)
    clear = sum(b["length_m"] for b in inner if b["kind"] != "open")
    return round(100 * clear / total, 2) if total else None


def _border_lists(
    grids: gpd.GeoDataFrame, table: pd.DataFrame
) -> list[list[dict[str, Any]]]:
    """List the borders of each grid; what no other grid shares goes to None."""
    names = grids["grid_id"].to_numpy(object)
    lists: list[list[dict[str, Any]]] = [[] for _ in names]
    shared = np.zeros(len(names))
    for a, b, kind, length in zip(
        table["a"], table["b"], table["kind"], table["length_m"], strict=True
    ):
        for own, other in ((a, b), (b, a)):
            shared[own] += length
            lists[own].append(
                {"to": names[other], "kind": kind, "length_m": round(length, 1)}
            )
    rest = shapely.length(_shapes(grids)) - shared
    for own, length in enumerate(rest.tolist()):
        if length > 1.0:
            lists[own].append(
                {"to": None, "kind": "outline", "length_m": round(length, 1)}
            )
    return lists


def _shapes(frame: gpd.GeoDataFrame) -> NDArray[np.object_]:
    return np.asarray(frame.geometry.values, object)
