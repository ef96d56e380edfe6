"""A finished plan as the rows that are stored of it."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import numpy as np
import pandas as pd
import shapely

from geo.codes import padded
from planning.plan import Plan


def plan_row(
    plan: Plan,
    region_code: str,
    name: str,
    now: datetime,
    made_by: UUID | None,
    load: str,
) -> dict[str, Any]:
    """Return the row of the plan itself, a draft; `load` is what it shares out."""
    return {
        "id": uuid4(),
        "code": padded(region_code),
        "name": name,
        "state": "draft",
        "grids_wanted": plan.report["grids"]["base"],
        "seed": plan.report["seed"],
        "policy": plan.report["policy"],
        "input_hash": plan.report["input_hash"],
        "report": plan.report | {"load_column": load},
        "made_at": now,
        "made_by": made_by,
        "effective_on": None,
        "published_at": None,
    }


def grid_rows(plan: Plan, ids: dict[str, UUID]) -> list[dict[str, Any]]:
    """Return the rows of a plan's grids; `ids` names each grid."""
    kept = ("units", "deviation_pct", "area_m2", "polsby_popper", "reason", "borders")
    return [
        {
            "grid_id": ids[row["grid_id"]],
            "code": padded(row["grid_id"]),
            "kind": row["kind"],
            "category": row["category"] or None,
            "name": row["name"],
            "village_code": padded(row["label"]),
            "load": row["load"],
            "properties": {
                **{key: _plain(row[key]) for key in kept},
                **({"site_id": row["site_id"]} if row["site_id"] else {}),
            },
            "geom": _multi(shape),
        }
        for row, shape in zip(
            plan.grids.drop(columns=plan.grids.geometry.name).to_dict("records"),
            plan.grids.geometry.values,
            strict=True,
        )
    ]


def unit_rows(
    plan: Plan, ids: dict[str, UUID], settlements: pd.DataFrame, shared: str
) -> list[dict[str, Any]]:
    """Return the rows of a plan's units, called as their settlements.

    `shared` is the column of the settlements that the plan shares out.
    """
    ground = dict(zip(plan.grids["grid_id"], plan.grids.geometry.values, strict=True))
    told = zip(*_names_and_households(plan.units, settlements, shared), strict=True)
    return [
        {
            "unit_id": unit,
            "grid_id": ids[grid],
            "code": padded(grid),
            "drawn_code": padded(grid),
            "load": load,
            "name": name,
            "households": households,
            "settlement": home,
            # A unit that a site covers wholly has the site's ground.
            "geom": shape if shape is not None else ground[grid],
        }
        for unit, home, grid, load, shape, (name, households) in zip(
            plan.units["unit_id"],
            plan.units["settlement_id"],
            plan.units["grid_id"],
            plan.units["load"].astype(float),
            plan.units.geometry.values,
            told,
            strict=True,
        )
    ]


def _names_and_households(
    units: pd.DataFrame, settlements: pd.DataFrame, load: str
) -> tuple[list[str | None], list[float | None]]:
    """Return what units are called, and their share of their settlement's households.

    A part of a settlement that was split is called by its number in it.
    """
    of = settlements.set_index("ref")
    home = units["settlement_id"]
    called = home.map(of["name"])
    whole = home.map(of[load].astype(np.float64))
    houses = home.map(pd.to_numeric(of["households"]).astype(np.float64))
    share = (houses * units["load"] / whole.where(whole > 0)).round(3)
    parts = zip(units["unit_id"], home, called, strict=True)
    names = [
        None if pd.isna(name) else f"{name}{unit[len(settled) :]}"
        for unit, settled, name in parts
    ]
    return names, [None if value != value else value for value in share.tolist()]


def _multi(shape: shapely.Geometry) -> shapely.MultiPolygon:
    return shapely.multipolygons(list(shapely.get_parts(shape)))


def _plain(value: Any) -> Any:
    if isinstance(value, np.generic):
        value = value.item()
    return None if isinstance(value, float) and value != value else value
