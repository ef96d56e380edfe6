"""Verdicts of a second world, scenario by scenario, with 95 % bounds.

Run from the project's folder: ``python bench/verdicts.py --windows 60 --seed 7``. The
world is that of ``streets.py`` beside this file, built unlike the simulator that the
engine was written beside; every run with another seed is a fresh draw.
"""

import argparse
import time
from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
import streets as s
from scoring import Case, Table

from geo.crs import wgs84_to_gcj02
from geo.localtime import day_start_ms
from tracking.ground.areas import grid_versions
from tracking.ground.roster import Assignment, Roster
from tracking.rules.policy import DEFAULT_RULE
from tracking.verdict.verify import verify_days

DAY = date(2026, 5, 20)
EIGHT = day_start_ms(DAY) + 8 * 3_600_000
HOUR = 3_600_000


class Scene:
    """One grid, one worker, one window: what a scenario draws into."""

    def __init__(self, number: int, centre, rng) -> None:
        self.worker, self.rng, self.centre = f"w{number:05d}", rng, centre
        self.code = f"410325{number:09d}"
        self.grid = s.draw_grid(rng)
        self.start = EIGHT + int(rng.uniform(0, 90)) * 60_000

    def walk(self, minutes=(19, 28), speed=None, **changes):
        seconds = 60 * float(self.rng.uniform(*minutes))
        pace = float(self.rng.uniform(0.95, 1.4)) if speed is None else speed
        return s.walk(self.grid, self.rng, seconds, pace, **changes)

    def fixes(self, xy, start=None, worker=None, **receiver):
        receiver.setdefault("every_s", float(self.rng.choice([5.0, 10.0, 10.0, 15.0])))
        receiver.setdefault("sigma_m", float(self.rng.uniform(2.0, 6.0)))
        receiver.setdefault("memory_s", float(self.rng.uniform(30, 200)))
        return s.receive(
            xy,
            self.start if start is None else start,
            self.rng,
            worker=worker or self.worker,
            centre=self.centre,
            plane=s.PLANE,
            **receiver,
        )

    def corner(self):
        low = np.array(self.grid.exterior.coords[0])
        return low

    def home(self):
        return self.walk((1, 1))[0]


def honest(c, **receiver):
    return [c.fixes(c.walk(), **receiver)]


def at_home(c):
    home = c.home()
    parts = [s.rest(home, c.rng.uniform(1500, 4000), c.rng)]
    trip = c.walk(at=home)
    parts += [trip, s.rest(trip[-1], c.rng.uniform(1500, 4000), c.rng)]
    return [c.fixes(np.vstack(parts), start=c.start - 40 * 60_000, multipath=0.05)]


def same_way(c):
    walk = c.walk(speed=1.2)
    frames = []
    for day in range(-4, 1):
        lag = int(c.rng.uniform(-20, 20)) * 60_000
        pace = np.cumsum(np.clip(c.rng.normal(1.0, 0.3, 4 * len(walk)), 0.2, 2.0))
        pace *= float(c.rng.uniform(0.93, 1.07))
        at = pace[pace < len(walk) - 1]
        again = np.c_[
            np.interp(at, np.arange(len(walk)), walk[:, 0]),
            np.interp(at, np.arange(len(walk)), walk[:, 1]),
        ]
        frames.append(c.fixes(again, start=c.start + lag + day * 24 * HOUR))
    return frames


def replay(c, noise=0.0, moved=0.0, days=1, **_):
    first = c.fixes(c.walk(), start=c.start - days * 24 * HOUR, every_s=10.0)
    later = days * 86_400_000 + int(c.rng.uniform(-10, 10)) * 60_000
    turn = c.rng.uniform(0, 2 * np.pi)
    north = c.rng.normal(0, noise, len(first)) + moved * np.sin(turn)
    east = c.rng.normal(0, noise, len(first)) + moved * np.cos(turn)
    copy = first.assign(
        t_ms=first.t_ms + later,
        received_ms=first.received_ms + later,
        lat=first.lat + north / 111_320,
        lon=first.lon + east / 91_000,
    )
    return [first, copy]


def in_one_bag(c):
    walk = c.walk()
    c.others = [(f"{c.worker}x", "")]
    return [c.fixes(walk), c.fixes(walk, worker=f"{c.worker}x")]


def couple(c):
    frames = in_one_bag(c)
    c.others = [(f"{c.worker}x", "g"), (c.worker, "g")]
    return frames


def colleagues(c):
    c.others = [(f"{c.worker}x", "")]
    return [c.fixes(c.walk()), c.fixes(c.walk(), worker=f"{c.worker}x")]


