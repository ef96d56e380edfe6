"""Plan from files to files: what the command `xunge plan` does."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import orjson
import shapely
from pyproj import CRS

from api.services.plans.plan_folder import (
    ASSIGNMENT,
    GRIDS,
    MICRO_GRIDS,
    MOVES,
    REPORT,
    UNITS,
    PlanFolder,
    of_plan,
)
from api.services.plans.plan_layers import (
    PlanFiles,
    read_names,
    read_territory,
    read_workers,
)
from api.services.plans.plan_pages import Names, write_pages
from geo.crs import STORED
from maps.moved import moved_units
from planning.account.proof import Proof, prove_coverage
from planning.alternatives import make_alternatives
from planning.pipeline import Hear, hear_nothing
from planning.plan import Plan
from planning.units.territory import PlanPolicy, Territory

# What is on record of each unit, also of those that were split.
_UNIT_COLUMNS = (
    "unit_id",
    "settlement_id",
    "unit_kind",
    "label",
    "load",
    "grid_id",
    "previous_id",
    "micro_id",
)


def plan_files(
    files: PlanFiles,
    policy: PlanPolicy,
    alternatives: int = 1,
    territory: Territory | None = None,
    hear: Hear = hear_nothing,
    note: Callable[[str], None] = lambda _line: None,
) -> Plan:
    """Read the layers (unless they are given), plan, write into ``files.out``.

    `hear` as in `planning.pipeline.make_plan`; `note` is told of results that another
    run left in the folder.

    Returns
    -------
    Plan
        The first plan; its proof was made anew from the written coordinates.
    """
    territory = territory or read_territory(files)
    names = Names(*read_names(files), read_workers(files))
    plans = make_alternatives(territory, policy, alternatives, hear=hear)
    folder = PlanFolder(files.out)
    folder.make()
    proofs = [_write_plan(plan, folder, n) for n, plan in enumerate(plans, start=1)]
    first = replace(plans[0], proof=proofs[0])
    report = {
        **first.report,
        "proof": first.proof.as_dict(),
        "alternatives": [
            {
                "file": of_plan(ASSIGNMENT, n),
                "policy": plan.report["policy"],
                "scores": plan.report["scores"],
            }
            for n, plan in enumerate(plans[1:], start=2)
        ],
    }
    folder.file(REPORT).write_bytes(
        orjson.dumps(report, option=orjson.OPT_INDENT_2) + b"\n"
    )
    if first.previous is not None:
        _write_moves(first, names, folder.file(MOVES))
    write_pages(
        first,
        report,
        folder,
        title=f"网格规划 {files.units.stem}",
        load_column="" if files.weights else files.load_column,
        names=names,
        with_villages=files.within is not None,
        lines=territory.lines,
    )
    if left := folder.left_over():
        note(f"{files.out} still holds {', '.join(left)} of another run")
    return first


def grids_geojson(grids: gpd.GeoDataFrame) -> bytes:
    """Return grids as GeoJSON with every digit of their coordinates."""
    names = [name for name in grids.columns if name != grids.geometry.name]
    has_codes = bool(grids["grid_id"].str.fullmatch(r"\d{15}").all())
    features = []
    for row, shape in zip(
        grids[names].to_dict("records"), grids.geometry.values, strict=True
    ):
        cells = {str(key): _plain(value) for key, value in row.items()}
        if has_codes:
            cells = {"grid_code": cells["grid_id"], **cells}
        features.append(
            {
                "type": "Feature",
                "properties": cells,
                "geometry": shapely.geometry.mapping(shape),
            }
        )
    return orjson.dumps({"type": "FeatureCollection", "features": features}) + b"\n"


def _write_moves(plan: Plan, names: Names, path: Path) -> None:
    """Write every unit that changes grid, so that its people can be told.

    And from which worker to which, if the previous plan names them; a grid keeps its
    worker with its code.
    """
    called = [names.units.get(name, "") for name in plan.units["settlement_id"]]
    moved = moved_units(plan.units.assign(name=called), plan.previous)
    moved = moved.rename(columns={"old": "from_grid", "new": "to_grid"})
    if names.workers:
        moved = moved.assign(
            from_worker=moved["from_grid"].map(names.workers),
            to_worker=moved["to_grid"].map(names.workers),
        )
    moved.to_csv(path, index=False, lineterminator="\n")


def _write_plan(plan: Plan, folder: PlanFolder, number: int) -> Proof:
    """Write a plan's tables; return the proof from the coordinates as written."""
    plan.assignment.to_csv(
        folder.file(ASSIGNMENT, number), index=False, lineterminator="\n"
    )
    path = folder.file(GRIDS, number)
    path.write_bytes(grids_geojson(plan.grids))
    shapes = shapely.get_parts(shapely.from_geojson(path.read_bytes()))
    written = plan.grids.set_geometry(
        gpd.GeoSeries(shapes, plan.grids.index, crs=STORED)
    )
    plan.units[[name for name in _UNIT_COLUMNS if name in plan.units]].to_csv(
        folder.file(UNITS, number), index=False, lineterminator="\n"
    )
    if plan.micro is not None:
        folder.file(MICRO_GRIDS, number).write_bytes(grids_geojson(plan.micro))
    metric = CRS.from_user_input(plan.proof.crs)
    return prove_coverage(written[~written["overlay"]], plan.outlines, metric)


def _plain(value: Any) -> Any:
    if isinstance(value, np.generic):
        value = value.item()
    return None if isinstance(value, float) and value != value else value
