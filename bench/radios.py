"""Phones of the fourth world: errors that depend on the place as much as on time.

Walls reflect at the same corner each day: part of the error is a smooth field over the
ground. Indoors a receiver holds one of a few wrong places until it jumps to the next,
a bias walks about, and Wi-Fi and cell answers come between those of satellites.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from phones import PLANE
from valley import wandering

from geo.frames import FIX_COLUMNS


@dataclass(frozen=True)
class Radio:
    """A phone: what its errors are made of, what it says, and when it speaks.

    Parameters
    ----------
    every_s : float
        Mean time between fixes; they come early or late by a tenth.
    filter_m : float
        A fix only after so much way, or each minute.
    markov : tuple of float
        Metres and seconds of an error that forgets.
    field_m : float
        Of an error that the place has, with waves of 40 to 200 m.
    walk_m : float
        Of a bias that walks about and is drawn back beyond this.
    clusters : tuple of (int, float, float)
        How many wrong places, metres to them, seconds at each.
    white_m : float
    wifi : float
        Share of fixes from one of a few access points, 20 to 45 m accurate.
    cell : float
        Share of fixes from a mast, 300 to 1,500 m off and saying so.
    boast : float
        The accuracy that is said, as a share of the true one; 0 says none.
    step_deg : float
        Coordinates are multiples of this.
    silences : tuple of (float, float)
        How many an hour, and the longest, seconds.
    """

    every_s: float = 10.0
    filter_m: float = 0.0
    markov: tuple[float, float] = (3.0, 70.0)
    field_m: float = 1.5
    walk_m: float = 0.0
    clusters: tuple[int, float, float] = (0, 0.0, 0.0)
    white_m: float = 0.5
    wifi: float = 0.0
    cell: float = 0.0
    boast: float = 1.0
    step_deg: float = 1e-7
    silences: tuple[float, float] = (0.0, 0.0)
    ahead_s: float = 0.0
    batch_s: float = 0.0
    held_until_ms: int = 0


def hear(xy, start_ms, rng, radio, *, worker, centre, device=None):
    """Return the fixes of a phone carried along a true way, one place a second."""
    n = len(xy)
    error = radio.markov[0] * wandering(n, radio.markov[1], rng)
    error += radio.field_m * _field(xy + np.asarray(centre), worker)
    error += _walking_bias(n, radio.walk_m, rng) + _clusters(n, radio.clusters, rng)
    at = _moments(xy, rng, radio)
    second = np.arange(n)
    place = [np.interp(at, second, xy[:, c] + error[:, c]) for c in (0, 1)]
    place = np.column_stack(place) + rng.normal(0, radio.white_m, (len(at), 2))
    true = np.column_stack([np.interp(at, second, xy[:, c]) for c in (0, 1)])
    said = _said(np.hypot(*(place - true).T), rng, radio)
    _by_radio(place, true, said, rng, radio)
    lon, lat = PLANE.unproject(*(place + np.asarray(centre)).T)
    t_ms = start_ms + np.rint(1000 * at).astype(np.int64)
    step = radio.step_deg
    return pd.DataFrame(
        {
            "worker_id": worker,
            "device_id": device or f"d-{worker}",
            "t_ms": t_ms + int(1000 * radio.ahead_s),
            "received_ms": _receipts(t_ms, rng, radio),
            "lon": np.round(np.rint(lon / step) * step, 7),
            "lat": np.round(np.rint(lat / step) * step, 7),
            "accuracy_m": said if radio.boast else np.nan,
            "speed_mps": np.nan,
            "mock": np.int8(-1),
        }
    )[list(FIX_COLUMNS)]


def _moments(xy, rng, radio):
    n, at = len(xy), []
    now, last, said = float(rng.uniform(0, 3)), xy[0], -60.0
    while now < n - 1:
        here = xy[int(now)]
        if not radio.filter_m or np.hypot(*(here - last)) >= radio.filter_m:
            at.append(now)
            last, said = here, now
        elif now - said >= 58:
            at.append(now)
            last, said = here, now
        now += radio.every_s * float(rng.uniform(0.9, 1.1))
    moments = np.array(at)
    rate, longest = radio.silences
    kept = np.ones(len(moments), bool)
    begin = rng.exponential(3600 / rate) if rate else np.inf
    while begin < n:
        long = float(rng.uniform(45, longest))
        kept &= (moments < begin) | (moments > begin + long)
        begin += long + 150 + rng.exponential(3600 / rate)
    return moments[kept]


def _field(xy, worker):
    """Return the error that a place has, the same each day for the same phone."""
    waves = np.random.default_rng(sum(map(ord, worker)))
    total = np.zeros_like(xy)
    for _ in range(6):
        long, turn = waves.uniform(40, 200), waves.uniform(0, 2 * np.pi)
        phase = 2 * np.pi * (xy @ [np.cos(turn), np.sin(turn)]) / long
        total += np.outer(np.sin(phase + waves.uniform(0, 7)), waves.normal(0, 0.6, 2))
    return total


def _walking_bias(n, reach_m, rng):
    if not reach_m:
        return np.zeros((n, 2))
    out, now = np.empty((n, 2)), rng.normal(0, 0.4 * reach_m, 2)
    steps = rng.normal(0, 0.5 * np.sqrt(reach_m / 10), (n, 2))
    for i in range(n):
        now = now + steps[i]
        far = float(np.hypot(*now))
        if far > reach_m:
            now *= reach_m / far
        out[i] = now
    return lfilter_mean(out)


def lfilter_mean(values, seconds=8):
    """Return a running mean: a receiver's own filter."""
    sums = np.cumsum(
        np.vstack([np.repeat(values[:1], seconds, axis=0), values]), axis=0
    )
    return (sums[seconds:] - sums[:-seconds]) / seconds


