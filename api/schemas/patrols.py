"""Verdicts and the board, as the pages read them."""

import datetime as dt
from typing import Any, Literal

from api.schemas.common import Out

Verdict = Literal["verified", "partial", "missed", "no_data", "suspicious"]


class ReasonOut(Out):
    """Why a window is not verified, or what one should know of it."""

    code: str
    value: float | int | str
    needed: float | int | str


class BoardPatrolOut(Out):
    """One window of a worker on the board."""

    window: str
    verdict: Verdict
    provisional: bool
    excused: bool
    reasons: list[ReasonOut]


class BoardWindowOut(BoardPatrolOut):
    """The same beside what a person decided on it last; the verdict stays."""

    decided: str | None


class PatrolOut(BoardPatrolOut):
    """One window with its measures and evidence."""

    start: dt.datetime | None
    end: dt.datetime | None
    dwell_min: float
    distance_m: float
    checkpoints_reached: int
    checkpoints_required: int
    largest_gap_s: int
    evidence: dict[str, Any]


class WorkerDayOut(Out):
    """A worker's day."""

    worker_id: str
    date: dt.date
    rule: str
    verified: int
    required: int
    excused: int
    patrols: list[PatrolOut]


class PatrolsOut(Out):
    """The worker-days that were asked for."""

    patrols: list[WorkerDayOut]


class WindowOut(Out):
    """A window of the rule, local wall-clock times."""

    window: str
    name: str
    start: str
    end: str


class BoardRowOut(Out):
    """One worker on the board."""

    worker_id: str
    name: str
    grid_code: str
    village_name: str | None
    verified: int
    required: int
    excused: int
    is_judged: bool
    phone: str | None
    app: str | None
    patrols: list[BoardWindowOut]


class TotalsOut(Out):
    """Numerator, denominator and how many people they are of."""

    verified: int
    required: int
    workers: int


class BoardOut(Out):
    """Everybody on duty on a day."""

    date: dt.date
    rule: str
    windows: list[WindowOut]
    rows: list[BoardRowOut]
    totals: TotalsOut
