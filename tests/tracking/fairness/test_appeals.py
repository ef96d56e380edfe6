"""Appeals: who may, until when, who answers, and how a window then counts."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracking.cases.deadlines import WorkingHours
from tracking.cases.roles import Role
from tracking.errors import DecisionRefused, NotAppealable
from tracking.fairness.appeals import (
    Appeal,
    Decision,
    Machine,
    Matter,
    Outcome,
    Standing,
    Terms,
    answer_due,
    appeal_until,
    check_appeal,
    check_decision,
    standing,
)

FINAL = datetime(2026, 5, 22, 9, tzinfo=UTC)
LATER = FINAL + timedelta(days=2)
TERMS = Terms()
APPEAL = Appeal("a1", FINAL + timedelta(days=1), FINAL + timedelta(days=6))


def matter(verdict="partial", appeals=(), decisions=(), **machine):
    return Matter("w1", Machine(verdict, **machine), FINAL, appeals, decisions)


def decision(outcome, by="s1", verdict="partial", at=LATER, appeal_id=None):
    return Decision(outcome, by, at, verdict, appeal_id)


def may(
    found, actor="s1", role=Role.SUPERVISOR, reason="查过", name="王五", sign="王五"
):
    check_decision(found, actor, role, reason, sign, name)


def test_the_worker_appeals_within_seven_days():
    check_appeal(matter(), "w1", FINAL + timedelta(days=7), TERMS)


@pytest.mark.parametrize(
    ("found", "actor", "late"),
    [
        (matter(), "w1", timedelta(days=7, seconds=1)),
        (matter(), "w2", timedelta(days=1)),
        (matter(appeals=(APPEAL,)), "w1", timedelta(days=1)),
        (matter("verified"), "w1", timedelta(days=1)),
        (matter("no_data", is_excused=True), "w1", timedelta(days=1)),
    ],
)
def test_an_appeal_too_late_foreign_double_or_pointless_is_refused(found, actor, late):
    with pytest.raises(NotAppealable):
        check_appeal(found, actor, FINAL + late, TERMS)


def test_a_decision_of_a_person_can_be_appealed_for_seven_days_more():
    found = matter(decisions=(decision(Outcome.NOT_VERIFIED),))
    assert appeal_until(found, TERMS) == LATER + timedelta(days=7)


def test_another_person_decides():
    may(matter(appeals=(APPEAL,)))


@pytest.mark.parametrize(
    "changes",
    [
        {"actor": "w1"},
        {"role": Role.WORKER},
        {"role": Role.AUDITOR},
        {"reason": "  "},
        {"reason": "\u200b\u3000。"},
        {"sign": "张三"},
        {"name": "", "sign": ""},
    ],
)
def test_without_standing_reason_or_signature_nobody_decides(changes):
    with pytest.raises(DecisionRefused):
        may(matter(appeals=(APPEAL,)), **changes)


def test_who_decided_before_does_not_answer_the_appeal():
    found = matter(appeals=(APPEAL,), decisions=(decision(Outcome.NOT_VERIFIED, "s1"),))
    with pytest.raises(DecisionRefused):
        may(found, actor="s1")
    may(found, actor="s2")


def test_the_third_working_day_ends_with_its_last_hour():
    friday = datetime(2026, 5, 22, 1, tzinfo=UTC)
    assert answer_due(friday, TERMS) == datetime(2026, 5, 27, 9, 30, tzinfo=UTC)


def test_holidays_and_worked_weekends_move_the_answer():
    hours = WorkingHours(
        holidays=frozenset({date(2026, 5, 25)}),
        extra_days=frozenset({date(2026, 5, 23)}),
    )
    friday = datetime(2026, 5, 22, 1, tzinfo=UTC)
    due = answer_due(friday, Terms(hours=hours))
    assert due == datetime(2026, 5, 27, 9, 30, tzinfo=UTC)


def test_a_county_that_never_works_still_has_a_deadline():
    never = Terms(hours=WorkingHours(weekdays=frozenset()))
    assert answer_due(FINAL, never) == FINAL + timedelta(days=3)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (matter("verified"), Standing.VERIFIED),
        (matter("partial"), Standing.NOT_VERIFIED),
        (matter("missed"), Standing.NOT_VERIFIED),
        (matter("missed", is_excused=True), Standing.EXCUSED),
        (matter("verified", is_excused=True), Standing.VERIFIED),
        (matter("partial", is_provisional=True), Standing.PROVISIONAL),
        (matter("no_data"), Standing.NO_DATA),
        (matter("suspicious"), Standing.IN_REVIEW),
        (matter("partial", appeals=(APPEAL,)), Standing.OPEN_APPEAL),
        (
            matter(
                "suspicious",
                decisions=(decision(Outcome.UPHELD, verdict="suspicious"),),
            ),
            Standing.NOT_VERIFIED,
        ),
        (
            matter("no_data", decisions=(decision(Outcome.UPHELD, verdict="no_data"),)),
            Standing.NO_DATA,
        ),
        (matter(decisions=(decision(Outcome.VERIFIED),)), Standing.VERIFIED),
        (matter(decisions=(decision(Outcome.EXCUSED),)), Standing.EXCUSED),
        (
            matter(
                appeals=(APPEAL,),
                decisions=(decision(Outcome.UPHELD, appeal_id="a1"),),
            ),
            Standing.NOT_VERIFIED,
        ),
    ],
)
def test_every_window_has_one_standing(found, expected):
    assert standing(found) == expected


def test_a_decision_against_a_worker_lapses_when_new_evidence_changes_the_verdict():
    found = matter("verified", decisions=(decision(Outcome.NOT_VERIFIED),))
    assert standing(found) == Standing.VERIFIED


def test_a_decision_for_a_worker_stays_when_new_evidence_comes():
    found = matter("suspicious", decisions=(decision(Outcome.VERIFIED),))
    assert standing(found) == Standing.VERIFIED


def test_the_last_decision_holds_in_whatever_order_they_are_read():
    first = decision(Outcome.NOT_VERIFIED, "s1")
    second = decision(Outcome.VERIFIED, "s2", at=LATER + timedelta(days=1))
    for decisions in ((first, second), (second, first)):
        assert standing(matter(decisions=decisions)) == Standing.VERIFIED


@given(
    st.sampled_from(["verified", "partial", "missed", "no_data", "suspicious"]),
    st.booleans(),
    st.booleans(),
    st.booleans(),
    st.sampled_from([None, *Outcome]),
)
def test_an_open_appeal_is_always_apart(verdict, excused, provisional, appealed, out):
    found = matter(
        verdict,
        appeals=(APPEAL,) if appealed else (),
        decisions=(decision(out, verdict=verdict),) if out else (),
        is_excused=excused,
        is_provisional=provisional,
    )
    assert (standing(found) == Standing.OPEN_APPEAL) == appealed
