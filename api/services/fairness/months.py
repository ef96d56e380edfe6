"""Month sheets: the standings of all windows of a month, added up."""

import calendar
from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from api.errors import BadField, NotFound
from api.schemas.months import By, SheetOut, SheetRowOut, TallyOut, YearOut
from api.services.access.session import SignedIn
from api.services.fairness.matters import matters_between
from geo.codes import unpadded
from geo.db.store import people, territory
from tracking.fairness.appeals import standing
from tracking.fairness.months import (
    Tally,
    WindowCount,
    by_grid,
    by_village,
    by_worker,
    sum_by,
    total,
)

_KEYS = {"worker": by_worker, "grid": by_grid, "village": by_village}
RECORD_ONLY_NOTE = (
    "规则未写明依据、场景和截止日期，只作记录：不进报酬表（国办函〔2026〕12号）"
)


def month_days(month: str) -> tuple[date, date]:
    """Return the first and last day of a month such as ``2026-05``.

    Raises
    ------
    BadField
        If that is no month.
    """
    try:
        first = date.fromisoformat(f"{month}-01")
    except ValueError as error:
        raise BadField("a month is written 2026-05", field="month") from error
    return first, first.replace(day=calendar.monthrange(first.year, first.month)[1])


def windows_between(
    session: Session,
    viewer: SignedIn,
    first: date,
    last: date,
    now: datetime,
    person_ids: list[UUID] | None = None,
) -> list[WindowCount]:
    """Return how each window of a closed range of days stands."""
    return [
        WindowCount(
            worker_id=str(m.judged.person_id),
            day=m.judged.day,
            window=m.judged.window,
            grid_code=unpadded(m.judged.code, "grid"),
            standing=standing(m.matter),
            has_basis=not m.judged.is_record_only,
        )
        for m in matters_between(session, viewer, first, last, now, person_ids)
    ]


def month_sheet(
    session: Session, viewer: SignedIn, month: str, by: By, now: datetime
) -> SheetOut:
    """Return a month's sheet of the viewer's areas, by code and name: no ranking."""
    first, last = month_days(month)
    windows = windows_between(session, viewer, first, last, now)
    sums = sum_by(windows, _KEYS[by])
    names = _names(session, viewer, by, sums, last)
    grids = {w.worker_id: w.grid_code for w in windows} if by == "worker" else {}
    rows = [
        SheetRowOut(
            key=key,
            name=names.get(key, ""),
            grid_code=grids.get(key) if by == "worker" else None,
            **_numbers(tally),
        )
        for key, tally in sums.items()
    ]
    whole = total(sums.values())
    pays = whole.record_only < whole.windows
    return SheetOut(
        first=first,
        last=last,
        by=by,
        rows=sorted(rows, key=lambda r: (r.grid_code or r.key, r.name, r.key)),
        total=TallyOut(**_numbers(whole)),
        pays=pays,
        note="" if pays else RECORD_ONLY_NOTE,
    )


def year_sheet(
    session: Session, viewer: SignedIn, year: int, worker_id: UUID, now: datetime
) -> YearOut:
    """Return a worker's year, month by month.

    Raises
    ------
    NotFound
        If the viewer may not see the worker.
    """
    if not people.names_of_people(session, viewer.county_id, [worker_id]):
        raise NotFound("no such worker")
    windows = windows_between(
        session, viewer, date(year, 1, 1), date(year, 12, 31), now, [worker_id]
    )
    months: dict[str, Tally] = sum_by(windows, _month)
    tallies = [months.get(f"{number:02d}", Tally()) for number in range(1, 13)]
    return YearOut(
        year=year,
        worker_id=str(worker_id),
        months=[TallyOut(**_numbers(tally)) for tally in tallies],
        total=TallyOut(**_numbers(total(tallies))),
    )


def _month(window: WindowCount) -> str:
    return f"{window.day.month:02d}"


def _names(
    session: Session,
    viewer: SignedIn,
    by: By,
    sums: Mapping[str, Tally],
    last: date,
) -> dict[str, str]:
    if by == "worker":
        ids = [UUID(key) for key in sums]
        found = people.names_of_people(session, viewer.county_id, ids)
        return {str(key): name for key, name in found.items()}
    villages = village_names(session, viewer, last)
    return {key: villages.get(key[:12], "") for key in sums}


def village_names(session: Session, viewer: SignedIn, day: date) -> dict[str, str]:
    """Return the names of the villages on a day by their 12 digits."""
    found = territory.regions_on(session, viewer.county_id, day, level="village")
    return {
        unpadded(int(code), "village"): str(name)
        for code, name in zip(found["code"], found["name"], strict=True)
    }


def _numbers(tally: Tally) -> dict[str, int]:
    return {
        "verified": tally.verified,
        "counted": tally.counted,
        "not_verified": tally.not_verified,
        "excused": tally.excused,
        "no_data": tally.no_data,
        "open_appeal": tally.open_appeal,
        "in_review": tally.in_review,
        "provisional": tally.provisional,
        "record_only": tally.record_only,
        "windows": tally.windows,
    }
