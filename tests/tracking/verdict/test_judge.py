"""Crediting rounds: as many windows as possible, far enough apart."""

from dataclasses import dataclass
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracking.verdict.judge import _credit


@dataclass(frozen=True)
class Walk:
    start_ms: int
    end_ms: int


def walks(*spans):
    return [Walk(*span) for span in spans]


def test_the_later_of_two_rounds_is_taken_when_that_saves_a_window():
    early, late, noon = (100, 120), (300, 320), (330, 350)
    credited = _credit([walks(early, late), walks(noon)], 60)
    assert credited == walks(early, noon)


def test_one_round_is_credited_when_both_are_too_near():
    credited = _credit([walks((300, 320)), walks((330, 350))], 60)
    assert [c is not None for c in credited].count(True) == 1


@pytest.mark.parametrize("apart", [0, 60])
def test_windows_without_rounds_stay_empty(apart):
    assert _credit([[], walks((1, 2)), []], apart) == [None, Walk(1, 2), None]


def most(windows, apart, end=-(2**62)):
    """The greatest number of credits, by trying everything."""
    if not windows:
        return 0
    best = most(windows[1:], apart, end)
    for walk in windows[0]:
        if walk.start_ms - end >= apart:
            best = max(best, 1 + most(windows[1:], apart, walk.end_ms))
    return best


spans = st.lists(
    st.tuples(st.integers(0, 99), st.integers(1, 40)), min_size=0, max_size=3
)


@settings(deadline=None)
@given(st.lists(spans, min_size=1, max_size=4), st.integers(0, 60))
def test_no_choice_credits_more_windows(drawn, apart):
    windows = [
        sorted(
            (Walk(100 * n + at, 100 * n + at + long) for at, long in rows),
            key=lambda walk: walk.start_ms,
        )
        for n, rows in enumerate(drawn)
    ]
    credited = _credit(windows, apart)
    assert sum(c is not None for c in credited) == most(windows, apart)
    taken = [c for c in credited if c is not None]
    assert all(b.start_ms - a.end_ms >= apart for a, b in pairwise(taken))
