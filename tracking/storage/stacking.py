"""Packed rows of many phones as one frame of fixes, opened straight into its columns.

A county's day has ten million fixes: each row is opened, put in its place and let go
again, and names are numbers, so that the frame itself is all the memory that is needed.
What a verdict does not read (heading, height, battery) is not even inflated.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.frames import FIX_COLUMNS
from tracking.errors import BadPacking
from tracking.storage.fixblock import COLUMN, UNKNOWN, FixBlock, positions
from tracking.storage.journal import unpack

# A row of one phone: who carried it, its id, and what it holds, packed or not.
Carried = tuple[str, str, bytes | FixBlock]

_READ = (
    "t_ms",
    "received_ms",
    "lon_e7",
    "lat_e7",
    "accuracy_cm",
    "speed_mmps",
    "mock",
    "datum",
    "flags",
)
_FIELDS = frozenset(COLUMN[name] for name in _READ)
# Inflating runs beside Python, and two cores are what most servers have at least.
_THREADS = 2
_WORTH_THREADS = 1000
_TYPES = {name: kind for name, kind in FIX_COLUMNS.items() if kind != "str"}


def stacked(rows: Sequence[Carried], counts: Sequence[int]) -> pd.DataFrame:
    """Return the fixes of some rows one after another.

    Parameters
    ----------
    rows : sequence of Carried
    counts : sequence of int
        How many fixes each row holds.

    Returns
    -------
    DataFrame
        `FIX_COLUMNS` and ``flags`` (tracking.storage.fixblock), names as categoricals.

    Raises
    ------
    BadPacking
        If the bytes of a row are broken, or hold another number of fixes.
    """
    ends = np.cumsum([0, *counts])
    columns: dict[str, NDArray[Any]] = {
        name: np.empty(ends[-1], kind)
        for name, kind in {**_TYPES, "flags": "i8"}.items()
    }

    def put(number: int) -> None:
        held = rows[number][2]
        block = held if isinstance(held, FixBlock) else unpack(held, _FIELDS)
        if len(block) != counts[number]:
            raise BadPacking(f"row of {len(block)} fixes and not {counts[number]}")
        _fill(columns, slice(ends[number], ends[number + 1]), block)

    def put_some(first: int) -> None:
        for number in range(first, len(rows), _THREADS):
            put(number)

    if len(rows) < _WORTH_THREADS:
        for number in range(len(rows)):
            put(number)
    else:
        with ThreadPoolExecutor(_THREADS) as threads:
            list(threads.map(put_some, range(_THREADS)))
    names = {
        "worker_id": _named([row[0] for row in rows], counts),
        "device_id": _named([row[1] for row in rows], counts),
    }
    order = [*FIX_COLUMNS, "flags"]
    return pd.DataFrame({n: {**columns, **names}[n] for n in order}, copy=False)


def _fill(columns: dict[str, NDArray[Any]], part: slice, block: FixBlock) -> None:
    columns["t_ms"][part] = block.column("t_ms")
    columns["received_ms"][part] = block.column("received_ms")
    columns["lon"][part], columns["lat"][part] = positions(block)
    for name, source, per_unit in (
        ("accuracy_m", "accuracy_cm", 100.0),
        ("speed_mps", "speed_mmps", 1000.0),
    ):
        values = block.column(source)
        columns[name][part] = np.where(values == UNKNOWN, np.nan, values / per_unit)
    columns["mock"][part] = block.column("mock")
    columns["flags"][part] = block.column("flags")


def _named(names: Sequence[str], counts: Sequence[int]) -> "pd.Categorical[Any]":
    known = sorted(set(names))
    place = {name: n for n, name in enumerate(known)}
    codes = np.array([place[name] for name in names], np.int32)
    return pd.Categorical.from_codes(
        np.repeat(codes, counts), pd.Index(known, dtype=str)
    )
