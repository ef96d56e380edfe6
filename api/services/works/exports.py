"""Files that a desk asks for and fetches later: the rounds or hazards of some days."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import geopandas as gpd

from api.services import tables
from api.services.jobs.work_order import Tell, WorkOrder
from api.services.verdicts.patrols import board
from geo.codes import trimmed
from geo.crs import STORED
from geo.db.door import Viewer, as_job
from geo.db.engine import Database
from geo.db.models import Case
from geo.db.store import cases, people
from geo.localtime import LOCAL_ZONE, local_date
from tracking.cases.cases import CaseState
from tracking.fairness.allowance import Cell
from tracking.fairness.appeals import OUTCOME_NAMES, Outcome
from tracking.fairness.slip import VERDICT_NAMES
from tracking.rules.reasons import REASONS

Rows = list[tuple[Cell, ...]]

TITLES = {"rounds": "巡查结论", "hazards": "隐患"}
SHAPED = ("geojson", "gpkg")
ROUND_HEADER = (
    "日期", "姓名", "网格编码", "村（社区）", "时段", "系统结论", "暂定",
    "人工认定", "原因（实测，需要）",
)  # fmt: skip
HAZARD_HEADER = (
    "编号", "上报时间", "类别", "级别", "状态", "网格或区划编码", "经度", "纬度",
    "上报人", "处置人", "受理时限", "处置时限", "结案时间", "内容",
)  # fmt: skip
STATE_NAMES = {
    CaseState.REPORTED: "已上报",
    CaseState.ACCEPTED: "已受理",
    CaseState.REJECTED: "不予受理",
    CaseState.SELF_HANDLED: "自行处置",
    CaseState.FILED: "已立案",
    CaseState.DISPATCHED: "已派遣",
    CaseState.RETURNED: "已退件",
    CaseState.HANDLING: "处置中",
    CaseState.HANDLED: "已反馈",
    CaseState.VERIFYING: "核查中",
    CaseState.REWORK: "返工",
    CaseState.CLOSED: "已结案",
    CaseState.EXTENSION: "申请延期",
    CaseState.SUSPENDED: "已挂账",
    CaseState.REOPENED: "重办",
    CaseState.CALLED_BACK: "已回访",
    CaseState.RATED: "已评价",
    CaseState.ARCHIVED: "已归档",
}
_LEVELS = {"general": "一般", "major": "重大"}
_DAY = timedelta(days=1)
# More hazards than a county reports in many years.
_MOST = 500_000


def export_path(folder: Path, county_id: UUID, job_id: UUID, kind: str) -> Path:
    """Return where the file of an export lies: ids of ours and a known ending."""
    return folder / "exports" / str(county_id) / f"{job_id}.{kind}"


def export(order: WorkOrder) -> dict[str, Any]:
    """Write the file that was asked for, and return what is known of it.

    Parameters
    ----------
    order : WorkOrder
        ``asked`` holds ``what, format, first, last, areas`` and ``made_by``.
    """
    asked = order.asked
    path = export_path(order.folder, order.county_id, order.job_id, asked["format"])
    first, last = (date.fromisoformat(asked[key]) for key in ("first", "last"))
    areas = tuple((low, high) for low, high in asked["areas"])
    viewer = Viewer(order.county_id, UUID(asked["made_by"]), areas)
    read = _ROWS[asked["what"]]
    header, rows = read(order.database, viewer, first, last, order.tell)
    order.tell("write", 90)
    path.parent.mkdir(parents=True, exist_ok=True)
    title = TITLES[asked["what"]]
    if asked["format"] in SHAPED:
        _write_shapes(header, rows, path, asked["format"])
    elif asked["format"] == "csv":
        path.write_bytes(tables.as_csv([header, *rows]))
    else:
        path.write_bytes(tables.as_xlsx(title, [header, *rows], order.now))
    span = f"{first}" if first == last else f"{first}至{last}"
    name = f"{title} {span}.{asked['format']}"
    return {"file": name, "rows": len(rows), "bytes": path.stat().st_size}


def _rounds(
    database: Database, viewer: Viewer, first: date, last: date, tell: Tell
) -> tuple[Sequence[Cell], Rows]:
    rows: Rows = []
    count = (last - first).days + 1
    for n in range(count):
        tell("read", 90 * n / count)
        with as_job(database, viewer.county_id) as session:
            found = board(session, viewer, first + n * _DAY)
        rows += _rounds_of(found)
    return ROUND_HEADER, rows


def _rounds_of(found: Mapping[str, Any]) -> Iterator[tuple[Cell, ...]]:
    names = {window["window"]: window["name"] for window in found["windows"]}
    for row in found["rows"]:
        who = (
            found["date"],
            row["name"],
            row["grid_code"],
            row["village_name"] or "",
        )
        for patrol in row["patrols"]:
            verdict = "免巡" if patrol["excused"] else patrol["verdict"]
            decided = patrol["decided"]
            yield (
                *who,
                names.get(patrol["window"], patrol["window"]),
                VERDICT_NAMES.get(verdict, verdict),
                "是" if patrol["provisional"] else "",
                OUTCOME_NAMES[Outcome(decided)] if decided else "",
                "；".join(_reason(reason) for reason in patrol["reasons"]),
            )


def _reason(reason: Mapping[str, Any]) -> str:
    known = REASONS.get(str(reason["code"]))
    label, unit = (known.label, known.unit) if known else (str(reason["code"]), "")
    value, needed = (_plain(reason[key]) for key in ("value", "needed"))
    return f"{label}（{value}，{needed} {unit}）"


def _plain(value: Any) -> str:
    return f"{value:g}" if isinstance(value, int | float) else str(value)


def _hazards(
    database: Database, viewer: Viewer, first: date, last: date, tell: Tell
) -> tuple[Sequence[Cell], Rows]:
    tell("read", 5)
    with as_job(database, viewer.county_id) as session:
        found = [
            placed
            for placed in cases.list_cases(session, viewer, "hazard", None, None, _MOST)
            if first <= local_date(placed[0].reported_at) <= last
        ]
        tell("read", 60)
        known = [
            person
            for case, _, _ in found
            for person in (case.reporter_id, case.handler_id)
            if person is not None
        ]
        names = people.names_of_people(session, viewer.county_id, known)
        kinds = cases.categories_of(session, viewer.county_id)
        words = {kind.code: kind.name for kind in kinds}
        rows = [_hazard(case, lon, lat, names, words) for case, lon, lat in found]
    return HAZARD_HEADER, rows


def _hazard(
    case: Case,
    lon: float,
    lat: float,
    names: Mapping[UUID, str],
    words: Mapping[str, str],
) -> tuple[Cell, ...]:
    return (
        str(case.id),
        _moment(case.reported_at),
        words.get(case.category, case.category),
        _LEVELS.get(case.level, case.level),
        STATE_NAMES[CaseState(case.state)],
        trimmed(case.code),
        f"{lon:.6f}",
        f"{lat:.6f}",
        names.get(case.reporter_id, "") if case.reporter_id else "",
        names.get(case.handler_id, "") if case.handler_id else "",
        _moment(case.accept_due_at),
        _moment(case.handle_due_at),
        _moment(case.closed_at),
        case.text,
    )


def _moment(at: datetime | None) -> str:
    return at.astimezone(LOCAL_ZONE).strftime("%Y-%m-%d %H:%M") if at else ""


def _write_shapes(header: Sequence[Cell], rows: Rows, path: Path, kind: str) -> None:
    columns = [str(name) for name in header]
    lon, lat = columns.index("经度"), columns.index("纬度")
    frame = gpd.GeoDataFrame(
        {name: [row[n] for row in rows] for n, name in enumerate(columns)},
        geometry=gpd.points_from_xy(
            [float(row[lon]) for row in rows], [float(row[lat]) for row in rows]
        ),
        crs=STORED,
    )
    driver = {"geojson": "GeoJSON", "gpkg": "GPKG"}[kind]
    frame.to_file(path, driver=driver, layer="hazards", engine="pyogrio")


_ROWS = {"rounds": _rounds, "hazards": _hazards}
