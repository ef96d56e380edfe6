"""Figures of plans in words: how a person would say them."""

from maps.plan_words import Measure, more_or_less, signed_pct


def test_what_is_hardly_off_has_no_minus_before_a_nought():
    assert [signed_pct(share) for share in (-0.0001, 0.0, -0.05)] == [
        "+0.0%",
        "+0.0%",
        "-5.0%",
    ]


def test_a_load_stands_beside_the_mean():
    assert more_or_less(Measure("人", True), 380, 400) == "少 20 人（-5.0%）"
