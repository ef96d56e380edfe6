"""Visits and due visits as they go out."""

import datetime as dt
from typing import Any
from uuid import UUID

from api.schemas.common import Out
from tracking.visits_due import DueState


class VisitOut(Out):
    """One stay at a point; `is_proven` is false while a doubt waits for a person."""

    point_id: str
    kind: str
    point: str
    grid_code: str
    worker_id: UUID
    name: str
    start: dt.datetime
    end: dt.datetime
    dwell_s: float
    distance_m: float
    fixes: int
    is_proven: bool
    evidence: dict[str, Any]


class VisitsOut(Out):
    """The visits of a day."""

    date: dt.date
    visits: list[VisitOut]


class DueVisitOut(Out):
    """A point's next visit; `late_days` is negative while there is time."""

    point_id: str
    kind: str
    point: str
    grid_code: str
    due_on: dt.date
    visited_on: dt.date | None
    state: DueState
    late_days: int


class DueOut(Out):
    """Points that are watched, and those that are due or overdue of them."""

    date: dt.date
    watched: int
    due: int
    overdue: int
    points: list[DueVisitOut]
