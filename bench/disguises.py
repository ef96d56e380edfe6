"""Disguises: how each impostor of the fourth world spends a day, and what is sent."""

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import shapely
import valley
from phones import PLANE
from radios import hear
from residents import DAY_MS, HOUR, MINUTE, PLAIN
from scoring import World
from valley import Person

from geo.crs import wgs84_to_gcj02
from geo.frames import FIX_COLUMNS, MOCK_YES
from geo.localtime import day_start_ms

DAY = date(2026, 5, 20)


class Scene:
    """One worker in one grid, and what is needed to draw days of both."""

    def __init__(self, number, centre, rng, least_km2=0.04, most_km2=2.5) -> None:
        self.worker, self.rng, self.centre = f"w{number:05d}", rng, centre
        self.code, self.beside = f"410325{number:09d}", f"410326{number:09d}"
        self.grid = valley.draw_grid(rng, least_km2, most_km2)
        self.midnight = day_start_ms(DAY)
        self.start = self.midnight + 7 * HOUR + int(rng.uniform(0, 140)) * MINUTE
        self.world = World([(self.worker, self.code, "")], [(self.code, self.grid)])

    def home(self):
        return valley.place_in(valley.inner(self.grid, 15.0), self.rng)

    def patrol(self, minutes=(18, 28), speed=None, *, enough=True, **how):
        rng = self.rng
        speed = float(rng.uniform(0.9, 1.45)) if speed is None else speed
        length = float(rng.uniform(*minutes))
        if enough:
            return valley.patrol(self.grid, rng, length, speed, **how)
        line = valley.calls(valley.inner(self.grid), rng)
        return Person(how["at"], rng).along(line, speed, 60 * length)

    def fixes(self, who, start=None, radio=None, worker=None, device=None):
        xy = who.xy() if isinstance(who, Person) else who
        if radio is None:
            rng = self.rng
            radio = replace(
                PLAIN,
                every_s=float(rng.choice([5.0, 10.0, 10.0, 15.0])),
                markov=(float(rng.uniform(1.5, 5)), float(rng.uniform(20, 300))),
                field_m=float(rng.uniform(0.5, 3)),
            )
        return hear(
            xy,
            self.start if start is None else start,
            self.rng,
            radio,
            worker=worker or self.worker,
            centre=self.centre,
            device=device,
        )


def sits(s, radio, at=None, hours=12.0, shift_m=1.0):
    person = Person(s.home() if at is None else at, s.rng).sit(3600 * hours, shift_m)
    return [s.fixes(person, s.midnight + 6 * HOUR, radio)]


def by_the_border(s, away_m, radio):
    """An office so far outside the border (inside, if negative)."""
    ring = shapely.buffer(s.grid, away_m).exterior
    at = ring.interpolate(float(s.rng.uniform(0, ring.length)))
    return sits(s, radio, np.array([at.x, at.y]))


def yard(s):
    """Chores about a house: from room to shed to gate, ten metres each, all day."""
    home, person = s.home(), None
    spots = home + s.rng.normal(0, 7, (4, 2))
    person = Person(home, s.rng)
    while len(person.xy()) < 11 * 3600:
        person.along([spots[int(s.rng.integers(4))]], 0.9)
        person.sit(float(s.rng.exponential(240)) + 30, 0.8)
    return [s.fixes(person, s.midnight + 6 * HOUR)]


def car(s, speed, stop_s=0.0):
    """A car that goes round and across; with stops, as those who deliver make."""
    room, person = valley.inner(s.grid), Person(s.home(), s.rng)
    while len(person.xy()) < 60 * s.rng.uniform(18, 35):
        line = valley.loop(room, s.rng)
        person.along(np.vstack([line, line, line]), speed, 400)
        if stop_s:
            person.sit(float(s.rng.exponential(stop_s)) + 20, 0.2)
    return [s.fixes(person)]


def crosses(s, speed):
    """Somebody who only rides through, three times."""
    parts = Person((-4e3, -1e3), s.rng)
    for k in range(3):
        turn = float(s.rng.uniform(0, 2 * np.pi))
        far = 4e3 * np.array([np.cos(turn), np.sin(turn)])
        parts.along([(0, 0), far], speed).sit(400 + 100 * k)
    return [s.fixes(parts)]


