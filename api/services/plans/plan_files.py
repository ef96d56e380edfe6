"""Plan from files to files: what the command `xunge plan` does."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import orjson
import shapely
from pyproj import CRS

from api.services.plans.plan_layers import (
    PlanFiles,
    read_names,
    read_territory,
    read_workers,
)
from api.services.plans.plan_pages import Names, write_pages
from geo.crs import STORED
from geo.errors import BadInput
from maps.moved import moved_units
from planning.account.proof import Proof, prove_coverage
from planning.alternatives import make_alternatives
from planning.pipeline import hear_nothing
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
# What a run may leave in a folder that the next into the same one does not write over.
_RESULT = re.compile(
    r"(assignment|units)(_\d+)?\.csv|(micro_)?grids(_\d+)?\.geojson"
    r"|moves\.csv|villages\.html"
)


def plan_files(
    files: PlanFiles,
    policy: PlanPolicy,
    alternatives: int = 1,
    territory: Territory | None = None,
    hear: Callable[[float], None] = hear_nothing,
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
    _make_folder(files.out)
    proofs = [_write_plan(plan, files.out, n) for n, plan in enumerate(plans, start=1)]
    first = replace(plans[0], proof=proofs[0])
    report = {
        **first.report,
        "proof": first.proof.as_dict(),
        "alternatives": [
            {
                "file": f"assignment_{n}.csv",
                "policy": plan.report["policy"],
                "scores": plan.report["scores"],
            }
            for n, plan in enumerate(plans[1:], start=2)
        ],
    }
    (files.out / "report.json").write_bytes(
        orjson.dumps(report, option=orjson.OPT_INDENT_2) + b"\n"
    )
    if first.previous is not None:
        _write_moves(first, names, files.out / "moves.csv")
    write_pages(
        first,
        report,
        files.out,
        title=f"网格规划 {files.units.stem}",
        load_column="" if files.weights else files.load_column,
        names=names,
        with_villages=files.within is not None,
        lines=territory.lines,
    )
    if left := _left_over(files, plans):
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


def _left_over(files: PlanFiles, plans: Sequence[Plan]) -> list[str]:
    """Return the results in the folder that are of no plan just written there."""
    written = set()
    for number, plan in enumerate(plans, start=1):
        suffix = _suffix(number)
        written |= {f"assignment{suffix}.csv", f"units{suffix}.csv"}
        written.add(f"grids{suffix}.geojson")
        if plan.micro is not None:
            written.add(f"micro_grids{suffix}.geojson")
    if plans[0].previous is not None:
        written.add("moves.csv")
    if files.within is not None:
        written.add("villages.html")
    there = (path.name for path in files.out.iterdir() if path.is_file())
    return sorted(n for n in there if _RESULT.fullmatch(n) and n not in written)


def _suffix(number: int) -> str:
    return "" if number == 1 else f"_{number}"


def _make_folder(path: Path) -> None:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadInput(
            f"{path}: no folder can be made here: {error.strerror}"
        ) from None


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


def _write_plan(plan: Plan, folder: Path, number: int) -> Proof:
    """Write a plan's tables; return the proof from the coordinates as written."""
    suffix = _suffix(number)
    plan.assignment.to_csv(
        folder / f"assignment{suffix}.csv", index=False, lineterminator="\n"
    )
    path = folder / f"grids{suffix}.geojson"
    path.write_bytes(grids_geojson(plan.grids))
    shapes = shapely.get_parts(shapely.from_geojson(path.read_bytes()))
    written = plan.grids.set_geometry(
        gpd.GeoSeries(shapes, plan.grids.index, crs=STORED)
    )
    plan.units[[name for name in _UNIT_COLUMNS if name in plan.units]].to_csv(
        folder / f"units{suffix}.csv", index=False, lineterminator="\n"
    )
    if plan.micro is not None:
        micro = folder / f"micro_grids{suffix}.geojson"
        micro.write_bytes(grids_geojson(plan.micro))
    metric = CRS.from_user_input(plan.proof.crs)
    return prove_coverage(written[~written["overlay"]], plan.outlines, metric)


def _plain(value: Any) -> Any:
    if isinstance(value, np.generic):
        value = value.item()
    return None if isinstance(value, float) and value != value else value
