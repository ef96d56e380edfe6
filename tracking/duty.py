"""On duty or not: nobody is followed home.

A fix counts as on duty inside the spans that it is given: the windows of the day with
their margin, and the tasks that were open. What lies outside is used for nothing but
clock and replay checks, and forgotten after `KEPT_DAYS`.
"""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

KEPT_DAYS = 7

Span = tuple[int, int]


def is_on_duty(t_ms: NDArray[np.int64], spans: Iterable[Span]) -> NDArray[np.bool_]:
    """Return which moments lie in any of the spans.

    Parameters
    ----------
    t_ms : ndarray of int64, shape (n,)
        Milliseconds since the epoch, UTC.
    spans : iterable of (int, int)
        Half-open, in the same unit; they may overlap.

    Returns
    -------
    ndarray of bool, shape (n,)

    Examples
    --------
    >>> is_on_duty(np.array([0, 5, 10]), [(5, 10)]).tolist()
    [False, True, False]
    """
    found = np.zeros(len(t_ms), bool)
    for start, end in spans:
        found |= (t_ms >= start) & (t_ms < end)
    return found
