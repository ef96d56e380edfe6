"""Clocks of phones: a week counter that rolled over, a constant error, a made-up past.

Only what is proven is corrected. A phone that uploads live shows, at each receipt, how
far its clock is off; when this is the same over many receipts, the fixes are moved by
it. A phone that uploads once in the evening proves nothing and is left alone.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.compiled import njit
from tracking.rules.policy import Rule

ROLLOVER_MS = 1024 * 7 * 86_400_000
_DAY_MS = 86_400_000
# How far the receipts of one clock may scatter around their median.
_SCATTER_MS = 60_000
_SPAN_MS = 600_000
_LIVE_MS = 300_000
LATE_MS = 3_600_000
_NEAR_MS = 120_000
_CONTRADICTIONS = 5

Int64 = NDArray[np.int64]
Float64 = NDArray[np.float64]


@dataclass(frozen=True)
class ClockError:
    """A clock error that held for receipts `first_ms` to `last_ms`; 0 is none."""

    first_ms: int
    last_ms: int
    shift_ms: int


@dataclass(frozen=True)
class Clocks:
    """The proven clock errors by worker and device, and how many devices there are."""

    errors: dict[tuple[str, str], list[ClockError]]
    devices: int


def undo_rollover(t_ms: Int64, received_ms: Int64) -> NDArray[np.bool_]:
    """Return which fixes lie 1,024 weeks before their receipt: an old GPS chip.

    Parameters
    ----------
    t_ms, received_ms : ndarray of int64, shape (n,)
        Milliseconds since the epoch, UTC.
    """
    age = received_ms - (t_ms + ROLLOVER_MS)
    return (age >= -_DAY_MS) & (age <= 30 * _DAY_MS)


@njit(cache=True)
def is_plainly_right(t_ms: Int64, received_ms: Int64, skew_s: float) -> bool:
    """Return whether every receipt's newest fix is as old as it should be.

    Then no clock error can be proven, and nobody needs to look closer.

    Parameters
    ----------
    t_ms, received_ms : ndarray of int64, shape (n,), sorted by `t_ms`
    skew_s : float
        A clock error is more than this.
    """
    n = len(t_ms)
    for i in range(n):
        if i + 1 < n and received_ms[i + 1] == received_ms[i]:
            continue
        if i + 1 < n and received_ms[i + 1] < received_ms[i]:
            return False
        if abs(received_ms[i] - t_ms[i]) > 1000.0 * skew_s:
            return False
    return True


def find_clock_errors(t_ms: Int64, received_ms: Int64, rule: Rule) -> list[ClockError]:
    """Return the clock errors of one device that its live uploads prove.

    A stretch of receipts proves its error when there are at least
    ``rule.skew_receipts`` over 10 minutes and four of five agree within a minute on
    how old the newest fix of a receipt is.

    Parameters
    ----------
    t_ms, received_ms : ndarray of int64, shape (n,)
        Of all fixes of the device, any order.
    """
    if not len(t_ms):
        return []
    order = np.lexsort((t_ms, received_ms))
    received, t = received_ms[order], t_ms[order]
    last = np.flatnonzero(np.append(received[1:] != received[:-1], True))
    received, delay = received[last], received[last] - t[last]
    cuts = np.flatnonzero(np.abs(np.diff(delay)) > 2 * _SCATTER_MS) + 1
    found = []
    for part in np.split(np.arange(len(delay)), cuts):
        middle = float(np.median(delay[part]))
        agree = np.mean(np.abs(delay[part] - middle) <= _SCATTER_MS)
        span = int(received[part[-1]] - received[part[0]])
        if len(part) >= rule.skew_receipts and span >= _SPAN_MS and agree >= 0.8:
            wrong = abs(middle) > rule.skew_s * 1000
            shift = round(middle / 1000) * 1000 if wrong else 0
            found.append(
                ClockError(int(received[part[0]]), int(received[part[-1]]), shift)
            )
    return found


def shift_of(received_ms: Int64, errors: list[ClockError]) -> Int64:
    """Return the correction of each fix: that of the proven stretch nearest in receipt.

    Parameters
    ----------
    received_ms : ndarray of int64, shape (n,)
    errors : list of ClockError
        As `find_clock_errors` returns them.
    """
    shift = np.zeros(len(received_ms), np.int64)
    if not errors:
        return shift
    away = np.stack(
        [
            np.maximum(np.maximum(e.first_ms - received_ms, received_ms - e.last_ms), 0)
            for e in errors
        ]
    )
    nearest = np.argmin(away, axis=0)
    near = away[nearest, np.arange(len(received_ms))] <= _DAY_MS
    shifts = np.array([e.shift_ms for e in errors], np.int64)[nearest]
    shift[near] = shifts[near]
    return shift


def without_server_errors(clocks: Clocks, rule: Rule) -> Clocks:
    """Drop errors that too many devices share: then the server's own clock is wrong.

    Parameters
    ----------
    clocks : Clocks
        Of all devices: a server's error shows on most of them.
    rule : Rule
    """
    days: dict[int, list[tuple[int, tuple[str, str]]]] = {}
    for key, found in clocks.errors.items():
        for e in found:
            if e.shift_ms:
                days.setdefault(e.first_ms // _DAY_MS, []).append((e.shift_ms, key))
    suspect: set[tuple[int, int]] = set()
    for day, shifts in days.items():
        for value in {shift for shift, _ in shifts}:
            sharing = {key for s, key in shifts if abs(s - value) <= _SCATTER_MS}
            if len(sharing) >= max(rule.server_clock_devices, 0.5 * clocks.devices):
                suspect.add((day, value))
    if not suspect:
        return clocks
    kept = {
        key: [e for e in found if (e.first_ms // _DAY_MS, e.shift_ms) not in suspect]
        for key, found in clocks.errors.items()
    }
    return Clocks(kept, clocks.devices)


def find_contradicting(
    t_ms: Int64, received_ms: Int64, x: Float64, y: Float64, rule: Rule
) -> NDArray[np.bool_]:
    """Return which late fixes come from receipts that live fixes of the device refute.

    A phone that was seen at home at 10:00 cannot hand in at night that it walked in the
    fields at 10:00.

    Parameters
    ----------
    t_ms, received_ms : ndarray of int64, shape (n,), sorted by `t_ms`
    x, y : ndarray of float64, shape (n,)
        Metres, any plane.
    """
    age = received_ms - t_ms
    live, late = np.flatnonzero(age <= _LIVE_MS), np.flatnonzero(age > LATE_MS)
    refuted = np.zeros(len(t_ms), bool)
    if not len(live) or not len(late):
        return refuted
    at = np.searchsorted(t_ms[live], t_ms[late])
    for side in (np.maximum(at - 1, 0), np.minimum(at, len(live) - 1)):
        other = live[side]
        dt = np.abs(t_ms[other] - t_ms[late])
        apart = np.hypot(x[other] - x[late], y[other] - y[late])
        reach = rule.teleport_mps * dt / 1000.0 + rule.teleport_m
        refuted[late[(dt <= _NEAR_MS) & (apart > reach)]] = True
    receipts, counts = np.unique(received_ms[refuted], return_counts=True)
    if counts.sum() < _CONTRADICTIONS:
        return np.zeros(len(t_ms), bool)
    return np.isin(received_ms, receipts) & (age > LATE_MS)
