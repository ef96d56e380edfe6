"""What `report.json` says of a plan."""

from dataclasses import asdict
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from planning.account.bounds import unit_bound
from planning.account.forced import forced_share
from planning.account.hashing import input_hash
from planning.account.prices import Drawn, as_row, price_list, price_of
from planning.account.proof import Proof
from planning.account.scores import Scored, score_plan
from planning.account.whynot import as_rows, why_not
from planning.division.loads import deviations_pct
from planning.division.quota import METHOD
from planning.division.trials import Divided
from planning.draft import Draft
from planning.graphs.borders import grid_borders
from planning.graphs.graph import PLAIN_COST, build_graph, cut_edges
from planning.graphs.kernels import label_pieces
from planning.units.layout import Grounds
from planning.units.territory import PlanPolicy, Territory


def make_report(
    territory: Territory,
    grounds: Grounds,
    draft: Draft,
    scored: Scored,
    proof: Proof,
    reasons: list[dict[str, Any]],
    policy: PlanPolicy,
) -> dict[str, Any]:
    """Return the report of a plan, all but its micro-grids."""
    ids = grounds.units["unit_id"].to_numpy(object)
    report = {
        "seed": policy.seed,
        "input_hash": input_hash(territory, policy),
        "policy": asdict(policy),
        "grids": {
            "base": draft.grids,
            "exclusive": len(grounds.sites),
            "all": draft.grids + len(grounds.sites),
        },
        "units": len(grounds.units) + len(grounds.covered),
        "load": float(grounds.units["load"].sum()),
        "ideal_load": scored.ideal,
        "scores": score_plan(scored),
        "proof": proof.as_dict(),
        "oversized_units": ids[draft.division.oversized].tolist(),
        "links": ids[draft.regions.links].tolist(),
        "quota": _quota(grounds.units, draft),
        "quota_method": METHOD,
        "why_not": reasons,
        "notes": grounds.notes,
    }
    if territory.also:
        report["more_loads"] = _more_loads(territory, grounds, draft, policy.tolerance)
    if draft.previous is not None:
        report["redraw"] = _redraw(grounds, draft, policy)
    return report


def score_draft(grounds: Grounds, draft: Draft, grids: gpd.GeoDataFrame) -> Scored:
    """Return the base grids as arrays, ready to be measured."""
    units, part, graph = grounds.units, draft.division.part, draft.graph
    shapes = np.asarray(grids.geometry.values, object)[: draft.grids]
    whole = build_graph(graph.load, draft.u, draft.v, np.ones(len(draft.u), np.int64))
    pieces = label_pieces(graph.indptr, graph.indices, part)
    home = None
    if draft.previous is not None:
        old = np.array([*draft.previous_names, ""], object)[draft.previous.home]
        new = grids["grid_id"].to_numpy(object)[part]
        home = np.where(draft.previous.home < 0, -1, (old == new).astype(int))
    return Scored(
        load=units["load"].to_numpy(np.float64),
        xy=shapely.get_coordinates(
            shapely.centroid(np.asarray(units.geometry.values, object))
        ),
        part=part,
        label=draft.label,
        grids=draft.grids,
        area_m2=shapely.area(shapes),
        perimeter_m=shapely.length(shapes),
        cut_edges=cut_edges(whole, part),
        pieces_broken=int(pieces.max()) + 1 - draft.grids,
        borders=grid_borders(draft.borders, part),
        bound=draft.division.bound,
        forced=forced_share(graph, draft.regions.region, draft.grids),
        home=home,
    )


def explain(
    grounds: Grounds, draft: Draft, grids: gpd.GeoDataFrame, policy: PlanPolicy
) -> list[dict[str, Any]]:
    """Explain every grid outside the tolerance."""
    links, graph = draft.regions.links, draft.graph
    u, v = np.r_[draft.u, links[:, 0]], np.r_[draft.v, links[:, 1]]
    previous = draft.previous
    divided = Divided(
        graph=build_graph(graph.load, u, v, np.full(len(u), PLAIN_COST)),
        label=draft.label,
        region=draft.regions.region,
        part=draft.division.part,
        fixed=np.zeros(graph.size, bool) if previous is None else previous.fixed,
        grids=draft.grids,
        tolerance=policy.tolerance,
        seed=policy.seed,
    )
    return as_rows(
        why_not(divided),
        grids["grid_id"].tolist(),
        grounds.units["unit_id"].tolist(),
        draft.names.tolist(),
    )


def _quota(units: gpd.GeoDataFrame, draft: Draft) -> list[dict[str, Any]]:
    region = draft.regions.region
    first = np.unique(region, return_index=True)[1]
    load = np.bincount(region, units["load"].to_numpy(np.float64))
    grids = draft.division.region_grids
    return [
        {"label": str(draft.names[draft.label[f]]), "load": float(p), "grids": int(k)}
        for f, p, k in zip(first, load, grids, strict=True)
    ]


def _more_loads(
    territory: Territory, grounds: Grounds, draft: Draft, tolerance: float
) -> list[dict[str, Any]]:
    """Return how well each further load is balanced, and what its units force."""
    region, rows = draft.regions.region, []
    for name in territory.also:
        load = grounds.units[name].to_numpy(np.float64)
        off = deviations_pct(load, draft.division.part)
        ideal = float(load.sum()) / draft.grids
        bound = unit_bound(load, region, draft.division.region_grids, ideal)
        rows.append(
            {
                "column": name,
                "ideal": ideal,
                "outside_grids": int((np.abs(off) > 100 * tolerance + 1e-9).sum()),
                "bound_units_pct": round(100 * bound, 4),
                "max_deviation_pct": round(float(np.abs(off).max()), 4),
                "mean_deviation_pct": round(float(np.abs(off).mean()), 4),
            }
        )
    return rows


def _redraw(grounds: Grounds, draft: Draft, policy: PlanPolicy) -> dict[str, Any]:
    """Return who moved, the least that had to, and the price list."""
    assert draft.previous is not None
    drawn = Drawn(
        draft.graph,
        draft.regions.region,
        draft.grids,
        grounds.units["load"].to_numpy(np.float64),
    )
    paid = price_of(drawn, draft.division.part, draft.previous, policy.tolerance)
    prices = price_list(drawn, draft.previous, policy.price_list, policy.seed)
    return {
        "change": policy.change,
        "paid": as_row(paid),
        "prices": [as_row(price) for price in prices],
    }
