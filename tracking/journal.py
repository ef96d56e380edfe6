"""The packed row: fixes of one device as few bytes, every field kept.

Columns are written one after another as differences of neighbours, each in the
narrowest whole number that holds them all, then deflated. Used for journal rows (one
accepted request, or one device and flush) and day tracks alike.

::

    byte 0     version
    byte 1     1 if the rest is deflated, 0 if deflating did not pay
    varint     number of fixes, number of provider texts, each text's length and bytes
    per field  width 0 1 2 4 8, varint of the first value, differences

Deflated bytes may differ between zlib builds; `digest` is over the plain form.
"""

import zlib
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray

from tracking.errors import BadPacking
from tracking.fixblock import EMPTY, FIELDS, FixBlock

VERSION = 1
_WIDTHS = (1, 2, 4, 8)
_TYPES = {width: np.dtype(f"<u{width}") for width in _WIDTHS}
# Far above a device-day at one fix per 100 ms; a length beyond it is a broken row.
_MAX_FIXES = 1_000_000


def pack(block: FixBlock) -> bytes:
    """Return a block as bytes.

    Parameters
    ----------
    block : FixBlock
        In any order; the order is kept.

    Returns
    -------
    bytes
        About 10 to 20 B per fix for 50 fixes.
    """
    plain = _plain(block)
    small = zlib.compress(plain, 6, wbits=-15)
    if len(small) < len(plain):
        return bytes((VERSION, 1)) + small
    return bytes((VERSION, 0)) + plain


def unpack(packed: bytes) -> FixBlock:
    """Return the block that `pack` was given.

    Raises
    ------
    BadPacking
        If the bytes are of an unknown version, cut short or no packed row at all.
    """
    if len(packed) < 3 or packed[0] != VERSION:
        raise BadPacking(f"packed row of version {packed[:1].hex() or 'none'}")
    try:
        plain = zlib.decompress(packed[2:], wbits=-15) if packed[1] else packed[2:]
        return _parsed(plain)
    except (zlib.error, LookupError, ValueError, OverflowError) as error:
        raise BadPacking(f"packed row of {len(packed)} bytes: {error}") from error


def digest(block: FixBlock) -> str:
    """Return the SHA-256 of a block's plain form, the same on every machine."""
    return sha256(_plain(block)).hexdigest()


def _plain(block: FixBlock) -> bytes:
    texts = [text.encode() for text in block.providers[1:]]
    parts = [_varint(len(block)), _varint(len(texts))]
    for text in texts:
        parts += [_varint(len(text)), text]
    if len(block):
        parts += _columns(block)
    return b"".join(parts)


def _columns(block: FixBlock) -> list[bytes]:
    first = _zigzag(block.values[0])
    steps = np.ascontiguousarray(_zigzag(np.diff(block.values, axis=0)).T)
    highest = steps.max(axis=1, initial=0)
    parts = []
    for column, (start, high) in enumerate(zip(first, highest, strict=True)):
        width = _width(int(high))
        parts += [bytes((width,)), _varint(int(start))]
        if width:
            parts.append(steps[column].astype(_TYPES[width]).tobytes())
    return parts


def _width(highest: int) -> int:
    if highest == 0:
        return 0
    return next(width for width in _WIDTHS if highest < 1 << 8 * width)


def _parsed(plain: bytes) -> FixBlock:
    count, at = _read_varint(plain, 0)
    texts, at = _read_texts(plain, at)
    if count > _MAX_FIXES:
        raise ValueError(f"{count} fixes")
    if not count:
        return EMPTY
    values = np.empty((len(FIELDS), count), np.int64)
    for row in values:
        width = plain[at]
        start, at = _read_varint(plain, at + 1)
        row[:1] = _unzigzag(np.array([start], np.uint64))
        row[1:] = 0
        if width:
            steps = np.frombuffer(plain, _TYPES[width], count - 1, at)
            row[1:] = _unzigzag(steps.astype(np.uint64))
            at += width * (count - 1)
    # Differences wrap round at 64 bits, and so do the sums: exact for any value.
    return FixBlock(np.ascontiguousarray(np.cumsum(values, axis=1).T), texts)


def _read_texts(plain: bytes, at: int) -> tuple[tuple[str, ...], int]:
    count, at = _read_varint(plain, at)
    texts = [""]
    for _ in range(count):
        length, at = _read_varint(plain, at)
        texts.append(plain[at : at + length].decode())
        at += length
    return tuple(texts), at


def _zigzag(values: NDArray[np.int64]) -> NDArray[np.uint64]:
    return ((values << 1) ^ (values >> 63)).view(np.uint64)


def _unzigzag(values: NDArray[np.uint64]) -> NDArray[np.int64]:
    half = (values >> np.uint64(1)).view(np.int64)
    return half ^ -(values & np.uint64(1)).view(np.int64)


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _read_varint(plain: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = plain[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7
