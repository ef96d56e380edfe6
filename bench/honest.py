"""Honest scenarios of the third world: every one of them is to be verified."""

from dataclasses import replace

import country as c
import numpy as np
import phones as p
from country import Body
from scoring import Case

MINUTE = 60_000
HOUR = 60 * MINUTE
DAY_MS = 24 * HOUR
ALL_DAY = ("morning", "afternoon", "evening")
FUSED = replace(p.GOOD, filter_s=4.0, says="fused", every_s=(5.0, 10.0))
IOS = replace(p.GOOD, filter_s=2.0, says="ios", every_s=(10.0, 10.0, 15.0))


def walk(s, kit=None, **how):
    return [s.fixes(s.walk(**how), kit=kit)]


def snapped(s):
    """A phone that puts its fixes on the lanes: only the way along them wanders."""
    body = s.walk()
    fixes = s.fixes(body, kit=replace(p.GOOD, filter_s=3.0))
    x, y = p.PLANE.project(fixes.lon.to_numpy(), fixes.lat.to_numpy())
    line = c.shapely.LineString(body.xy()[::10] + np.asarray(s.centre))
    lanes = c.shapely.simplify(line, 3.0)
    points = c.shapely.points(x, y)
    on = c.shapely.line_interpolate_point(
        lanes, c.shapely.line_locate_point(lanes, points)
    )
    lon, lat = p.PLANE.unproject(c.shapely.get_x(on), c.shapely.get_y(on))
    return [fixes.assign(lon=np.round(lon, 7), lat=np.round(lat, 7))]


def talks(s):
    """Walks with some talks of five to fifteen minutes at doors."""
    body = Body(s.home(), s.rng)
    for _ in range(3):
        body.rounds(s.village, float(s.rng.uniform(8, 12)), s.pace())
        body.rest(60 * float(s.rng.uniform(5, 14)), 1.5)
    body.rounds(s.village, 4, s.pace())
    return talks(s) if not c.fills(body.xy()) else [s.fixes(body)]


def day_at(s, home, kit=None, away=None):
    """A whole day: at home, three rounds, home again."""
    body = Body(home, s.rng)
    for hours in (2.0, 5.5, 4.8):
        at = 3600 * hours + float(s.rng.uniform(0, 3000))
        body.rest(at, float(s.rng.uniform(0.5, 4)))
        if away is not None:
            body.go(away, 1.2)
        trip = s.walk((19, 28), at=body.at)
        body.parts += trip.parts[1:]
        body.at = trip.at
        body.go([home], s.pace())
    body.rest(3600 * 2.5, 2.0)
    return [s.fixes(body, s.midnight + 6 * HOUR, kit)]


def lives_inside(s, **how):
    return day_at(s, s.home(), **how)


def lives_on_border(s):
    ring = c.shapely.buffer(s.grid, -float(s.rng.uniform(4, 15))).exterior
    at = ring.interpolate(s.rng.uniform(0, ring.length))
    return day_at(s, np.array([at.x, at.y]))


def lives_beside(s):
    ring = c.shapely.buffer(s.grid, 60.0).exterior
    at = ring.interpolate(s.rng.uniform(0, ring.length))
    return day_at(s, np.array([at.x, at.y]))


def office(s):
    """A desk with reflections all day, and three rounds from there."""
    return day_at(s, s.home(), replace(p.GOOD, bounce=10.0, bounce_m=50.0))


def driven(s):
    """A car brings somebody to the grid and takes them away again."""
    body = Body((8e3, -5e3), s.rng).go([s.home()], 13.0).rest(20)
    trip = s.walk(at=body.at)
    body.parts += trip.parts[1:]
    body.at = trip.at
    return [s.fixes(body.rest(20).go([(8e3, -5e3)], 13.0), s.start - 15 * MINUTE)]


def group(s, people=2):
    """People of one standing group who walk together."""
    s.world.people = [(s.worker, s.code, "g")]
    body, frames = s.walk(), []
    for n in range(people):
        worker = s.worker if n == 0 else f"{s.worker}x{n}"
        if n:
            s.world.people.append((worker, s.code, "g"))
        off = s.rng.normal(0, 3, 2)
        frames.append(s.fixes(body.xy() + off, worker=worker))
    return frames


def spouses(s):
    """Two who live in one house and walk their own ways at one time, in no group."""
    s.world.people.append((f"{s.worker}x", s.code, ""))
    home = s.home()
    frames = []
    for worker in (s.worker, f"{s.worker}x"):
        body = Body(home, s.rng).rest(float(s.rng.uniform(1500, 2400)))
        trip = s.walk(at=home)
        body.parts += trip.parts[1:]
        body.at = trip.at
        body.go([home], s.pace()).rest(2000)
        frames.append(s.fixes(body, s.start - 40 * MINUTE, worker=worker))
    return frames


