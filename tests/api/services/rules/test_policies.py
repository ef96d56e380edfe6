"""What a county settles holds from its day on, and what was before stays."""

from datetime import date, timedelta

import pytest

from api.services.fairness.matters import terms_on
from api.services.rules.county_hours import hours_on
from api.services.rules.policies import settle
from geo.db.store.fairness import policy_on
from geo.errors import BadInput
from tracking.cases.deadlines import WorkingHours

DAY = date(2026, 5, 1)


def test_each_day_has_the_policy_of_its_time(session, county):
    settle(session, county, "allowance", {"share_permille": 850}, DAY)
    settle(session, county, "allowance", {"share_permille": 950}, date(2026, 7, 1))
    found = [
        policy_on(session, county, "allowance", day)
        for day in (DAY - timedelta(days=1), DAY, date(2026, 6, 30), date(2026, 7, 1))
    ]
    assert found == [
        {},
        {"share_permille": 850},
        {"share_permille": 850},
        {"share_permille": 950},
    ]


def test_the_past_is_not_settled_anew(session, county):
    settle(session, county, "appeals", {"appeal_days": 10}, DAY)
    with pytest.raises(BadInput, match="stands already"):
        settle(session, county, "appeals", {"appeal_days": 5}, DAY)


@pytest.mark.parametrize(
    ("subject", "body"),
    [
        ("pay", {}),
        ("allowance", {"share": 9}),
        ("allowance", {"share_permille": 1001}),
        ("allowance", {"share_permille": True}),
        ("appeals", {"answer_days": 0}),
        ("visits", {"interval_days": {"mine_opening": 0}}),
        ("visits", {"interval_days": 30}),
        ("hours", {"spans": [["12:00", "08:30"]]}),
        ("hours", {"spans": [["08:30"]]}),
        ("hours", {"weekdays": [7]}),
        ("hours", {"weekdays": []}),
        ("hours", {"holidays": ["国庆"]}),
        ("hours", {"lunch": 1}),
    ],
)
def test_what_cannot_be_settled_is_named(session, county, subject, body):
    with pytest.raises(BadInput):
        settle(session, county, subject, body, DAY)


def test_intervals_are_settled_by_kind(session, county):
    body = {"interval_days": {"school": 14}, "soon_days": 3}
    settle(session, county, "visits", body, DAY)
    assert policy_on(session, county, "visits", DAY) == body


def test_a_county_works_by_its_own_hours_from_their_day_on(session, county):
    body = {
        "spans": [["09:00", "17:00"]],
        "holidays": [date(2026, 10, 1)],
        "extra_days": ["2026-10-10"],
    }
    settle(session, county, "hours", body, DAY)
    before = hours_on(session, county, DAY - timedelta(days=1))
    assert before == WorkingHours()
    hours = hours_on(session, county, date(2026, 10, 1))
    # A Thursday that is a holiday, a Friday, a Saturday that is worked.
    days = [date(2026, 10, 1), date(2026, 10, 2), date(2026, 10, 10)]
    assert [len(hours.of_day(day)) for day in days] == [0, 1, 1]
    assert terms_on(session, county, date(2026, 10, 1)).hours == hours
