"""The few pieces that every compiled pass needs."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geo.compiled import njit


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


@njit(cache=True)
def places(t_ms: NDArray[np.int64], start_ms: int, end_ms: int) -> tuple[int, int]:
    """Return first and one past last of ascending times in a half-open span."""
    low, high = np.searchsorted(t_ms, start_ms), np.searchsorted(t_ms, end_ms)
    return int(low), int(high)


@njit(cache=True)
def count_of(values: NDArray[Any], first: int, last: int, wanted: Any) -> int:
    """Return how often a value stands in an array from one place to another."""
    count = 0
    for i in range(first, last + 1):
        count += values[i] == wanted
    return count


@njit(cache=True)
def span_of(values: NDArray[np.float64], first: int, last: int) -> tuple[float, float]:
    """Return least and greatest of an array from one place to another, no NaN."""
    least = greatest = values[first]
    for i in range(first + 1, last + 1):
        least = min(least, values[i])
        greatest = max(greatest, values[i])
    return least, greatest
