"""The encoding of a shapefile's attributes, found by looking at its bytes.

The usual bureau file is GBK without a .cpg and with an empty or wrong language byte;
others say UTF-8 in the .cpg over GBK bytes. GDAL believes what is stated and gives
mojibake or an error. So what is stated is tried against the bytes first.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from geo.errors import BadLayer
from geo.reading.text import codec_of, sample_of

# Language bytes that mean Chinese. 0x03 and 0x57 (Western, "ANSI") are what programs
# write without thinking, so they prove nothing.
_LANGUAGE_BYTES = {0x4D: "gb18030", 0x7A: "gb18030", 0x4F: "cp950", 0x78: "cp950"}
_WESTERN = ("iso-8859", "iso8859", "latin", "cp125", "cp437", "cp850", "ascii")
# A character cut in two at the end of a full field is the fault of the field's width.
_CUT_BYTES = 3


@dataclass(frozen=True)
class Encoding:
    """A codec, and why it was taken; `note` is empty when nothing was in doubt."""

    codec: str
    note: str = ""


def encoding_of(shp: Path, stated: str | None) -> Encoding:
    """Return the encoding of the attributes of a shapefile.

    Parameters
    ----------
    shp : Path
        The .shp; its .dbf and .cpg are looked for in any case.
    stated : str, optional
        What the user says; believed if the bytes allow it.

    Raises
    ------
    BadLayer
        If the stated encoding does not fit, or none does.
    """
    dbf = sibling(shp, ".dbf")
    if dbf is None:
        return Encoding(
            "utf-8", "no .dbf beside the .shp: the areas have no attributes"
        )
    language, values = _texts(dbf)
    if stated is not None:
        codec = codec_of(stated)
        if _decode(values, codec) is None:
            raise BadLayer(
                f"{shp.name}: attributes are not {stated}; "
                "leave the encoding out to let it be found"
            )
        return Encoding(codec)
    return _find(values, _cpg(shp), _LANGUAGE_BYTES.get(language))


def sibling(shp: Path, suffix: str) -> Path | None:
    """Return the file beside a .shp that ends in `suffix`, in whatever case."""
    wanted = (shp.stem + suffix).lower()
    found = [path for path in shp.parent.iterdir() if path.name.lower() == wanted]
    return sorted(found)[0] if found else None


def names_are_cut(shp: Path, codec: str) -> bool:
    """Tell if a column name ends within a character: names have ten bytes."""
    dbf = sibling(shp, ".dbf")
    if dbf is None:
        return False
    names = _names(_bytes_of(dbf))
    return any(name.decode(codec, "ignore").encode(codec) != name for name in names)


def _find(values: list[bytes], cpg: str | None, by_language: str | None) -> Encoding:
    if all(value.isascii() for value in values):
        return Encoding("utf-8")
    said = _codec_said(cpg)
    # Long UTF-8 text is UTF-8 whatever is said; GBK that happens to pass gives no Han.
    is_utf8 = _has_han(_decode(values, "utf-8"))
    if is_utf8 and said != "utf-8":
        return _noted(values, "utf-8", f".cpg says {cpg}" if cpg else "no .cpg says it")
    if said and not said.startswith(_WESTERN) and _decode(values, said) is not None:
        return Encoding(said)
    if by_language and _decode(values, by_language) is not None:
        return _noted(values, by_language, "the .dbf's language byte says so")
    why = f".cpg says {cpg}, but the text is not" if cpg else "no .cpg says it"
    for codec in ("gb18030", said or "utf-8", "utf-8"):
        if _decode(values, codec) is not None:
            return _noted(values, codec, ".cpg says so" if codec == said else why)
    raise BadLayer("attributes are neither UTF-8 nor GB18030; state their encoding")


def _codec_said(cpg: str | None) -> str | None:
    try:
        return codec_of(cpg) if cpg else None
    except BadLayer:
        return None


def _has_han(texts: list[str] | None) -> bool:
    return any("\u4e00" <= char <= "\u9fff" for text in texts or [] for char in text)


def _noted(values: list[bytes], codec: str, why: str) -> Encoding:
    sample = sample_of(_decode(values, codec) or [])
    return Encoding(
        codec, f"attributes read as {codec.upper()} ({why}); sample: {sample}"
    )


def _cpg(shp: Path) -> str | None:
    path = sibling(shp, ".cpg")
    if path is None:
        return None
    text = path.read_bytes()[:64].decode("ascii", "replace").strip()
    return text or None


def _decode(values: list[bytes], codec: str) -> list[str] | None:
    """Return the texts, or None if one of them is not in the codec."""
    texts = []
    for value in values:
        text = _decode_one(value, codec)
        if text is None:
            return None
        texts.append(text)
    return texts


def _decode_one(value: bytes, codec: str) -> str | None:
    whole = value.rstrip(b"\0 ")
    try:
        return whole.decode(codec)
    except UnicodeDecodeError as error:
        is_cut = len(whole) == len(value) and len(value) - error.start <= _CUT_BYTES
        return whole[: error.start].decode(codec) if is_cut else None


def _texts(dbf: Path) -> tuple[int, list[bytes]]:
    """Return the language byte, and every distinct text field value and column name."""
    data = _bytes_of(dbf)
    count, header, width = struct.unpack("<IHH", data[4:12])
    fields, place = [], 1
    for at in _descriptors(data):
        size = data[at + 16]
        if data[at + 11 : at + 12] == b"C":
            fields.append((place, size))
        place += size
    count = min(count, (len(data) - header) // width if width else 0)
    rows = np.frombuffer(data, np.uint8, count * width, header).reshape(count, width)
    values = set(_names(data))
    for start, size in (f for f in fields if f[1]):
        column = np.ascontiguousarray(rows[:, start : start + size])
        # A void view keeps trailing NULs, which a bytes view would cut.
        values.update(bytes(cell) for cell in column.view(f"V{size}").ravel())
    return data[29], sorted(values)


def _bytes_of(dbf: Path) -> bytes:
    data = dbf.read_bytes()
    if len(data) < 33:
        raise BadLayer(f"{dbf.name}: too short to be a .dbf")
    return data


def _descriptors(data: bytes) -> Iterator[int]:
    """Yield where each column is described."""
    (header,) = struct.unpack("<H", data[8:10])
    for at in range(32, header - 1, 32):
        if data[at : at + 1] in (b"\r", b""):
            return
        yield at


def _names(data: bytes) -> list[bytes]:
    return [data[at : at + 11].split(b"\0")[0] for at in _descriptors(data)]
