"""The recipe of a plan: frames in, `Plan` out."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.crs import STORED
from planning.account.describe import (
    borders_of_sites,
    describe_grids,
    kept_sites,
    make_grids,
)
from planning.account.offers import TINY_SHARE, Offers, grids_in_band, make_offers
from planning.account.proof import prove_coverage
from planning.account.reasons import explain, explain_further
from planning.account.reporting import make_report, score_draft
from planning.account.scores import Scored
from planning.division.redrawing.naming import match_names
from planning.draft import Draft, make_draft
from planning.graphs.regions import Land
from planning.micro import (
    MicroDivision,
    divide_grids,
    make_micro_grids,
    require_room,
)
from planning.plan import Plan
from planning.units.checks import check_territory
from planning.units.ground import Ground, find_ground
from planning.units.joining import tiny_villages
from planning.units.layout import Grounds, make_grounds
from planning.units.prepare import in_metres, in_order, relabelled
from planning.units.sites import units_beside_sites
from planning.units.territory import PlanPolicy, Territory, grids_wanted

# Gets the stage that begins, and how much of the whole is done, a fraction: a guess
# from towns, for a bar to look at.
Tell = Callable[[str, float], None]
# Gets the least possible largest deviation, a fraction, and how to find what would be
# lower.
Hear = Callable[[float, Callable[[], Offers]], None]
# Of the whole, when dividing begins and ends.
_DIVIDE, _DRAW = 0.3, 0.85


def tell_nobody(_stage: str, _done: float) -> None:
    """Take no notice of how far a plan is."""


def hear_nothing(_bound: float, _offers: Callable[[], Offers]) -> None:
    """Take no notice of what the ground forces."""


def make_plan(
    territory: Territory,
    policy: PlanPolicy,
    tell: Tell = tell_nobody,
    hear: Hear = hear_nothing,
) -> Plan:
    """Divide a territory into grids.

    Parameters
    ----------
    territory : Territory
        Units, and if known village outlines, exclusive sites, lines and a previous
        plan. Not changed.
    policy : PlanPolicy
    tell : callable, optional
        Called as each stage begins: ``ground, divide, draw, prove``; within
        ``divide``, which takes longest, after each region too.
    hear : callable, optional
        Called before dividing with the least possible largest deviation, a fraction,
        that lines, forbidden crossings, separate pieces of land and the heaviest unit
        leave; and with a function that finds what would leave less on this ground:
        `planning.account.offers.make_offers`.

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
    tell("ground", 0.0)
    ordered = in_order(territory)
    ground = find_ground(ordered.units, ordered.villages, ordered.sites, ordered.lines)
    metric = in_metres(ordered, ground)
    host = _hosts(metric, policy)
    ordered, metric = relabelled(ordered, host), relabelled(metric, host)
    wanted = _base_grids(metric, policy)
    grounds = make_grounds(metric, max(wanted, policy.micro or 0), policy)
    given = replace(policy, grids=wanted, target_load=None, size_band=None)
    grids_wanted(given, 1, len(grounds.units))
    require_room(policy, wanted, len(grounds.units))
    tell("divide", _DIVIDE)

    def offers(land: Land) -> Offers:
        if policy.join_below:
            # With another number of grids others would be joined.
            return Offers()
        labels = np.unique(grounds.units["label"].to_numpy(str)).tolist()
        joining = replace(policy, join_below=TINY_SHARE)
        return make_offers(land, labels, wanted, lambda: _hosts(metric, joining))

    draft = make_draft(
        metric,
        grounds,
        wanted,
        policy,
        lambda share: tell("divide", share * _DRAW + (1 - share) * _DIVIDE),
        lambda bound, land: hear(bound, lambda: offers(land)),
    )
    tell("draw", _DRAW)
    grids, scored = _draw(metric, grounds, draft)
    tell("prove", 0.9)
    plan = _finish(ordered, ground, grounds, draft, grids, scored, policy)
    joined = [{"village": own, "into": other} for own, other in sorted(host.items())]
    return plan if not joined else plan.with_report(joined_villages=joined)


def joined_villages(territory: Territory, policy: PlanPolicy) -> dict[str, str]:
    """Return which villages a plan would count as one with which.

    Empty where the policy joins none.
    """
    return _hosts(_measured(territory), policy)


def units_to_plan(territory: Territory) -> gpd.GeoDataFrame:
    """Return the units that base grids share: those that no site takes whole."""
    if territory.sites is None:
        return territory.units
    left = set(units_beside_sites(_measured(territory))["unit_id"])
    return territory.units[territory.units["unit_id"].astype(str).isin(left)]


def _measured(territory: Territory) -> Territory:
    """Return the territory in order and in metres."""
    ordered = in_order(territory)
    ground = find_ground(ordered.units, ordered.villages, ordered.sites, ordered.lines)
    return in_metres(ordered, ground)


def _hosts(metric: Territory, policy: PlanPolicy) -> dict[str, str]:
    """Return which villages count as one with which, where that was asked for."""
    if not policy.join_below:
        return {}
    total = float(units_beside_sites(metric)["load"].sum())
    ideal = total / grids_wanted(policy, total, _most_grids(metric, policy))
    return tiny_villages(metric, ideal, policy.join_below)


