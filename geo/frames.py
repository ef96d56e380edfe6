"""Columns of the frames that cross package borders, and their checks.

Every frame that one package hands to another has its columns named here. Frames are
plain pandas or GeoPandas; a check raises `BadFrame` with the column, the row and the
way out.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from geo.errors import BadFrame

# What is never split when grids are made. Geometry: polygons in a metric CRS.
UNIT_COLUMNS: Mapping[str, str] = {
    "unit_id": "str",
    "load": "float64",
    "label": "str",
}

# Position fixes of any number of people. Times are milliseconds since the epoch, UTC;
# coordinates WGS 84 degrees; NaN means that the phone did not say.
FIX_COLUMNS: Mapping[str, str] = {
    "worker_id": "str",
    "device_id": "str",
    "t_ms": "int64",
    "received_ms": "int64",
    "lon": "float64",
    "lat": "float64",
    "accuracy_m": "float64",
    "speed_mps": "float64",
    "mock": "int8",
}
MOCK_UNKNOWN, MOCK_NO, MOCK_YES = -1, 0, 1

# Grids as published. Geometry: polygons, WGS 84.
GRID_COLUMNS: Mapping[str, str] = {"grid_code": "str"}


def require_columns(frame: pd.DataFrame, columns: Mapping[str, Any], what: str) -> None:
    """Raise `BadFrame` unless `frame` has all `columns`.

    Parameters
    ----------
    frame : DataFrame
    columns : mapping
        Only the keys are read.
    what : str
        What the frame is, for the message: ``"units"``.
    """
    missing = [name for name in columns if name not in frame.columns]
    if missing:
        have = ", ".join(map(str, frame.columns))
        raise BadFrame(
            f"{what}: column {missing[0]!r} is missing; the columns are {have}"
        )


def require_unique(frame: pd.DataFrame, column: str, what: str) -> None:
    """Raise `BadFrame` if a value of `column` is missing or stands twice."""
    values = frame[column]
    if values.isna().any():
        row = int(np.flatnonzero(values.isna().to_numpy())[0])
        raise BadFrame(f"{what}: {column} is empty in row {row + 1}")
    twice = values[values.duplicated()]
    if len(twice):
        count = int((values == twice.iloc[0]).sum())
        raise BadFrame(
            f"{what}: {column} {twice.iloc[0]!r} stands {count} times; "
            "each must be its own"
        )
