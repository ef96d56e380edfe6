"""Clocks: what live uploads prove, what one late batch cannot, and who is doubted."""

import numpy as np
import pytest

from tracking.rules.policy import DEFAULT_RULE as RULE
from tracking.signals.clock import (
    ROLLOVER_MS,
    Clocks,
    find_clock_errors,
    find_contradicting,
    shift_of,
    undo_rollover,
    without_server_errors,
)

START = 1_779_235_200_000


def live(count=60, ahead_s=0, every_s=10):
    """Times and receipts of fixes that are each sent at once."""
    received = START + 1000 * every_s * np.arange(count)
    return received - 2000 + 1000 * ahead_s, received


def shifts(t_ms, received_ms):
    return [e.shift_ms for e in find_clock_errors(t_ms, received_ms, RULE)]


@pytest.mark.parametrize("ahead_s", [3600, -3600, 86_400, -200])
def test_a_constant_error_is_proven_by_live_uploads(ahead_s):
    found = shifts(*live(ahead_s=ahead_s, every_s=15))
    assert found == [-1000 * ahead_s + 2000]


def test_a_right_clock_is_proven_right():
    assert shifts(*live(every_s=15)) == [0]


def test_one_late_batch_proves_nothing():
    t_ms, _ = live()
    assert shifts(t_ms, np.full(len(t_ms), t_ms[-1] + 10_000_000)) == []


def test_a_backlog_sent_one_by_one_proves_nothing():
    t_ms, _ = live(count=400)
    assert shifts(t_ms, t_ms[-1] + 200 * np.arange(len(t_ms))) == []


def test_batches_every_ten_minutes_are_live():
    t_ms, _ = live(count=600)
    received = -(-t_ms // 600_000) * 600_000
    assert shifts(t_ms, received) == [0]


def test_a_batch_takes_the_error_that_its_neighbours_prove():
    t_ms, received = live(every_s=15, ahead_s=3600)
    errors = find_clock_errors(t_ms, received, RULE)
    late = np.array([received[-1] + 3_000_000, received[-1] + 400 * 86_400_000])
    assert shift_of(late, errors).tolist() == [errors[0].shift_ms, 0]


def test_an_error_of_twenty_devices_is_the_servers():
    errors = find_clock_errors(*live(every_s=15, ahead_s=3600), RULE)
    few, many = (
        Clocks({("w", f"d{n}"): errors for n in range(count)}, count)
        for count in (19, 20)
    )
    assert without_server_errors(few, RULE) == few
    assert not any(without_server_errors(many, RULE).errors.values())


def test_only_exactly_1024_weeks_are_a_rollover():
    received = np.full(3, START)
    t_ms = received - np.array([ROLLOVER_MS, ROLLOVER_MS - 40 * 86_400_000, 0])
    assert undo_rollover(t_ms, received).tolist() == [True, False, False]


def test_late_fixes_are_refuted_only_by_live_ones_far_away():
    t_ms, received = live()
    both = np.concatenate([t_ms, t_ms + 3000])
    seen = np.concatenate([received, received + 9 * 3_600_000])
    order = np.argsort(both, kind="stable")
    far = np.concatenate([np.zeros(60), np.full(60, 4000.0)])
    near = np.concatenate([np.zeros(60), np.full(60, 40.0)])
    zero = np.zeros(120)
    refuted = find_contradicting(both[order], seen[order], far[order], zero, RULE)
    assert refuted.sum() == 60
    assert not find_contradicting(
        both[order], seen[order], near[order], zero, RULE
    ).any()
