"""The packed row: fixes of one device as few bytes, every field kept.

Columns are written one after another as differences of neighbours, each in the
narrowest whole number that holds them all. Journal rows (one accepted request, or one
device and flush) are left at that, because deflating 50 fixes costs more than it saves;
day tracks take the dense form of `tracking.storage.dense`.

::

    byte 0     version 1
    byte 1     1 if the rest is deflated, 0 if not
    varint     number of fixes, number of provider texts, each text's length and bytes
    per field  width 0 1 2 4 8, varint of the first value, differences
"""

import zlib
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet

import numpy as np

from tracking.errors import BadPacking
from tracking.storage import dense
from tracking.storage.fixblock import EMPTY, FIELDS, PROVIDER, FixBlock, concat
from tracking.storage.packing import (
    head_of,
    read_head,
    read_varint,
    unzigzag,
    varint,
    zigzag,
)

VERSION = 1
_WIDTHS = (1, 2, 4, 8)
_TYPES = {width: np.dtype(f"<u{width}") for width in _WIDTHS}
_NARROWEST = np.array([1, 1 << 8, 1 << 16, 1 << 32], np.uint64)
_WIDTH_BYTES = tuple(bytes((width,)) for width in (0, *_WIDTHS))
_PLAIN = bytes((VERSION, 0))


def pack(block: FixBlock) -> bytes:
    """Return a block as bytes.

    Parameters
    ----------
    block : FixBlock
        In any order; the order is kept.

    Returns
    -------
    bytes
        About 15 B per fix for 50 fixes.
    """
    return _rows(block, [0, len(block)], lambda _place, _first: block.providers)[0]


def pack_rows(block: FixBlock, bounds: Sequence[int]) -> list[bytes]:
    """Return several rows as bytes, each with no provider but its own.

    Parameters
    ----------
    block : FixBlock
        The fixes of all rows, one row after another.
    bounds : sequence of int
        Row i holds the fixes from ``bounds[i]`` up to ``bounds[i + 1]``, one at least.
    """
    texts = block.providers

    def own(place: list[int], first: list[int]) -> tuple[str, ...] | None:
        if len(texts) == 1:
            return texts
        if place[PROVIDER]:
            return None
        text = texts[first[PROVIDER] >> 1]
        first[PROVIDER] = 2 if text else 0
        return ("", text) if text else ("",)

    return _rows(block, bounds, own)


_Texts = Callable[[list[int], list[int]], tuple[str, ...] | None]


def _rows(block: FixBlock, bounds: Sequence[int], texts_of: _Texts) -> list[bytes]:
    if not len(block):
        return [_PLAIN + head_of(0, ("",))]
    starts = np.array(bounds[:-1])
    steps = np.zeros(block.values.shape, np.uint64)
    steps[1:] = zigzag(np.diff(block.values, axis=0))
    steps[starts] = 0
    columns = np.ascontiguousarray(steps.T)
    highest = np.maximum.reduceat(columns, starts, axis=1).T
    places = np.searchsorted(_NARROWEST, highest, side="right").tolist()
    firsts = zigzag(block.values[starts]).tolist()
    cut = {width: columns.astype(_TYPES[width]).tobytes() for width in _WIDTHS}
    found = []
    for i, (place, first) in enumerate(zip(places, firsts, strict=True)):
        start, end = bounds[i], bounds[i + 1]
        texts = texts_of(place, first)
        if texts is None:
            found.append(pack(concat([block.take(np.arange(start, end))])))
            continue
        parts = [_PLAIN, head_of(end - start, texts)]
        for column, (width, value) in enumerate(zip(place, first, strict=True)):
            parts += [_WIDTH_BYTES[width], varint(value)]
            if width:
                at, size = column * len(block), _WIDTHS[width - 1]
                parts.append(cut[size][(at + start + 1) * size : (at + end) * size])
        found.append(b"".join(parts))
    return found


def unpack(packed: bytes, fields: AbstractSet[int] | None = None) -> FixBlock:
    """Return the block that `pack`, `pack_rows` or `dense.pack_dense` was given.

    Parameters
    ----------
    packed : bytes
    fields : set of int, optional
        Only these places in `FIELDS` will be read; the others may hold anything.

    Raises
    ------
    BadPacking
        If the bytes are of an unknown version, cut short or no packed row at all.
    """
    packed = bytes(packed)
    if len(packed) < 3 or packed[0] not in (VERSION, dense.VERSION):
        raise BadPacking(f"packed row of version {packed[:1].hex() or 'none'}")
    try:
        if packed[0] == dense.VERSION:
            return dense.unpack_dense(packed, fields)
        plain = zlib.decompress(packed[2:], wbits=-15) if packed[1] else packed[2:]
        return _parsed(plain)
    except (zlib.error, LookupError, ValueError, OverflowError) as error:
        raise BadPacking(f"packed row of {len(packed)} bytes: {error}") from error


def _parsed(plain: bytes) -> FixBlock:
    count, texts, at = read_head(plain, 0)
    if not count:
        return EMPTY
    values = np.empty((len(FIELDS), count), np.int64)
    for row in values:
        width = plain[at]
        start, at = read_varint(plain, at + 1)
        row[:1] = unzigzag(np.array([start], np.uint64))
        row[1:] = 0
        if width:
            steps = np.frombuffer(plain, _TYPES[width], count - 1, at)
            row[1:] = unzigzag(steps.astype(np.uint64))
            at += width * (count - 1)
    # Differences wrap round at 64 bits, and so do the sums: exact for any value.
    return FixBlock(np.ascontiguousarray(np.cumsum(values, axis=1).T), texts)
