"""One value of a phone as a number: lenient about form, strict about meaning.

Forms send text, JSON numbers; both are read alike. What cannot be a number (a bool,
NaN, an endless one) is None, which means "the phone did not say".
"""

import math
from datetime import UTC, datetime

from geo.localtime import to_ms

# Traccar's border between seconds and milliseconds: seconds last until 2038.
SECONDS_END = 2**31
_INT64_END = 2**63


def number(value: object) -> float | None:
    """Return a finite number, or None if `value` is none."""
    if type(value) is float or type(value) is int:
        return _finite(value)
    if isinstance(value, str):
        try:
            return _finite(float(value))
        except ValueError:
            return None
    return None


def _finite(value: float) -> float | None:
    try:
        found = float(value)
    except OverflowError:
        return None
    return found if math.isfinite(found) else None


def whole(value: float | None, per_unit: float, lowest: int, highest: int) -> int:
    """Return a value in whole stored units, or `lowest` - 1 if it cannot be.

    Examples
    --------
    >>> whole(1.2345, 1000.0, 0, 10_000)
    1234
    >>> whole(None, 1000.0, 0, 10_000)
    -1
    """
    if value is None:
        return lowest - 1
    stored = value * per_unit
    return round(stored) if lowest <= stored <= highest else lowest - 1


def time_ms(value: object) -> int | None:
    """Return a phone's time as milliseconds since the epoch, or None.

    Parameters
    ----------
    value : object
        Epoch seconds (below 2^31) or milliseconds, as number or text; ISO 8601;
        ``yyyy-MM-dd HH:mm:ss``. Times without an offset are UTC. Parts of a
        millisecond are cut off.
    """
    if isinstance(value, str):
        text = value.strip()
        if _looks_like_a_date(text):
            return _calendar_ms(text)
        return _epoch_ms(text)
    return _epoch_ms(value)


def _looks_like_a_date(text: str) -> bool:
    return "-" in text[1:] or ":" in text


def _calendar_ms(text: str) -> int | None:
    try:
        moment = datetime.fromisoformat(text)
        return to_ms(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
    except (ValueError, OverflowError):
        return None


def _epoch_ms(value: object) -> int | None:
    if type(value) is not int:
        if isinstance(value, str) and _is_integer(value):
            value = int(value)
        else:
            return _fractional_ms(number(value))
    ms = value * 1000 if value < SECONDS_END else value
    return ms if -_INT64_END < ms < _INT64_END else None


def _is_integer(text: str) -> bool:
    digits = text[1:] if text[:1] in "+-" else text
    return len(digits) < 20 and digits.isascii() and digits.isdigit()


def _fractional_ms(value: float | None) -> int | None:
    if value is None or abs(value) >= _INT64_END:
        return None
    # Seconds with a fraction come as decimal text: 1e-6 s undoes its binary error.
    seconds = value < SECONDS_END
    return math.floor(value * 1000 + 1e-3) if seconds else math.floor(value)
