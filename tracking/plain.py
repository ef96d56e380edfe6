"""The few pieces that every compiled pass needs."""

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray


@njit(cache=True, inline="always")
def length(dx: float, dy: float) -> float:
    """Return the length of a vector; metres never overflow, so no `hypot`."""
    return math.sqrt(dx * dx + dy * dy)


@njit(cache=True)
def median(values: NDArray[np.float64]) -> float:
    """Return the middle of some values, of which there is at least one, no NaN."""
    ordered = np.sort(values)
    half = len(ordered) // 2
    if len(ordered) % 2:
        return float(ordered[half])
    return float(0.5 * (ordered[half - 1] + ordered[half]))