def daily(s):
    """The same lanes at about the same hour on five days."""
    body, frames = s.walk(speed=1.2), []
    line = body.xy()[::20]
    for day in range(-4, 1):
        again = Body(line[0], s.rng).go(line[1:], float(s.rng.uniform(0.95, 1.15)))
        again.rest(200)
        late = int(s.rng.uniform(-15, 15)) * MINUTE
        frames.append(s.fixes(again, s.start + late + day * DAY_MS))
    return frames if c.fills(again.xy()) else daily(s)


def handed_over(s):
    s.world.people.append((f"{s.worker}x", s.code, ""))
    one, two = s.walk(), s.walk()
    device = f"d-{s.worker}"
    later = s.start + 4 * HOUR
    return [s.fixes(one), s.fixes(two, later, worker=f"{s.worker}x", device=device)]


def two_grids(s):
    s.world.grids.append((s.beside, s.near))
    s.world.people.append((s.worker, s.beside, ""))
    return [s.fixes(s.walk())]


def passes_points(s):
    body = s.walk((22, 32))
    xy = body.xy()
    for n in range(4):
        at = xy[int((n + 0.5) / 4 * len(xy))]
        s.world.points.append((f"{s.code}-{n}", s.code, tuple(at)))
    stops = [int((n + 0.5) / 4 * len(xy)) for n in range(4)]
    parts = np.split(xy, stops)
    waits = [Body(xy[i], s.rng).rest(35, 0.5).xy() for i in stops] + [xy[-1:]]
    return [s.fixes(np.vstack([v for pair in zip(parts, waits) for v in pair]))]  # noqa: B905


def wrong_clock(s):
    ahead = float(s.rng.choice([-1, 1]) * s.rng.uniform(600, 90_000))
    return walk(s, replace(p.GOOD, ahead_s=ahead))


def in_the_evening(s):
    held = s.midnight + 22 * HOUR
    return walk(s, replace(p.GOOD, held_until_ms=held))


YES = ("verified",)
HONEST = [
    Case("walk, good phone", walk, YES),
    Case("walk, cheap phone", lambda s: walk(s, p.CHEAP), YES),
    Case("walk, fused", lambda s: walk(s, FUSED), YES),
    Case("walk, iOS steps", lambda s: walk(s, IOS), YES),
    Case("walk, stingy", lambda s: walk(s, replace(p.GOOD, stingy=True)), YES),
    Case("walk, cold start", lambda s: walk(s, replace(p.GOOD, cold_m=90.0)), YES),
    Case("walk, on the lanes", snapped, YES),
    Case("walk, a fix a second", lambda s: walk(s, replace(FUSED, every_s=(1,))), YES),
    Case("walk, 30 s", lambda s: walk(s, replace(p.GOOD, every_s=(30.0,))), YES),
    Case(
        "walk, 10, 30 or 55 s",
        lambda s: walk(s, replace(p.GOOD, every_s=(10.0, 30.0, 50.0))),
        YES,
    ),
    Case(
        "walk, silences to 4 min",
        lambda s: walk(s, replace(p.GOOD, silences=2.0), minutes=(24, 34)),
        YES,
    ),
    Case("walk, wild fixes", lambda s: walk(s, replace(p.GOOD, wild=0.02)), YES),
    Case("walk, accuracy unsaid", lambda s: walk(s, replace(p.GOOD, says="none")), YES),
    Case("walk, reflections", lambda s: walk(s, replace(p.CHEAP, bounce=12.0)), YES),
    Case("walk, 5 digits", lambda s: walk(s, replace(p.GOOD, digits=5)), YES),
    Case("walk, tiny grid", walk, YES, most_km2=0.05),
    Case("walk, large grid", walk, YES, least_km2=1.5),
    Case(
        "slow walker",
        lambda s: walk(
            s, minutes=(26, 36), speed=float(s.rng.uniform(0.55, 0.8)), stop_share=0.1
        ),
        YES,
    ),
    Case("e-bike", lambda s: walk(s, speed=float(s.rng.uniform(3, 5.5))), YES),
    Case("talks at doors", talks, YES),
    Case("lives inside, all day", lives_inside, YES, windows=ALL_DAY),
    Case("lives on the border", lives_on_border, YES, windows=ALL_DAY),
    Case("lives 60 m outside", lives_beside, YES, windows=ALL_DAY),
    Case("office with reflections", office, YES, windows=ALL_DAY),
    Case("driven there and back", driven, YES),
    Case("couple of one group", group, YES, "joint_patrol"),
    Case("group of four", lambda s: group(s, 4), YES, "joint_patrol"),
    Case("spouses on own ways", spouses, YES),
    Case("same lanes daily", daily, YES),
    Case("phone handed over", handed_over, YES),
    Case("two grids", two_grids, YES),
    Case("checkpoints", passes_points, YES),
    Case("clock off", wrong_clock, YES, "clock_skew"),
    Case("week rollover", lambda s: walk(s, replace(p.GOOD, weeks=1024)), YES),
    Case("uploaded in the evening", in_the_evening, YES),
    Case("batches of 10 min", lambda s: walk(s, replace(p.GOOD, upload_s=600.0)), YES),
]
