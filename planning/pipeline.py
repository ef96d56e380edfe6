"""The recipe of a plan: frames in, `Plan` out."""

from dataclasses import asdict, dataclass, replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geo.crs import STORED
from planning.borders import UnitBorders, find_borders, grid_borders, unit_contacts
from planning.contact import IntArray
from planning.describe import describe_grids, kept_sites, make_grids
from planning.graph import (
    PLAIN_COST,
    UnitGraph,
    build_graph,
    cut_edges,
    integer_loads,
)
from planning.ground import Ground, find_ground
from planning.hashing import input_hash
from planning.kernels import label_pieces
from planning.layout import Grounds, make_grounds
from planning.micro import MicroDivision, divide_grids, make_micro_grids
from planning.partition import Division, divide
from planning.plan import Plan
from planning.proof import prove_coverage
from planning.redraw import Previous, match_names
from planning.regions import Regions, make_regions
from planning.scores import Scored, score_plan
from planning.territory import (
    PlanPolicy,
    Territory,
    check_territory,
    grids_wanted,
)
from planning.whynot import Divided, as_rows, why_not


def make_plan(territory: Territory, policy: PlanPolicy) -> Plan:
    """Divide a territory into grids.

    Parameters
    ----------
    territory : Territory
        Units, and if known village outlines, exclusive sites, lines and a previous
        plan. Not changed.
    policy : PlanPolicy

    Returns
    -------
    Plan
        Exactly the base grids asked for and one exclusive grid per site; the same for
        any order of the rows, on any machine.

    Raises
    ------
    BadInput
        With one line that says what cannot be planned, and the nearest that can.
    """
    check_territory(territory)
    ordered = _in_order(territory)
    ground = find_ground(ordered.units, ordered.villages, ordered.sites, ordered.lines)
    metric = _in_metres(ordered, ground)
    total = float(metric.units["load"].sum())
    wanted = grids_wanted(
        policy, total, 10**9 if metric.has_points else len(metric.units)
    )
    finest = max(wanted, policy.micro or 0)
    grounds = make_grounds(metric, finest, policy.tolerance, policy.split)
    grids_wanted(replace(policy, grids=wanted, target_load=None), 1, len(grounds.units))
    worked = _divide(metric, grounds, wanted, policy)
    grids, scored = _draw(ordered, grounds, worked, policy)
    return _finish(ordered, ground, grounds, worked, grids, scored, policy)


@dataclass(frozen=True)
class _Worked:
    """What lies between the ground and the grids.

    Attributes
    ----------
    names : ndarray of str
        Labels; `label` holds positions in it.
    u, v : ndarray of int64
        Contacts of the whole territory, also across the lines of regions.
    graph : UnitGraph
        Contacts inside regions, and links.
    previous_names : list of str
        Grids of the previous plan; `previous.home` holds positions in it.
    """

    wanted: int
    names: NDArray[np.str_]
    label: IntArray
    borders: UnitBorders
    u: IntArray
    v: IntArray
    regions: Regions
    graph: UnitGraph
    division: Division
    previous: Previous | None
    previous_names: list[str]


def _divide(
    territory: Territory, grounds: Grounds, wanted: int, policy: PlanPolicy
) -> _Worked:
    """Graph, regions, quota, partition."""
    units, polygons = grounds.units, _shapes(grounds.units)
    names, label = np.unique(units["label"].to_numpy(str), return_inverse=True)
    borders = find_borders(polygons, label, territory.lines, policy.forbidden)
    u, v, cost = unit_contacts(borders)
    load, _ = integer_loads(units["load"].to_numpy(np.float64))
    regions = make_regions(polygons, label, load, u, v, wanted)
    graph = _region_graph(load, regions, u, v, cost)
    previous, old_names = _previous(territory, units, policy)
    division = divide(
        graph, regions.region, wanted, policy.tolerance, policy.seed, previous
    )
    return _Worked(
        wanted,
        names,
        label,
        borders,
        u,
        v,
        regions,
        graph,
        division,
        previous,
        old_names,
    )


def _draw(
    territory: Territory, grounds: Grounds, worked: _Worked, policy: PlanPolicy
) -> tuple[gpd.GeoDataFrame, Scored]:
    """Dissolve, number and measure the grids."""
    part, old = worked.division.part, worked.previous_names
    kept = kept_sites(grounds.sites, worked.wanted)
    if worked.previous is not None:
        same = match_names(worked.graph.load, part, worked.previous.home)
        kept |= {grid: old[home] for grid, home in same.items()}
    used = territory.used_names | frozenset(old)
    grids = make_grids(grounds, part, worked.wanted, kept, used)
    scored = _scored(territory, grounds, worked, grids)
    return describe_grids(grids, scored), scored


