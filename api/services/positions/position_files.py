"""Positions from a CSV or Parquet file to a frame of fixes.

Wrong times and texts where numbers belong are the caller's mistake and named with row
and column; coordinates that no phone should send are data, and the verdict says so.
"""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from api.services.positions.position_columns import (
    KNOWN,
    MOCK_WORDS,
    NEEDED,
    read_plain,
)
from geo.frames import FIX_COLUMNS, MOCK_UNKNOWN, require_columns
from tracking.errors import BadPositions

_OFFSET = r"(?:[zZ]|[+-]\d{2}(?::?\d{2})?)$"


def read_positions(path: Path) -> pd.DataFrame:
    """Read positions as a frame with `geo.frames.FIX_COLUMNS`.

    Parameters
    ----------
    path : Path
        CSV or Parquet with ``worker_id``, ``t`` (ISO 8601 with offset), ``lon``,
        ``lat`` and, if known, ``accuracy``, ``speed_mps``, ``mock``, ``received_at``,
        ``device_id``. Other columns are ignored.

    Raises
    ------
    BadPositions
        If the file cannot be read, a column is missing, or a value cannot be
        understood; the text names row and column.
    """
    plain = read_plain(path)
    if plain is not None:
        return plain
    table = _read_table(path)
    what = path.name
    require_columns(table, dict.fromkeys(NEEDED), what)
    t_ms = _times(table["t"], "t", what)
    received = t_ms
    if "received_at" in table:
        told = table["received_at"].notna() & (table["received_at"].astype(str) != "")
        received = t_ms.copy()
        received[told] = _times(table["received_at"][told], "received_at", what)
    n = len(table)
    unknown = pd.Series(np.full(n, np.nan))
    frame = {
        "worker_id": _names(table["worker_id"], what),
        "device_id": _texts(table.get("device_id", pd.Series([""] * n))),
        "t_ms": t_ms,
        "received_ms": received,
        "lon": _numbers(table["lon"], "lon", what),
        "lat": _numbers(table["lat"], "lat", what),
        "accuracy_m": _numbers(table.get("accuracy", unknown), "accuracy", what),
        "speed_mps": _numbers(table.get("speed_mps", unknown), "speed_mps", what),
        "mock": _mocks(table["mock"], what) if "mock" in table else MOCK_UNKNOWN,
    }
    return pd.DataFrame(frame)[list(FIX_COLUMNS)].astype({"mock": np.int8})


def _read_table(path: Path) -> pd.DataFrame:
    try:
        if path.suffix.lower() in (".parquet", ".pq"):
            known = [c for c in pq.read_schema(path).names if c in KNOWN]
            return pq.read_table(path, columns=known).to_pandas()
        return pd.read_csv(
            path,
            dtype=str,
            keep_default_na=False,
            usecols=lambda name: name in KNOWN,
            encoding="utf-8-sig",
        )
    except (OSError, ValueError, pa.ArrowException) as trouble:
        first = str(trouble).splitlines()[0] if str(trouble) else "it is empty"
        raise BadPositions(f"{path.name}: cannot be read as positions: {first}") from (
            trouble
        )


def _times(values: "pd.Series[Any]", column: str, what: str) -> NDArray[np.int64]:
    """Return milliseconds since the epoch; a time needs its offset."""
    if isinstance(values.dtype, pd.DatetimeTZDtype) and not values.isna().any():
        return _epoch_ms(values)
    if pd.api.types.is_datetime64_dtype(values.dtype):
        raise BadPositions(
            f"{what}: column {column!r} has times without offset, the first in row "
            f"{_row(values, 0)}; store them with a time zone"
        )
    text = values.astype(str)
    bare = ~text.str.contains(_OFFSET, regex=True)
    times = pd.to_datetime(text, utc=True, format="ISO8601", errors="coerce")
    bad = times.isna()
    if bad.any():
        at = int(np.argmax(bad.to_numpy()))
        raise BadPositions(
            f"{what}: row {_row(values, at)}, column {column!r}: {text.iloc[at]!r} is "
            "no ISO 8601 time"
        )
    if bare.any():
        at = int(np.argmax(bare.to_numpy()))
        raise BadPositions(
            f"{what}: row {_row(values, at)}, column {column!r}: {text.iloc[at]!r} has "
            "no offset; write 2026-05-20T08:00:00+08:00 or ...Z"
        )
    return _epoch_ms(times)


def _epoch_ms(times: "pd.Series[Any]") -> NDArray[np.int64]:
    stamps = times.dt.tz_convert("UTC").dt.tz_localize(None).to_numpy("datetime64[us]")
    milliseconds: NDArray[np.int64] = stamps.astype(np.int64) // 1000
    return milliseconds


def _row(values: "pd.Series[Any]", at: int) -> int:
    """Return the number of a data row, counted from 1 without the header."""
    return int(values.index[at]) + 1


def _names(values: "pd.Series[Any]", what: str) -> "pd.Series[str]":
    names = _texts(values)
    empty = names == ""
    if empty.any():
        at = int(np.argmax(empty.to_numpy()))
        raise BadPositions(f"{what}: row {at + 1}, column 'worker_id' is empty")
    return names


def _texts(values: "pd.Series[Any]") -> "pd.Series[str]":
    return values.astype(object).where(values.notna(), "").astype(str).str.strip()


def _numbers(values: "pd.Series[Any]", column: str, what: str) -> NDArray[np.float64]:
    if pd.api.types.is_numeric_dtype(values.dtype):
        return values.to_numpy(np.float64, na_value=np.nan)
    text = _texts(values)
    said = ~text.str.lower().isin(("", "nan", "null", "none"))
    numbers = pd.to_numeric(text.where(said), errors="coerce")
    wrong = said & numbers.isna()
    if wrong.any():
        at = int(np.argmax(wrong.to_numpy()))
        raise BadPositions(
            f"{what}: row {at + 1}, column {column!r}: {text.iloc[at]!r} is no number"
        )
    return numbers.to_numpy(np.float64, na_value=np.nan)


def _mocks(values: "pd.Series[Any]", what: str) -> NDArray[np.int8]:
    text = _texts(values).str.lower().str.removesuffix(".0")
    mocks = text.map(MOCK_WORDS)
    if mocks.isna().any():
        at = int(np.argmax(mocks.isna().to_numpy()))
        raise BadPositions(
            f"{what}: row {at + 1}, column 'mock': {text.iloc[at]!r} is neither true "
            "nor false"
        )
    flags: NDArray[np.int8] = mocks.to_numpy().astype(np.int8)
    return flags
