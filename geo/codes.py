"""Region codes (统计用区划代码) and grid codes: parse, format, pad, contain.

A region code has 6 (county), 9 (town) or 12 digits (village); a grid code has 15: the
village's 12 and a serial from 001, west to east and north to south at first
publication (DB6101/T 3185-2024, DB11/T 2157-2023). In the database a code is a
``bigint`` padded with zeros to 15 digits, so that an area is one half-open range of
integers. The kind of a village is a column and never read from its code: the published
ranges are habit, not law.
"""

from typing import Literal

from geo.errors import BadCode

Level = Literal["county", "town", "village", "grid"]

_LEVEL_OF_LENGTH: dict[int, Level] = {6: "county", 9: "town", 12: "village", 15: "grid"}
MAX_SERIAL = 999


def level_of(code: str) -> Level:
    """Return the level of a code, by its number of digits.

    Raises
    ------
    BadCode
        If the code is not 6, 9, 12 or 15 decimal digits, or begins with 0.

    Examples
    --------
    >>> level_of("410325105200")
    'village'
    """
    level = _LEVEL_OF_LENGTH.get(len(code))
    if level is None or not (code.isascii() and code.isdigit()) or code[0] == "0":
        raise BadCode(
            f"code {code!r} is none: 6 digits for a county, 9 for a town, "
            "12 for a village, 15 for a grid"
        )
    return level


def grid_code(village_code: str, serial: int) -> str:
    """Return the 15-digit code of grid number `serial` of a village.

    Raises
    ------
    BadCode
        If the village code has not 12 digits, or the serial is outside 1..999.

    Examples
    --------
    >>> grid_code("410325105200", 7)
    '410325105200007'
    """
    if level_of(village_code) != "village":
        raise BadCode(f"a grid needs a 12-digit village code, not {village_code!r}")
    if not 1 <= serial <= MAX_SERIAL:
        raise BadCode(f"serial {serial} of {village_code} is outside 1..{MAX_SERIAL}")
    return f"{village_code}{serial:03d}"


def parent_of(code: str) -> str | None:
    """Return the code one level up, or None for a county."""
    level_of(code)
    return code[:-3] if len(code) > 6 else None


def padded(code: str) -> int:
    """Return the code as the integer that the database stores: 15 digits, zeros behind.

    Examples
    --------
    >>> padded("410325105")
    410325105000000
    """
    level_of(code)
    return int(code.ljust(15, "0"))


def unpadded(value: int, level: Level) -> str:
    """Return the text of a stored code at a known level."""
    length = {name: n for n, name in _LEVEL_OF_LENGTH.items()}[level]
    return f"{value:015d}"[:length]


def range_of(code: str) -> tuple[int, int]:
    """Return the half-open range of stored codes that lie in a region or are a grid.

    Examples
    --------
    >>> range_of("410325")
    (410325000000000, 410326000000000)
    """
    level_of(code)
    low = padded(code)
    step: int = 10 ** (15 - len(code))
    return low, low + step


def codes_of(low: int, high: int) -> list[str]:
    """Return the fewest codes whose ranges together are a half-open range.

    The database joins neighbouring areas into one range; this takes it apart.

    Examples
    --------
    >>> codes_of(*range_of("410325105"))
    ['410325105']
    >>> codes_of(410325105200000, 410325105202000)
    ['410325105200', '410325105201']
    """
    codes = []
    while low < high:
        digits = next(n for n in (6, 9, 12, 15) if _fits(low, high, 10 ** (15 - n)))
        codes.append(f"{low:015d}"[:digits])
        low += 10 ** (15 - digits)
    return codes


def _fits(low: int, high: int, step: int) -> bool:
    return low % step == 0 and low + step <= high


def trimmed(value: int) -> str:
    """Return a stored code without the zeros behind it: of a grid, else of its area.

    Serials begin at 001, so no group of three digits that counts is 000.

    Examples
    --------
    >>> trimmed(410325105200007), trimmed(410325105000000)
    ('410325105200007', '410325105')
    """
    code = f"{value:015d}"
    while len(code) > 6 and code.endswith("000"):
        code = code[:-3]
    return code
