"""Positions read column by column: fast, for files that are plainly well formed.

Times become numbers and names numbers of names while the file is read, so that no text
is made per row. Whatever is not plain is left to `position_files`, which names the
mistake or reads it slowly; both give the same frame.
"""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv as csv
import pyarrow.parquet as pq
from numpy.typing import NDArray

from geo.frames import FIX_COLUMNS, MOCK_NO, MOCK_UNKNOWN, MOCK_YES

NEEDED = ("worker_id", "t", "lon", "lat")
KNOWN = (*NEEDED, "accuracy", "speed_mps", "mock", "received_at", "device_id")
MOCK_WORDS = {
    "true": MOCK_YES,
    "1": MOCK_YES,
    "yes": MOCK_YES,
    "false": MOCK_NO,
    "0": MOCK_NO,
    "no": MOCK_NO,
    "": MOCK_UNKNOWN,
}
_NAMES = ("worker_id", "device_id", "mock")
_TIMES = ("t", "received_at")
_MOMENT = pa.timestamp("us", "UTC")
_NAME = pa.dictionary(pa.int32(), pa.string())
_NOTHING = ["", "nan", "NaN", "null", "NULL", "none", "None"]


def read_plain(path: Path) -> pd.DataFrame | None:
    """Return the fixes of a well-formed file, names as categoricals, else None.

    Parameters
    ----------
    path : Path
        As for `api.services.positions.position_files.read_positions`.
    """
    try:
        table = _read(path)
        if not set(NEEDED) <= set(table.column_names):
            return None
        return _frame(table)
    except (OSError, ValueError, KeyError, pa.ArrowException):
        return None


def _read(path: Path) -> pa.Table:
    if path.suffix.lower() in (".parquet", ".pq"):
        known = [c for c in pq.read_schema(path).names if c in KNOWN]
        return pq.read_table(
            path, columns=known, read_dictionary=list(_NAMES), memory_map=True
        )
    kinds = {name: pa.float64() for name in KNOWN}
    kinds |= dict.fromkeys(_NAMES, _NAME) | dict.fromkeys(_TIMES, _MOMENT)
    with csv.open_csv(path) as opened:
        present = [name for name in KNOWN if name in opened.schema.names]
    return csv.read_csv(
        path,
        convert_options=csv.ConvertOptions(
            include_columns=present,
            column_types={name: kinds[name] for name in present},
            null_values=_NOTHING,
            strings_can_be_null=False,
        ),
    )


def _frame(table: pa.Table) -> pd.DataFrame:
    n = table.num_rows
    unknown = np.full(n, np.nan)
    if table["t"].null_count:
        raise ValueError("a time is missing")
    t_ms = received = _milliseconds(table["t"])
    if "received_at" in table.column_names:
        told = table["received_at"]
        received = _milliseconds(told)
        if told.null_count:
            received = np.where(np.asarray(told.is_valid()), received, t_ms)
    worker = _names(table["worker_id"])
    if "" in worker.categories:
        raise ValueError("a worker has no name")
    device = pd.Categorical.from_codes(np.zeros(n, np.int32), pd.Index([""]))
    if "device_id" in table.column_names:
        device = _names(table["device_id"])
    columns = {
        "worker_id": worker,
        "device_id": device,
        "t_ms": t_ms,
        "received_ms": received,
        "lon": _numbers(table["lon"]),
        "lat": _numbers(table["lat"]),
        "mock": np.full(n, MOCK_UNKNOWN, np.int8),
    }
    for source, name in (("accuracy", "accuracy_m"), ("speed_mps", "speed_mps")):
        known = source in table.column_names
        columns[name] = _numbers(table[source]) if known else unknown
    if "mock" in table.column_names:
        columns["mock"] = _mocks(table["mock"])
    return pd.DataFrame({name: columns[name] for name in FIX_COLUMNS}, copy=False)


def _milliseconds(column: pa.ChunkedArray) -> NDArray[np.int64]:
    """Return times as milliseconds since the epoch; 0 where nothing was said."""
    if pa.types.is_timestamp(column.type) and column.type.tz is None:
        raise ValueError("times without offset")
    microseconds = column.cast(_MOMENT).cast(pa.int64())
    if microseconds.null_count:
        microseconds = microseconds.fill_null(0)
    told: NDArray[np.int64] = microseconds.to_numpy()
    return told // 1000


def _numbers(column: pa.ChunkedArray) -> NDArray[np.float64]:
    if not (pa.types.is_floating(column.type) or pa.types.is_integer(column.type)):
        raise ValueError("no numbers")
    return np.asarray(column.cast(pa.float64()).to_numpy(), np.float64)


def _names(column: pa.ChunkedArray) -> "pd.Categorical[Any]":
    if column.null_count:
        raise ValueError("a name is missing")
    if not pa.types.is_dictionary(column.type):
        column = column.cast(pa.string()).dictionary_encode()
    whole = column.unify_dictionaries().combine_chunks()
    names = [str(name) for name in whole.dictionary.to_pylist()]
    if any(name != name.strip() for name in names):
        raise ValueError("a name with blanks around it")
    codes: NDArray[np.int32] = np.asarray(whole.indices, np.int32)
    return pd.Categorical.from_codes(codes, pd.Index(names))


def _mocks(column: pa.ChunkedArray) -> NDArray[np.int8]:
    if pa.types.is_boolean(column.type) and not column.null_count:
        told = np.asarray(column)
        return np.where(told, MOCK_YES, MOCK_NO).astype(np.int8)
    named = _names(column)
    words = [MOCK_WORDS[str(name).lower()] for name in named.categories]
    return np.array(words, np.int8)[named.codes]
