"""Sums over pairs of neighbours, and what counts as contact."""

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
ShortArray = NDArray[np.int32]

# Shorter borders are accidents of drawing; nobody walks from grid to grid there.
MIN_CONTACT_M = 1.0


def sum_by_pair(
    u: IntArray, v: IntArray, value: FloatArray
) -> tuple[IntArray, IntArray, FloatArray]:
    """Return each distinct pair ``(u, v)``, sorted, with the sum of its values."""
    if len(u) == 0:
        return u, v, value
    width = int(max(u.max(), v.max())) + 1
    key, inverse = np.unique(u * width + v, return_inverse=True)
    total = np.bincount(inverse, value, minlength=len(key)).astype(np.float64)
    return key // width, key % width, total
