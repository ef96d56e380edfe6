from dataclasses import replace
from datetime import date

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from geo.localtime import day_start_ms
from tracking.duty import duty_spans, is_on_duty
from tracking.rules.policy import DEFAULT_RULE

moments = st.lists(st.integers(-100, 100), max_size=30)
spans = st.lists(st.tuples(st.integers(-100, 100), st.integers(-100, 100)), max_size=5)


@given(moments, spans)
def test_a_moment_is_on_duty_exactly_if_a_span_holds_it(said, some):
    found = is_on_duty(np.array(said, np.int64), some)
    assert found.tolist() == [any(a <= t < b for a, b in some) for t in said]


def test_without_a_span_nobody_is_on_duty():
    assert not is_on_duty(np.array([1, 2]), []).any()


def test_windows_that_meet_within_their_margins_are_one_span():
    day, hour = date(2026, 5, 20), 3_600_000
    start = day_start_ms(day)
    # The windows 6-11, 11-17 and 17-22 h, half an hour around them.
    assert duty_spans(DEFAULT_RULE, day) == [
        (start + 11 * hour // 2, start + 45 * hour // 2)
    ]
    apart = replace(
        DEFAULT_RULE,
        windows=(DEFAULT_RULE.windows[0], DEFAULT_RULE.windows[2]),
        duty_margin_min=0.0,
    )
    assert duty_spans(apart, day) == [
        (start + 6 * hour, start + 11 * hour),
        (start + 17 * hour, start + 22 * hour),
    ]
