"""The layers of a plan, read from the files that a command names."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from api.services.column_names import (
    GUESSES,
    OWN_NAMES,
    VILLAGE_NAMES,
    first_column,
)
from api.services.csv_files import read_csv
from api.services.plans.layer_files import read_named, require_in_place
from api.services.plans.plan_lines import read_lines
from api.services.plans.workload_files import read_weights
from geo.crs import STORED
from geo.errors import BadFrame, BadLayer
from geo.frames import require_columns, require_unique
from planning.units.territory import POINTS, Territory
from planning.units.workload import workload

# Columns of units that planning makes itself.
_OWN = frozenset(
    (
        "geometry", "groups", "label", "load", "settlement_id", "site", "unit_id",
        "unit_kind",
    )
)  # fmt: skip
_YES = frozenset({"1", "1.0", "true", "yes", "y", "是"})


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
    also: tuple[str, ...] = ()
    spots: tuple[Path, ...] = ()
    overlays: bool = False

    @property
    def layers(self) -> list[Path]:
        """Every layer and table that is read."""
        one = (self.units, self.outlines, self.exclusive, self.previous, self.lock)
        known = [path for path in one if path is not None]
        return [*known, *self.barriers, *self.spots]


def read_territory(files: PlanFiles) -> Territory:
    """Read the layers of a plan.

    Raises
    ------
    BadInput
        If a file cannot be read or lacks a column.
    """
    units, notes = _read_units(files.units)
    wanted = [files.id_column, *([] if files.weights else [files.load_column])]
    wanted += [*([files.within] if files.within else []), *files.also]
    require_columns(units, dict.fromkeys(wanted, ""), files.units.name)
    label = _names(units, files.within, files.units) if files.within else ""
    more = {
        _further(name): _numbers(units[name], name, files.units.name)
        for name in files.also
    }
    frame = units.assign(
        **more,
        unit_id=_names(units, files.id_column, files.units),
        load=_loads(units, files),
        label=label,
    )
    keep = ["unit_id", "load", "label", *more]
    keep += [*(["groups"] * ("groups" in units)), "geometry"]
    previous, villages = _read_previous(files.previous), _read_outlines(files)
    require_in_place(frame, villages, files.units.name)
    return Territory(
        units=_geometry_named(frame)[keep],
        villages=villages,
        sites=_read_sites(files),
        lines=read_lines(files.barriers),
        previous=previous,
        locked=_read_locks(files.lock, previous),
        also=tuple(more),
        spots=_read_spots(files.spots),
        notes=notes,
    )


def _further(name: str) -> str:
    """Return what a further load is called beside what planning calls its own."""
    return f"{name} (also)" if name in _OWN else name


def read_names(files: PlanFiles) -> tuple[dict[str, str], dict[str, str]]:
    """Return what villages are called, by label, and units, by id, as far as known."""
    units = _read(files.units)
    within = files.within or ""
    villages = _named(units, (within,), VILLAGE_NAMES)
    if files.outlines is not None:
        keys = (within, "code", "village_code", "label")
        called = ("name", *VILLAGE_NAMES, *GUESSES["name"])
        villages |= _named(_read(files.outlines), keys, called)
    return villages, _named(units, (files.id_column,), OWN_NAMES)


def _read_units(path: Path) -> tuple[gpd.GeoDataFrame, tuple[str, ...]]:
    """Return the units and what reading them changed; none may be lost."""
    layer = read_named(path)
    lost = layer.source.row_count - len(layer.frame)
    if lost:
        raise BadLayer(
            f"{path.name}: {lost} of {layer.source.row_count} units have no geometry; "
            "every unit needs one"
        )
    return layer.frame, layer.notes


def _read(path: Path) -> gpd.GeoDataFrame:
    return read_named(path).frame


def _geometry_named(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    name = frame.geometry.name
    return frame if name == "geometry" else frame.rename_geometry("geometry")


def _names(frame: pd.DataFrame, column: str, path: Path) -> "pd.Series[str]":
    """Return a column of ids or labels as text.

    Raises
    ------
    BadFrame
        If one is empty, the column holds shapes, or two differ in blanks only.
    """
    if frame[column].dtype.name == "geometry":
        raise BadFrame(f"{path.name}: {column} holds shapes; name a column of text")
    blank = frame[column].map(lambda value: str(value).strip() == "")
    empty = frame[column].isna() | blank
    if empty.any():
        row = int(np.flatnonzero(empty)[0]) + 1
        raise BadFrame(
            f"{path.name}: {column} is empty in {int(empty.sum())} rows, the first is "
            f"row {row}; every row needs one"
        )
    names = frame[column].map(_text)
    _require_apart(names, column, path)
    return names


def _require_apart(names: "pd.Series[str]", column: str, path: Path) -> None:
    """Raise if two different names look alike: only blanks tell them apart."""
    known = pd.Series(names.unique())
    plain = known.str.strip()
    alike = known[plain.duplicated(keep=False)]
    if len(alike):
        one, other = known[plain == plain[alike.index[0]]].iloc[:2]
        raise BadFrame(
            f"{path.name}: {column} {one!r} and {other!r} differ in blanks only; "
            "write one thing alike, and two things apart"
        )


def _text(value: Any) -> str:
    """Return an id as text; a whole number that a file holds as 12.0 is 12."""
    if isinstance(value, float | np.floating) and float(value).is_integer():
        return str(int(value))
    return str(value)


def _loads(units: gpd.GeoDataFrame, files: PlanFiles) -> "pd.Series[float]":
    if files.weights is not None:
        return pd.Series(workload(units, read_weights(files.weights)), units.index)
    return _numbers(units[files.load_column], files.load_column, files.units.name)


def _numbers(column: "pd.Series[Any]", name: str, what: str) -> "pd.Series[float]":
    """Return a column of loads.

    Raises
    ------
    BadFrame
        With file, column, row and value of one that is no number at or above 0.
    """
    numbers = pd.to_numeric(column, errors="coerce")
    if column.dtype.kind in "mM":
        numbers = numbers.mask(column.notna())
    bad = ~np.isfinite(numbers) | (numbers < 0)
    if bad.any():
        row = int(np.flatnonzero(bad)[0])
        value = column.iloc[row]
        found = value if isinstance(value, float | np.number) else repr(value)
        raise BadFrame(
            f"{what}: {name} {found} in row {row + 1} is no number for a load; it must "
            "be finite and at or above 0"
        )
    return numbers.astype(np.float64)


def _read_outlines(files: PlanFiles) -> gpd.GeoDataFrame | None:
    if files.outlines is None:
        return None
    frame = _read(files.outlines)
    column = _first_column(
        frame, (files.within or "", "code", "village_code", "label"), files.outlines
    )
    frame = frame.assign(label=_names(frame, column, files.outlines))
    return _geometry_named(frame)[["label", "geometry"]]


def _named(
    frame: pd.DataFrame, keys: Sequence[str], names: Sequence[str]
) -> dict[str, str]:
    key = next((k for k in keys if k in frame.columns), None)
    name = first_column(frame, names)
    if key is None or name is None:
        return {}
    known = frame[frame[name].notna() & frame[key].notna()]
    return dict(zip(known[key].map(_text), known[name].map(str), strict=True))


def _read_sites(files: PlanFiles) -> gpd.GeoDataFrame | None:
    if files.exclusive is None:
        return None
    frame = _geometry_named(_read(files.exclusive))
    if not frame.geometry.geom_type.isin(("Polygon", "MultiPolygon")).all():
        raise BadLayer(
            f"{files.exclusive.name}: an exclusive site is a polygon; points belong "
            "into --spots"
        )
    column = _first_column(
        frame, ("site_id", files.id_column, "code", "ref", "id"), files.exclusive
    )
    village = next(
        (c for c in (files.within, "village_code") if c and c in frame.columns), None
    )
    kind = next((c for c in ("category", "kind") if c in frame.columns), None)
    frame = frame.assign(
        site_id=_names(frame, column, files.exclusive),
        label=_names(frame, village, files.exclusive) if village else "",
        name=frame["name"] if "name" in frame else "",
        category=frame[kind] if kind else "",
        overlay=_claims(frame["overlay"]) if "overlay" in frame else files.overlays,
    )
    return frame[["site_id", "label", "name", "category", "overlay", "geometry"]]


def _claims(column: "pd.Series[Any]") -> "pd.Series[bool]":
    """Return a column of yes and no, in whatever way a layer writes them."""
    return column.map(lambda value: str(value).strip().lower() in _YES)


def _read_spots(paths: Sequence[Path]) -> gpd.GeoDataFrame | None:
    if not paths:
        return None
    layers = []
    for path in paths:
        frame = _geometry_named(_read(path))
        if not frame.geometry.geom_type.isin(POINTS).all():
            raise BadLayer(f"{path.name}: spots are points; this layer has others")
        layers.append(frame[["geometry"]].to_crs(STORED))
    return gpd.GeoDataFrame(pd.concat(layers, ignore_index=True), crs=STORED)


def _first_column(frame: pd.DataFrame, names: Sequence[str], path: Path) -> str:
    for name in names:
        if name and name in frame.columns:
            return name
    have = ", ".join(map(str, frame.columns))
    wanted = " or ".join(repr(name) for name in dict.fromkeys(names) if name)
    raise BadFrame(f"{path.name}: no column {wanted}; the columns are {have}")


def _read_csv(path: Path, columns: Sequence[str]) -> pd.DataFrame:
    frame = read_csv(path, dtype=str)
    require_columns(frame, dict.fromkeys(columns, ""), path.name)
    require_unique(frame, "unit_id", path.name)
    return frame


def _read_previous(path: Path | None) -> "pd.Series[str] | None":
    if path is None:
        return None
    frame = _read_csv(path, ["unit_id", "grid_id"])
    bare = frame[frame["grid_id"].isna()]
    if len(bare):
        raise BadFrame(
            f"{path.name}: grid_id of {bare['unit_id'].iloc[0]!r} is empty; every unit "
            "had a grid, and a new one has no row"
        )
    return frame.set_index("unit_id")["grid_id"]


def read_workers(files: PlanFiles) -> dict[str, str]:
    """Return the worker's code of each previous grid, as far as a column names it."""
    if files.previous is None:
        return {}
    frame = _read_csv(files.previous, ["unit_id", "grid_id"])
    if "worker" not in frame:
        return {}
    known = frame[frame["worker"].notna()]
    several = known.groupby("grid_id")["worker"].nunique() > 1
    if several.any():
        raise BadFrame(
            f"{files.previous.name}: grid {several.idxmax()!r} has several workers; "
            "the column 'worker' names one for each grid"
        )
    return dict(zip(known["grid_id"], known["worker"], strict=True))


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
