import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tracking.duty import is_on_duty

moments = st.lists(st.integers(-100, 100), max_size=30)
spans = st.lists(st.tuples(st.integers(-100, 100), st.integers(-100, 100)), max_size=5)


@given(moments, spans)
def test_a_moment_is_on_duty_exactly_if_a_span_holds_it(said, some):
    found = is_on_duty(np.array(said, np.int64), some)
    assert found.tolist() == [any(a <= t < b for a, b in some) for t in said]


def test_without_a_span_nobody_is_on_duty():
    assert not is_on_duty(np.array([1, 2]), []).any()
