"""Which points are due for a visit, and which are overdue, at a local day."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from tracking.errors import BadRule


class DueState(StrEnum):
    """How a point stands to its next visit."""

    IN_TIME = "in_time"
    DUE = "due"
    OVERDUE = "overdue"


@dataclass(frozen=True)
class VisitPolicy:
    """How often a county wants points visited; data, settable per kind.

    Parameters
    ----------
    interval_days : mapping of str to int
        By kind of site; a kind that is missing is due only where the point says so.
    soon_days : int
        From how many days before it a visit counts as due.
    """

    interval_days: Mapping[str, int] = field(
        default_factory=lambda: {"mine_opening": 30}
    )
    soon_days: int = 7

    def __post_init__(self) -> None:
        for kind, days in self.interval_days.items():
            if days < 1:
                raise BadRule(f"interval_days of {kind} = {days} must be at least 1")


@dataclass(frozen=True)
class Watched:
    """A point with its interval, since when it is watched and when it was visited."""

    point_id: str
    interval_days: int
    since: date
    visited_on: date | None = None


@dataclass(frozen=True)
class DueVisit:
    """A point's next visit; `late_days` is negative while there is time."""

    point_id: str
    due_on: date
    visited_on: date | None
    state: DueState
    late_days: int


def interval_of(
    kind: str, attrs: Mapping[str, object], policy: VisitPolicy
) -> int | None:
    """Return a point's interval in days: its own, else its kind's, else none.

    Examples
    --------
    >>> interval_of("school", {"inspection_interval_days": 14}, VisitPolicy())
    14
    """
    own = attrs.get("inspection_interval_days")
    if isinstance(own, int | float) and not isinstance(own, bool) and own >= 1:
        return int(own)
    return policy.interval_days.get(kind)


def due_visits(
    points: Iterable[Watched], today: date, policy: VisitPolicy
) -> list[DueVisit]:
    """Return the next visit of each point, the longest overdue first.

    Parameters
    ----------
    points : iterable of Watched
        A point that was never visited is due one interval after it was first watched.
    today : date
        Local.
    policy : VisitPolicy
    """
    found = [_next(point, today, policy) for point in points]
    return sorted(found, key=lambda due: (due.due_on, due.point_id))


def _next(point: Watched, today: date, policy: VisitPolicy) -> DueVisit:
    since = point.visited_on or point.since
    due_on = since + timedelta(days=point.interval_days)
    late = (today - due_on).days
    state = DueState.OVERDUE if late > 0 else DueState.DUE
    if late < -policy.soon_days:
        state = DueState.IN_TIME
    return DueVisit(point.point_id, due_on, point.visited_on, state, late)
