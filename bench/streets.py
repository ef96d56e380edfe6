"""A second world, built unlike `tracking.simulate`: streets, doors and bad receivers.

Walks follow a street lattice with stops at doors; receivers have AR(1) errors with
heavy tails and multipath shifts that come and go. What holds in both worlds is not the
habit of one generator.
"""

import numpy as np
import pandas as pd
import shapely

from geo.frames import FIX_COLUMNS
from tracking.ground.areas import Plane

SHAPES = ("box", "strip", "corner", "blob")


def draw_grid(rng, area_m2=None, shape=None):
    """Return a polygon in metres around the origin."""
    area_m2 = area_m2 or float(np.exp(rng.uniform(np.log(4e4), np.log(2e6))))
    shape = shape or str(rng.choice(SHAPES))
    if shape == "box":
        found = shapely.box(0, 0, 1, rng.uniform(0.6, 1.0))
    elif shape == "strip":
        found = shapely.box(0, 0, 1, rng.uniform(0.2, 0.4))
    elif shape == "corner":
        found = shapely.box(0, 0, 1, 1) - shapely.box(0.5, 0.5, 1.1, 1.1)
    else:
        turn = np.linspace(0, 2 * np.pi, 40, endpoint=False)
        far = 1 + 0.25 * np.sin(2 * turn + rng.uniform(0, 6)) * rng.random()
        far += 0.15 * np.sin(3 * turn + rng.uniform(0, 6))
        found = shapely.Polygon(np.c_[far * np.cos(turn), far * np.sin(turn)])
    found = shapely.affinity.rotate(found, float(rng.uniform(0, 90)))
    grow = np.sqrt(area_m2 / found.area)
    found = shapely.affinity.scale(found, grow, grow)
    middle = found.representative_point()
    return shapely.affinity.translate(found, -middle.x, -middle.y)


def street_graph(grid, rng, block_m=None):
    """Return crossings inside a grid and the crossings that each one leads to."""
    block = block_m or float(rng.uniform(35, 90))
    block = min(block, 0.25 * np.sqrt(grid.area))
    turn = float(rng.uniform(0, np.pi / 2))
    reach = int(np.hypot(*(np.array(grid.bounds[2:]) - grid.bounds[:2])) / block) + 2
    i, j = np.meshgrid(np.arange(-reach, reach + 1), np.arange(-reach, reach + 1))
    u, v = i.ravel() * block, j.ravel() * block * float(rng.uniform(0.7, 1.3))
    x, y = u * np.cos(turn) - v * np.sin(turn), u * np.sin(turn) + v * np.cos(turn)
    inner = shapely.buffer(grid, -8.0)
    inside = shapely.contains_xy(inner if not inner.is_empty else grid, x, y)
    place = {}
    for n in np.flatnonzero(inside):
        place[(int(i.ravel()[n]), int(j.ravel()[n]))] = (float(x[n]), float(y[n]))
    steps = ((1, 0), (-1, 0), (0, 1), (0, -1))
    roads = {
        k: [(k[0] + a, k[1] + b) for a, b in steps if (k[0] + a, k[1] + b) in place]
        for k in place
    }
    best, left = [], set(place)
    while left:
        todo, seen = [min(left)], set()
        while todo:
            k = todo.pop()
            if k not in seen:
                seen.add(k)
                todo += roads[k]
        left -= seen
        best = max(best, sorted(seen), key=len)
    return place, {k: roads[k] for k in best}


def walk(grid, rng, seconds, speed=1.2, door_every_m=0.0, door_s=(20, 90), at=None):
    """Return positions per second of somebody who walks the streets of a grid."""
    place, roads = street_graph(grid, rng)
    keys = sorted(roads)
    here = keys[int(rng.integers(len(keys)))]
    if at is not None:
        here = min(keys, key=lambda k: np.hypot(*(np.array(place[k]) - at)))
    track, seen, since = [np.array([place[here]])], {here: 1}, 0.0
    total = 1
    while total < seconds:
        choices = roads[here] or [here]
        rank = [seen.get(k, 0) + 0.3 * rng.random() for k in choices]
        there = choices[int(np.argmin(rank))]
        a, b = np.array(place[here]), np.array(place[there])
        pace = max(speed * float(rng.normal(1.0, 0.12)), 0.4)
        n = max(int(np.hypot(*(b - a)) / pace), 1)
        part = a + (b - a) * (np.arange(1, n + 1) / n)[:, None]
        track.append(part)
        total += n
        since += float(np.hypot(*(b - a)))
        if door_every_m and since >= door_every_m:
            stop = int(rng.uniform(*door_s))
            track.append(np.repeat(part[-1:], stop, axis=0))
            total += stop
            since = 0.0
        seen[there] = seen.get(there, 0) + 1
        here = there
    return np.vstack(track)[: int(seconds)]


