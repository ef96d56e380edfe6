"""Positions from files: fast where a file is plain, slow and exact where it is not."""

import numpy as np
import pandas as pd
import pytest

from api.services.positions import position_files
from api.services.positions.position_columns import read_plain
from geo.errors import XungeError
from geo.frames import FIX_COLUMNS
from tests.api.cli.test_verify import told
from tests.tracking.worlds import honest_round


@pytest.fixture
def rows():
    rows = told(honest_round(np.random.default_rng(4)))
    rows.loc[3, ["accuracy", "received_at"]] = None
    rows.loc[5, "mock"] = ""
    rows.loc[7, "t"] = "2026-05-20T00:20:07Z"
    return rows


def written(rows, path):
    rows.to_csv(path, index=False)
    return path


def as_text(frame):
    return frame.astype({"worker_id": str, "device_id": str})


def test_a_plain_file_gives_the_same_frame_fast_and_slow(rows, tmp_path, monkeypatch):
    path = written(rows, tmp_path / "positions.csv")
    fast = read_plain(path)
    monkeypatch.setattr(position_files, "read_plain", lambda _: None)
    slow = position_files.read_positions(path)
    assert list(fast.columns) == list(FIX_COLUMNS)
    pd.testing.assert_frame_equal(as_text(fast), as_text(slow))


def test_parquet_with_texts_of_times_is_plain_too(rows, tmp_path):
    path = tmp_path / "positions.parquet"
    rows.assign(mock=rows["mock"].fillna("")).to_parquet(path)
    by_csv = read_plain(written(rows, tmp_path / "positions.csv"))
    pd.testing.assert_frame_equal(as_text(read_plain(path)), as_text(by_csv))


@pytest.mark.parametrize(
    ("column", "value"),
    [("worker_id", " w1"), ("t", "2026-05-20T08:00:00"), ("lon", "east"), ("t", "")],
)
def test_what_is_not_plain_is_left_to_the_slow_reader(rows, tmp_path, column, value):
    rows[column] = rows[column].astype(object)
    rows.loc[2, column] = value
    assert read_plain(written(rows, tmp_path / "positions.csv")) is None


def test_blanks_around_a_name_are_no_other_worker(rows, tmp_path):
    rows.loc[2, "worker_id"] = " w1 "
    frame = position_files.read_positions(written(rows, tmp_path / "positions.csv"))
    assert set(frame["worker_id"]) == {"w1"}


def test_a_file_without_a_needed_column_says_so(rows, tmp_path):
    path = written(rows.drop(columns="lat"), tmp_path / "positions.csv")
    assert read_plain(path) is None
    with pytest.raises(XungeError, match="lat"):
        position_files.read_positions(path)
