"""Deadlines by the clock and in working time."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tracking.cases.deadlines import (
    Clock,
    WorkingHours,
    due_after,
    due_after_pause,
    working_time,
)

HOURS = WorkingHours()
MONDAY_9 = datetime(2026, 5, 18, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
moments = st.timedeltas(timedelta(), timedelta(days=365)).map(MONDAY_9.__add__)
spans = st.timedeltas(timedelta(minutes=1), timedelta(days=10))


def test_clock_time_runs_at_night():
    assert due_after(MONDAY_9, 24 * HOUR, Clock.CLOCK, HOURS) == MONDAY_9 + 24 * HOUR


def test_working_time_skips_noon():
    due = due_after(MONDAY_9, 4 * HOUR, Clock.WORKING, HOURS)
    assert due == MONDAY_9 + 6 * HOUR


def test_a_weekend_day_worked_counts_and_a_holiday_does_not():
    hours = WorkingHours(
        holidays=frozenset({date(2026, 5, 22)}),
        extra_days=frozenset({date(2026, 5, 23)}),
    )
    thursday_evening = datetime(2026, 5, 21, 12, tzinfo=UTC)
    due = due_after(thursday_evening, HOUR, Clock.WORKING, hours)
    assert due == datetime(2026, 5, 23, 1, 30, tzinfo=UTC)


@given(moments, spans)
def test_working_time_until_the_due_moment_is_what_was_allowed(start, allowed):
    due = due_after(start, allowed, Clock.WORKING, HOURS)
    assert working_time(start, due, HOURS) == allowed


@given(moments, spans, spans)
def test_more_time_is_never_due_earlier(start, one, more):
    first = due_after(start, one, Clock.WORKING, HOURS)
    assert due_after(start, one + more, Clock.WORKING, HOURS) >= first


@given(moments, spans, spans, spans, st.sampled_from(list(Clock)))
def test_a_pause_never_takes_time_away(start, allowed, before, pause, clock):
    due = due_after(start, allowed, clock, HOURS)
    moved = due_after_pause(due, start + before, start + before + pause, clock, HOURS)
    assert moved >= due


def test_a_deadline_passed_before_the_pause_stays():
    due = MONDAY_9
    after = due_after_pause(due, due + HOUR, due + 9 * HOUR, Clock.CLOCK, HOURS)
    assert after == due
