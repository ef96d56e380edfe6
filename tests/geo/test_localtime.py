"""The local day."""

from datetime import UTC, date, datetime, time, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from geo.localtime import (
    DAY_MS,
    at_local,
    day_start_ms,
    from_ms,
    local_date,
    local_date_of_ms,
    to_ms,
)

MS = st.integers(-2_000_000_000_000, 4_000_000_000_000)
DAYS = st.dates(date(1995, 1, 1), date(2100, 1, 1))


def test_a_day_begins_at_sixteen_hours_utc_of_the_day_before():
    start = from_ms(day_start_ms(date(2026, 5, 20)))
    assert start == datetime(2026, 5, 19, 16, tzinfo=UTC)


@given(DAYS)
def test_the_first_and_last_millisecond_of_a_day_are_of_that_day(day):
    start = day_start_ms(day)
    assert local_date_of_ms(start) == day
    assert local_date_of_ms(start + DAY_MS - 1) == day
    assert local_date_of_ms(start - 1) == day - timedelta(days=1)


@given(DAYS, st.times())
def test_a_wall_clock_time_lies_in_its_day(day, clock):
    moment = at_local(day, clock)
    assert moment.tzinfo is UTC
    assert local_date(moment) == day
    assert local_date_of_ms(to_ms(moment)) == day


@given(MS)
def test_milliseconds_and_moments_are_the_same(t_ms):
    assert to_ms(from_ms(t_ms)) == t_ms


def test_the_zone_of_a_moment_does_not_matter():
    moment = datetime(2026, 5, 20, 23, 30, tzinfo=timezone(timedelta(hours=-5)))
    assert local_date(moment) == date(2026, 5, 21)
    assert to_ms(moment) == to_ms(moment.astimezone(UTC))


def test_noon_is_four_hours_utc():
    assert at_local(date(2026, 5, 20), time(12)) == datetime(2026, 5, 20, 4, tzinfo=UTC)


def test_microseconds_are_cut_not_rounded():
    assert to_ms(datetime(1970, 1, 1, 0, 0, 0, 1999, tzinfo=UTC)) == 1
