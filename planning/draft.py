"""The draft of a plan: graph, regions, quota and division, still in numbers."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray

from planning.division.loads import balance_all
from planning.division.partition import Division, divide
from planning.division.redrawing.redraw import Previous, homes_of, kept_in, locked_in
from planning.division.task import nothing_kept
from planning.graphs.borders import UnitBorders, find_borders, unit_contacts
from planning.graphs.contact import FloatArray, IntArray
from planning.graphs.graph import (
    PLAIN_COST,
    UnitGraph,
    build_graph,
    integer_loads,
    subgraph,
)
from planning.graphs.regions import Land, Regions, least_alone
from planning.units.layout import Grounds
from planning.units.territory import PlanPolicy, Territory


@dataclass(frozen=True)
class Draft:
    """What lies between the ground and the grids.

    Attributes
    ----------
    grids : int
        Base grids.
    names : ndarray of str
        Labels; `land.label` holds positions in it.
    borders : UnitBorders
    land : Land
        The units, and their contacts also across the lines of regions.
    regions : Regions
    graph : UnitGraph
        Contacts inside regions, and links.
    division : Division
    previous : Previous or None
    previous_names : list of str
        Grids of the previous plan; `previous.home` holds positions in it.
    """

    grids: int
    names: NDArray[np.str_]
    borders: UnitBorders
    land: Land
    regions: Regions
    graph: UnitGraph
    division: Division
    previous: Previous | None
    previous_names: list[str]


def make_draft(
    territory: Territory,
    grounds: Grounds,
    grids: int,
    policy: PlanPolicy,
    tell: Callable[[float], None] = lambda _share: None,
    hear: Callable[[float, Land], None] = lambda _bound, _land: None,
) -> Draft:
    """Build the graph, find the regions, share the quota, divide.

    `tell` gets the share of the units that are divided; `hear`, before any is, the
    least possible largest deviation inside the regions, of the heaviest unit and of a
    region without load, a fraction, and the land that they are of. A size band has
    none.
    """
    units = grounds.units
    polygons = np.asarray(units.geometry.values, object)
    names, label = np.unique(units["label"].to_numpy(str), return_inverse=True)
    borders = find_borders(polygons, label, territory.lines, policy.forbidden)
    u, v, cost = unit_contacts(borders, dict(policy.line_prices))
    load, factor = integer_loads(units["load"].to_numpy(np.float64))
    land = Land(polygons, label, load, u, v)
    regions = land.regions(grids)
    graph = _region_graph(load, regions, u, v, cost)
    previous, old_names = _previous(territory, units, policy)
    size = None
    if policy.size_band is not None:
        size = (policy.size_band[0] * factor, policy.size_band[1] * factor)
    alone = least_alone(load, regions.region, grids)
    division = divide(
        graph,
        regions.region,
        grids,
        # What a redraw brings back is the band, not a tolerance inside it.
        policy.tolerance if size is None or previous is None else 1.0,
        policy.seed,
        previous,
        tell,
        size,
        lambda bound: hear(max(bound, alone), land) if size is None else None,
    )
    if territory.also:
        more = np.array([units[name].to_numpy(np.float64) for name in territory.also])
        division = _balanced(graph, division, more, previous, policy)
    return Draft(
        grids, names, borders, land, regions, graph, division, previous, old_names
    )


def _balanced(
    graph: UnitGraph,
    division: Division,
    more: FloatArray,
    previous: Previous | None,
    policy: PlanPolicy,
) -> Division:
    """Return the division brought nearer to the band in every load at once.

    Oversized units keep the grids that they have for themselves; the others share.
    """
    kept = nothing_kept(graph.size)
    if previous is not None:
        kept = kept_in(graph, division.part, previous)
    part = division.part.copy()
    nodes = np.flatnonzero(~np.isin(part, part[division.oversized]))
    names, start = np.unique(part[nodes], return_inverse=True)
    more = more[:, nodes]
    more = more[more.sum(axis=1) > 0]
    if len(names) > 1 and len(more):
        after = balance_all(
            subgraph(graph, nodes), more, start, kept.among(nodes, names),
            policy.tolerance, policy.seed,
        )  # fmt: skip
        part[nodes] = names[after]
    return replace(division, part=part)


def _region_graph(
    load: IntArray, regions: Regions, u: IntArray, v: IntArray, cost: IntArray
) -> UnitGraph:
    inside = regions.region[u] == regions.region[v]
    links = regions.links
    return build_graph(
        load,
        np.r_[u[inside], links[:, 0]],
        np.r_[v[inside], links[:, 1]],
        np.r_[cost[inside], np.full(len(links), PLAIN_COST)],
    )


def _previous(
    territory: Territory, units: gpd.GeoDataFrame, policy: PlanPolicy
) -> tuple[Previous | None, list[str]]:
    if territory.previous is None:
        return None, []
    home, names = homes_of(units, territory.previous)
    fixed = locked_in(units, territory.previous, territory.locked)
    change = policy.change if policy.stability > 0 else "free"
    ids = units["unit_id"].to_numpy(object)
    return Previous(home, fixed, policy.stability, change, ids), names
