"""What `report.json` says of a plan."""

from dataclasses import asdict
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from planning.account.forced import forced_share
from planning.account.hashing import input_hash
from planning.account.prices import Drawn, as_row, price_list, price_of
from planning.account.proof import Proof
from planning.account.scores import Scored, score_plan
from planning.account.walks import longest_walks
from planning.division.quotas.quota import METHOD
from planning.draft import Draft
from planning.graphs.borders import grid_borders, parted_pairs
from planning.graphs.contact import MIN_CONTACT_M
from planning.graphs.kernels import label_pieces
from planning.graphs.slits import units_at_slits
from planning.units.layout import Grounds
from planning.units.territory import PlanPolicy, Territory


def make_report(
    territory: Territory,
    grounds: Grounds,
    draft: Draft,
    scored: Scored,
    proof: Proof,
    reasons: list[dict[str, Any]],
    more_loads: list[dict[str, Any]],
    policy: PlanPolicy,
) -> dict[str, Any]:
    """Return the report of a plan, all but its micro-grids.

    Parameters
    ----------
    territory : Territory
        As it came: its fingerprint is taken.
    grounds : Grounds
    draft : Draft
    scored : Scored
    proof : Proof
    reasons : list of dict
        Why grids are outside the tolerance, as `reasons.explain` returns it.
    more_loads : list of dict
        The same of further loads, as `reasons.explain_further` returns it.
    policy : PlanPolicy

    Returns
    -------
    dict
        Plain values, ready for JSON.
    """
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
        "notes": [
            *grounds.notes,
            *_astride(grounds, draft, policy),
            *_at_slits(grounds, draft),
        ],
    }
    if territory.also:
        report["more_loads"] = more_loads
    if draft.previous is not None:
        is_plain = policy.size_band is None and not territory.also
        report["redraw"] = _redraw(grounds, draft, policy, is_plain)
    return report


def _astride(grounds: Grounds, draft: Draft, policy: PlanPolicy) -> list[str]:
    """Return what to know of units that lie across a line that may not be crossed."""
    count = len(draft.borders.astride)
    if not count:
        return []
    kinds = " or ".join(policy.forbidden)
    has_polygons = bool((grounds.units["unit_kind"] == "unit").any())
    is_offered = has_polygons and not policy.cut_blocks
    hint = "; --cut-blocks cuts polygons there" if is_offered else ""
    return [
        f"{count} units lie across a forbidden {kinds}: each goes with its larger bank "
        f"and no grid comes across through them{hint}"
    ]


def _at_slits(grounds: Grounds, draft: Draft) -> list[str]:
    """Return what to know of neighbours that were drawn a little apart."""
    land = draft.land
    found = units_at_slits(land.polygons, land.label, land.piece)
    if not len(found):
        return []
    first = grounds.units["unit_id"].iloc[int(found[0])]
    return [
        f"{len(found)} units lie less than {MIN_CONTACT_M:g} m from land that they do "
        f"not touch, the first is {first}: they count as apart, and a grid may lie on "
        "both sides; close the gaps in the layer if there are none"
    ]


def score_draft(grounds: Grounds, draft: Draft, grids: gpd.GeoDataFrame) -> Scored:
    """Return the base grids as arrays, ready to be measured."""
    units, part, graph = grounds.units, draft.division.part, draft.graph
    shapes = np.asarray(grids.geometry.values, object)[: draft.grids]
    load = units["load"].to_numpy(np.float64)
    xy = shapely.get_coordinates(
        shapely.centroid(np.asarray(units.geometry.values, object))
    )
    pieces = label_pieces(graph.indptr, graph.indices, part)
    home = None
    if draft.previous is not None:
        old = np.array([*draft.previous_names, ""], object)[draft.previous.home]
        new = grids["grid_id"].to_numpy(object)[part]
        home = np.where(draft.previous.home < 0, -1, (old == new).astype(int))
    return Scored(
        load=load,
        xy=xy,
        part=part,
        label=draft.land.label,
        region=draft.regions.region,
        grids=draft.grids,
        area_m2=shapely.area(shapes),
        perimeter_m=shapely.length(shapes),
        cut_edges=parted_pairs(draft.borders, part),
        pieces_broken=int(pieces.max()) + 1 - draft.grids,
        borders=grid_borders(draft.borders, part),
        bound=draft.division.bound,
        forced=forced_share(graph, draft.regions.region, draft.grids),
        walk_m=longest_walks(graph, xy, load, part, draft.grids),
        home=home,
    )


def _quota(units: gpd.GeoDataFrame, draft: Draft) -> list[dict[str, Any]]:
    region = draft.regions.region
    first = np.unique(region, return_index=True)[1]
    load = np.bincount(region, units["load"].to_numpy(np.float64))
    grids = draft.division.region_grids
    return [
        {
            "label": str(draft.names[draft.land.label[f]]),
            "load": float(p),
            "grids": int(k),
        }
        for f, p, k in zip(first, load, grids, strict=True)
    ]


def _redraw(
    grounds: Grounds, draft: Draft, policy: PlanPolicy, is_plain: bool
) -> dict[str, Any]:
    """Return who moved, the least that had to, and the price list.

    A plan with one load and without a size band is one of the list itself.
    """
    assert draft.previous is not None
    drawn = Drawn(
        draft.graph,
        draft.regions.region,
        draft.grids,
        grounds.units["load"].to_numpy(np.float64),
        policy.size_band,
    )
    aim = policy.tolerance if policy.size_band is None else None
    paid = price_of(drawn, draft.division.part, draft.previous, aim)
    prices = price_list(
        drawn,
        draft.previous,
        policy.price_list,
        policy.seed,
        {policy.tolerance: paid} if is_plain else {},
    )
    return {
        "change": policy.change,
        "paid": as_row(paid),
        "prices": [as_row(price) for price in prices],
    }
