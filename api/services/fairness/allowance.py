"""The allowance sheet of a month, as CSV and as a workbook that a person signs."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from api.errors import Forbidden
from api.services import tables
from api.services.access.session import SignedIn
from api.services.fairness.months import month_days, village_names, windows_between
from geo.db.store import counties, fairness, people
from geo.localtime import LOCAL_ZONE
from tracking.cases.roles import Role
from tracking.fairness.allowance import (
    HEADER,
    AllowancePolicy,
    Cell,
    Payee,
    allowance_lines,
    sheet_rows,
    title_of,
)
from tracking.fairness.months import WindowCount

MAY_EXPORT = frozenset({Role.SUPERVISOR, Role.ADMIN, Role.AUDITOR})


@dataclass(frozen=True)
class AllowanceSheet:
    """Title, rows and closing lines of a month's sheet."""

    title: str
    rows: list[tuple[Cell, ...]]
    notes: tuple[str, ...]


def allowance_sheet(
    session: Session, viewer: SignedIn, month: str, now: datetime
) -> AllowanceSheet:
    """Return the sheet of the viewer's areas.

    Raises
    ------
    Forbidden
        If the viewer's role makes no sheet.
    RecordOnly
        If nothing was judged by a rule with a basis.
    """
    if viewer.role not in MAY_EXPORT:
        raise Forbidden("this role makes no allowance sheet")
    first, last = month_days(month)
    policy = allowance_policy(session, viewer.county_id, last)
    windows = windows_between(session, viewer, first, last, now)
    lines = allowance_lines(windows, policy)
    payees = _payees(session, viewer, windows, last)
    county = counties.county_of(session, viewer.county_id)
    left_out = len({w.worker_id for w in windows} - {a.worker_id for a in lines})
    return AllowanceSheet(
        title_of(county.name, first),
        sheet_rows(lines, payees, policy),
        _notes(left_out, now),
    )


def allowance_policy(session: Session, county_id: UUID, day: date) -> AllowancePolicy:
    """Return what share a county pays by on a day."""
    body = fairness.policy_on(session, county_id, "allowance", day)
    return AllowancePolicy(
        int(body.get("share_permille", AllowancePolicy().share_permille))
    )


def as_csv(sheet: AllowanceSheet) -> bytes:
    """Return the sheet as CSV."""
    return tables.as_csv(_all_rows(sheet))


def as_xlsx(sheet: AllowanceSheet, now: datetime) -> bytes:
    """Return the sheet as a workbook."""
    return tables.as_xlsx("补助核算表", _all_rows(sheet), now)


def _all_rows(sheet: AllowanceSheet) -> list[tuple[Cell, ...]]:
    notes: list[tuple[Cell, ...]] = [(note,) for note in sheet.notes]
    return [(sheet.title,), HEADER, *sheet.rows, *notes]


def _payees(
    session: Session, viewer: SignedIn, windows: list[WindowCount], last: date
) -> dict[str, Payee]:
    grids = {w.worker_id: w.grid_code for w in sorted(windows, key=lambda w: w.day)}
    names = people.names_of_people(
        session, viewer.county_id, [UUID(worker) for worker in grids]
    )
    villages = village_names(session, viewer, last)
    return {
        worker: Payee(names.get(UUID(worker), ""), grid, villages.get(grid[:12], ""))
        for worker, grid in grids.items()
    }


def _notes(left_out: int, now: datetime) -> tuple[str, ...]:
    made = now.astimezone(LOCAL_ZONE).strftime("%Y-%m-%d %H:%M")
    notes = [
        "有效率 = 有效 / 应计；免巡、没有数据、申诉中、待核实、暂定均不在应计之内。",
        "没有数据不等于没有巡查；结果由签字人核定，程序不作扣减。",
        f"制表时间 {made}    制表人（签字）：            审核人（签字）：",
    ]
    if left_out:
        notes.insert(2, f"另有 {left_out} 人的规则只作记录，不列入本表。")
    return tuple(notes)
