"""Month and year sheets, the allowance sheet, and the slip of a verdict."""

from datetime import date as Date
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response

from api.deps import DatabaseDep, LookerDep, NowDep, RosterSessionDep
from api.schemas.months import By, SheetOut, YearOut
from api.security.headers import PRINT_POLICY
from api.services.fairness import allowance, months, slips
from api.services.positions import looks

router = APIRouter(prefix="/api/v1", tags=["months"])

Month = Annotated[str, Path(pattern=r"^20\d{2}-(0[1-9]|1[0-2])$", examples=["2026-05"])]
Window = Annotated[str, Query(pattern="^[a-z0-9][a-z0-9_-]{0,39}$")]
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@router.get("/months/{month}")
def read_month(
    month: Month,
    session: RosterSessionDep,
    viewer: LookerDep,
    now: NowDep,
    by: By = "worker",
) -> SheetOut:
    """A month per worker, grid or village: numerators with denominators, no ranking."""
    return months.month_sheet(session, viewer, month, by, now)


@router.get("/years/{year}")
def read_year(
    year: Annotated[int, Path(ge=2020, le=2100)],
    worker_id: UUID,
    session: RosterSessionDep,
    viewer: LookerDep,
    now: NowDep,
) -> YearOut:
    """A worker's year, month by month."""
    return months.year_sheet(session, viewer, year, worker_id, now)


@router.get(
    "/months/{month}/allowance",
    response_class=Response,
    responses={409: {"description": "The rules only record: there is no pay sheet"}},
)
def read_allowance(
    month: Month,
    database: DatabaseDep,
    session: RosterSessionDep,
    viewer: LookerDep,
    now: NowDep,
    format: Literal["csv", "xlsx"] = "csv",
) -> Response:
    """The allowance sheet that a person signs; each export is on the record."""
    sheet = allowance.allowance_sheet(session, viewer, month, now)
    looks.record_export(database, viewer, f"allowance/{month}", {"format": format})
    name = f'attachment; filename="allowance-{month}.{format}"'
    headers = {"content-disposition": name}
    if format == "csv":
        kind = "text/csv; charset=utf-8"
        return Response(allowance.as_csv(sheet), media_type=kind, headers=headers)
    book = allowance.as_xlsx(sheet, now)
    return Response(book, media_type=_XLSX, headers=headers)


@router.get("/slips", response_class=Response)
def read_slip(
    worker_id: UUID,
    date: Date,
    window: Window,
    session: RosterSessionDep,
    viewer: LookerDep,
    now: NowDep,
) -> Response:
    """The slip of one verdict, to print: what was found, needed, and how to appeal."""
    page = slips.slip(session, viewer, worker_id, date, window, now)
    headers = {"content-security-policy": PRINT_POLICY}
    return Response(page, media_type="text/html; charset=utf-8", headers=headers)
