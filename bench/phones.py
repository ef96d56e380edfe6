"""Phones of the third world: what they make of a true way, and what cheats make up."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from country import _wander

from geo.frames import FIX_COLUMNS
from tracking.ground.areas import Plane

PLANE = Plane(113.1)
FUSED_M = (3.79, 4.55, 5.36, 6.43, 8.57, 10.72, 12.86, 16.08, 20.9, 32.16, 48.0)
IOS_M = (4.7, 5.0, 10.0, 14.2, 20.0, 32.0, 48.0, 65.0)


@dataclass(frozen=True)
class Kit:
    """A phone: errors, filter, what it says of its accuracy, and how often it speaks.

    `slow` and `fast` are metres and seconds of two drifts; `bounce` reflections an
    hour, of up to `bounce_m`; `stingy` intervals by stillness; `cold_m` how far off
    the first fix is; `silences` an hour of up to `silence_s`.
    """

    every_s: tuple[float, ...] = (10.0,)
    slow: tuple[float, float] = (2.5, 400.0)
    fast: tuple[float, float] = (1.5, 25.0)
    white_m: float = 0.3
    bounce: float = 0.0
    bounce_m: float = 40.0
    filter_s: float = 0.0
    says: str = "float"
    stingy: bool = False
    cold_m: float = 0.0
    silences: float = 0.0
    silence_s: float = 250.0
    wild: float = 0.0
    digits: int = 7
    ahead_s: float = 0.0
    weeks: int = 0
    upload_s: float = 0.0
    held_until_ms: int = 0


GOOD = Kit()
CHEAP = Kit(slow=(5.0, 250.0), fast=(4.0, 40.0), white_m=1.5, bounce=4.0, says="whole")


def receive(xy, start_ms, rng, kit, *, worker, centre, device=None):
    """Return the fixes of a phone that was carried along a true way."""
    at = _moments(xy, rng, kit)
    second = np.arange(len(xy))
    true = np.column_stack([np.interp(at, second, xy[:, c]) for c in (0, 1)])
    # All errors run on in seconds, whatever the phone reports of them.
    error = kit.slow[0] * _wander(len(xy), kit.slow[1], rng)
    error += kit.fast[0] * _wander(len(xy), kit.fast[1], rng)
    error += _bounces(len(xy), rng, kit)
    if kit.cold_m:
        turn = rng.uniform(0, 2 * np.pi)
        fade = kit.cold_m * np.exp(-second / rng.uniform(15, 40))
        error += fade[:, None] * np.array([np.cos(turn), np.sin(turn)])
    if kit.filter_s:
        error = _filtered(xy + error, kit.filter_s) - xy
    off = np.column_stack([np.interp(at, second, error[:, c]) for c in (0, 1)])
    off += rng.normal(0, kit.white_m, off.shape)
    wild = rng.random(len(at)) < kit.wild
    off[wild] += rng.normal(0, 1500, (int(wild.sum()), 2))
    lon, lat = PLANE.unproject(*(true + off + np.asarray(centre)).T)
    t_ms = start_ms + np.rint(1000 * at).astype(np.int64)
    frame = pd.DataFrame(
        {
            "worker_id": worker,
            "device_id": device or f"d-{worker}",
            "t_ms": t_ms + int(1000 * kit.ahead_s) - kit.weeks * 7 * 86_400_000,
            "received_ms": _received(t_ms, rng, kit),
            "lon": np.round(lon, kit.digits),
            "lat": np.round(lat, kit.digits),
            "accuracy_m": _claims(off, rng, kit),
            "speed_mps": np.nan,
            "mock": np.int8(-1),
        }
    )
    kept = np.ones(len(frame), bool)
    begin = rng.exponential(3600 / kit.silences) if kit.silences else np.inf
    while begin < len(xy):
        long = rng.uniform(60, kit.silence_s)
        kept &= (at < begin) | (at > begin + long)
        begin += long + 120 + rng.exponential(3600 / kit.silences)
    return frame.loc[kept, list(FIX_COLUMNS)].reset_index(drop=True)


def _moments(xy, rng, kit):
    """Return when the phone speaks; a stingy one waits longer when it lies still."""
    at, now, n = [], float(rng.uniform(0, 2)), len(xy)
    while now < n - 1:
        at.append(now)
        every = kit.every_s[int(rng.integers(len(kit.every_s)))]
        if kit.stingy:
            then = xy[max(int(now) - 60, 0)]
            moved = float(np.hypot(*(xy[int(now)] - then)))
            every = 10.0 if moved > 40 else 30.0 if moved > 12 else 60.0
        now += every * float(rng.uniform(0.85, 1.15))
    return np.array(at)


def _bounces(n, rng, kit):
    out = np.zeros((n, 2))
    for _ in range(rng.poisson(kit.bounce * n / 3600)):
        begin, long = int(rng.uniform(0, n)), int(rng.uniform(15, 120))
        part = out[begin : begin + long]
        turn, far = rng.uniform(0, 2 * np.pi), kit.bounce_m * rng.uniform(0.4, 1.0)
        ramp = np.minimum(np.arange(len(part)), np.arange(len(part))[::-1]) / 8.0
        part += (far * np.minimum(ramp, 1))[:, None] * [np.cos(turn), np.sin(turn)]
    return out


def _filtered(xy, memory_s):
    keep, out = np.exp(-1.0 / memory_s), xy.copy()
    velocity = np.zeros(2)
    for i in range(1, len(xy)):
        guess = out[i - 1] + velocity
        out[i] = guess + (1 - keep) * (xy[i] - guess)
        velocity += 0.3 * (1 - keep) * (out[i] - guess)
    return out


def _claims(off, rng, kit):
    n = len(off)
    typical = float(np.hypot(kit.slow[0], kit.fast[0]))
    said = 0.8 * typical + 0.5 * np.hypot(*off.T) + rng.gamma(2.0, 0.8, n)
    if kit.says == "none":
        return np.full(n, np.nan)
    if kit.says == "whole":
        return np.ceil(said)
    if kit.says in ("fused", "ios"):
        steps = np.array(FUSED_M if kit.says == "fused" else IOS_M)
        return steps[np.minimum(np.searchsorted(steps, said), len(steps) - 1)]
    return np.round(said, 2)


def _received(t_ms, rng, kit):
    sent = t_ms
    if kit.upload_s:
        every = int(1000 * kit.upload_s)
        sent = -(-t_ms // every) * every
    sent = np.maximum(sent, kit.held_until_ms)
    moments, batch = np.unique(sent, return_inverse=True)
    return (moments + rng.integers(200, 4000, len(moments)))[batch]


def made_up(places, speed, start_ms, *, worker, centre, every_s=5.0, digits=7):
    """Return what a route spoofer sends: even steps from place to place."""
    line = np.asarray(places, float)
    along = np.append(0.0, np.cumsum(np.hypot(*np.diff(line, axis=0).T)))
    gone = np.arange(0.0, along[-1], speed * every_s)
    xy = np.column_stack([np.interp(gone, along, line[:, c]) for c in (0, 1)])
    lon, lat = PLANE.unproject(*(xy + np.asarray(centre)).T)
    t_ms = start_ms + np.arange(len(xy)) * int(1000 * every_s)
    return pd.DataFrame(
        {
            "worker_id": worker,
            "device_id": f"d-{worker}",
            "t_ms": t_ms,
            "received_ms": t_ms + 800,
            "lon": np.round(lon, digits),
            "lat": np.round(lat, digits),
            "accuracy_m": 5.0,
            "speed_mps": speed,
            "mock": np.int8(-1),
        }
    )[list(FIX_COLUMNS)]
