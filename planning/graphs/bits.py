"""Sets of up to 64 units as the bits of a word, for compiled searches."""

import numpy as np
from numpy.typing import NDArray

from planning.graphs.kernels import lean_inline

Bits = NDArray[np.uint64]
ONE, NONE = np.uint64(1), np.uint64(0)


@lean_inline
def lowest(bits: np.uint64) -> int:
    """Return the place of the lowest unit of a set that is not empty."""
    place = 0
    for step in (32, 16, 8, 4, 2, 1):
        mask = (ONE << np.uint64(step)) - ONE
        if bits & mask == NONE:
            bits >>= np.uint64(step)
            place += step
    return place
