"""Verdicts of the third world, scenario by scenario, with 95 % bounds.

Run from the project's folder: ``python bench/adversaries.py --windows 30 --seed 7``.
Every run without a seed is a fresh draw; ``--show`` prints each wrong window.
"""

from dataclasses import replace
from datetime import date

import country as c
import numpy as np
import phones as p
from country import Body, Village
from honest import HONEST
from scoring import Case, World, run

from geo.crs import wgs84_to_bd09, wgs84_to_gcj02
from geo.frames import MOCK_YES
from geo.localtime import day_start_ms

DAY = date(2026, 5, 20)
MINUTE = 60_000
HOUR = 60 * MINUTE
DAY_MS = 24 * HOUR


class Scene:
    """One worker in one grid, and what is needed to draw a day of both."""

    def __init__(self, number, centre, rng, least_km2=0.02, most_km2=3.0) -> None:
        self.worker, self.rng, self.centre = f"w{number:05d}", rng, centre
        self.code, self.beside = f"410325{number:09d}", f"410326{number:09d}"
        self.grid, self.near = c.draw_grid(rng, least_km2, most_km2)
        self.village = Village(self.grid, rng)
        self.midnight = day_start_ms(DAY)
        self.start = self.midnight + 8 * HOUR + int(rng.uniform(0, 80)) * MINUTE
        self.world = World([(self.worker, self.code, "")], [(self.code, self.grid)])

    def pace(self):
        return float(self.rng.uniform(0.9, 1.45))

    def home(self):
        return self.village.houses[int(self.rng.choice(self.village.reached))]

    def walk(self, minutes=(18, 30), speed=None, at=None, **stops):
        """Return a round that holds what the rule asks; lanes that hold none go."""
        for _ in range(40):
            body = Body(self.home() if at is None else at, self.rng)
            length = float(self.rng.uniform(*minutes))
            body.rounds(self.village, length, speed or self.pace(), **stops)
            if c.fills(body.xy()):
                return body
            self.village = Village(self.grid, self.rng)
        raise RuntimeError("no lanes in this grid hold a round")

    def fixes(self, body, start=None, kit=None, worker=None, device=None):
        xy = body.xy() if isinstance(body, Body) else body
        if kit is None:
            kit = replace(p.GOOD, slow=(float(self.rng.uniform(1.5, 4)), 400.0))
        return p.receive(
            xy,
            self.start if start is None else start,
            self.rng,
            kit,
            worker=worker or self.worker,
            centre=self.centre,
            device=device,
        )


def desk(s, hours=5.0, **kit):
    home = s.home()
    body = Body(home, s.rng).rest(3600 * hours, float(s.rng.uniform(0.5, 4)))
    return [s.fixes(body, s.midnight + 6 * HOUR, replace(p.GOOD, **kit))]


def home_beside(s):
    ring = s.grid.exterior
    at = ring.interpolate(s.rng.uniform(0, ring.length))
    away = np.array([at.x, at.y])
    away *= 1 + float(s.rng.uniform(25, 45)) / np.hypot(*away)
    if s.grid.distance(c.shapely.Point(away)) < 22:
        return home_beside(s)
    return [s.fixes(Body(away, s.rng).rest(4 * 3600), s.midnight + 6 * HOUR)]


def motor(s, speed, minutes=25):
    """Somebody who rides in and out of an area twice the grid, no faster in bends."""
    size = 0.5 * np.sqrt(s.grid.area)
    turn = np.linspace(0, 2 * np.pi, 60)
    laps = int(60 * minutes * speed / (2 * np.pi * size)) + 1
    ring = np.column_stack([np.cos(turn), np.sin(turn)]) * size
    ring *= s.rng.uniform(0.75, 1.0) + 0.12 * np.sin(3 * turn)[:, None]
    body = Body(ring[0], s.rng)
    for _ in range(laps):
        body.go(ring, speed)
    return [s.fixes(body.xy()[: 60 * minutes])]


