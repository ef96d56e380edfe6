"""Month sheets: sums that hold in any order, with every number's denominator."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracking.fairness.appeals import Standing
from tracking.fairness.months import (
    Tally,
    WindowCount,
    by_grid,
    by_village,
    by_worker,
    sum_by,
    total,
)

FIRST = date(2026, 5, 1)
VILLAGES = ("410325105200", "410325105201")

windows = st.lists(
    st.builds(
        WindowCount,
        worker_id=st.sampled_from(["w1", "w2", "w3"]),
        day=st.integers(0, 30).map(lambda n: FIRST + timedelta(days=n)),
        window=st.sampled_from(["morning", "evening"]),
        grid_code=st.builds(
            lambda v, n: f"{v}00{n}", st.sampled_from(VILLAGES), st.integers(1, 2)
        ),
        standing=st.sampled_from(list(Standing)),
        has_basis=st.booleans(),
    ),
    max_size=60,
)
KEYS = (by_worker, by_grid, by_village)


@given(windows, st.sampled_from(KEYS))
def test_the_month_is_the_sum_of_its_days(found, key):
    days = {w.day for w in found}
    of_days = [sum_by([w for w in found if w.day == d], key) for d in days]
    month = sum_by(found, key)
    for name, tally in month.items():
        assert total(day.get(name, Tally()) for day in of_days) == tally


@given(windows, st.randoms(use_true_random=False), st.sampled_from(KEYS))
def test_the_order_of_the_windows_changes_nothing(found, chance, key):
    mixed = list(found)
    chance.shuffle(mixed)
    once, again = sum_by(found, key), sum_by(mixed, key)
    assert list(once.items()) == list(again.items())


@given(windows)
def test_workers_grids_and_villages_add_up_to_the_same(found):
    sums = [total(sum_by(found, key).values()) for key in KEYS]
    assert sums[0] == sums[1] == sums[2]
    assert sums[0].windows == len(found)


@pytest.mark.parametrize("standing", list(Standing))
def test_each_window_is_counted_once(standing):
    window = WindowCount("w", FIRST, "m", "410325105200001", standing, True)
    [tally] = sum_by([window], by_worker).values()
    assert tally.windows == 1
    assert tally.counted == (standing in (Standing.VERIFIED, Standing.NOT_VERIFIED))


def test_silence_excuses_and_open_matters_stand_outside_the_denominator():
    tally = Tally(8, 1, excused=2, no_data=3, open_appeal=1, in_review=1, provisional=4)
    assert (tally.verified, tally.counted, tally.waiting) == (8, 9, 6)
    assert tally.windows == 20
