"""Rows of eight numbers that compiled code compares and sums at once.

What a loop would do lane by lane, a processor does for a whole row with one
instruction. These are functions of compiled code alone; what they return is the same on
any processor.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core.typing.templates import Signature
from numba.extending import intrinsic
from numpy.typing import NDArray

LANES = 8
_BYTES = 4
_Made = tuple[Signature, Any]


def _same_lanes(_context: Any, row: Any, at: Any, value: Any) -> _Made:
    """Return which of eight numbers from a place on are equal to a value, as bits.

    Parameters
    ----------
    row : ndarray of uint32
        At least ``at + 8`` numbers.
    at : uint64
    value : uint32

    Returns
    -------
    uint64
        Bit 0 for the first.
    """

    def make(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        lanes = _load(context, builder, signature, given)
        value = _spread(builder, given[2])
        bits = builder.bitcast(builder.icmp_unsigned("==", lanes, value), ir.IntType(8))
        return builder.zext(bits, ir.IntType(64))

    return types.uint64(row, at, value), make


def _net_of_lanes(_context: Any, row: Any, at: Any, plus: Any, minus: Any) -> _Made:
    """Return the sum of some of eight numbers from a place on, less that of others.

    Parameters
    ----------
    row : ndarray of int32
        At least ``at + 8`` numbers.
    at : uint64
    plus, minus : uint64
        Which count, as bits: bit 0 for the first.

    Returns
    -------
    int64
        Sums have to fit in 32 bits.
    """

    def make(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        lanes = _load(context, builder, signature, given)
        none = ir.Constant(lanes.type, None)
        added = builder.select(_as_lanes(builder, given[2]), lanes, none)
        taken = builder.select(_as_lanes(builder, given[3]), lanes, none)
        total = builder.sub(added, taken)
        for step in (4, 2, 1):
            moved = [i ^ step for i in range(LANES)]
            order = ir.Constant(ir.VectorType(ir.IntType(32), LANES), moved)
            total = builder.add(total, builder.shuffle_vector(total, total, order))
        first = builder.extract_element(total, ir.Constant(ir.IntType(32), 0))
        return builder.sext(first, ir.IntType(64))

    return types.int64(row, at, plus, minus), make


# As compiled code sees them.
_intrinsic: Any = intrinsic
same_lanes: Callable[[NDArray[np.uint32], np.uint64, np.uint32], np.uint64]
same_lanes = _intrinsic(_same_lanes)
net_of_lanes: Callable[[NDArray[np.int32], np.uint64, np.uint64, np.uint64], int]
net_of_lanes = _intrinsic(_net_of_lanes)


def _load(context: Any, builder: Any, signature: Any, given: Any) -> Any:
    array = context.make_array(signature.args[0])(context, builder, given[0])
    lanes = ir.VectorType(ir.IntType(8 * _BYTES), LANES)
    place = builder.gep(array.data, [given[1]])
    return builder.load(builder.bitcast(place, lanes.as_pointer()), align=_BYTES)


def _spread(builder: Any, value: Any) -> Any:
    lanes = ir.Constant(ir.VectorType(value.type, LANES), ir.Undefined)
    first = builder.insert_element(lanes, value, ir.Constant(ir.IntType(32), 0))
    order = ir.Constant(ir.VectorType(ir.IntType(32), LANES), [0] * LANES)
    return builder.shuffle_vector(first, lanes, order)


def _as_lanes(builder: Any, bits: Any) -> Any:
    byte = builder.trunc(bits, ir.IntType(8))
    return builder.bitcast(byte, ir.VectorType(ir.IntType(1), LANES))