def _finish(
    territory: Territory,
    ground: Ground,
    grounds: Grounds,
    worked: _Worked,
    grids: gpd.GeoDataFrame,
    scored: Scored,
    policy: PlanPolicy,
) -> Plan:
    """Store in degrees, prove from there, report."""
    reasons = _why_not(grounds, worked, grids, policy)
    blocks = {row["grid_id"]: row["blocked_by"] for row in reasons}
    grids = grids.assign(reason=[blocks.get(name, "") for name in grids["grid_id"]])
    order = np.argsort(grids["grid_id"].to_numpy(str), kind="stable")
    stored = _stored(grids.iloc[order].reset_index(drop=True), ground)
    outlines = grounds.outlines if territory.villages is None else territory.villages
    proof = prove_coverage(stored, outlines, ground.crs)
    ids = grounds.units["unit_id"].to_numpy(object)
    report = {
        "seed": policy.seed,
        "input_hash": input_hash(territory, policy),
        "policy": asdict(policy),
        "grids": {
            "base": worked.wanted,
            "exclusive": len(grounds.sites),
            "all": len(grids),
        },
        "units": len(grounds.units) + len(grounds.covered),
        "load": float(grounds.units["load"].sum()),
        "ideal_load": scored.ideal,
        "scores": score_plan(scored),
        "proof": proof.as_dict(),
        "oversized_units": ids[worked.division.oversized].tolist(),
        "links": ids[worked.regions.links].tolist(),
        "quota": _quota(grounds.units, worked),
        "why_not": reasons,
        "notes": grounds.notes,
    }
    units = _stored_units(grounds, worked, grids, ground)
    plan = Plan(stored, units, outlines, proof, report)
    return _with_micro(plan, ground, grounds, worked, grids, policy)


def _with_micro(
    plan: Plan,
    ground: Ground,
    grounds: Grounds,
    worked: _Worked,
    grids: gpd.GeoDataFrame,
    policy: PlanPolicy,
) -> Plan:
    """Return the plan with micro-grids, if any were asked for."""
    if policy.micro is None:
        return plan
    made = divide_grids(worked.graph, worked.division.part, worked.wanted, policy)
    homes = grids["grid_id"].to_numpy(object)[worked.division.part].tolist()
    micro = make_micro_grids(grounds.units, made, homes)
    ids = micro["micro_id"].to_numpy(object)[made.part]
    of_unit = dict(zip(grounds.units["unit_id"], ids, strict=True))
    units = plan.units.assign(micro_id=plan.units["unit_id"].map(of_unit))
    micro = micro.sort_values("micro_id", kind="stable").reset_index(drop=True)
    report = {**plan.report, "micro": _micro_report(micro, made)}
    return replace(plan, units=units, report=report, micro=_stored(micro, ground))


def _micro_report(micro: gpd.GeoDataFrame, made: MicroDivision) -> dict[str, Any]:
    return {
        "grids": len(micro),
        "max_deviation_pct": float(micro["deviation_pct"].abs().max()),
        "bound_lines_pct": round(100 * made.bound, 4),
    }


def _in_order(territory: Territory) -> Territory:
    units = territory.units
    text = units["unit_id"].astype(str).to_numpy(object)
    order = np.array(sorted(range(len(text)), key=text.__getitem__), np.int64)
    units = units.iloc[order].reset_index(drop=True)
    units = units.assign(
        unit_id=units["unit_id"].astype(str),
        label=units["label"].astype(str),
        load=units["load"].astype(np.float64),
    )
    villages = territory.villages
    if villages is not None:
        villages = villages.assign(label=villages["label"].astype(str))
        villages = villages.sort_values("label").reset_index(drop=True)
    return replace(territory, units=units, villages=villages)


