"""Settling: a plan's grids, units, scores and proof drawn anew from its edits."""

from typing import Any
from uuid import UUID, uuid4

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from sqlalchemy.orm import Session

from api.errors import RefusedEdit
from api.services.plans.drafting.drafts import Draft, Drafts
from api.services.plans.drafting.figures import breaches
from api.services.plans.drafting.ground import read_lines
from api.services.plans.drafting.words import first_breach
from geo.codes import padded, range_of, trimmed, unpadded
from geo.crs import STORED
from geo.db.models import Plan
from geo.db.store import drafts as store
from geo.db.store import plans, territory
from geo.localtime import local_date
from maps.layers import plain
from planning.account.proof import Proof, prove_coverage
from planning.edits.explain import explain_state
from planning.edits.finish import Described, describe_state
from planning.graphs.contact import IntArray
from planning.units.ground import project

_KEPT = ("units", "deviation_pct", "area_m2", "polsby_popper", "borders")


def settle(
    session: Session,
    county_id: UUID,
    plan_id: UUID,
    drafts: Drafts,
    *,
    must_hold: bool = False,
) -> None:
    """Draw a plan's grids up to its last edit, if they are not.

    Parameters
    ----------
    must_hold : bool
        Refuse a plan that is broken somewhere. Otherwise a plan with units that have
        no grid, or with a gap or overlap, is left as it was drawn last.

    Raises
    ------
    RefusedEdit
        With the place, if the plan must hold and does not.
    """
    head = store.head_of(session, county_id, plan_id)
    if head is None or (head.version == head.settled_version and not must_hold):
        return
    plan = plans.find_plan(session, county_id, plan_id, lock=True)
    assert plan is not None
    head = store.head_of(session, county_id, plan_id)
    if plan.version == 0:
        return
    draft = drafts.at(session, county_id, head)
    if must_hold:
        _require_whole(draft)
    if plan.version == plan.settled_version:
        return
    if draft.placed.state.loose or draft.broken_ground:
        return
    _draw(session, county_id, plan, draft)
    plan.settled_version = plan.version
    session.flush()


def unit_shapes(draft: Draft) -> np.ndarray:
    """Return the ground of each unit in EPSG:4326, with moved vertices."""
    lonlat = draft.ground.lonlat
    if draft.placed.places:
        lonlat = lonlat.copy()
        for vertex, place in draft.placed.places.items():
            lonlat[vertex] = place
    corners = lonlat[draft.ground.corner]
    shapes: np.ndarray = shapely.transform(
        draft.ground.base.land.shapes, lambda _xy: corners
    )
    return shapes


def _require_whole(draft: Draft) -> None:
    found, _ = breaches(draft)
    if found:
        raise RefusedEdit(first_breach(found[0]), breach=found[0])


def _draw(session: Session, county_id: UUID, plan: Plan, draft: Draft) -> None:
    day, scope = local_date(plan.made_at), (range_of(trimmed(plan.code)),)
    metric = draft.placed.state.land.crs
    lines = read_lines(session, county_id, plan.code, metric)
    before = plans.unit_grids_in(session, county_id, scope, day)
    previous = {unit: f"{code:015d}" for unit, code in before.items()}
    told = describe_state(
        draft.placed.state,
        lines,
        pd.Series(previous, dtype=object) if previous else None,
        _sites(draft),
        draft.ground.tolerance,
    )
    shapes = _dissolved(unit_shapes(draft), told)
    villages = territory.regions_on(
        session, county_id, day, level="village", scope=scope
    )
    proof = _proven(draft, told, shapes, villages)
    reasons = explain_state(
        draft.placed.state,
        told.part,
        told.grids["grid_id"].tolist(),
        draft.ground.tolerance,
        plan.seed,
    )
    _write(session, county_id, plan, draft, told, shapes, reasons)
    plan.report = _report(plan, draft, told, proof) | {"why_not": reasons}


def _sites(draft: Draft) -> gpd.GeoDataFrame | None:
    """Return the exclusive grids of a draft in metres, if it has any."""
    own, metric = draft.ground.exclusive, draft.placed.state.land.crs
    if own.empty:
        return None
    return gpd.GeoDataFrame(
        {
            "grid_id": [unpadded(code, "grid") for code in own["code"]],
            "label": [unpadded(code, "village") for code in own["village_code"]],
        },
        geometry=project(np.asarray(own.geometry.values, object), STORED, metric),
        crs=metric,
    )


