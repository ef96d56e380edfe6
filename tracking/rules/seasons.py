"""Seasons: the part of every year in which a rule holds.

A season is written ``MM-DD/MM-DD``, both days included, and may run over the new year:
``11-01/02-28``. A season that ends on ``02-28`` also holds on a 29th of February.
"""

from datetime import date

from tracking.errors import BadRule


def check_season(season: str) -> None:
    """Raise `BadRule` if a text is no season; the empty text is the whole year.

    Examples
    --------
    >>> check_season("11-01/02-28")
    """
    first, mark, last = season.partition("/")
    if season and not (mark and _is_day(first) and _is_day(last)):
        raise BadRule(f"season {season!r}: write MM-DD/MM-DD, such as 11-01/02-28")


def in_season(season: str, day: date) -> bool:
    """Return whether a day lies in a season; the empty season is the whole year.

    Parameters
    ----------
    season : str
        ``MM-DD/MM-DD``, both included, or empty.
    day : date
        Local day.

    Examples
    --------
    >>> in_season("11-01/02-28", date(2024, 2, 29)), in_season("11-01/02-28", date(2024, 3, 1))
    (True, False)
    """  # noqa: E501
    if not season:
        return True
    first, _, last = season.partition("/")
    last = "02-29" if last == "02-28" else last
    now = day.strftime("%m-%d")
    if first <= last:
        return first <= now <= last
    return now >= first or now <= last


def _is_day(text: str) -> bool:
    try:
        # A leap year, so that the 29th of February is a day.
        return len(text) == 5 and bool(date.fromisoformat(f"2024-{text}"))
    except ValueError:
        return False