def _in_metres(territory: Territory, ground: Ground) -> Territory:
    layers = {
        name: None if layer is None else ground.to_metric(layer)
        for name, layer in (
            ("units", territory.units),
            ("villages", territory.villages),
            ("sites", territory.sites),
            ("lines", territory.lines),
        )
    }
    return replace(territory, **layers)  # type: ignore[arg-type]


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
    old = units["unit_id"].map(territory.previous)
    names = sorted(old.dropna().astype(str).unique())
    number = {name: i for i, name in enumerate(names)}
    home = np.array([number.get(str(n), -1) for n in old], np.int64)
    fixed = units["unit_id"].isin(territory.locked).to_numpy()
    change = policy.change if policy.stability > 0 else "free"
    return Previous(home, fixed, policy.stability, change), names


def _scored(
    territory: Territory,
    grounds: Grounds,
    worked: _Worked,
    frame: gpd.GeoDataFrame,
) -> Scored:
    units, part, graph = grounds.units, worked.division.part, worked.graph
    shapes = _shapes(frame)[: worked.wanted]
    u, v = worked.u, worked.v
    whole = build_graph(graph.load, u, v, np.ones(len(u), np.int64))
    pieces = label_pieces(graph.indptr, graph.indices, part)
    home = None
    if territory.previous is not None:
        old = units["unit_id"].map(territory.previous)
        new = frame["grid_id"].to_numpy(object)[part]
        home = np.where(old.isna(), -1, (old.astype(str) == new).astype(int))
    return Scored(
        load=units["load"].to_numpy(np.float64),
        xy=shapely.get_coordinates(shapely.centroid(_shapes(units))),
        part=part,
        label=worked.label,
        grids=worked.wanted,
        area_m2=shapely.area(shapes),
        perimeter_m=shapely.length(shapes),
        cut_edges=cut_edges(whole, part),
        pieces_broken=int(pieces.max()) + 1 - worked.wanted,
        borders=grid_borders(worked.borders, part),
        bound=worked.division.bound,
        home=home,
    )


def _quota(units: gpd.GeoDataFrame, worked: _Worked) -> list[dict[str, Any]]:
    region = worked.regions.region
    first = np.unique(region, return_index=True)[1]
    load = np.bincount(region, units["load"].to_numpy(np.float64))
    grids = worked.division.region_grids
    return [
        {"label": str(worked.names[worked.label[f]]), "load": float(p), "grids": int(k)}
        for f, p, k in zip(first, load, grids, strict=True)
    ]


def _why_not(
    grounds: Grounds, worked: _Worked, grids: gpd.GeoDataFrame, policy: PlanPolicy
) -> list[dict[str, Any]]:
    """Explain every grid outside the tolerance, for the report."""
    links, graph = worked.regions.links, worked.graph
    u, v = np.r_[worked.u, links[:, 0]], np.r_[worked.v, links[:, 1]]
    previous = worked.previous
    divided = Divided(
        graph=build_graph(graph.load, u, v, np.full(len(u), PLAIN_COST)),
        label=worked.label,
        region=worked.regions.region,
        part=worked.division.part,
        fixed=np.zeros(graph.size, bool) if previous is None else previous.fixed,
        grids=worked.wanted,
        tolerance=policy.tolerance,
        seed=policy.seed,
    )
    return as_rows(
        why_not(divided),
        grids["grid_id"].tolist(),
        grounds.units["unit_id"].tolist(),
        worked.names.tolist(),
    )


def _stored(frame: gpd.GeoDataFrame, ground: Ground) -> gpd.GeoDataFrame:
    shapes = ground.to_stored(_shapes(frame))
    return frame.set_geometry(gpd.GeoSeries(shapes, frame.index, crs=STORED))


def _stored_units(
    grounds: Grounds, worked: _Worked, grids: gpd.GeoDataFrame, ground: Ground
) -> gpd.GeoDataFrame:
    names = grids["grid_id"].to_numpy(object)
    columns = ["unit_id", "settlement_id", "unit_kind", "label", "load"]
    planned = _stored(grounds.units[[*columns, grounds.units.geometry.name]], ground)
    planned = planned.assign(grid_id=names[worked.division.part])
    if grounds.covered.empty:
        return planned
    covered = grounds.covered[columns].assign(
        grid_id=names[worked.wanted + grounds.covered["site"].to_numpy(np.int64)]
    )
    covered[planned.geometry.name] = None
    both = pd.concat([pd.DataFrame(planned), covered], ignore_index=True)
    frame = gpd.GeoDataFrame(both, geometry=planned.geometry.name, crs=STORED)
    return frame.sort_values("unit_id", kind="stable").reset_index(drop=True)


def _shapes(frame: gpd.GeoDataFrame) -> NDArray[np.object_]:
    return np.asarray(frame.geometry.values, object)
