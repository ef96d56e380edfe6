"""Replay, progress and looks as they go out."""

import datetime as dt
from typing import Any
from uuid import UUID

from api.schemas.common import Out
from api.schemas.patrols import BoardPatrolOut


class LookOut(Out):
    """Somebody looked at your track: who, when, which day, and how."""

    at: dt.datetime
    name: str
    action: str
    date: dt.date | None
    how: str


class LooksOut(Out):
    """Who looked at your tracks, newest first."""

    looks: list[LookOut]


class PointOut(Out):
    """One fix; `excluded` says why it is not used, null where it is."""

    t: dt.datetime
    lon: float | None
    lat: float | None
    accuracy_m: float | None
    speed_mps: float | None
    device: str
    excluded: str | None


class GapOut(Out):
    """A silence between two used fixes of one device."""

    device: str
    start: dt.datetime
    end: dt.datetime
    s: int


class ReplayOut(Out):
    """A worker's day in true time, with the verdict and its evidence beside it."""

    worker_id: UUID
    name: str
    date: dt.date
    span: tuple[dt.datetime, dt.datetime]
    points: list[PointOut]
    gaps: list[GapOut]
    off_duty: int
    patrols: list[dict[str, Any]]


class ToGoOut(Out):
    """One need that is not filled yet."""

    code: str
    text: str
    value: float
    needed: float
    missing: int | None
    unit: str


class ProgressOut(Out):
    """How far your day is; `text` says it in one line, `patrols` window by window.

    Judged just now from your own fixes alone: copies and companions are not looked for.
    """

    day: dt.date
    done: int
    required: int
    excused: int
    window: str | None
    window_name: str | None
    until: dt.datetime | None
    is_done: bool
    is_excused: bool
    to_go: list[ToGoOut]
    text: str
    patrols: list[BoardPatrolOut]
