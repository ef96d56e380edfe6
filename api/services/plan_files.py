"""Plan from files to files: what the command `xunge plan` does."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import orjson
import pandas as pd
import shapely
from pyproj import CRS

from api.services.plan_pages import Names, write_pages
from api.services.workload_files import read_weights
from geo.crs import STORED
from geo.errors import BadFrame, BadLayer
from geo.frames import require_columns, require_unique
from geo.reading import read_layer
from planning.alternatives import make_alternatives
from planning.plan import Plan
from planning.proof import Proof, prove_coverage
from planning.territory import LINE_KINDS, PlanPolicy, Territory
from planning.workload import workload

# What lines are called in the layers of county offices.
_LINE_WORDS: Mapping[str, tuple[str, ...]] = {
    "river": ("river", "water", "stream", "canal", "川", "河", "溪", "沟", "渠", "江"),
    "ridge": ("ridge", "岭", "脊", "山"),
    "road": ("road", "street", "highway", "rail", "道", "路", "街"),
}


# What is on record of each unit, also of those that were split.
_UNIT_COLUMNS = (
    "unit_id",
    "settlement_id",
    "unit_kind",
    "label",
    "load",
    "grid_id",
    "micro_id",
)


@dataclass(frozen=True)
class PlanFiles:
    """The files and columns of a plan, as the command line names them."""

    units: Path
    out: Path
    id_column: str = "unit_id"
    load_column: str = "population"
    within: str | None = None
    outlines: Path | None = None
    barriers: tuple[Path, ...] = ()
    exclusive: Path | None = None
    previous: Path | None = None
    lock: Path | None = None
    weights: Path | None = None


def plan_files(
    files: PlanFiles,
    policy: PlanPolicy,
    alternatives: int = 1,
    territory: Territory | None = None,
) -> Plan:
    """Read the layers (unless they are given), plan, write into ``files.out``.

    Returns
    -------
    Plan
        The first plan; its proof was made anew from the written coordinates.
    """
    territory = territory or read_territory(files)
    plans = make_alternatives(territory, policy, alternatives)
    files.out.mkdir(parents=True, exist_ok=True)
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
    write_pages(
        first,
        report,
        files.out,
        title=f"网格规划 {files.units.stem}",
        load_column="" if files.weights else files.load_column,
        previous=territory.previous,
        names=_names(files) if files.within else None,
    )
    return first


def read_territory(files: PlanFiles) -> Territory:
    """Read the layers of a plan.

    Raises
    ------
    BadInput
        If a file cannot be read or lacks a column.
    """
    units = _read(files.units)
    wanted = [files.id_column, *([] if files.weights else [files.load_column])]
    wanted += [files.within] if files.within else []
    require_columns(units, dict.fromkeys(wanted, ""), files.units.name)
    label = units[files.within].map(_text) if files.within else ""
    frame = units.assign(
        unit_id=units[files.id_column].map(_text),
        load=_loads(units, files),
        label=label,
    )
    keep = ["unit_id", "load", "label", *(["groups"] * ("groups" in units)), "geometry"]
    previous = _read_previous(files.previous)
    return Territory(
        units=_geometry_named(frame)[keep],
        villages=_read_outlines(files),
        sites=_read_sites(files),
        lines=_read_lines(files.barriers),
        previous=previous,
        locked=_read_locks(files.lock, previous),
    )


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


def _write_plan(plan: Plan, folder: Path, number: int) -> Proof:
    """Write a plan's tables; return the proof from the coordinates as written."""
    suffix = "" if number == 1 else f"_{number}"
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
    return prove_coverage(written, plan.outlines, metric)


def _read(path: Path) -> gpd.GeoDataFrame:
    return read_layer(path, to_crs=None).frame