def rest(at, seconds, rng, wander_m=1.5):
    """Return positions per second of a phone that lies about."""
    n = int(seconds)
    nodes = rng.normal(0, wander_m, (n // 200 + 3, 2))
    t = np.arange(n) / 200.0
    near = [np.interp(t, np.arange(len(nodes)), nodes[:, c]) for c in (0, 1)]
    return np.asarray(at, float) + np.column_stack(near)


def receive(
    xy,
    start_ms,
    rng,
    *,
    worker,
    centre,
    plane,
    device=None,
    every_s=10.0,
    sigma_m=4.0,
    memory_s=90.0,
    tails=4.0,
    multipath=0.0,
    jump_m=30.0,
    bursts=0.0,
    burst_s=(60, 220),
    digits=7,
    says="error",
    upload_s=0.0,
    ahead_s=0.0,
):
    """Return the fixes of a receiver with AR(1) errors, tails, shifts and silences.

    `multipath` is the share of time that reflections shift the place by about
    `jump_m`; `bursts` the number of silences per hour; `says` what accuracy claims:
    ``error`` follows the error, ``flat`` is one figure, ``none`` is nothing.
    """
    at = _moments(len(xy), every_s, rng)
    n = len(at)
    error = _errors(at, sigma_m, memory_s, tails, rng)
    error += _shifts(at, multipath, jump_m, rng)
    kept = _heard(at, len(xy), bursts, burst_s, rng)
    second = np.arange(len(xy))
    x, y = (np.interp(at, second, xy[:, c]) + error[:, c] + centre[c] for c in (0, 1))
    lon, lat = plane.unproject(x, y)
    claim = 1.2 * sigma_m + 0.5 * np.hypot(*error.T) + rng.gamma(2, 0.5, n)
    claim = {"error": claim, "flat": np.full(n, 2.0 * sigma_m), "none": None}[says]
    t_ms = start_ms + np.rint(1000 * at).astype(np.int64)
    frame = pd.DataFrame(
        {
            "worker_id": worker,
            "device_id": device or f"d-{worker}",
            "t_ms": t_ms + int(1000 * ahead_s),
            "received_ms": _receipts(t_ms, upload_s, rng),
            "lon": np.round(lon, digits),
            "lat": np.round(lat, digits),
            "accuracy_m": np.nan if claim is None else np.round(claim, 1),
            "speed_mps": np.nan,
            "mock": np.int8(-1),
        }
    )
    return frame.loc[kept, list(FIX_COLUMNS)].reset_index(drop=True)


def _moments(seconds, every_s, rng):
    """Return when fixes are made: about every so many seconds."""
    count = int(seconds / every_s)
    at = np.cumsum(rng.gamma(40.0, every_s / 40.0, count))
    return at[at < seconds - 1]


def _errors(at, sigma_m, memory_s, tails, rng):
    """Return errors that remember the one before, with heavy tails."""
    n = len(at)
    keep = np.exp(-np.diff(at, prepend=at[:1]) / memory_s)
    shock = rng.standard_t(tails, (n, 2)) / np.sqrt(tails / (tails - 2.0))
    error = np.zeros((n, 2))
    for k in range(n):
        before = error[k - 1] if k else shock[k] * sigma_m
        error[k] = keep[k] * before + sigma_m * np.sqrt(1 - keep[k] ** 2) * shock[k]
    return error


def _shifts(at, multipath, jump_m, rng):
    """Return shifts by reflections that come and go."""
    shift, k = np.zeros((len(at), 2)), 0
    while k < len(at) and multipath > 0:
        hold = float(rng.exponential(60.0)) + 15.0
        calm = hold * (1 - multipath) / multipath * float(rng.uniform(0.3, 1.7))
        a, b = np.searchsorted(at, [at[k] + calm, at[k] + calm + hold])
        turn = float(rng.uniform(0, 2 * np.pi))
        way = np.array([np.cos(turn), np.sin(turn)])
        shift[a:b] = jump_m * rng.uniform(0.5, 1.2) * way
        k = max(int(b), k + 1)
    return shift


def _heard(at, seconds, bursts, burst_s, rng):
    """Return which fixes lie outside the silences."""
    kept = np.ones(len(at), bool)
    for _ in range(rng.poisson(bursts * seconds / 3600.0)):
        begin = float(rng.uniform(0, seconds))
        kept &= ~((at >= begin) & (at < begin + rng.uniform(*burst_s)))
    return kept


def _receipts(t_ms, upload_s, rng):
    """Return when each fix was received: alone, or with its batch."""
    sent = t_ms
    if upload_s:
        sent = -(-t_ms // int(1000 * upload_s)) * int(1000 * upload_s)
    unique, batch = np.unique(sent, return_inverse=True)
    return (unique + rng.integers(200, 3000, len(unique)))[batch]


def on_earth(grid, centre, plane):
    """Return a polygon in degrees, moved to its place."""
    moved = shapely.affinity.translate(grid, *centre)
    return shapely.transform(
        moved, lambda c: np.column_stack(plane.unproject(c[:, 0], c[:, 1]))
    )


def centres(count, plane, lon=113.1, lat=35.2, apart_m=4000.0):
    """Return places far enough apart that grids never meet."""
    x0, y0 = (float(v[0]) for v in plane.project(np.array([lon]), np.array([lat])))
    side = int(np.ceil(np.sqrt(count)))
    return [
        (x0 + apart_m * (n % side), y0 + apart_m * (n // side)) for n in range(count)
    ]


PLANE = Plane(113.1)
