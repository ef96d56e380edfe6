"""Whole days: people who live somewhere, walk their rounds, and carry a phone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, time

import numpy as np
import pandas as pd
import shapely

from geo.localtime import at_local, to_ms
from tracking.ground.areas import Plane
from tracking.simulate.fakes import synthetic
from tracking.simulate.phones import Phone, record
from tracking.simulate.traces import Walker


@dataclass(frozen=True)
class Habits:
    """How somebody spends a day of patrols.

    Parameters
    ----------
    rounds : tuple of time
        When the rounds begin, local; each is moved by up to `jitter_min`.
    jitter_min : float
    minutes : tuple of float
        Shortest and longest round.
    speed_mps : tuple of float
        Slowest and fastest walk.
    lives_inside : bool
        At home in the grid between the rounds, with the phone on; otherwise the phone
        is on from a little before the first step to a little after the last.
    pottering_m : float
        How far one moves about at home.
    least_m : float
        Who has gone less by then goes on: the phone tells what is missing.
    """

    rounds: tuple[time, ...] = (time(8, 0), time(13, 0), time(18, 0))
    jitter_min: float = 40.0
    minutes: tuple[float, float] = (18.0, 25.0)
    speed_mps: tuple[float, float] = (1.0, 1.4)
    lives_inside: bool = True
    pottering_m: float = 3.0
    least_m: float = 700.0
    first_clock: time = field(default=time(5, 40))
    last_clock: time = field(default=time(22, 20))


def honest_day(
    worker_id: str,
    grid: shapely.Geometry,
    day: date,
    rng: np.random.Generator,
    *,
    habits: Habits | None = None,
    phone: Phone | None = None,
) -> pd.DataFrame:
    """Return one day of fixes of somebody who walks every round inside a grid.

    Parameters
    ----------
    worker_id : str
    grid : Polygon or MultiPolygon
        WGS 84.
    day : date
        Local.
    rng : numpy.random.Generator
    habits, phone : optional

    Returns
    -------
    DataFrame
        `geo.frames.FIX_COLUMNS`, in order of time.
    """
    habits = habits or Habits()
    phone = phone or Phone(device_id=f"phone-{worker_id}")
    plane = Plane(float(grid.centroid.x))
    area = plane.project_geometry(grid)
    if habits.lives_inside:
        walker = _day_at_home(area, day, habits, rng)
        return record(walker.trace(), phone, worker_id, plane, rng)
    trips = [
        record(walker.trace(), phone, worker_id, plane, rng)
        for walker in _trips(area, day, habits, rng)
    ]
    return pd.concat(trips, ignore_index=True)


def _home(area: shapely.Geometry, rng: np.random.Generator) -> tuple[float, float]:
    inner = shapely.buffer(area, -15.0)
    room = area if inner.is_empty else inner
    low_x, low_y, high_x, high_y = room.bounds
    while True:
        x, y = rng.uniform((low_x, low_y), (high_x, high_y))
        if shapely.contains_xy(room, x, y):
            return float(x), float(y)


def _begin_ms(day: date, clock: time, habits: Habits, rng: np.random.Generator) -> int:
    jitter = rng.uniform(-habits.jitter_min, habits.jitter_min)
    return to_ms(at_local(day, clock)) + int(60_000 * jitter)


def _day_at_home(
    area: shapely.Geometry, day: date, habits: Habits, rng: np.random.Generator
) -> Walker:
    home = _home(area, rng)
    walker = Walker(home, to_ms(at_local(day, habits.first_clock)), rng)
    for clock in habits.rounds:
        begin = _begin_ms(day, clock, habits, rng)
        walker.stay_until(begin, habits.pottering_m)
        speed = float(rng.uniform(*habits.speed_mps))
        seconds = 60.0 * float(rng.uniform(*habits.minutes))
        walker.patrol(area, seconds, speed, least_m=habits.least_m)
        walker.go_to(home, speed)
    return walker.stay_until(
        to_ms(at_local(day, habits.last_clock)), habits.pottering_m
    )


def _trips(
    area: shapely.Geometry, day: date, habits: Habits, rng: np.random.Generator
) -> list[Walker]:
    walkers = []
    for clock in habits.rounds:
        begin = _begin_ms(day, clock, habits, rng)
        walker = Walker(_home(area, rng), begin, rng)
        speed = float(rng.uniform(*habits.speed_mps))
        seconds = 60.0 * float(rng.uniform(*habits.minutes))
        walker.stay(30).patrol(area, seconds, speed, least_m=habits.least_m)
        walkers.append(walker.stay(30))
    return walkers


def workforce_day(
    grids: Mapping[str, shapely.Geometry],
    day: date,
    rng: np.random.Generator,
    *,
    sitting: Sequence[str] = (),
    made_up: Sequence[str] = (),
    silent: Sequence[str] = (),
    habits: Habits | None = None,
) -> pd.DataFrame:
    """Return one day of fixes of many workers, each with one grid.

    Parameters
    ----------
    grids : mapping
        Worker to the polygon of the grid, WGS 84.
    day : date
    rng : numpy.random.Generator
    sitting : sequence of str
        Workers who stay at home in their grid all day.
    made_up : sequence of str
        Workers whose rounds a script draws.
    silent : sequence of str
        Workers whose phone says nothing after noon.
    habits : Habits, optional
        Of everybody; by default each worker is at home or not by chance.

    Returns
    -------
    DataFrame
        `geo.frames.FIX_COLUMNS`, by worker and time.
    """
    frames = []
    for worker, grid in sorted(grids.items()):
        own = habits or Habits(lives_inside=bool(rng.random() < 0.5))
        if worker in sitting:
            own = replace(own, rounds=(), lives_inside=True)
        frame = honest_day(worker, grid, day, rng, habits=own)
        if worker in made_up:
            frame = synthetic(frame)
        if worker in silent:
            frame = frame[frame["t_ms"] < to_ms(at_local(day, time(12, 0)))]
        frames.append(frame)
    return pd.concat(frames, ignore_index=True)
