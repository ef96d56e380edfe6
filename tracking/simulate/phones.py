"""Phones: what a receiver, a radio and a clock make of a true way."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.frames import FIX_COLUMNS, MOCK_NO
from tracking.ground.areas import Plane
from tracking.simulate.traces import Trace

Float64 = NDArray[np.float64]


@dataclass(frozen=True)
class Phone:
    """A phone and its app.

    Parameters
    ----------
    device_id : str
    interval_s : float
        Time between fixes.
    drift_m, drift_s : float
        Error per axis that wanders, and the time in which it forgets.
    white_m : float
        Error per axis of each fix by itself.
    loss : float
        Share of fixes that never come.
    gaps : tuple of (int, int)
        Half-open spans without fixes, milliseconds since the epoch.
    says_accuracy, says_speed : bool
    upload_every_s : float
        0 sends each fix at once; otherwise a batch per so many seconds.
    offline : tuple of (int, int)
        Half-open spans in which nothing is sent; it is sent at their end.
    clock_ahead_s : float
        What the phone's clock adds to the true time.
    """

    device_id: str
    interval_s: float = 10.0
    drift_m: float = 4.0
    drift_s: float = 120.0
    white_m: float = 1.0
    loss: float = 0.02
    gaps: tuple[tuple[int, int], ...] = ()
    says_accuracy: bool = True
    says_speed: bool = True
    upload_every_s: float = 0.0
    offline: tuple[tuple[int, int], ...] = ()
    clock_ahead_s: float = 0.0


def record(
    trace: Trace, phone: Phone, worker_id: str, plane: Plane, rng: np.random.Generator
) -> pd.DataFrame:
    """Return the fixes that a phone makes of a trace.

    Parameters
    ----------
    trace : Trace
    phone : Phone
    worker_id : str
    plane : Plane
        The one that the trace is in.
    rng : numpy.random.Generator

    Returns
    -------
    DataFrame
        `geo.frames.FIX_COLUMNS`, in order of time.
    """
    wanted = int(len(trace.x) / phone.interval_s) + 1
    at = np.arange(wanted) * phone.interval_s + rng.uniform(-0.4, 0.4, wanted)
    at = at[(at >= 0.0) & (at <= len(trace.x) - 1)]
    t_ms = trace.start_ms + np.rint(1000.0 * at).astype(np.int64)
    keep = rng.random(len(at)) >= phone.loss
    for low, high in phone.gaps:
        keep &= (t_ms < low) | (t_ms >= high)
    second = np.arange(len(trace.x))
    x, y = np.interp(at, second, trace.x), np.interp(at, second, trace.y)
    speed = np.hypot(*(np.gradient(v) if len(v) > 1 else 0.0 * v for v in (x, y)))
    speed = np.abs(speed / phone.interval_s + rng.normal(0.0, 0.1, len(at)))
    error_x, error_y = (_errors(at, phone, rng) for _ in "xy")
    lon, lat = plane.unproject(x + error_x, y + error_y)
    # Receivers claim about the radius that holds two of three fixes.
    claim = 1.5 * phone.drift_m * np.exp(rng.normal(0.0, 0.25, len(at))) + 2.0
    unknown = np.full(len(at), np.nan)
    frame = pd.DataFrame(
        {
            "worker_id": worker_id,
            "device_id": phone.device_id,
            "t_ms": t_ms + int(1000 * phone.clock_ahead_s),
            "received_ms": _received(t_ms, phone, rng),
            "lon": np.round(lon, 7),
            "lat": np.round(lat, 7),
            "accuracy_m": np.round(claim, 1) if phone.says_accuracy else unknown,
            "speed_mps": np.round(speed, 2) if phone.says_speed else unknown,
            "mock": np.full(len(at), MOCK_NO, np.int8),
        }
    )
    return frame.loc[keep, list(FIX_COLUMNS)].reset_index(drop=True)


def _errors(at: Float64, phone: Phone, rng: np.random.Generator) -> Float64:
    """Return one axis of error: an Ornstein-Uhlenbeck drift and white noise."""
    errors = np.empty(len(at))
    step = rng.normal(0.0, 1.0, len(at))
    forget = np.exp(-np.diff(at, prepend=at[:1]) / phone.drift_s)
    now = 0.0
    for i in range(len(at)):
        fresh = np.sqrt(1.0 - forget[i] ** 2) if i else 1.0
        now = forget[i] * now + phone.drift_m * fresh * step[i]
        errors[i] = now
    return errors + rng.normal(0.0, phone.white_m, len(at))


def _received(
    t_ms: NDArray[np.int64], phone: Phone, rng: np.random.Generator
) -> NDArray[np.int64]:
    sent = t_ms
    if phone.upload_every_s:
        every = int(1000 * phone.upload_every_s)
        sent = -(-t_ms // every) * every
    for low, high in phone.offline:
        sent = np.where((sent >= low) & (sent < high), high, sent)
    # Fixes of one batch share their receipt.
    moments, batch = np.unique(sent, return_inverse=True)
    delay = rng.integers(300, 4000, len(moments))
    received: NDArray[np.int64] = (moments + delay)[batch]
    return received