def car(c, speed):
    return [c.fixes(c.walk((16, 40), speed))]


def bus(c):
    far = np.array([3000.0, 1500.0])
    line = np.linspace(-far, far, int(6700 / c.rng.uniform(7, 11)))
    stop = s.rest(line[len(line) // 2], 60, c.rng, 0.2)
    half = len(line) // 2
    return [c.fixes(np.vstack([line[:half], stop, line[half:]]))]


def parked(c, hours=4.0, **receiver):
    return [c.fixes(s.rest(c.home(), 3600 * hours, c.rng), **receiver)]


def outside(c):
    x, y = np.array(c.grid.exterior.coords[0])
    away = np.array([x, y]) * (1 + c.rng.uniform(25, 40) / np.hypot(x, y))
    return [c.fixes(s.rest(away, 3 * 3600, c.rng))]


def script(c, noise):
    fixes = c.fixes(c.walk(), sigma_m=0.01, tails=30.0).assign(accuracy_m=5.0)
    noisy = c.rng.normal(0, max(noise, 1e-9), (len(fixes), 2)) / 100_000
    return [fixes.assign(lon=fixes.lon + noisy[:, 0], lat=fixes.lat + noisy[:, 1])]


def gcj(c, *, cut=True):
    """A walk sent in GCJ-02, which the border then cuts, or leaves in one piece."""
    for _ in range(60):
        walk = c.walk()
        fixes = c.fixes(walk)
        lon, lat = wgs84_to_gcj02(fixes.lon.to_numpy(), fixes.lat.to_numpy())
        x, y = s.PLANE.project(lon, lat)
        inside = shapely.contains_xy(c.grid, x - c.centre[0], y - c.centre[1])
        within = inside[inside.argmax() : len(inside) - inside[::-1].argmax()].mean()
        is_cut = inside.mean() <= 0.3 or within <= 0.75
        if is_cut if cut else inside.mean() >= 0.5 and within >= 0.97:
            return [fixes.assign(lon=lon, lat=lat)]
        c.grid = s.draw_grid(c.rng, None if cut else 2.5e6)
    raise RuntimeError("no walk like that in sixty")


def gcj_whole(c):
    """The same in one piece: any walk there, or one from beyond, looks like that."""
    return gcj(c, cut=False)


def frozen(c):
    fixes = c.fixes(c.walk((40, 60)))
    return [fixes.assign(lon=fixes.lon[0], lat=fixes.lat[0], accuracy_m=5.0)]


def backdated(c):
    live = c.fixes(s.rest((5000.0, 3000.0), 5 * 3600, c.rng), start=EIGHT - HOUR)
    made = c.fixes(c.walk(), device=None)
    return [live, made.assign(received_ms=EIGHT + 14 * HOUR)]


def jumped(c):
    away = s.rest((4000.0, 2500.0), 1500, c.rng)
    return [c.fixes(np.vstack([away, c.walk(), away]), start=c.start - 1_500_000)]


def border(c):
    ring = c.grid.exterior
    pace = float(c.rng.uniform(1.0, 1.3))
    way = np.arange(0, max(ring.length, 1300), pace) % ring.length
    points = [ring.interpolate(float(d)) for d in way]
    return [c.fixes(np.array([(p.x, p.y) for p in points])[: 60 * 35])]


def wrong_clock(c, about_s):
    # Not the same for all: that would be the server's clock.
    return honest(c, ahead_s=about_s * float(c.rng.uniform(0.5, 1.5)))


def elder(c):
    return [c.fixes(c.walk((24, 34), float(c.rng.uniform(0.65, 0.85))))]


def doors(c):
    walk = c.walk(
        (26, 45), float(c.rng.uniform(0.9, 1.3)), door_every_m=60.0, door_s=(30, 150)
    )
    return [c.fixes(walk)]


HONEST = {
    "walk": honest,
    "walk, heavy tails": lambda c: honest(c, tails=2.6, sigma_m=5.0),
    "walk, reflections": lambda c: honest(c, multipath=0.15),
    "walk, phone of 25 m": lambda c: honest(c, sigma_m=14.0),
    "walk, fix a second": lambda c: honest(c, every_s=1.0),
    "walk, fix a minute": lambda c: honest(c, every_s=58.0),
    "walk, fix every 30 s": lambda c: honest(c, every_s=30.0),
    "walk, silences": lambda c: honest(c, bursts=2.0),
    "walk, no accuracy": lambda c: honest(c, says="none"),
    "walk, 5 digits": lambda c: honest(c, digits=5),
    "walk, batches": lambda c: honest(c, upload_s=300.0),
    "walk, clock hours ahead": lambda c: honest(
        c, ahead_s=3600.0 * float(c.rng.uniform(0.3, 3))
    ),
    "walk, clock a day back": lambda c: honest(
        c, ahead_s=-86_400.0 * float(c.rng.uniform(0.5, 1.5))
    ),
    "house to house": doors,
    "slow walker": elder,
    "e-bike": lambda c: car(c, float(c.rng.uniform(3.0, 5.5))),
    "lives in the grid": at_home,
    "same way daily": same_way,
    "couple of one group": couple,
    "two on their own ways": colleagues,
    "along the border": border,
}
SITS, DOUBT = ("partial",), ("suspicious",)
FAKE = [
    Case("parked", parked, SITS),
    Case("parked, drift 15 m", lambda c: parked(c, sigma_m=15.0), SITS),
    Case(
        "parked, drift 25 m",
        lambda c: parked(c, sigma_m=25.0, memory_s=240.0),
        SITS,
    ),
    Case("desk, jumps of 30 m", lambda c: parked(c, multipath=0.3), SITS),
    Case("desk, jumps of 60 m", lambda c: parked(c, multipath=0.4, jump_m=60.0), SITS),
    Case(
        "desk, no accuracy",
        lambda c: parked(c, multipath=0.3, sigma_m=8.0, says="none"),
        SITS,
    ),
    Case(
        "desk, flat accuracy",
        lambda c: parked(c, multipath=0.3, sigma_m=12.0, says="flat"),
        SITS,
    ),
    Case(
        "desk, fix a minute",
        lambda c: parked(c, multipath=0.3, sigma_m=10.0, every_s=58.0),
        SITS,
    ),
    Case("home outside", outside, ("missed",)),
    Case("car 10 m/s", lambda c: car(c, 10.0), SITS, "vehicle_speed"),
    Case("car 14 m/s", lambda c: car(c, 14.0), SITS, "vehicle_speed"),
    Case("bus", bus, SITS),
    Case("script, no noise", lambda c: script(c, 0.0), DOUBT, "synthetic_track"),
    Case("replay", replay, DOUBT, "replayed_track"),
    Case("replay, noise 2 m", lambda c: replay(c, 2.0), DOUBT, "replayed_track"),
    Case("replay, noise 3 m", lambda c: replay(c, 3.0), DOUBT, "replayed_track"),
    Case("replay, moved 15 m", lambda c: replay(c, 1.0, 15.0), DOUBT, "replayed_track"),
    Case(
        "replay of 9 days ago",
        lambda c: replay(c, 1.0, days=9),
        DOUBT,
        "replayed_track",
    ),
    Case("two phones in one bag", in_one_bag, DOUBT, "companion_device"),
    Case("GCJ-02", gcj, DOUBT, "datum_shift"),
    Case("GCJ-02, in one piece", gcj_whole, DOUBT, is_beyond=True),
    Case("frozen", frozen, SITS, "frozen"),
    Case("back-dated", backdated, DOUBT, "backdated"),
    Case("teleport", jumped, DOUBT, "teleport"),
]


def run(name, draw, count, seed):
    """Return the verdicts of the window, and what a wrong one was refused for."""
    rng = np.random.default_rng([seed, sum(map(ord, name))])
    frames, people, shapes, codes = [], [], [], []
    for n, centre in enumerate(s.centres(count, s.PLANE)):
        c = Scene(n, centre, rng)
        c.others = []
        frames += draw(c)
        shapes.append(s.on_earth(c.grid, centre, s.PLANE))
        codes.append(c.code)
        groups = dict([(c.worker, ""), *c.others])
        people += [Assignment(w, c.code, g) for w, g in groups.items()]
    grids = gpd.GeoDataFrame({"grid_code": codes}, geometry=shapes, crs=4326)
    bodies = verify_days(
        pd.concat(frames, ignore_index=True),
        Roster(grid_versions(grids), people),
        DEFAULT_RULE,
        days=[DAY],
    )
    seen = [p for b in bodies if not b["worker_id"].endswith("x") for p in b["patrols"]]
    return [p for p in seen if p["window"] == "morning"]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--windows", type=int, default=40)
    options.add_argument("--seed", type=int, default=time.time_ns() % 10_000)
    options.add_argument("--only", default="")
    asked = options.parse_args()
    print(f"seed {asked.seed}, {asked.windows} windows a scenario")
    table = Table()
    cases = [Case(n, d, ("verified",)) for n, d in HONEST.items()] + FAKE
    for case in cases:
        if asked.only in case.name:
            table.add(case, run(case.name, case.draw, asked.windows, asked.seed))
    table.end()


if __name__ == "__main__":
    main()
