"""Micro-grids: each grid divided once more, in the same run and by the same engine.

The grids take the place of the villages: no micro-grid may straddle one, each grid gets
its share of the micro-grids by load, and each micro-grid is connected inside its grid.
"""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely

from planning.division.partition import divide
from planning.errors import BadQuota
from planning.graphs.contact import IntArray
from planning.graphs.graph import UnitGraph, build_graph
from planning.units.territory import PlanPolicy


@dataclass(frozen=True)
class MicroDivision:
    """Which micro-grid each unit is in.

    Attributes
    ----------
    part : ndarray of int64, shape (n,)
        0 .. micro-grids - 1; all units of one part are in one grid.
    bound : float
        Least possible largest deviation under the grids' lines, a fraction.
    """

    part: IntArray
    bound: float


def require_room(policy: PlanPolicy, grids: int, units: int) -> None:
    """Raise if the micro-grids that are asked for, if any, cannot be.

    Raises
    ------
    BadQuota
        If there are fewer micro-grids than grids, or more than units.
    """
    if policy.micro is not None and not grids <= policy.micro <= units:
        raise BadQuota(
            f"{policy.micro} micro-grids do not fit: {grids} grids need one each and "
            f"there are {units} units; ask for {grids} to {units}"
        )


def divide_grids(
    graph: UnitGraph, part: IntArray, grids: int, policy: PlanPolicy
) -> MicroDivision:
    """Divide the grids of a plan into `policy.micro` micro-grids.

    Parameters
    ----------
    graph : UnitGraph
        Contacts of the units; every grid is connected in it.
    part : ndarray of int64, shape (n,)
        Grid of each unit, 0 .. grids - 1.

    Raises
    ------
    BadQuota
        If there are fewer micro-grids than grids, or more than units.
    """
    assert policy.micro is not None
    require_room(policy, grids, graph.size)
    inner = _inside(graph, part)
    made = divide(inner, part, policy.micro, policy.tolerance, policy.seed)
    return MicroDivision(made.part, made.bound)


def make_micro_grids(
    units: gpd.GeoDataFrame, micro: MicroDivision, grid_of_unit: list[str]
) -> gpd.GeoDataFrame:
    """Return the micro-grids, in the order of their numbers, with ids inside grids.

    Parameters
    ----------
    units : GeoDataFrame
        ``label, load`` and polygons in a metric CRS.
    micro : MicroDivision
    grid_of_unit : list of str
        Name of the grid of each unit.

    Returns
    -------
    GeoDataFrame
        ``micro_id`` (grid, hyphen, serial from west to east), ``grid_id, label, load,
        deviation_pct`` and polygons.
    """
    count = int(micro.part.max()) + 1
    first = np.unique(micro.part, return_index=True)[1]
    shapes = np.asarray(units.geometry.values, object)
    ground = [shapely.coverage_union_all(shapes[micro.part == m]) for m in range(count)]
    load = np.bincount(micro.part, units["load"].to_numpy(np.float64), minlength=count)
    grid = [grid_of_unit[i] for i in first]
    return gpd.GeoDataFrame(
        {
            "micro_id": _numbered(grid, ground),
            "grid_id": grid,
            "label": units["label"].to_numpy(object)[first],
            "load": load,
            "deviation_pct": np.round(100 * (load / load.mean() - 1), 3),
        },
        geometry=ground,
        crs=units.crs,
    )


def _inside(graph: UnitGraph, part: IntArray) -> UnitGraph:
    """Return the graph without the contacts between grids."""
    source = np.repeat(np.arange(graph.size), np.diff(graph.indptr))
    keep = (part[source] == part[graph.indices]) & (source < graph.indices)
    return build_graph(graph.load, source[keep], graph.indices[keep], graph.cost[keep])


def _numbered(grid: list[str], ground: list[shapely.Geometry]) -> list[str]:
    middle = shapely.get_coordinates(shapely.centroid(np.array(ground, object)))
    order = np.lexsort((-middle[:, 1], middle[:, 0]))
    most = max(grid.count(name) for name in set(grid))
    digits = max(2, len(str(most)))
    serial: dict[str, int] = {}
    names = [""] * len(grid)
    for i in order.tolist():
        serial[grid[i]] = serial.get(grid[i], 0) + 1
        names[i] = f"{grid[i]}-{serial[grid[i]]:0{digits}d}"
    return names