def copy_of(s, change, *, days=1, worker=None, radio=None, way_back=False):
    """A track of another day, changed: coordinates by `change(x, y, t)`, metres."""
    first = s.fixes(s.patrol((20, 28)), s.start - days * DAY_MS, radio, worker=worker)
    cosine = np.cos(np.radians(first.lat[0]))
    x = (first.lon - first.lon.mean()).to_numpy() * 111_320 * cosine
    y = (first.lat - first.lat.mean()).to_numpy() * 111_320
    t = (first.t_ms - first.t_ms[0]).to_numpy() / 1000.0
    nx, ny, nt = change(x, y, t)
    if way_back:
        nt = nt[-1] - nt
    begin = int(first.t_ms[0]) + days * DAY_MS + int(s.rng.uniform(-15, 15)) * MINUTE
    t_ms = begin + np.rint(1000 * nt).astype(np.int64)
    copy = pd.DataFrame(
        {
            "worker_id": s.worker,
            "device_id": f"d-{s.worker}",
            "t_ms": t_ms,
            "received_ms": t_ms + 900,
            "lon": np.round(first.lon.mean() + nx / 111_320 / cosine, 7),
            "lat": np.round(first.lat.mean() + ny / 111_320, 7),
            "accuracy_m": np.resize(first.accuracy_m.to_numpy(), len(nx)),
            "speed_mps": np.nan,
            "mock": np.int8(-1),
        }
    ).sort_values("t_ms", ignore_index=True)
    return [first, copy[list(FIX_COLUMNS)]]


def shifted(s, m):
    turn = float(s.rng.uniform(0, 2 * np.pi))
    return copy_of(s, lambda x, y, t: (x + m * np.cos(turn), y + m * np.sin(turn), t))


def scaled(s, by):
    grow = 1 + float(s.rng.choice([-1, 1])) * by
    return copy_of(s, lambda x, y, t: (x * grow, y * grow, t))


def jittered(s, m, memory_s=1.0):
    def change(x, y, t):
        noise = m * valley.wandering(len(x), memory_s / 10.0, s.rng)
        return x + noise[:, 0], y + noise[:, 1], t

    return copy_of(s, change)


def retimed(s, by, noise_m=0.0, between=False):
    """The same places at another pace, as they were or read between them."""
    pace = 1 + float(s.rng.choice([-1, 1])) * by

    def change(x, y, t):
        nx, ny, nt = x, y, t * pace
        if between:
            nt = np.arange(0.0, nt[-1], 10.0)
            nx, ny = (np.interp(nt, t * pace, v) for v in (x, y))
        noise = noise_m * s.rng.normal(0, 1, (len(nx), 2))
        return nx + noise[:, 0], ny + noise[:, 1], nt

    return copy_of(s, change)


