"""The one piece of geometry that every compiled pass needs."""

import math

from numba import njit


@njit(cache=True, inline="always")
def length(dx: float, dy: float) -> float:
    """Return the length of a vector; metres never overflow, so no `hypot`."""
    return math.sqrt(dx * dx + dy * dy)
