"""When a case is due.

A case has two deadlines: to be accepted and to be handled. A category counts them by
the clock or in working time; a suspended case's clock stands still. All moments are
aware; working hours are local wall-clock times of China, one zone without summer time.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from geo.localtime import at_local, local_date


class Clock(StrEnum):
    """How a category counts time."""

    CLOCK = "clock"
    WORKING = "working"


@dataclass(frozen=True)
class WorkingHours:
    """Working time of a county; data with a history, never a constant of the code.

    Parameters
    ----------
    spans : tuple of (time, time)
        Local working hours of a day, in order, not crossing midnight.
    weekdays : frozenset of int
        Working days of a week, Monday is 0.
    holidays, extra_days : frozenset of date
        Days off on a weekday; weekend days that are worked (调休).
    """

    spans: tuple[tuple[time, time], ...] = (
        (time(8, 30), time(12)),
        (time(14), time(17, 30)),
    )
    weekdays: frozenset[int] = frozenset(range(5))
    holidays: frozenset[date] = field(default_factory=frozenset)
    extra_days: frozenset[date] = field(default_factory=frozenset)

    def of_day(self, day: date) -> tuple[tuple[datetime, datetime], ...]:
        """Return the working spans of a local day, UTC."""
        works = day.weekday() in self.weekdays and day not in self.holidays
        if not works and day not in self.extra_days:
            return ()
        return tuple((at_local(day, a), at_local(day, b)) for a, b in self.spans)


# The longest run of days without work that is searched, far beyond any holiday.
_SEARCH_DAYS = 3_660


def due_after(
    start: datetime, allowed: timedelta, clock: Clock, hours: WorkingHours
) -> datetime:
    """Return the moment at which an allowed time has passed since `start`.

    Parameters
    ----------
    start : datetime
        Aware.
    allowed : timedelta
        Not negative.
    clock : Clock
        ``WORKING`` counts only inside `hours`.
    hours : WorkingHours

    Returns
    -------
    datetime
        Aware, UTC for working time.

    Examples
    --------
    Friday 17:00, one working hour: half of it on Monday morning.

    >>> from datetime import UTC
    >>> friday = datetime(2026, 5, 22, 9, tzinfo=UTC)
    >>> due_after(friday, timedelta(hours=1), Clock.WORKING, WorkingHours())
    datetime.datetime(2026, 5, 25, 1, 0, tzinfo=datetime.timezone.utc)
    """
    if clock == Clock.CLOCK:
        return start + allowed
    left = allowed
    for begin, end in _spans_from(start, hours):
        if end - begin >= left:
            return begin + left
        left -= end - begin
    return start + allowed


def working_time(start: datetime, end: datetime, hours: WorkingHours) -> timedelta:
    """Return the working time between two moments; zero if `end` is not later."""
    total = timedelta()
    for begin, stop in _spans_from(start, hours):
        if begin >= end:
            break
        total += min(stop, end) - begin
    return total


def due_after_pause(
    due_at: datetime,
    paused_at: datetime,
    resumed_at: datetime,
    clock: Clock,
    hours: WorkingHours,
) -> datetime:
    """Return a deadline moved by a pause; one that had passed before stays."""
    if due_at <= paused_at:
        return due_at
    if clock == Clock.CLOCK:
        return due_at + (resumed_at - paused_at)
    return due_after(resumed_at, working_time(paused_at, due_at, hours), clock, hours)


def _spans_from(
    start: datetime, hours: WorkingHours
) -> Iterator[tuple[datetime, datetime]]:
    first = local_date(start)
    for offset in range(_SEARCH_DAYS):
        for begin, end in hours.of_day(first + timedelta(days=offset)):
            if end > start:
                yield max(begin, start), end
