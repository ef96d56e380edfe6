"""A plain native batch as columns at once: the way nearly every batch takes.

What is in any way out of the ordinary (a text for a number, a fix that must be refused)
is not decided here: the whole batch then takes the way of `tracking.formats.reading`,
fix by fix. Both ways give the same block.
"""

from collections.abc import Sequence
from datetime import datetime
from itertools import chain
from operator import itemgetter

import numpy as np
from numpy.typing import NDArray

from geo.crs import COORD_TYPES
from tracking.formats.reading import MOST_PROVIDERS, clean_text, impossible_times
from tracking.formats.scalars import SECONDS_END
from tracking.storage.fixblock import (
    COLUMN,
    FIELDS,
    UNKNOWN_ALTITUDE,
    FixBlock,
    IntArray,
    mock_code,
)

_NUMBERS = ("lon", "lat", "accuracy", "speed_mps", "heading", "altitude", "battery")
_NAMES = ("t", *_NUMBERS, "mock", "provider")
_ALL = itemgetter(*_NAMES)
# Per number: stored units in one of it, least and greatest stored value.
_UNITS = np.array([1e7, 1e7, 100.0, 1000.0, 100.0, 100.0, 10.0])[:, None]
_LEAST = np.array([-1.8e9, -9e8, 0, 0, 0, UNKNOWN_ALTITUDE + 1, 0])[:, None]
_MOST = np.array([1.8e9, 9e8, 1e9, 1e9, 36_000, -UNKNOWN_ALTITUDE, 1000])[:, None]
_PLACES = slice(COLUMN["lon_e7"], COLUMN["battery_permille"] + 1)
_LOOKS_LIKE_NUMBERS = {int, float, type(None)}


def plain_block(
    fixes: Sequence[object], coord_type: str, received_ms: int
) -> FixBlock | None:
    """Return a batch whose fixes are all plain and usable; None for any other.

    Parameters
    ----------
    fixes : sequence
        As they stand in the JSON of a native batch.
    coord_type : str
        One of `geo.crs.COORD_TYPES`, or the batch is not plain.
    received_ms : int
        When the request came, milliseconds since the epoch, UTC.
    """
    if not fixes or coord_type not in COORD_TYPES:
        return None
    try:
        said = list(zip(*_rows(fixes), strict=True))
        t_ms, numbers = _times(said[0]), _numbers(said[1:8])
        mocks = [_mock(value) for value in said[8]]
        providers, provider = _providers(said[9])
    except (TypeError, ValueError, OverflowError, AttributeError):
        return None
    if numbers is None or impossible_times(t_ms, received_ms).any():
        return None
    values = np.zeros((len(fixes), len(FIELDS)), np.int64)
    values[:, COLUMN["t_ms"]] = t_ms
    values[:, COLUMN["received_ms"]] = received_ms
    values[:, _PLACES] = numbers.T
    values[:, COLUMN["mock"]] = mocks
    values[:, COLUMN["provider"]] = provider
    values[:, COLUMN["datum"]] = COORD_TYPES.index(coord_type)
    return FixBlock(values, providers)


def _rows(fixes: Sequence[object]) -> list[tuple[object, ...]]:
    try:
        return list(map(_ALL, fixes))  # type: ignore[arg-type]
    except KeyError:
        return [tuple(map(fix.get, _NAMES)) for fix in fixes]  # type: ignore[attr-defined]


def _times(said: Sequence[object]) -> IntArray:
    kinds = set(map(type, said))
    if kinds == {int}:
        t_ms = np.array(said, np.int64)
        return np.where(t_ms < SECONDS_END, t_ms * 1000, t_ms)
    if kinds != {str}:
        raise TypeError("times of several kinds")
    moments = [_moment(text) for text in said]
    # Microseconds of this century are whole numbers of a float64, so nothing is lost.
    return np.rint(np.array(moments) * 1e6).astype(np.int64) // 1000


def _moment(text: object) -> float:
    if not isinstance(text, str) or text[4:5] != "-":
        raise ValueError(text)
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(text)
    return moment.timestamp()


def _numbers(said: Sequence[Sequence[object]]) -> NDArray[np.int64] | None:
    if not set(map(type, chain.from_iterable(said))) <= _LOOKS_LIKE_NUMBERS:
        return None
    # What is beyond all bounds becomes endless, and that is not inside.
    with np.errstate(over="ignore"):
        stored = np.array(said, np.float64) * _UNITS
    is_inside = (stored >= _LEAST) & (stored <= _MOST)
    if not is_inside[:2].all():
        return None
    return np.rint(np.where(is_inside, stored, _LEAST - 1)).astype(np.int64)


def _mock(value: object) -> int:
    return -1 if value is None else int(value) if value is False else mock_code(value)


def _providers(said: Sequence[object]) -> tuple[tuple[str, ...], int | list[int]]:
    place = {"": 0}
    if said.count(said[0]) == len(said):
        said = said[:1]
    for value in dict.fromkeys(said):
        text = clean_text(value)
        if text not in place and len(place) >= MOST_PROVIDERS:
            raise ValueError("too many providers")
        place.setdefault(text, len(place))
    rows = [place[clean_text(value)] for value in said]
    return tuple(place), rows[0] if len(rows) == 1 else rows
