"""Verify from files to a file: what the command `xunge verify` does."""

import csv
import os
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import geopandas as gpd
import orjson

from api.services.out_files import is_stream, require_file
from api.services.positions.position_files import read_positions
from geo.crs import STORED
from geo.frames import GRID_COLUMNS, require_columns
from geo.localtime import DAY_MS, day_start_ms, to_ms
from geo.reading import read_layer
from tracking.errors import BadRoster, BadRule
from tracking.ground.areas import Checkpoint, grid_versions
from tracking.ground.roster import Assignment, CalendarEntry, Roster
from tracking.rules.policy import DEFAULT_RULE, Rule
from tracking.rules.presets import PRESETS
from tracking.rules.reading import rule_from
from tracking.verdict.verify import verify_days


@dataclass(frozen=True)
class VerifyFiles:
    """The files of a verification, as the command line names them."""

    positions: Path
    grids: Path
    assignments: Path
    out: Path
    checkpoints: Path | None = None
    calendar: Path | None = None
    rules: str | None = None


def verify_files(
    files: VerifyFiles, day: date | None = None, as_of: datetime | None = None
) -> list[dict[str, Any]]:
    """Read the files, judge, write one JSON line per worker and day.

    Returns
    -------
    list of dict
        What was written, in its order.
    """
    require_file(files.out)
    rule = read_rule(files.rules)
    roster = Roster(
        versions=grid_versions(_read_grids(files.grids)),
        assignments=_read_assignments(files.assignments),
        checkpoints=_read_checkpoints(files.checkpoints),
        calendar=_read_calendar(files.calendar),
    )
    bodies = verify_days(
        read_positions(files.positions),
        roster,
        rule,
        days=None if day is None else [day],
        as_of_ms=None if as_of is None else to_ms(as_of),
    )
    _write_lines(files.out, bodies)
    return bodies


def read_rule(source: str | None) -> Rule:
    """Return the rule of a TOML file, of a preset's name, or the default.

    Raises
    ------
    BadRule
        If the file cannot be read or states no rule.
    """
    if source is None:
        return DEFAULT_RULE
    if source in PRESETS:
        return PRESETS[source]
    try:
        table = tomllib.loads(Path(source).read_text("utf-8"))
    except OSError as trouble:
        presets = ", ".join(PRESETS)
        raise BadRule(
            f"rules {source!r} is neither a readable file nor a preset ({presets})"
        ) from trouble
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as trouble:
        raise BadRule(f"{source}: is no TOML: {trouble}") from trouble
    try:
        return rule_from(table)
    except BadRule as trouble:
        raise BadRule(f"{source}: {trouble}") from trouble


def _read_grids(path: Path) -> gpd.GeoDataFrame:
    grids = _read_geometry(path, GRID_COLUMNS)
    grids["grid_code"] = [_code(value) for value in grids["grid_code"]]
    for name, column in (("from", "from_ms"), ("to", "to_ms")):
        if name in grids:
            grids[column] = [
                _moment(value, name, f"{path.name}: row {n}")
                for n, value in enumerate(grids[name], start=1)
            ]
    return grids


def _moment(value: Any, name: str, where: str) -> int | None:
    """Return when a version begins or ends; to a date means through that day."""
    if not _said(value):
        return None
    text = str(value).removesuffix(" 00:00:00")
    through = DAY_MS if name == "to" and len(text) == 10 else 0
    return _span_end(text, where, name) + through


def _read_checkpoints(path: Path | None) -> list[Checkpoint]:
    if path is None:
        return []
    points = _read_geometry(path, {"grid_code": "str", "checkpoint_id": "str"})
    found = []
    for n, row in enumerate(points.itertuples(index=False), start=1):
        if row.geometry is None or row.geometry.geom_type != "Point":
            raise BadRoster(f"{path.name}: row {n} needs a point")
        found.append(
            Checkpoint(
                checkpoint_id=_code(row.checkpoint_id),
                grid_code=_code(row.grid_code),
                lon=float(row.geometry.x),
                lat=float(row.geometry.y),
            )
        )
    return found


