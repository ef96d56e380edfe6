"""What a round lacks is told by a value that falls short of the one beside it."""

from hypothesis import given
from hypothesis import strategies as st

from tracking.rules.policy import Rule
from tracking.walking.measuring import Measures
from tracking.walking.needs import find_shortfalls

ENOUGH = Measures(60.0, 5000.0, 5000.0, 50.0, 1.0, 9.0, 10.0, 1.0, 0)
shares = st.floats(0.0, 1.0)
measures = st.builds(
    Measures,
    st.floats(0.0, 99.0), st.floats(0.0, 9e3), st.floats(0.0, 9e3),
    st.floats(0.0, 99.0), shares, st.floats(0.0, 9.0), st.floats(0.0, 9e3), shares,
    st.integers(0, 5),
)  # fmt: skip


def test_what_looked_like_moving_in_a_stay_counts_for_nothing():
    (finding,) = find_shortfalls(ENOUGH, (), Rule(), is_stay=True)
    assert (finding.code, finding.value) == ("stationary", 0.0)
    assert find_shortfalls(ENOUGH, (), Rule(), is_stay=False) == ()


@given(found=measures, is_stay=st.booleans())
def test_a_value_never_meets_the_need_that_it_is_said_to_miss(found, is_stay):
    for finding in find_shortfalls(found, (), Rule(), is_stay=is_stay):
        if finding.code == "gap_long":
            assert finding.value > finding.needed
        else:
            assert finding.value < finding.needed
