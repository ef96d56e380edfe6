"""On duty or not: nobody is followed home.

A fix counts as on duty inside the spans that it is given: the windows of the day with
their margin, and the tasks that were open. What lies outside is used for nothing but
clock and replay checks, and forgotten after `KEPT_DAYS`.
"""

from collections.abc import Iterable
from datetime import date

import numpy as np
from numpy.typing import NDArray

from tracking.rules.policy import Rule

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


def duty_spans(rule: Rule, day: date) -> list[Span]:
    """Return when a person is on duty on a local day: the windows and their margin.

    Parameters
    ----------
    rule : Rule
    day : date
        The day on which the windows start; the last one may cross midnight.

    Returns
    -------
    list of (int, int)
        Half-open, milliseconds since the epoch, UTC; in order and without overlaps.

    Examples
    --------
    >>> from tracking.rules.presets import PRESETS
    >>> len(duty_spans(PRESETS["summer-heat"], date(2026, 7, 1)))
    2
    """
    margin = int(rule.duty_margin_min * 60_000)
    found: list[Span] = []
    for window in rule.windows:
        start, end = window.span_ms(day)
        if found and start - margin <= found[-1][1]:
            found[-1] = found[-1][0], end + margin
        else:
            found.append((start - margin, end + margin))
    return found
