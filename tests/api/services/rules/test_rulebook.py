"""Which rule holds: the smallest area, then a kind of grid, then a season."""

from datetime import date
from uuid import uuid4

import pytest
from sqlalchemy.dialects.postgresql import Range

from api.services.rules.rulebook import Rulebook
from geo.codes import padded
from geo.db.models import PatrolRule
from tracking.rules.policy import DEFAULT_RULE

COUNTY, TOWN, GRID = "410399", "410399100", "410399100200001"
SUMMER, WINTER = date(2026, 7, 1), date(2026, 12, 20)


def rule(name, area=COUNTY, *, kind="", season="", since=None, until=None, **body):
    return PatrolRule(
        county_id=uuid4(),
        id=uuid4(),
        rule_id=name,
        code=padded(area),
        digits=len(area),
        kind=kind,
        season=season,
        valid=Range(since, until),
        body=body,
    )


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        (rule("town", TOWN), rule("county")),
        (rule("grid", GRID), rule("town", TOWN, kind="base", season="06-01/08-31")),
        (rule("kind", kind="base"), rule("season", season="06-01/08-31")),
        (rule("category", kind="school"), rule("year")),
        (rule("season", season="06-01/08-31"), rule("year")),
        (rule("newer", since=date(2026, 6, 1)), rule("older", since=date(2025, 1, 1))),
    ],
)
def test_the_more_specific_rule_holds_in_either_order(better, worse):
    kinds = {padded(GRID): frozenset({"base", "school"})}
    for rows in ([better, worse], [worse, better]):
        found = Rulebook(rows, kinds).rule_of(padded(GRID), SUMMER)
        assert found.rule_id == better.rule_id


@pytest.mark.parametrize(
    "other",
    [
        rule("elsewhere", "410399101"),
        rule("winter", season="11-01/02-28"),
        rule("mines", kind="mine"),
        rule("over", until=date(2026, 7, 1)),
        rule("to come", since=date(2026, 7, 2)),
        rule("ended", ends_on="2026-06-30"),
    ],
)
def test_a_rule_that_does_not_fit_leaves_the_default(other):
    kinds = {padded(GRID): frozenset({"base"})}
    assert Rulebook([other], kinds).rule_of(padded(GRID), SUMMER) == DEFAULT_RULE


def test_a_season_comes_back_every_year():
    book = Rulebook([rule("winter", season="11-01/02-28", base="winter")])
    assert book.rule_of(padded(GRID), WINTER).rule_id == "winter"
    assert book.rule_of(padded(GRID), WINTER.replace(year=2030)).rule_id == "winter"
    assert book.rule_of(padded(GRID), SUMMER) == DEFAULT_RULE


def test_a_rule_holds_on_its_last_day_and_feeds_a_sheet_until_then():
    named = {"basis": "县发〔2026〕1号", "scene": "森林防火", "ends_on": "2026-07-01"}
    book = Rulebook([rule("fire", **named)])
    assert not book.rule_of(padded(GRID), SUMMER).record_only
    assert book.rule_of(padded(GRID), date(2026, 7, 2)).record_only
