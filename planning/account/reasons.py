"""Why grids stay outside: of the load, and of each further load, as a report's rows."""

from typing import Any

import geopandas as gpd
import numpy as np

from planning.account.bounds import free_bound
from planning.account.whynot import as_rows, why_not
from planning.division.loads import deviations_pct
from planning.division.trials import Divided
from planning.draft import Draft
from planning.graphs.borders import shut_contacts
from planning.graphs.contact import FloatArray, IntArray
from planning.graphs.graph import PLAIN_COST, build_graph, integer_loads
from planning.units.layout import Grounds
from planning.units.territory import PlanPolicy


def explain(
    grounds: Grounds,
    draft: Draft,
    grids: gpd.GeoDataFrame,
    policy: PlanPolicy,
    several: bool = False,
) -> list[dict[str, Any]]:
    """Explain every grid outside the tolerance, or outside the size band.

    A grid that a new search brings inside by its load alone stays outside for the
    further loads, if there are any: ``other_load``.
    """
    size, scale = policy.size_band, 1.0
    if size is not None:
        scale = integer_loads(grounds.units["load"].to_numpy(np.float64))[1]
        size = (size[0] * scale, size[1] * scale)
    divided = _divided(draft, policy, draft.graph.load, size)
    return _rows(divided, grounds, draft, grids, several, scale)


def explain_further(
    also: tuple[str, ...],
    grounds: Grounds,
    draft: Draft,
    grids: gpd.GeoDataFrame,
    policy: PlanPolicy,
) -> list[dict[str, Any]]:
    """Return how well each further load is balanced, what forces it, and why not."""
    region, grids_of, found = draft.regions.region, draft.division.region_grids, []
    for name in also:
        load = grounds.units[name].to_numpy(np.float64)
        off = deviations_pct(load, draft.division.part)
        ideal = float(load.sum()) / draft.grids
        divided = _divided(draft, policy, integer_loads(load)[0], None)
        found.append(
            {
                "column": name,
                "ideal": ideal,
                "outside_grids": _outside(off, policy.tolerance),
                "bound_units_pct": round(
                    100 * free_bound(load, region, grids_of, ideal), 4
                ),
                "max_deviation_pct": round(float(np.abs(off).max()), 4),
                "mean_deviation_pct": round(float(np.abs(off).mean()), 4),
                "why_not": _rows(divided, grounds, draft, grids, True),
            }
        )
    return found


def _outside(off: FloatArray, tolerance: float) -> int:
    return int((np.abs(off) > 100 * tolerance + 1e-9).sum())


def _divided(
    draft: Draft,
    policy: PlanPolicy,
    load: IntArray,
    size: tuple[float, float] | None,
) -> Divided:
    land, links, previous = draft.land, draft.regions.links, draft.previous
    u, v = np.r_[land.u, links[:, 0]], np.r_[land.v, links[:, 1]]
    return Divided(
        graph=build_graph(load, u, v, np.full(len(u), PLAIN_COST)),
        label=land.label,
        region=draft.regions.region,
        part=draft.division.part,
        piece=land.piece,
        polygons=land.polygons,
        fixed=np.zeros(len(load), bool) if previous is None else previous.fixed,
        grids=draft.grids,
        tolerance=policy.tolerance,
        seed=policy.seed,
        size=size,
        shut=shut_contacts(draft.borders),
    )


def _rows(
    divided: Divided,
    grounds: Grounds,
    draft: Draft,
    grids: gpd.GeoDataFrame,
    several: bool,
    scale: float = 1.0,
) -> list[dict[str, Any]]:
    rows = as_rows(
        why_not(divided),
        grids["grid_id"].tolist(),
        grounds.units["unit_id"].tolist(),
        draft.names.tolist(),
        scale,
    )
    for row in rows:
        if several and row["blocked_by"] == "search":
            row["blocked_by"] = "other_load"
    return rows
