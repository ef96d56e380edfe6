"""The local day: the one place where UTC becomes a Chinese date.

China keeps one zone without summer time, so a local day is always 24 hours.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

LOCAL_ZONE = ZoneInfo("Asia/Shanghai")
DAY_MS = 86_400_000
_OFFSET_MS = 8 * 3_600_000
_EPOCH = date(1970, 1, 1)


def local_date(moment: datetime) -> date:
    """Return the local date of an aware moment."""
    return moment.astimezone(LOCAL_ZONE).date()


def local_date_of_ms(t_ms: int) -> date:
    """Return the local date of a moment in milliseconds since the epoch, UTC."""
    return _EPOCH + timedelta(days=(t_ms + _OFFSET_MS) // DAY_MS)


def day_start_ms(day: date) -> int:
    """Return the first millisecond of a local day, since the epoch, UTC."""
    return (day - _EPOCH).days * DAY_MS - _OFFSET_MS


def at_local(day: date, clock: time) -> datetime:
    """Return the aware UTC moment of a local date and wall-clock time."""
    return datetime.combine(day, clock, LOCAL_ZONE).astimezone(UTC)


def to_ms(moment: datetime) -> int:
    """Return an aware moment as whole milliseconds since the epoch, UTC."""
    delta = moment - datetime(1970, 1, 1, tzinfo=UTC)
    return delta // timedelta(milliseconds=1)


def from_ms(t_ms: int) -> datetime:
    """Return milliseconds since the epoch as an aware moment in UTC."""
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=t_ms)