def _base_grids(metric: Territory, policy: PlanPolicy) -> int:
    """Return how many base grids there will be; inside a size band, as it needs."""
    units = units_beside_sites(metric)
    if policy.size_band is None:
        total = float(units["load"].sum())
        return grids_wanted(policy, total, _most_grids(metric, policy))
    whole = not metric.may_split(policy)
    return grids_in_band(units, policy.size_band, whole, metric.grids_before)


def _most_grids(metric: Territory, policy: PlanPolicy) -> int:
    """Return how many grids the units can make at most."""
    return 10**9 if metric.may_split(policy) else len(metric.units)


def _draw(
    territory: Territory, grounds: Grounds, draft: Draft
) -> tuple[gpd.GeoDataFrame, Scored]:
    """Dissolve, number and measure the grids."""
    part, old = draft.division.part, draft.previous_names
    kept = kept_sites(grounds.sites, draft.grids)
    if draft.previous is not None:
        same = match_names(draft.graph.load, part, draft.previous)
        kept |= {grid: old[home] for grid, home in same.items()}
    used = territory.used_names | frozenset(old)
    grids = make_grids(grounds, part, draft.grids, kept, used)
    scored = score_draft(grounds, draft, grids)
    of_sites = borders_of_sites(grids, draft.grids, territory.lines)
    return describe_grids(grids, scored, of_sites), scored


def _finish(
    territory: Territory,
    ground: Ground,
    grounds: Grounds,
    draft: Draft,
    grids: gpd.GeoDataFrame,
    scored: Scored,
    policy: PlanPolicy,
) -> Plan:
    """Store in degrees, prove from there, report."""
    reasons = explain(grounds, draft, grids, policy, bool(territory.also))
    blocks = {row["grid_id"]: row["blocked_by"] for row in reasons}
    grids = grids.assign(reason=[blocks.get(name, "") for name in grids["grid_id"]])
    order = np.argsort(grids["grid_id"].to_numpy(str), kind="stable")
    stored = _stored(grids.iloc[order].reset_index(drop=True), ground)
    outlines = grounds.outlines if territory.villages is None else territory.villages
    proof = prove_coverage(stored[~stored["overlay"]], outlines, ground.crs)
    more = explain_further(territory.also, grounds, draft, grids, policy)
    report = make_report(
        territory, grounds, draft, scored, proof, reasons, more, policy
    )
    units = _stored_units(grounds, draft, grids, ground)
    plan = Plan(stored, units, outlines, proof, report)
    return _with_micro(plan, ground, grounds, draft, grids, policy)


def _with_micro(
    plan: Plan,
    ground: Ground,
    grounds: Grounds,
    draft: Draft,
    grids: gpd.GeoDataFrame,
    policy: PlanPolicy,
) -> Plan:
    """Return the plan with micro-grids, if any were asked for."""
    if policy.micro is None:
        return plan
    made = divide_grids(draft.graph, draft.division.part, draft.grids, policy)
    homes = grids["grid_id"].to_numpy(object)[draft.division.part].tolist()
    micro = make_micro_grids(grounds.units, made, homes)
    ids = micro["micro_id"].to_numpy(object)[made.part]
    of_unit = dict(zip(grounds.units["unit_id"], ids, strict=True))
    units = plan.units.assign(micro_id=plan.units["unit_id"].map(of_unit))
    micro = micro.sort_values("micro_id", kind="stable").reset_index(drop=True)
    plan = replace(plan, units=units, micro=_stored(micro, ground))
    return plan.with_report(micro=_micro_report(micro, made))


def _micro_report(micro: gpd.GeoDataFrame, made: MicroDivision) -> dict[str, Any]:
    return {
        "grids": len(micro),
        "max_deviation_pct": float(micro["deviation_pct"].abs().max()),
        "bound_lines_pct": round(100 * made.bound, 4),
    }


def _stored(frame: gpd.GeoDataFrame, ground: Ground) -> gpd.GeoDataFrame:
    shapes = ground.to_stored(_shapes(frame))
    return frame.set_geometry(gpd.GeoSeries(shapes, frame.index, crs=STORED))


def _stored_units(
    grounds: Grounds, draft: Draft, grids: gpd.GeoDataFrame, ground: Ground
) -> gpd.GeoDataFrame:
    names = grids["grid_id"].to_numpy(object)
    columns = ["unit_id", "settlement_id", "unit_kind", "label", "load"]
    planned = _stored(grounds.units[[*columns, grounds.units.geometry.name]], ground)
    planned = planned.assign(grid_id=names[draft.division.part])
    if draft.previous is not None:
        old = np.array([*draft.previous_names, None], object)
        planned = planned.assign(previous_id=old[draft.previous.home])
    if grounds.covered.empty:
        return planned
    covered = grounds.covered[columns].assign(
        grid_id=names[draft.grids + grounds.covered["site"].to_numpy(np.int64)]
    )
    covered[planned.geometry.name] = None
    both = pd.concat([pd.DataFrame(planned), covered], ignore_index=True)
    frame = gpd.GeoDataFrame(both, geometry=planned.geometry.name, crs=STORED)
    return frame.sort_values("unit_id", kind="stable").reset_index(drop=True)


def _shapes(frame: gpd.GeoDataFrame) -> NDArray[np.object_]:
    return np.asarray(frame.geometry.values, object)