def _geometry_named(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    name = frame.geometry.name
    return frame if name == "geometry" else frame.rename_geometry("geometry")


def _text(value: Any) -> str:
    """Return an id as text; a whole number that a file holds as 12.0 is 12."""
    if value is None or value is pd.NA or value != value:
        raise BadFrame("an id or label is empty; every unit needs one")
    if isinstance(value, float | np.floating) and float(value).is_integer():
        return str(int(value))
    return str(value)


def _loads(units: gpd.GeoDataFrame, files: PlanFiles) -> "pd.Series[float]":
    if files.weights is not None:
        return pd.Series(workload(units, read_weights(files.weights)), units.index)
    return _numbers(units[files.load_column], files.load_column, files.units.name)


def _numbers(column: "pd.Series[Any]", name: str, what: str) -> "pd.Series[float]":
    numbers = pd.to_numeric(column, errors="coerce")
    bad = numbers.isna() & column.notna()
    if bad.any():
        raise BadFrame(f"{what}: {name} {column[bad].iloc[0]!r} is no number")
    return numbers.astype(np.float64)


def _read_outlines(files: PlanFiles) -> gpd.GeoDataFrame | None:
    if files.outlines is None:
        return None
    frame = _read(files.outlines)
    column = _first_column(
        frame, (files.within or "", "code", "village_code", "label"), files.outlines
    )
    frame = frame.assign(label=frame[column].map(_text))
    return _geometry_named(frame)[["label", "geometry"]]


def _names(files: PlanFiles) -> Names:
    """Return what villages and units are called, as far as the layers say."""
    units = _read(files.units)
    within = files.within or ""
    villages = _named(units, (within,), ("village_name",))
    if files.outlines is not None:
        keys = (within, "code", "village_code", "label")
        villages |= _named(_read(files.outlines), keys, ("name", "village_name"))
    return Names(villages, _named(units, (files.id_column,), ("name",)))


def _named(
    frame: pd.DataFrame, keys: Sequence[str], names: Sequence[str]
) -> dict[str, str]:
    key = next((k for k in keys if k in frame.columns), None)
    name = next((n for n in names if n in frame.columns), None)
    if key is None or name is None:
        return {}
    known = frame[frame[name].notna() & frame[key].notna()]
    return dict(zip(known[key].map(_text), known[name].map(str), strict=True))


def _read_sites(files: PlanFiles) -> gpd.GeoDataFrame | None:
    if files.exclusive is None:
        return None
    frame = _geometry_named(_read(files.exclusive))
    column = _first_column(
        frame, ("site_id", files.id_column, "code", "ref", "id"), files.exclusive
    )
    village = next(
        (c for c in (files.within, "village_code") if c and c in frame.columns), None
    )
    kind = next((c for c in ("category", "kind") if c in frame.columns), None)
    frame = frame.assign(
        site_id=frame[column].map(_text),
        label=frame[village].map(_text) if village else "",
        name=frame["name"] if "name" in frame else "",
        category=frame[kind] if kind else "",
    )
    return frame[["site_id", "label", "name", "category", "geometry"]]


def _first_column(frame: pd.DataFrame, names: Sequence[str], path: Path) -> str:
    for name in names:
        if name and name in frame.columns:
            return name
    have = ", ".join(map(str, frame.columns))
    raise BadFrame(f"{path.name}: no column {names[-1]!r}; the columns are {have}")


def _read_lines(paths: Sequence[Path]) -> gpd.GeoDataFrame | None:
    if not paths:
        return None
    layers = []
    for path in paths:
        frame = _geometry_named(_read(path))
        layers.append(
            gpd.GeoDataFrame(
                {"kind": _line_kinds(frame, path)}, geometry=frame.geometry.values,
                crs=frame.crs,
            ).to_crs(STORED)
        )  # fmt: skip
    return gpd.GeoDataFrame(pd.concat(layers, ignore_index=True), crs=STORED)


def _line_kinds(frame: gpd.GeoDataFrame, path: Path) -> list[str]:
    if "kind" in frame and frame["kind"].notna().all():
        found = [_kind_in(str(value)) for value in frame["kind"]]
        if all(found):
            return [kind for kind in found if kind]
    by_name = _kind_in(path.stem.lower()) or ("road" if "road_class" in frame else None)
    if by_name is None:
        raise BadLayer(
            f"{path.name}: say what each line is in a column 'kind': "
            f"{', '.join(LINE_KINDS)}"
        )
    return [by_name] * len(frame)


def _kind_in(text: str) -> str | None:
    for kind, words in _LINE_WORDS.items():
        if any(word in text for word in words):
            return kind
    return None


def _read_csv(path: Path, columns: Sequence[str]) -> pd.DataFrame:
    try:
        frame = pd.read_csv(path, dtype=str)
    except (OSError, ValueError) as error:
        raise BadLayer(f"{path.name}: cannot be read as CSV: {error}") from None
    require_columns(frame, dict.fromkeys(columns, ""), path.name)
    require_unique(frame, "unit_id", path.name)
    return frame


def _read_previous(path: Path | None) -> "pd.Series[str] | None":
    if path is None:
        return None
    frame = _read_csv(path, ["unit_id", "grid_id"])
    if frame["grid_id"].isna().any():
        raise BadFrame(f"{path.name}: grid_id is empty; every unit had a grid")
    return frame.set_index("unit_id")["grid_id"]


def _read_locks(path: Path | None, previous: "pd.Series[str] | None") -> frozenset[str]:
    if path is None:
        return frozenset()
    frame = _read_csv(path, ["unit_id"])
    if "grid_id" in frame and previous is not None:
        there = frame["unit_id"].map(previous)
        other = frame["grid_id"].notna() & there.notna() & (frame["grid_id"] != there)
        if other.any():
            row = frame[other].iloc[0]
            raise BadFrame(
                f"{path.name}: unit {row['unit_id']!r} is locked to "
                f"{row['grid_id']!r} but was in {previous[row['unit_id']]!r}; "
                "a lock keeps the previous grid"
            )
    return frozenset(frame["unit_id"])


def _plain(value: Any) -> Any:
    if isinstance(value, np.generic):
        value = value.item()
    return None if isinstance(value, float) and value != value else value
