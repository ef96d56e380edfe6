"""Plan a territory from the database, and publish a plan into force."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

import geopandas as gpd
import numpy as np
import pandas as pd
from pyproj import CRS
from sqlalchemy.orm import Session

from api.services.plans.plan_rows import grid_rows, plan_row, unit_rows
from api.services.rules.fitness import read_walks
from api.services.rules.rulebook import read_rulebook
from geo.codes import padded, range_of, unpadded
from geo.db.door import Scope
from geo.db.models import Plan as PlanRow
from geo.db.store import audit, counties, plans, territory
from geo.errors import BadInput, UncoveredArea
from geo.localtime import local_date
from planning.account.proof import Proof, prove_coverage
from planning.alternatives import make_alternatives
from planning.errors import PlanError
from planning.states import next_state, steps_to_publication
from planning.units.checks import check_lines
from planning.units.territory import PlanPolicy, Territory

Tell = Callable[[str, float], None]


def _silent(_stage: str, _percent: float) -> None:
    """Tell nobody."""


# About eight seconds of walking; the rest is done by the jobs.
_WALKED_AT_ONCE = 300


def plan_territory(
    session: Session,
    county_id: UUID,
    region_code: str,
    policy: PlanPolicy,
    now: datetime,
    *,
    name: str = "",
    made_by: UUID | None = None,
) -> UUID:
    """Plan the villages of a region from what is loaded; store the draft.

    Where grids are in force already the plan is a redraw: it starts from them, keeps
    their codes, and `policy.stability` says how dear a move is.

    Raises
    ------
    BadInput
        If the region has no villages or settlements, or the numbers cannot be met.
    """
    (plan_id,) = plan_alternatives(
        session, county_id, region_code, policy, now, name=name, made_by=made_by
    )
    return plan_id


def plan_alternatives(
    session: Session,
    county_id: UUID,
    region_code: str,
    policy: PlanPolicy,
    now: datetime,
    *,
    count: int = 1,
    name: str = "",
    made_by: UUID | None = None,
    tell: Tell = _silent,
    load: str = "population",
) -> list[UUID]:
    """Plan a region in up to `count` ways that no other beats; store the drafts.

    Parameters
    ----------
    load : str
        What is shared out: ``population`` or ``households``.
    tell : callable
        Gets the stage and how much of the whole is done, percent.
    """
    tell("read", 2)
    scope = (range_of(region_code),)
    layers = read_territory(session, county_id, scope, local_date(now), load)
    check_lines(layers, policy)
    made = make_alternatives(
        layers, policy, count, lambda stage, done: tell(stage, 5 + 85 * done)
    )
    tell("store", 90)
    told = territory.settlements_of(session, county_id, scope)
    known = plans.names_in(session, county_id, scope)
    ids = []
    for number, plan in enumerate(made, start=1):
        grid_ids = {g: known.get(padded(g)) or uuid4() for g in plan.grids["grid_id"]}
        called = name if len(made) == 1 else f"{name} {number}".strip()
        row = plan_row(plan, region_code, called, now, made_by, load)
        units = unit_rows(plan, grid_ids, told, load)
        plans.add_plan(session, county_id, row, grid_rows(plan, grid_ids), units)
        ids.append(row["id"])
    return ids


def publish_plan(
    session: Session,
    county_id: UUID,
    plan_id: UUID,
    effective_on: date,
    now: datetime,
) -> Proof:
    """Put a plan's grids in force, point every site to its grid, prove the coverage.

    Everything happens in the caller's transaction; the proof is made from the
    coordinates that the database then holds. A round is walked in every grid, and
    those in which none passes stand in the report, with the preset that fits; of more
    than some hundred grids that is found soon after (`walk_published`).

    Raises
    ------
    PlanError
        If the plan is unknown or past publication, or a later version is there.
    UncoveredArea
        If the stored grids leave a gap or overlap; the transaction must not commit.
    """
    plan = plans.find_plan(session, county_id, plan_id, lock=True)
    if plan is None:
        raise PlanError(f"plan {plan_id} is unknown")
    steps = steps_to_publication(plan.state)
    scope = (range_of(region_code_of(plan)),)
    later = plans.starts_from(session, county_id, scope, effective_on)
    if later is not None:
        raise PlanError(
            f"grids that begin on {later} are published already; "
            f"publish with effect after {later}"
        )
    plan.effective_on, plan.published_at = effective_on, now
    for event in steps:
        plan.state = next_state(plan.state, event)
    session.flush()
    plans.end_versions(session, county_id, scope, effective_on)
    count = plans.begin_versions(session, county_id, plan_id, effective_on)
    plans.place_sites(session, county_id, scope, effective_on)
    proof = prove_published(session, county_id, scope, effective_on)
    if not proof.holds:
        raise UncoveredArea(
            f"the stored grids do not cover their villages: gap {proof.gap_m2:.2f} m², "
            f"overlap {proof.overlap_m2:.2f} m², worst village "
            f"{proof.worst_village_m2:.2f} m² off"
        )
    plan.report = {**plan.report, "published_proof": proof.as_dict()}
    # A rule that no honest worker can meet in a small grid would punish the grid.
    rules = read_rulebook(session, county_id, effective_on, effective_on)
    walks = read_walks(session, county_id, scope, effective_on, rules)
    if walks.grids <= _WALKED_AT_ONCE:
        plan.report = {**plan.report, "feasibility": walks.walk().as_dict()}
    session.flush()
    detail = {"grids": count, "effective_on": effective_on.isoformat()}
    audit.append(session, "plan.publish", str(plan_id), detail)
    return proof


def prove_published(
    session: Session, county_id: UUID, scope: Scope, day: date
) -> Proof:
    """Prove the coverage of the grids in force on a day, as the database holds them."""
    grids = territory.grids_on(session, county_id, day, scope)
    grids = grids[(grids["kind"] != "micro") & ~grids["is_overlay"].astype(bool)]
    villages = territory.regions_on(
        session, county_id, day, level="village", scope=scope
    )
    metric = CRS.from_epsg(counties.county_of(session, county_id).metric_epsg)
    return prove_coverage(
        grids.assign(label=grids["village_code"]),
        villages.assign(label=villages["code"]),
        metric,
    )


def read_territory(
    session: Session,
    county_id: UUID,
    scope: Scope,
    day: date,
    load: str = "population",
) -> Territory:
    """Read what a plan of some areas is made from.

    Raises
    ------
    BadInput
        If there are no villages or settlements, or one has no number to share out.
    """
    villages = territory.regions_on(
        session, county_id, day, level="village", scope=scope
    )
    if villages.empty:
        raise BadInput("no village outlines are loaded for this region")
    settlements = territory.settlements_of(session, county_id, scope)
    if settlements.empty:
        raise BadInput("no settlements are loaded for this region")
    if unknown := int(settlements[load].isna().sum()):
        raise BadInput(f"{unknown} settlements have no {load}; load them first")
    units = settlements.assign(
        unit_id=settlements["ref"],
        load=settlements[load].astype(np.float64),
        label=_village_labels(settlements["code"]),
        groups=pd.to_numeric(settlements["groups"]),
    )
    previous = plans.unit_grids_in(session, county_id, scope, day)
    lines = territory.lines_of(session, county_id, scope=scope)
    return Territory(
        units=units[["unit_id", "load", "label", "groups", "geometry"]],
        villages=villages.assign(label=_village_labels(villages["code"]))[
            ["label", "geometry"]
        ],
        sites=_read_sites(session, county_id, scope, day),
        lines=None if lines.empty else lines[["kind", "geometry"]],
        previous=pd.Series(
            {unit: f"{code:015d}" for unit, code in previous.items()}, dtype=object
        )
        if previous
        else None,
        used_names=frozenset(
            f"{code:015d}" for code in plans.names_in(session, county_id, scope)
        ),
        spots=_read_spots(session, county_id, scope, day),
    )


def _read_spots(
    session: Session, county_id: UUID, scope: Scope, day: date
) -> gpd.GeoDataFrame | None:
    """Read the sites that are points: no border may run through them."""
    sites = territory.sites_on(session, county_id, day, scope=scope)
    spots = sites[sites.geometry.geom_type == "Point"].reset_index(drop=True)
    return None if spots.empty else spots[["geometry"]]


def _read_sites(
    session: Session, county_id: UUID, scope: Scope, day: date
) -> gpd.GeoDataFrame | None:
    sites = territory.sites_on(session, county_id, day, scope=scope)
    sites = sites[sites["is_exclusive"].astype(bool)].reset_index(drop=True)
    if sites.empty:
        return None
    grids = plans.site_grids_in(session, county_id, scope, day)
    old = [grids.get(ref) for ref in sites["ref"]]
    return sites.assign(
        site_id=sites["ref"],
        label=_village_labels(sites["code"]),
        category=sites["category"].fillna(sites["kind"]),
        grid_id=pd.Series(
            [None if code is None else f"{code:015d}" for code in old], dtype=object
        ),
    )[["site_id", "label", "name", "category", "grid_id", "geometry"]]


def _village_labels(codes: "pd.Series[Any]") -> list[str]:
    """Return the 12 digits of the village of each stored code."""
    return [unpadded(int(code), "village") for code in codes]


def region_code_of(plan: PlanRow) -> str:
    """Return the code of the region that a plan divides: 6, 9 or 12 digits."""
    digits = f"{plan.code:015d}"
    # A stored region code ends in zeros; no town or village is numbered 000.
    while len(digits) > 6 and digits.endswith("000"):
        digits = digits[:-3]
    return digits
