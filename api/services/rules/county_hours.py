"""The working hours and holidays of a county, as it settled them."""

from collections.abc import Mapping
from datetime import date, time
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from geo.db.store import fairness as store
from geo.errors import BadInput
from tracking.cases.deadlines import WorkingHours

SUBJECT = "hours"
_MOST_DAYS = 400
_KNOWN = ("spans", "weekdays", "holidays", "extra_days")


def hours_on(session: Session, county_id: UUID, day: date) -> WorkingHours:
    """Return the working hours that hold on a day; without any the usual ones."""
    body = store.policy_on(session, county_id, SUBJECT, day)
    return hours_of(body) if body else WorkingHours()


def hours_of(body: Mapping[str, Any]) -> WorkingHours:
    """Return working hours as they are settled.

    Parameters
    ----------
    body : mapping
        ``spans``: pairs of local times such as ``["08:30", "12:00"]``; ``weekdays``:
        0 (Monday) to 6; ``holidays`` and ``extra_days`` (调休): dates. What is left
        out is as usual.

    Raises
    ------
    BadInput
        If any of it cannot be.
    """
    unknown = set(body) - set(_KNOWN)
    if unknown:
        raise BadInput(f"{min(unknown)!r} is none of {', '.join(_KNOWN)}")
    usual = WorkingHours()
    try:
        spans = tuple(
            (time.fromisoformat(a), time.fromisoformat(b))
            for a, b in body.get("spans", [])
        )
        weekdays = frozenset(int(day) for day in body.get("weekdays", usual.weekdays))
        days = [
            frozenset(date.fromisoformat(str(day)) for day in body.get(name, ()))
            for name in ("holidays", "extra_days")
        ]
    except (TypeError, ValueError) as error:
        raise BadInput(f"working hours: {error}") from error
    spans = spans or usual.spans
    flat = [moment for span in spans for moment in span]
    if flat != sorted(set(flat)):
        raise BadInput("spans: times in order, none twice, none over midnight")
    if not weekdays <= set(range(7)):
        raise BadInput("weekdays: 0 (Monday) to 6")
    if not weekdays or max(map(len, days)) > _MOST_DAYS:
        raise BadInput(f"at least one weekday, at most {_MOST_DAYS} days by name")
    return WorkingHours(spans, weekdays, *days)