def _clusters(n, clusters, rng):
    count, far, hold_s = clusters
    out = np.zeros((n, 2))
    if not count:
        return out
    turn = rng.uniform(0, 2 * np.pi, count)
    away = far * rng.uniform(0.3, 1.0, count)
    places = np.column_stack([away * np.cos(turn), away * np.sin(turn)])
    places[0] = 0.0
    i = 0
    while i < n:
        long = int(rng.exponential(hold_s)) + 5
        out[i : i + long] = places[int(rng.integers(count))]
        i += long
    return lfilter_mean(out, 6)


def _said(off, rng, radio):
    typical = np.sqrt(radio.markov[0] ** 2 + radio.field_m**2 + (radio.walk_m / 2) ** 2)
    typical += 0.4 * radio.clusters[1]
    claim = 1.1 * typical * rng.lognormal(0, 0.2, len(off)) + 0.3 * off + 1.5
    return np.round(np.maximum(claim * (radio.boast or 1.0), 1.0), 1)


def _by_radio(place, true, said, rng, radio):
    """Put Wi-Fi and cell answers in the place of some fixes."""
    n = len(place)
    draw = rng.random(n)
    if radio.wifi:
        points = true[0] + rng.normal(0, 22, (5, 2))
        near = np.argmin(
            np.hypot(*(true[:, None] + rng.normal(0, 15, (n, 1, 2)) - points).T), axis=0
        )
        some = draw < radio.wifi
        place[some] = points[near[some]]
        said[some] = np.round(rng.uniform(20, 45, int(some.sum())), 1)
    if radio.cell:
        some = draw > 1 - radio.cell
        turn = rng.uniform(0, 2 * np.pi)
        mast = true[0] + rng.uniform(300, 1500) * np.array([np.cos(turn), np.sin(turn)])
        place[some] = mast
        said[some] = np.round(rng.uniform(300, 2000, int(some.sum())), 0)


def _receipts(t_ms, rng, radio):
    sent = t_ms
    if radio.batch_s:
        every = int(1000 * radio.batch_s)
        sent = -(-t_ms // every) * every
    sent = np.maximum(sent, radio.held_until_ms)
    moments, batch = np.unique(sent, return_inverse=True)
    return (moments + rng.integers(150, 5000, len(moments)))[batch]