def cut(s):
    """Only a part of an earlier walk of an hour."""
    long = s.fixes(s.patrol((55, 65)), s.start - 2 * DAY_MS)
    part = long[(long.t_ms - long.t_ms[0]) // MINUTE < 48]
    part = part[(part.t_ms - long.t_ms[0]) // MINUTE >= 20]
    later = 2 * DAY_MS + 25 * MINUTE
    copy = part.assign(t_ms=part.t_ms + later, received_ms=part.received_ms + later)
    return [long, copy]


def colleague(s, noise):
    s.world.people.append((f"{s.worker}x", s.code, ""))
    turn = s.rng.normal(0, 1, (400, 2)) * noise
    return copy_of(
        s,
        lambda x, y, t: (x + np.resize(turn[:, 0], len(x)), y, t),
        worker=f"{s.worker}x",
    )


def made(s, xy, every_s, said=5.0, digits=7):
    """Return fixes of a script: places in even steps of time."""
    lon, lat = PLANE.unproject(*(xy + np.asarray(s.centre)).T)
    t_ms = s.start + (np.arange(len(xy)) * 1000 * every_s).astype(np.int64)
    return pd.DataFrame(
        {
            "worker_id": s.worker,
            "device_id": f"d-{s.worker}",
            "t_ms": t_ms,
            "received_ms": t_ms + 700,
            "lon": np.round(lon, digits),
            "lat": np.round(lat, digits),
            "accuracy_m": said,
            "speed_mps": np.nan,
            "mock": np.int8(-1),
        }
    )[list(FIX_COLUMNS)]


def drawn(s, noise_m=0.0, kind=valley.calls, said=None):
    """A line drawn on a map, gone along at one speed, with white noise if any."""
    room = valley.inner(s.grid)
    line = kind(room, s.rng)
    line = np.vstack([line] * 8)
    every = float(s.rng.choice([1.0, 5.0, 10.0]))
    gone = np.append(0.0, np.cumsum(np.hypot(*np.diff(line, axis=0).T)))
    way = np.arange(0, 1700, every) * float(s.rng.uniform(1.0, 1.5))
    way = way[way < gone[-1]]
    xy = np.column_stack([np.interp(way, gone, line[:, c]) for c in (0, 1)])
    xy = xy + noise_m * s.rng.normal(0, 1, xy.shape)
    claim = np.round(s.rng.uniform(4, 9, len(xy)), 1) if said is None else said
    return [made(s, xy, every, claim)]


def on_road(s, spread=0.0, noise_m=0.0):
    """A script on a smooth road: at one speed, or at another one in each step."""
    line = np.vstack([valley.road(valley.inner(s.grid), s.rng)] * 6)
    gone = np.append(0.0, np.cumsum(np.hypot(*np.diff(line, axis=0).T)))
    way = np.cumsum(10.0 * s.rng.uniform(1.25 - spread, 1.25 + spread, 170))
    way = way[way < gone[-1]]
    xy = np.column_stack([np.interp(way, gone, line[:, c]) for c in (0, 1)])
    return [made(s, xy + noise_m * s.rng.normal(0, 1, xy.shape), 10.0)]


def two_phones(s, gap_m=0.0, other=None, own=None):
    s.world.people.append((f"{s.worker}x", s.code, ""))
    person = s.patrol()
    beside = person.xy() + gap_m * valley.wandering(len(person.xy()), 60, s.rng)
    return [
        s.fixes(person, radio=own),
        s.fixes(beside, worker=f"{s.worker}x", radio=other),
    ]


def mock(s):
    return [s.fixes(s.patrol()).assign(mock=np.int8(MOCK_YES))]


def mock_home(s):
    """At home, and a mock provider for the round only."""
    home = Person(s.home(), s.rng).sit(5 * 3600)
    rest = s.fixes(home, s.midnight + 6 * HOUR)
    walk = s.fixes(s.patrol()).assign(mock=np.int8(MOCK_YES))
    low, high = walk.t_ms.min(), walk.t_ms.max()
    return [rest[(rest.t_ms < low) | (rest.t_ms > high)], walk]


def leaps(s):
    """Live at home far away, then suddenly in the grid, then at home again."""
    away = Person((6e3, -3e3), s.rng).sit(3 * 3600)
    rest = s.fixes(away, s.midnight + 6 * HOUR + 30 * MINUTE)
    walk = s.fixes(s.patrol())
    low, high = walk.t_ms.min(), walk.t_ms.max()
    return [rest[(rest.t_ms < low) | (rest.t_ms > high)], walk]


def gcj(s):
    fixes = s.fixes(s.patrol())
    lon, lat = wgs84_to_gcj02(fixes.lon.to_numpy(), fixes.lat.to_numpy())
    return [fixes.assign(lon=lon, lat=lat)]


def at_once(s):
    s.world.people.append((f"{s.worker}x", s.code, ""))
    device = f"d-{s.worker}"
    other = s.fixes(s.patrol(), worker=f"{s.worker}x", device=device)
    return [s.fixes(s.patrol()), other]


def in_hindsight(s):
    seen = Person((3e3, 4e3), s.rng).sit(5 * 3600)
    live = s.fixes(seen, s.midnight + 6 * HOUR)
    told = s.fixes(s.patrol()).assign(received_ms=s.midnight + 22 * HOUR)
    return [live, told]


def stuck(s):
    fixes = s.fixes(s.patrol((40, 60)))
    return [fixes.assign(lon=fixes.lon[9], lat=fixes.lat[9], accuracy_m=6.0)]


def too_short(s):
    return [s.fixes(s.patrol((24, 25)).xy()[: int(60 * s.rng.uniform(6, 12))])]


def spoils(s):
    """A walk that the phone did not see for ten to twenty minutes in its middle."""
    fixes = s.fixes(s.patrol((40, 46)))
    low = fixes.t_ms[0] + int(s.rng.uniform(10, 13)) * MINUTE
    high = low + int(s.rng.uniform(10, 18)) * MINUTE
    return [fixes[(fixes.t_ms < low) | (fixes.t_ms > high)]]


def neighbour(s):
    beside = shapely.affinity.translate(s.grid, 2.2 * np.sqrt(s.grid.area) + 60, 0)
    s.world.grids.append((s.beside, beside - s.grid))
    own, s.grid = s.grid, max(shapely.get_parts(beside - s.grid), key=shapely.area)
    fixes = s.fixes(s.patrol())
    s.grid = own
    return [fixes]