def _dissolved(units: np.ndarray, told: Described) -> np.ndarray:
    order = np.argsort(told.part, kind="stable")
    ends = np.cumsum(np.bincount(told.part))[:-1]
    out = np.empty(len(told.grids), object)
    for row, rows in enumerate(np.split(order, ends)):
        joined = shapely.coverage_union_all(units[rows])
        out[row] = shapely.multipolygons(list(shapely.get_parts(joined)))
    return out


def _proven(
    draft: Draft, told: Described, shapes: np.ndarray, villages: gpd.GeoDataFrame
) -> Proof:
    own = draft.ground.exclusive
    label = [*told.grids["label"]]
    label += [unpadded(code, "village") for code in own["village_code"]]
    grids = gpd.GeoDataFrame(
        {"label": label},
        geometry=np.r_[shapes, np.asarray(own.geometry.values, object)],
        crs=STORED,
    )
    named = villages.assign(label=[unpadded(c, "village") for c in villages["code"]])
    return prove_coverage(grids, named, draft.placed.state.land.crs)


def _write(
    session: Session,
    county_id: UUID,
    plan: Plan,
    draft: Draft,
    told: Described,
    shapes: np.ndarray,
    reasons: list[dict[str, Any]],
) -> None:
    scope = (range_of(trimmed(plan.code)),)
    known = plans.names_in(session, county_id, scope)
    there = store.base_grids(session, county_id, plan.id)
    codes = [padded(name) for name in told.grids["grid_id"]]
    ids = {code: there.get(code) or known.get(code) or uuid4() for code in codes}
    blocks = {row["grid_id"]: row["blocked_by"] for row in reasons}
    rows = _grid_rows(told, shapes, ids, blocks)
    own = draft.ground.exclusive
    sites = dict(zip(own["code"].tolist(), own["grid_id"].tolist(), strict=True))
    rows += _site_rows(draft, told)
    store.put_grids(session, county_id, plan.id, rows, there | sites)
    store.put_units(session, county_id, plan.id, _unit_rows(draft, codes, told, ids))
    gone = [grid_id for code, grid_id in there.items() if code not in ids]
    store.remove_grids(session, county_id, plan.id, gone)


def _grid_rows(
    told: Described, shapes: np.ndarray, ids: dict[int, UUID], blocks: dict[str, str]
) -> list[dict[str, Any]]:
    cells = pd.DataFrame(told.grids.drop(columns=told.grids.geometry.name))
    return [
        {
            "grid_id": ids[padded(row["grid_id"])],
            "code": padded(row["grid_id"]),
            "kind": "base",
            "category": None,
            "name": "",
            "village_code": padded(row["label"]),
            "load": row["load"],
            "properties": {
                **{key: plain(row[key]) for key in _KEPT},
                "reason": blocks.get(row["grid_id"], ""),
            },
            "geom": shape,
        }
        for row, shape in zip(cells.to_dict("records"), shapes, strict=True)
    ]


def _site_rows(draft: Draft, told: Described) -> list[dict[str, Any]]:
    """Return the exclusive grids as they were, with the borders that they have now."""
    own = draft.ground.exclusive
    cells = own.drop(columns=own.geometry.name).to_dict("records")
    return [
        {
            **row,
            "properties": {
                **row["properties"],
                "borders": told.site_borders[unpadded(row["code"], "grid")],
            },
            "geom": shape,
        }
        for row, shape in zip(cells, own.geometry.values, strict=True)
    ]


def _unit_rows(
    draft: Draft, codes: list[int], told: Described, ids: dict[int, UUID]
) -> list[dict[str, Any]]:
    units = draft.placed.state.land.unit_ids
    homes: IntArray = np.array(codes, np.int64)[told.part]
    return [
        {"unit_id": unit, "code": code, "grid_id": ids[code]}
        for unit, code in zip(units, homes.tolist(), strict=True)
    ]


def _report(plan: Plan, draft: Draft, told: Described, proof: Proof) -> dict[str, Any]:
    exclusive = len(draft.ground.exclusive)
    base = len(told.grids)
    grids = {"base": base, "exclusive": exclusive, "all": base + exclusive}
    return {
        **plan.report,
        "grids": grids,
        "ideal_load": told.ideal_load,
        "scores": told.scores,
        "proof": proof.as_dict(),
        "quota": told.quota,
        "edited": {"version": plan.version},
    }
