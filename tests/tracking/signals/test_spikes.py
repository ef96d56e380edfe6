"""Fixes that are off and back again, and jumps that nothing undoes."""

import numpy as np
import pytest

from tracking.rules.policy import DEFAULT_RULE
from tracking.signals.spikes import find_spikes


def spikes(t, x):
    """Return which fixes on a line are spikes, and the jumps, by the default rule."""
    rule = DEFAULT_RULE
    t, x = np.array(t, np.float64), np.array(x, np.float64)
    limits = rule.teleport_mps, rule.teleport_m, rule.spike_s
    spike, jump = find_spikes(t, x, np.zeros(len(x)), *limits)
    return spike.tolist(), jump


@pytest.mark.parametrize("out_s", [30.0, 68.0])
@pytest.mark.parametrize("back_s", [30.0, 68.0])
def test_a_spike_is_one_however_slow_its_way_out_or_back_was(out_s, back_s):
    t = np.cumsum([0.0, 60.0, 60.0, 60.0, out_s, back_s] + [60.0] * 4)
    spike, jump = spikes(t, [0, 0, 5, 0, 3000, 4, 0, 2, 0, 1])
    fast = min(out_s, back_s) < 60.0
    assert spike == [False] * 4 + [fast] + [False] * 5
    assert not jump.any()


def test_a_jump_to_another_place_is_kept_after_a_slow_one():
    t = 60.0 * np.arange(12)
    spike, jump = spikes(t, [0] * 4 + [2000] * 4 + [12000] * 4)
    assert not any(spike)
    assert np.flatnonzero(jump).tolist() == [8]
