"""An edited plan described anew: its grids, their borders, every score."""

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from planning.account.describe import borders_of_sites, describe_grids
from planning.account.forced import forced_share
from planning.account.scores import Scored, score_plan
from planning.account.walks import longest_walks
from planning.division.quotas.reach import share_within_reach
from planning.edits.land import Land, regions_of
from planning.edits.state import UNASSIGNED, PlanState
from planning.errors import BadEdit, BadQuota
from planning.graphs.borders import find_borders, grid_borders, parted_pairs
from planning.graphs.contact import IntArray
from planning.graphs.graph import inside


@dataclass(frozen=True)
class Described:
    """What is told of a plan after its edits.

    Attributes
    ----------
    grids : GeoDataFrame
        In the land's metric CRS, by name. Columns ``grid_id, label, load, units,
        deviation_pct, area_m2, polsby_popper, borders``.
    part : ndarray of int64, shape (n_units,)
        Row of `grids` of each unit.
    ideal_load : float
    scores : dict
        As in a plan's report.
    quota : list of dict
        ``label, load, grids`` of each village.
    site_borders : dict
        The borders of each exclusive grid, by its name, as in `grids`.
    """

    grids: gpd.GeoDataFrame
    part: IntArray
    ideal_load: float
    scores: dict[str, dict[str, Any]]
    quota: list[dict[str, Any]]
    site_borders: dict[str, list[dict[str, Any]]]


def describe_state(
    state: PlanState,
    lines: gpd.GeoDataFrame | None = None,
    previous: "pd.Series[str] | None" = None,
    sites: gpd.GeoDataFrame | None = None,
    tolerance: float = 0.05,
) -> Described:
    """Describe a plan after its edits as the planner describes one that it made.

    Parameters
    ----------
    state : PlanState
    lines : GeoDataFrame, optional
        ``kind``; roads, rivers and ridges in the land's CRS.
    previous : Series, optional
        Grid of the previous plan by unit id.
    sites : GeoDataFrame, optional
        ``grid_id, label``; the exclusive grids that are carved out, in the land's CRS.
    tolerance : float
        Of the plan, a fraction: what lines force is looked for beyond it.

    Raises
    ------
    BadEdit
        If a unit has no grid.
    """
    if state.loose:
        raise BadEdit(f"{state.loose} units have no grid; give them one first")
    names = sorted(name for name, at in state.slots.items() if len(state.members[at]))
    rank = np.full(len(state.names), UNASSIGNED, np.int64)
    rank[[state.slots[name] for name in names]] = np.arange(len(names))
    part = rank[state.part]
    frame = _frame(state, names, part)
    scored = _scored(state, part, frame, lines, previous, tolerance)
    count = len(frame)
    whole = frame if sites is None else _with_sites(frame, sites)
    told = describe_grids(whole, scored, borders_of_sites(whole, count, lines))
    return Described(
        grids=told.iloc[:count].drop(columns="reason"),
        part=part,
        ideal_load=scored.ideal,
        scores=score_plan(scored),
        quota=_quota(state, frame),
        site_borders=dict(
            zip(told["grid_id"].iloc[count:], told["borders"].iloc[count:], strict=True)
        ),
    )


def _frame(state: PlanState, names: list[str], part: IntArray) -> gpd.GeoDataFrame:
    land = state.land
    slots = np.array([state.slots[name] for name in names])
    shapes = np.empty(len(names), object)
    for row, at in enumerate(slots.tolist()):
        shapes[row] = shapely.coverage_union_all(land.shapes[state.members[at]])
    heaviest = [
        int(
            np.bincount(
                land.label[state.members[at]], land.graph.load[state.members[at]] + 1
            ).argmax()
        )
        for at in slots.tolist()
    ]
    return gpd.GeoDataFrame(
        {
            "grid_id": names,
            "label": [land.labels[label] for label in heaviest],
            "load": state.total("load")[slots] / land.load_factor,
            "units": state.total("size")[slots],
        },
        geometry=shapes,
        crs=land.crs,
    )


def _with_sites(frame: gpd.GeoDataFrame, sites: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the base grids, then the exclusive ones, which have no units."""
    own = sites[["grid_id", "label"]].assign(load=0.0, units=0)
    both = pd.concat([frame.drop(columns=frame.geometry.name), own], ignore_index=True)
    shapes = [*frame.geometry.values, *sites.geometry.values]
    return gpd.GeoDataFrame(both, geometry=shapes, crs=frame.crs)


def _scored(
    state: PlanState,
    part: IntArray,
    frame: gpd.GeoDataFrame,
    lines: gpd.GeoDataFrame | None,
    previous: "pd.Series[str] | None",
    tolerance: float,
) -> Scored:
    land, region = state.land, regions_of(state.land)
    borders = find_borders(land.shapes, land.label, lines)
    shapes = np.asarray(frame.geometry.values, object)
    load = land.graph.load / land.load_factor
    xy = shapely.get_coordinates(shapely.centroid(land.shapes))
    return Scored(
        load=load,
        xy=xy,
        part=part,
        label=land.label,
        region=region,
        grids=len(frame),
        area_m2=shapely.area(shapes),
        perimeter_m=shapely.length(shapes),
        cut_edges=parted_pairs(borders, part),
        pieces_broken=int(np.maximum(state.total("pieces") - 1, 0).sum()),
        borders=grid_borders(borders, part),
        bound=_bound(land, region, len(frame), tolerance),
        forced=forced_share(land.ways, region, len(frame)),
        walk_m=longest_walks(land.ways, xy, load, part, len(frame)),
        home=_home(state, part, frame, previous),
    )


def _bound(land: Land, region: IntArray, grids: int, tolerance: float) -> float:
    """Return the least possible deviation inside villages and ways, a fraction.

    As the planner proves it of a plan of its own with so many grids.
    """
    graph = inside(land.ways, region)
    try:
        return share_within_reach(graph, region, grids, tolerance).bound
    except BadQuota:
        # Grids that straddle a line can be fewer than the villages: no bound then.
        return 0.0


def _home(
    state: PlanState,
    part: IntArray,
    frame: gpd.GeoDataFrame,
    previous: "pd.Series[str] | None",
) -> IntArray | None:
    if previous is None:
        return None
    old = pd.Series(state.land.unit_ids, dtype=object).map(previous)
    new = frame["grid_id"].to_numpy(object)[part]
    return np.where(old.isna(), -1, (old.astype(str) == new).astype(np.int64))


def _quota(state: PlanState, frame: gpd.GeoDataFrame) -> list[dict[str, Any]]:
    land = state.land
    load = np.bincount(land.label, land.graph.load / land.load_factor)
    grids = frame["label"].value_counts()
    return [
        {"label": name, "load": float(load[i]), "grids": int(grids.get(name, 0))}
        for i, name in enumerate(land.labels)
    ]
