"""Month and year sheets as they go out: every number with its denominator."""

import datetime as dt
from typing import Literal

from api.schemas.common import Out

By = Literal["worker", "grid", "village"]


class TallyOut(Out):
    """How many windows stand how; `verified` of `counted` is the share."""

    verified: int
    counted: int
    not_verified: int
    excused: int
    no_data: int
    open_appeal: int
    in_review: int
    provisional: int
    record_only: int
    windows: int


class SheetRowOut(TallyOut):
    """One worker, grid or village."""

    key: str
    name: str
    grid_code: str | None


class SheetOut(Out):
    """The sheet of a month; `pays` is false where rules only record."""

    first: dt.date
    last: dt.date
    by: By
    rows: list[SheetRowOut]
    total: TallyOut
    pays: bool
    note: str


class YearOut(Out):
    """A worker's year, month by month."""

    year: int
    worker_id: str
    months: list[TallyOut]
    total: TallyOut
