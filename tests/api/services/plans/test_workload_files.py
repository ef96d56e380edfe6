"""Weights fitted from files: what cannot be fitted is one line that says where."""

import numpy as np
import pandas as pd
import pytest

from api.services.plans.workload_files import fit_files
from geo.errors import BadInput


@pytest.fixture
def observed(tmp_path):
    rng = np.random.default_rng(1)
    people = rng.integers(100, 600, 40)
    minutes = 0.1 * people + rng.normal(0, 2, 40)
    path = tmp_path / "observed.csv"
    table = pd.DataFrame({"人口": people, "minutes": minutes.round(1)})
    table.to_csv(path, index=False, encoding="gbk")
    return path


def fit(observed, seed=0, out=None, weights=None):
    terms = () if weights else ("人口",)
    return fit_files(observed, terms, "minutes", weights, seed, out)


def test_a_table_in_the_encoding_of_a_spreadsheet_is_fitted(observed):
    assert fit(observed)[1].split()[0] == "人口"


def test_a_row_without_minutes_is_named(observed):
    table = pd.read_csv(observed, encoding="gbk")
    table.loc[3, "minutes"] = None
    table.to_csv(observed, index=False)
    with pytest.raises(BadInput, match=r"observed.csv: minutes is nan in row 4"):
        fit(observed)


def test_terms_that_explain_nothing_are_called_so(tmp_path):
    table = pd.DataFrame({"人口": range(20, 0, -1), "minutes": range(100, 120)})
    table.to_csv(tmp_path / "observed.csv", index=False)
    assert "worse than one number for all" in fit(tmp_path / "observed.csv")[-1]


def test_a_result_that_cannot_be_written_is_refused(observed):
    with pytest.raises(BadInput, match="cannot be written"):
        fit(observed, out=observed.parent / "nowhere" / "fit.json")


def test_a_negative_seed_is_refused(observed):
    with pytest.raises(BadInput, match="seed -1"):
        fit(observed, seed=-1)


def test_a_chinese_column_without_quotes_says_how_to_write_it(observed):
    weights = observed.parent / "weights.toml"
    weights.write_text("[weights]\n人口 = 0.05\n", encoding="utf-8")
    with pytest.raises(BadInput, match="in quotes"):
        fit(observed, weights=weights)