def taxi(s):
    """A car that crosses the grid a few times, with short stops."""
    far, parts = 2.5 * np.sqrt(s.grid.area), Body((-9e3, 0.0), s.rng)
    for _ in range(3):
        turn = s.rng.uniform(0, 2 * np.pi)
        way = far * np.array([np.cos(turn), np.sin(turn)])
        parts.go([way, 0.02 * way], float(s.rng.uniform(9, 15)))
        parts.rest(float(s.rng.uniform(20, 120))).go([-way], 11.0)
    return [s.fixes(parts)]


def spoofer(s, **how):
    nodes = [s.home() for _ in range(14)]
    speed = float(s.rng.uniform(1.1, 1.6))
    every = float(s.rng.choice([1.0, 5.0, 10.0]))
    how.setdefault("every_s", every)
    return p.made_up(
        nodes * 3, speed, s.start, worker=s.worker, centre=s.centre, **how
    ).iloc[: int(1700 / how["every_s"])]


def joystick(s):
    """Eight directions, full speed or none, a fix a second."""
    at, places = np.array(s.home()), []
    for _ in range(120):
        turn = s.rng.integers(8) * np.pi / 4
        there = at + 25 * np.array([np.cos(turn), np.sin(turn)])
        if c.shapely.contains_xy(s.grid, *there):
            places.append(at := there)
    made = p.made_up(
        places, 1.4, s.start, worker=s.worker, centre=s.centre, every_s=1.0
    )
    return made.iloc[:1700]


def copied(s, days=1, noise=0.0, moved=0.0, worker=None):
    first = s.fixes(s.walk(), s.start - days * DAY_MS, worker=worker)
    turn, n = s.rng.uniform(0, 2 * np.pi), len(first)
    later = days * DAY_MS + int(s.rng.uniform(-20, 20)) * MINUTE
    return [
        first,
        first.assign(
            worker_id=s.worker,
            device_id=f"d-{s.worker}",
            t_ms=first.t_ms + later,
            received_ms=first.received_ms + later,
            lat=first.lat
            + (s.rng.normal(0, noise, n) + moved * np.sin(turn)) / 111_320,
            lon=first.lon + (s.rng.normal(0, noise, n) + moved * np.cos(turn)) / 91_000,
        ),
    ]


def of_colleague(s):
    s.world.people.append((f"{s.worker}x", s.code, ""))
    return copied(s, worker=f"{s.worker}x")


def one_bag(s):
    s.world.people.append((f"{s.worker}x", s.code, ""))
    body = s.walk()
    return [s.fixes(body), s.fixes(body, worker=f"{s.worker}x")]


def shifted(s, datum):
    fixes = s.fixes(s.walk())
    lon, lat = datum(fixes.lon.to_numpy(), fixes.lat.to_numpy())
    return [fixes.assign(lon=lon, lat=lat)]


def stuck(s):
    fixes = s.fixes(s.walk((40, 60)))
    return [
        fixes.assign(lon=fixes.lon[0], lat=fixes.lat[0], accuracy_m=5.0, speed_mps=1.2)
    ]


def handed_in(s):
    away = Body((6e3, 2e3), s.rng).rest(6 * 3600)
    made = s.fixes(s.walk())
    at_night = made.assign(received_ms=s.midnight + 23 * HOUR)
    return [s.fixes(away, s.midnight + 6 * HOUR), at_night]


def jumped(s):
    far = Body((5e3, 3e3), s.rng).rest(1500)
    return [s.fixes(np.vstack([far.xy(), s.walk().xy()]), s.start - 1500_000)]


def both_at_once(s):
    s.world.people.append((f"{s.worker}x", s.code, ""))
    one, two = s.walk(), s.walk()
    device = f"d-{s.worker}"
    return [s.fixes(one), s.fixes(two, worker=f"{s.worker}x", device=device)]


def long_gap(s):
    walk = s.walk((50, 60), 1.2, stop_share=0.0)
    fixes = s.fixes(walk)
    low = s.start + int(s.rng.uniform(18, 22)) * MINUTE
    gone = (fixes.t_ms > low) & (fixes.t_ms < low + 14 * MINUTE)
    return [fixes[~gone]]


def next_door(s):
    s.world.grids.append((s.beside, s.near))
    s.village = Village(s.near, s.rng)
    return [s.fixes(s.walk((22, 30)))]


