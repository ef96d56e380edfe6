"""Tables without geometry that a command is given: CSV as UTF-8 or, from Excel, GBK."""

from io import StringIO
from pathlib import Path

import pandas as pd

from geo.errors import BadLayer
from geo.reading.text import decode


def read_csv(path: Path, dtype: type[str] | None = None) -> pd.DataFrame:
    """Read a CSV; its columns are text if that is asked for.

    Raises
    ------
    BadLayer
        If there is no such file, or it is no CSV.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise BadLayer(f"{path}: cannot be read: {error.strerror}") from None
    text, _, _ = decode(data, None, path.name)
    try:
        return pd.read_csv(StringIO(text), dtype=dtype)
    except ValueError as error:
        raise BadLayer(f"{path.name}: cannot be read as CSV: {error}") from None
