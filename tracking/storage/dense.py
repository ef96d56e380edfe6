"""The dense packed row: a whole day in few bytes, for rows that are written seldom.

Each column is written in the way that suits it: as differences of neighbours, or as
offsets from its least value (noise without memory grows when it is subtracted); both
divided by what all of them share. Then low bytes stand with low bytes and high with
high, each plane deflated alone, because one alphabet does not fit them all.

::

    byte 0     version 2
    varint     number of fixes, number of provider texts, each text's length and bytes
    per field  byte: bytes per value, +16 offsets, +32 relative to t_ms
               varint of the common divisor; varint of the first or least value
    per plane  varint: stored length twice, +1 if deflated; bytes
"""

import zlib
from collections.abc import Set as AbstractSet

import numpy as np
from numpy.typing import NDArray

from geo.compiled import njit
from tracking.storage.fixblock import EMPTY, FIELDS, RECEIVED, FixBlock, IntArray, T
from tracking.storage.packing import (
    head_of,
    read_head,
    read_varint,
    unzigzag_one,
    varint,
    zigzag,
    zigzag_one,
)

VERSION = 2
_OFFSETS, _RELATIVE = 16, 32
_WORD = 8
# Beyond it a divisor could wrap round.
_DIVISIBLE = np.uint64(1 << 62)


def pack_dense(block: FixBlock) -> bytes:
    """Return a block as bytes; `tracking.storage.journal.unpack` reads them.

    Parameters
    ----------
    block : FixBlock
        In any order; the order is kept.

    Returns
    -------
    bytes
        About 9 to 11 B per fix of a day's walk with every field said and noisy.
    """
    parts = [bytes((VERSION,)), head_of(len(block), block.providers)]
    if len(block):
        for field in range(len(FIELDS)):
            parts += _column(block, field)
    return b"".join(parts)


def unpack_dense(packed: bytes, fields: AbstractSet[int] | None = None) -> FixBlock:
    """Return the block that `pack_dense` was given.

    Parameters
    ----------
    packed : bytes
    fields : set of int, optional
        Only these are opened; ``t_ms`` is one that receipts may need.

    Raises
    ------
    ValueError, LookupError, OverflowError, zlib.error
        If the bytes are cut short or broken.
    """
    count, texts, at = read_head(packed, 1)
    if not count:
        return EMPTY
    # Who reads a few columns reads them whole.
    values = np.empty((count, len(FIELDS)), np.int64, "C" if fields is None else "F")
    for field in range(len(FIELDS)):
        if fields is None or field in fields:
            at = _read_column(packed, at, values, field)
        else:
            at = _skip_column(packed, at)
    return FixBlock(values, texts)


def _column(block: FixBlock, field: int) -> list[bytes]:
    """Return a column in the cheaper of its forms, by the bits that its values need."""
    own = np.ascontiguousarray(block.values[:, field])
    if not (own != own[0]).any():
        return [b"\0", varint(1), varint(zigzag_one(int(own[0])))]
    # Of fixes sent one by one the delay says less than the moment of receipt.
    relative = field == RECEIVED
    forms = [_steps(own), _offsets(own)]
    if relative:
        lag = own - block.values[:, T]
        forms += [_steps(lag), _offsets(lag)]
    costs = [np.log2(numbers + 1.0).sum() for _, _, _, numbers in forms]
    best = int(np.argmin(costs))
    mode, divisor, first, numbers = forms[best]
    mode |= _RELATIVE * (best >= 2)
    width = (int(numbers.max(initial=0)).bit_length() + 7) // 8
    planes = np.ascontiguousarray(
        numbers.astype("<u8").view(np.uint8).reshape(-1, 8).T[:width]
    )
    parts = [bytes((mode | width,)), varint(divisor), varint(zigzag_one(first))]
    return parts + [part for plane in planes for part in _plane(plane.tobytes())]


_Form = tuple[int, int, int, NDArray[np.uint64]]


def _steps(own: IntArray) -> _Form:
    steps = np.diff(own)
    divisor = _divisor(zigzag(steps), steps)
    return 0, divisor, int(own[0]), zigzag(steps // divisor)


def _offsets(own: IntArray) -> _Form:
    least = own.min()
    offsets = own - least
    divisor = _divisor(offsets.view(np.uint64), offsets)
    numbers = offsets.view(np.uint64) // np.uint64(divisor)
    return _OFFSETS, divisor, int(least), numbers


def _divisor(sizes: NDArray[np.uint64], values: IntArray) -> int:
    if sizes.max(initial=0) >= _DIVISIBLE:
        return 1
    return int(np.gcd.reduce(values)) or 1


def _plane(plain: bytes) -> list[bytes]:
    small = zlib.compress(plain, 6, wbits=-15)
    if len(small) < len(plain):
        return [varint(len(small) << 1 | 1), small]
    return [varint(len(plain) << 1), plain]


def _skip_column(packed: bytes, at: int) -> int:
    mode = packed[at]
    _, at = read_varint(packed, at + 1)
    _, at = read_varint(packed, at)
    for _ in range(mode & 15):
        length, at = read_varint(packed, at)
        at += length >> 1
    return at


def _read_column(packed: bytes, at: int, values: IntArray, field: int) -> int:
    mode = packed[at]
    divisor, at = read_varint(packed, at + 1)
    coded, at = read_varint(packed, at)
    first = np.int64(unzigzag_one(coded))
    size = len(values) - (0 if mode & _OFFSETS else 1)
    width = mode & 15
    planes = np.empty((width, size), np.uint8)
    for plane in planes:
        length, at = read_varint(packed, at)
        stored = packed[at : at + (length >> 1)]
        at += length >> 1
        plain = zlib.decompress(stored, wbits=-15) if length & 1 else stored
        plane[:] = np.frombuffer(plain, np.uint8)
    column = values[:, field]
    if not width:
        column[:] = first
    elif width <= _WORD:
        _join(planes, np.uint64(divisor), first, bool(mode & _OFFSETS), column)
    else:
        raise ValueError(f"{width} bytes per value")
    if mode & _RELATIVE:
        column += values[:, T]
    return at


@njit(cache=True)
def _join(
    planes: NDArray[np.uint8],
    divisor: np.uint64,
    first: np.int64,
    are_offsets: bool,
    column: IntArray,
) -> None:
    """Put a column together again from the planes of its bytes; all sums wrap."""
    width, size = planes.shape
    last, base = first, len(column) - size
    column[0] = first
    for i in range(size):
        number = np.uint64(0)
        for p in range(width):
            number |= np.uint64(planes[p, i]) << np.uint64(8 * p)
        if are_offsets:
            column[i] = first + np.int64(number * divisor)
        else:
            step = np.int64(number >> np.uint64(1)) ^ -np.int64(number & np.uint64(1))
            last += step * np.int64(divisor)
            column[base + i] = last