def wild_cells(s):
    return [s.fixes(s.walk()).assign(accuracy_m=2200.0)]


def short(s):
    body = Body(s.home(), s.rng).rounds(s.village, 9, 1.2, stop_share=0.0)
    return [s.fixes(body.xy()[:600])]


def mocked(s):
    return [s.fixes(s.walk()).assign(mock=np.int8(MOCK_YES))]


PARTIAL, DOUBT = ("partial",), ("suspicious",)
FAKE = [
    Case("desk, good phone", desk, PARTIAL),
    Case("desk, slow drift 20 m", lambda s: desk(s, slow=(20.0, 500.0)), PARTIAL),
    Case("desk, fast drift 12 m", lambda s: desk(s, fast=(12.0, 60.0)), PARTIAL),
    Case("desk, reflections", lambda s: desk(s, bounce=30.0, bounce_m=90.0), PARTIAL),
    Case(
        "desk, reflections, fused",
        lambda s: desk(s, bounce=40.0, bounce_m=60.0, filter_s=4.0, says="fused"),
        PARTIAL,
    ),
    Case(
        "desk, unsaid, stingy",
        lambda s: desk(s, slow=(9.0, 300.0), bounce=15.0, says="none", stingy=True),
        PARTIAL,
    ),
    Case("home beside the grid", home_beside, ("missed",)),
    Case("motorbike 9 m/s", lambda s: motor(s, 9.0), PARTIAL, "vehicle_speed"),
    Case("motorbike 13 m/s", lambda s: motor(s, 13.0), PARTIAL, "vehicle_speed"),
    Case("taxi", taxi, ("partial", "missed", "no_data")),
    Case("route spoofer", lambda s: [spoofer(s)], DOUBT, "synthetic_track"),
    Case("spoofer, 5 digits", lambda s: [spoofer(s, digits=5)], DOUBT),
    Case("joystick", lambda s: [joystick(s)], DOUBT, "synthetic_track"),
    Case("copy of yesterday", copied, DOUBT, "replayed_track"),
    Case("copy, 2 m noise", lambda s: copied(s, 1, 2.0), DOUBT, "replayed_track"),
    Case("copy, moved 12 m", lambda s: copied(s, 1, 1.0, 12.0), DOUBT),
    Case("copy of 20 days ago", lambda s: copied(s, 20, 1.0), DOUBT),
    Case("copy of a colleague", of_colleague, DOUBT, "replayed_track"),
    Case("two phones in one bag", one_bag, DOUBT, "companion_device"),
    Case(
        "GCJ-02",
        lambda s: shifted(s, wgs84_to_gcj02),
        DOUBT,
        "datum_shift",
        most_km2=0.5,
    ),
    Case(
        "GCJ-02, large grid",
        lambda s: shifted(s, wgs84_to_gcj02),
        DOUBT,
        least_km2=1.0,
        is_beyond=True,
    ),
    Case(
        "BD-09",
        lambda s: shifted(s, wgs84_to_bd09),
        DOUBT,
        "datum_shift",
        most_km2=1.0,
    ),
    Case("stuck, motion claimed", stuck, DOUBT, "frozen"),
    Case("handed in at night", handed_in, DOUBT, "backdated"),
    Case("jump into the grid", jumped, DOUBT, "teleport"),
    Case("one phone, two people", both_at_once, DOUBT, "device_shared"),
    Case("mock flag", mocked, DOUBT, "mock_location"),
    Case("gap of 14 min on the way", long_gap, PARTIAL, "gap_long"),
    Case("neighbour's grid", next_door, ("missed",), "wrong_grid", least_km2=0.1),
    Case("cell positions", wild_cells, ("no_data",), "accuracy_poor"),
    Case("ten minutes only", short, PARTIAL, "dwell_short"),
    Case(
        "a fix in five minutes",
        lambda s: [s.fixes(s.walk((40, 50)), kit=replace(p.GOOD, every_s=(300.0,)))],
        PARTIAL,
        "rate_low",
    ),
]


if __name__ == "__main__":
    run(__doc__, [*HONEST, *FAKE], Scene, DAY, p.PLANE, 12_000.0)
