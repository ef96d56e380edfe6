"""Loads as whole numbers: fine enough for the lightest unit."""

import numpy as np
import pytest

from planning.graphs.graph import integer_loads


def test_whole_loads_stay_as_they_are():
    load, factor = integer_loads(np.array([3.0, 40.0]))
    assert factor == 1.0
    assert load.tolist() == [3, 40]


def test_a_unit_far_below_the_mean_keeps_its_load():
    load = np.array([0.9, 1.7e-4, 0.8])
    whole, factor = integer_loads(load)
    assert whole / factor == pytest.approx(load, rel=1e-3)


def test_a_large_total_stays_inside_the_safe_range():
    whole, factor = integer_loads(np.full(1000, 1e9 + 0.5))
    assert whole.sum() <= 1.01e11
    assert whole[0] / factor == pytest.approx(1e9, rel=1e-6)