def _read_geometry(path: Path, columns: Any) -> gpd.GeoDataFrame:
    frame = read_layer(path).frame
    require_columns(frame, columns, path.name)
    frame = frame.copy()
    return frame if frame.crs is None else frame.to_crs(STORED)


def _code(value: Any) -> str:
    """Return a code as text, also where a table program made a number of it."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def _read_assignments(path: Path) -> list[Assignment]:
    rows = _read_rows(path, ("worker_id", "grid_code"))
    return [
        Assignment(
            worker_id=_filled(row, "worker_id", n, path),
            grid_code=_filled(row, "grid_code", n, path),
            group=(row.get("group") or "").strip(),
            from_day=_day(row.get("from"), n, "from", path),
            to_day=_day(row.get("to"), n, "to", path),
        )
        for n, row in rows
    ]


def _read_calendar(path: Path | None) -> list[CalendarEntry]:
    if path is None:
        return []
    entries = []
    for n, row in _read_rows(path, ("from", "to", "kind")):
        worker = (row.get("worker_id") or "").strip()
        grid = (row.get("grid_code") or "").strip()
        if not worker and not grid:
            raise BadRoster(f"{path.name}: row {n} names no worker_id and no grid_code")
        where = f"{path.name}: row {n}"
        start = _span_end(_filled(row, "from", n, path), where, "from")
        last = _filled(row, "to", n, path)
        end = _span_end(last, where, "to") + (DAY_MS if len(last) == 10 else 0)
        if end <= start:
            raise BadRoster(f"{where}: to {last!r} is not after from {row['from']!r}")
        kind = _filled(row, "kind", n, path)
        entries.append(CalendarEntry(kind, start, end, worker, grid))
    return entries


def _read_rows(
    path: Path, columns: tuple[str, ...]
) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as trouble:
        raise BadRoster(f"{path}: cannot be read: {trouble}") from trouble
    reader = csv.DictReader(text.splitlines())
    for column in columns:
        if column not in (reader.fieldnames or ()):
            have = ", ".join(reader.fieldnames or ()) or "none"
            raise BadRoster(
                f"{path.name}: column {column!r} is missing; the columns are {have}"
            )
    return enumerate(reader, start=1)


def _filled(row: dict[str, str], column: str, n: int, path: Path) -> str:
    value = (row.get(column) or "").strip()
    if not value:
        raise BadRoster(f"{path.name}: row {n}, column {column!r} is empty")
    return value


def _said(value: Any) -> bool:
    return value is not None and str(value) not in ("", "nan", "NaT", "None")


def _day(value: str | None, n: int, column: str, path: Path) -> date | None:
    if not _said(value):
        return None
    try:
        return date.fromisoformat(str(value).strip()[:10])
    except ValueError as trouble:
        raise BadRoster(
            f"{path.name}: row {n}, column {column!r}: {value!r} is no date"
        ) from trouble


def _span_end(value: str, where: str, column: str) -> int:
    """Return a moment: a date begins at local midnight, a time needs its offset."""
    value = value.strip()
    try:
        if len(value) == 10:
            return day_start_ms(date.fromisoformat(value))
        moment = datetime.fromisoformat(value)
    except ValueError as trouble:
        raise BadRoster(
            f"{where}, column {column!r}: {value!r} is neither a date nor a time"
        ) from trouble
    if moment.tzinfo is None:
        raise BadRoster(f"{where}, column {column!r}: {value!r} has no offset")
    return to_ms(moment)


def _write_lines(path: Path, bodies: list[dict[str, Any]]) -> None:
    """Write all lines or none: whoever reads the file never sees half of it."""
    lines = b"".join(orjson.dumps(body) + b"\n" for body in bodies)
    if is_stream(path):
        path.write_bytes(lines)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_name(f".{path.name}.part")
    half.write_bytes(lines)
    os.replace(half, path)
