"""Workload is the sum that the file says; the fit finds the sum that was walked."""

import numpy as np
import pandas as pd
import pytest

from geo.errors import BadFrame
from planning.errors import BadUnits, BadWeights
from planning.units.fit import fit_workload
from planning.units.workload import parse_weights, workload

WEIGHTS = {
    "weights": {"population": 0.1, "cases_per_month": 2},
    "sites": {"mines": {"minutes": 14, "every_days": 7}},
}


def units():
    return pd.DataFrame(
        {
            "population": [100, 0],
            "cases_per_month": [1, 0],
            "mines": [3, 0],
            "doors": [25, 0],
            "ground": [40_000.0, 1.0],
        }
    )


def test_a_load_is_the_weighted_sum_of_its_columns():
    assert workload(units(), parse_weights(WEIGHTS)).tolist() == [18.0, 0.0]


def test_walking_is_the_estimated_tour_at_the_stated_speed():
    way = {"stops": "doors", "area_m2": "ground", "speed_kmh": 6.0, "per_day": 2}
    minutes = workload(units(), parse_weights({"walking": way}))
    assert minutes[0] == pytest.approx(0.7124 * 1_000 / 100 * 2, abs=0.01)


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ({}, "at least one column"),
        ({"weight": {}}, r"\[weight\] is unknown"),
        ({"weights": {"population": -1}}, "weights.population is -1"),
        ({"weights": {"population": "1"}}, "must be a number"),
        ({"sites": {"mines": {"minutes": 5, "every_days": 0}}}, "every_days is 0"),
        ({"sites": {"mines": 5}}, "minutes and every_days"),
        ({"walking": {"stops": "doors"}}, "stops and area_m2"),
    ],
)
def test_bad_weights_are_refused_in_one_line(table, words):
    with pytest.raises(BadWeights, match=words):
        parse_weights(table)


def test_an_unknown_column_is_refused():
    with pytest.raises(BadFrame, match="'mines' is missing"):
        workload(units().drop(columns="mines"), parse_weights(WEIGHTS))


def test_a_count_that_is_no_number_is_refused():
    with pytest.raises(BadUnits, match="mines is nan"):
        workload(units().assign(mines=[np.nan, 1]), parse_weights(WEIGHTS))


def walked(noise):
    rng = np.random.default_rng(5)
    counts = rng.uniform(0, 100, (200, 3))
    minutes = counts @ np.array([0.2, 1.5, 0.0]) + rng.normal(0, noise, 200)
    return counts, np.maximum(minutes, 0)


def test_the_fit_finds_the_weights_that_were_walked():
    fit = fit_workload(("a", "b", "c"), *walked(5.0), np.random.default_rng(0), 200)
    truth = np.array([0.2, 1.5, 0.0])
    assert fit.minutes == pytest.approx(truth, abs=0.03)
    assert ((fit.low <= truth + 1e-9) & (truth <= fit.high + 1e-9)).all()
    assert (fit.minutes >= 0).all()
    assert fit.explained > 0.9


def test_more_noise_means_wider_intervals():
    quiet, loud = (
        fit_workload(("a", "b", "c"), *walked(n), np.random.default_rng(0), 200)
        for n in (1.0, 20.0)
    )
    assert (loud.high - loud.low)[0] > (quiet.high - quiet.low)[0]


def test_rows_in_which_nobody_walked_are_refused():
    counts, minutes = walked(1.0)
    with pytest.raises(BadWeights, match="minutes are 0 in every row"):
        fit_workload(("a", "b", "c"), counts, minutes * 0, np.random.default_rng(0), 9)


def test_too_few_observations_are_refused():
    with pytest.raises(BadWeights, match="at least 3"):
        fit_workload(("a", "b"), np.ones((2, 2)), np.ones(2), np.random.default_rng(0))


@pytest.mark.parametrize(
    ("last", "words"),
    [
        (
            lambda counts: counts[:, 0] + 3 * counts[:, 1],
            "c cannot be told from a and b",
        ),
        (lambda counts: counts[:, 1] * 0, "c is 0 in every observed row"),
    ],
)
def test_terms_that_cannot_be_told_apart_are_refused(last, words):
    counts, minutes = walked(1.0)
    counts[:, 2] = last(counts)
    with pytest.raises(BadWeights, match=words):
        fit_workload(("a", "b", "c"), counts, minutes, np.random.default_rng(0), 9)
