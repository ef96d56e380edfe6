"""Parts of packed rows: whole numbers and texts as bytes, and back."""

import numpy as np
from numpy.typing import NDArray

# Far above a device-day at one fix per 100 ms; a length beyond it is a broken row.
MOST_FIXES = 1_000_000


def zigzag(values: NDArray[np.int64]) -> NDArray[np.uint64]:
    """Return signed numbers as unsigned ones, small where they were near zero."""
    return ((values << 1) ^ (values >> 63)).view(np.uint64)


def unzigzag(values: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Return what `zigzag` was given."""
    half = (values >> np.uint64(1)).view(np.int64)
    return half ^ -(values & np.uint64(1)).view(np.int64)


def zigzag_one(value: int) -> int:
    """Return one number as `zigzag` does."""
    return value << 1 if value >= 0 else (-value << 1) - 1


def unzigzag_one(value: int) -> int:
    """Return what `zigzag_one` was given."""
    return -(value >> 1) - 1 if value & 1 else value >> 1


def varint(value: int) -> bytes:
    """Return a number that is not negative as bytes of 7 bits, low ones first."""
    if value < 0x80:
        return bytes((value,))
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def read_varint(plain: bytes, at: int) -> tuple[int, int]:
    """Return a number and the place behind it."""
    value = shift = 0
    while True:
        byte = plain[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7


def head_of(count: int, providers: tuple[str, ...]) -> bytes:
    """Return the number of fixes and the texts of their providers."""
    texts = [text.encode() for text in providers[1:]]
    parts = [varint(count), varint(len(texts))]
    for text in texts:
        parts += [varint(len(text)), text]
    return b"".join(parts)


def read_head(plain: bytes, at: int) -> tuple[int, tuple[str, ...], int]:
    """Return number of fixes, texts of providers, and the place behind them.

    Raises
    ------
    ValueError
        If no row can hold so many.
    """
    count, at = read_varint(plain, at)
    if count > MOST_FIXES:
        raise ValueError(f"{count} fixes")
    length, at = read_varint(plain, at)
    texts = [""]
    for _ in range(length):
        size, at = read_varint(plain, at)
        texts.append(plain[at : at + size].decode())
        at += size
    return count, tuple(texts), at
