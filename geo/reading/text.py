"""Text of unknown encoding: UTF-8 if it is, else GB18030 if it is, and say which."""

from typing import Any

import pandas as pd

from geo.errors import BadLayer

# GB18030 reads every GBK and GB2312 file.
_GUESSES = ("utf-8-sig", "gb18030")
_CHINESE_NAMES = {"gbk", "gb2312", "gb18030", "cp936", "936", "ms936", "euc-cn", "ansi"}
_SAMPLES = 3


def codec_of(name: str) -> str:
    """Return the Python codec of a stated encoding, GB18030 for all of its kin.

    Raises
    ------
    BadLayer
        If there is no such encoding.
    """
    plain = name.strip().lower().replace("_", "-")
    if plain in _CHINESE_NAMES:
        return "gb18030"
    if plain.isdigit():
        plain = "utf-8" if plain == "65001" else f"cp{plain}"
    try:
        "".encode(plain)
    except LookupError:
        raise BadLayer(
            f"encoding {name!r} is unknown; use UTF-8, GBK or GB18030"
        ) from None
    return plain


def decode(data: bytes, encoding: str | None, what: str) -> tuple[str, str, str]:
    """Return text, codec, and a note where the codec had to be guessed.

    Raises
    ------
    BadLayer
        If the text is in neither of the guessed encodings, or not in the stated one.
    """
    if encoding is not None:
        codec = codec_of(encoding)
        try:
            return data.decode(codec), codec, ""
        except UnicodeDecodeError as error:
            raise BadLayer(
                f"{what}: not {encoding} at byte {error.start}; "
                "leave the encoding out to let it be found"
            ) from None
    for codec in _GUESSES:
        try:
            text = data.decode(codec)
        except UnicodeDecodeError:
            continue
        guessed = codec != "utf-8-sig" and not data.isascii()
        return text, codec, "text read as GB18030: it is not UTF-8" if guessed else ""
    raise BadLayer(f"{what}: text is neither UTF-8 nor GB18030; state its encoding")


def sample_of(texts: list[str]) -> str:
    """Return a few of the texts that are not plain ASCII, for a person to look at."""
    telling = list(dict.fromkeys(t for t in texts if t and not t.isascii()))
    return ", ".join(telling[:_SAMPLES])


def as_text(column: pd.Series) -> pd.Series:
    """Return a column as text, as a person would write it: 410325105001, never with .0.

    Parameters
    ----------
    column : Series
        Numbers, text or anything else. Empty and missing values become None.
    """
    return pd.Series(
        [_as_text(value) for value in column.tolist()],
        index=column.index,
        dtype=object,
        name=column.name,
    )


def _as_text(value: Any) -> str | None:
    if value is None or (isinstance(value, float) and value != value):
        return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if value is pd.NA or value is pd.NaT:
        return None
    return str(value).strip() or None
