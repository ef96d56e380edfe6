"""Tables without geometry that a command is given: CSV as UTF-8 or, from Excel, GBK."""

from io import StringIO
from pathlib import Path

import pandas as pd

from geo.errors import BadLayer
from geo.reading.text import decode

_OTHER_MARKS = {";": "semicolons", "\t": "tabs", "|": "bars", "，": "Chinese commas"}


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
    try:
        text, _, _ = decode(data, None, path.name)
        frame = pd.read_csv(StringIO(text), dtype=dtype)
    except BadLayer:
        raise BadLayer(
            f"{path.name}: is no text in UTF-8 or GB18030; save it as CSV in UTF-8"
        ) from None
    except ValueError as error:
        raise BadLayer(f"{path.name}: cannot be read as CSV: {error}") from None
    _require_commas(frame, path)
    return frame


def _require_commas(frame: pd.DataFrame, path: Path) -> None:
    if len(frame.columns) > 1:
        return
    head = str(frame.columns[0])
    for mark, name in _OTHER_MARKS.items():
        if mark in head:
            raise BadLayer(
                f"{path.name}: its columns are parted by {name}; save it as CSV with "
                "commas"
            )
