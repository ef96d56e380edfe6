from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracking.errors import BadRule
from tracking.rules.seasons import check_season, in_season


@pytest.mark.parametrize(
    ("season", "day", "holds"),
    [
        ("", date(2026, 7, 1), True),
        ("11-01/02-28", date(2026, 11, 1), True),
        ("11-01/02-28", date(2026, 10, 31), False),
        ("11-01/02-28", date(2027, 2, 28), True),
        ("11-01/02-28", date(2028, 2, 29), True),
        ("11-01/02-28", date(2028, 3, 1), False),
        ("06-01/08-31", date(2026, 8, 31), True),
        ("06-01/08-31", date(2026, 9, 1), False),
        ("06-01/06-01", date(2026, 6, 1), True),
    ],
)
def test_a_season_holds_on_its_first_and_its_last_day(season, day, holds):
    check_season(season)
    assert in_season(season, day) is holds


@given(st.dates(date(2024, 1, 1), date(2030, 12, 31)), st.dates(), st.dates())
def test_a_season_and_the_rest_of_the_year_share_no_day(day, first, last):
    season = f"{first:%m-%d}/{last:%m-%d}"
    # Leap days stand in two years: the complement is drawn on days that all years have.
    if "02-29" in season or season.endswith("02-28") or season.startswith("03-01"):
        return
    after = last + timedelta(days=1) if last < date.max else last
    before = first - timedelta(days=1) if first > date.min else first
    rest = f"{after:%m-%d}/{before:%m-%d}"
    if (after.month, after.day) == (first.month, first.day) or "02-2" in rest:
        return
    assert in_season(season, day) != in_season(rest, day)


@pytest.mark.parametrize(
    "season", ["winter", "11-01", "11-01/", "13-01/02-01", "11-31/12-01", "1-1/2-2"]
)
def test_what_is_no_season_is_refused(season):
    with pytest.raises(BadRule, match="MM-DD"):
        check_season(season)
