"""Honest scenarios of the fourth world: every one of them is to be verified."""

from dataclasses import replace

import numpy as np
import shapely
import valley
from country import fills
from radios import Radio
from scoring import Case
from valley import Person

MINUTE = 60_000
HOUR = 60 * MINUTE
DAY_MS = 24 * HOUR
ALL_DAY = ("morning", "afternoon", "evening")
YES = ("verified",)

PLAIN = Radio()
CHEAP = Radio(
    markov=(8.0, 50.0), field_m=4.0, white_m=2.5, boast=1.4, step_deg=1 / 60_000
)
COARSE = Radio(step_deg=1e-4 / 6, markov=(4.0, 90.0), every_s=15.0)
CANYON = Radio(markov=(6.0, 40.0), field_m=10.0, clusters=(3, 25.0, 25.0))
WEAK = Radio(markov=(14.0, 100.0), field_m=5.0, boast=1.2, every_s=20.0)
FOREST = Radio(markov=(9.0, 30.0), white_m=4.0, silences=(5.0, 150.0))


def walk(s, radio=None, **how):
    return [s.fixes(s.patrol(**how), radio=radio)]


def rides(s):
    """An e-bike between hamlets, with a stop and some steps at each."""
    for _ in range(40):
        room = valley.inner(s.grid)
        person = Person(valley.place_in(room, s.rng), s.rng)
        while len(person.xy()) < 60 * s.rng.uniform(19, 26):
            there = valley.place_in(room, s.rng)
            person.along([there], float(s.rng.uniform(3.2, 5.6)))
            person.sit(s.rng.uniform(15, 60))
            near = [there + s.rng.normal(0, 15, 2) for _ in range(3)]
            person.along(valley.kept(np.array(near), room), 1.1)
        if fills(person.xy()):
            return [s.fixes(person)]
    raise RuntimeError("no ride in this grid holds a round")


def errands(s):
    """Several short calls: five to nine minutes of walking, then a talk of as long."""
    for _ in range(40):
        person = Person(s.home(), s.rng)
        for _ in range(4):
            part = s.patrol((9, 11), at=person.at, enough=False)
            person.add(part.xy()[1:]).sit(60 * float(s.rng.uniform(4, 10)), 1.2)
        if fills(person.xy()):
            return [s.fixes(person)]
    raise RuntimeError("no errands in this grid hold a round")


def day_at(s, home, radio=None, day=0, minutes=(19, 28), way=None):
    """A day at a home: three rounds out of it, in whatever order of minutes."""
    person = Person(home, s.rng)
    for hour in (2.0, 6.5, 12.0):
        begin = 3600 * hour + float(s.rng.uniform(0, 5000))
        person.sit(begin - len(person.xy()), 2.0)
        trip = s.patrol(minutes, way=way)
        person.along([trip.xy()[0]], 1.2).add(trip.xy()[1:]).along([home], 1.2)
    person.sit(57_000 - len(person.xy()), 2.0)
    return s.fixes(person, s.midnight + 6 * HOUR + day * DAY_MS, radio)


def at_home(s, radio=None):
    return [day_at(s, s.home(), radio)]


def near_border(s):
    ring = shapely.buffer(s.grid, float(s.rng.uniform(-12, 40))).exterior
    at = ring.interpolate(float(s.rng.uniform(0, ring.length)))
    return [day_at(s, np.array([at.x, at.y]))]


def same_way(s):
    """One way on six days, at any pace, most days by the same phone and walls."""
    first = s.patrol((20, 26))
    frames = []
    for day in range(-5, 1):
        again = s.patrol(
            (20, 26), float(s.rng.uniform(0.95, 1.3)), way=first.line, at=first.line[0]
        )
        late = int(s.rng.uniform(-10, 10)) * MINUTE
        frames.append(s.fixes(again, s.start + late + day * DAY_MS))
    return frames


def there_and_back(s):
    """The same road three times a day, and the day before, and the day before that."""
    way = valley.road(valley.inner(s.grid), s.rng)
    home = way[0]
    return [day_at(s, home, None, day, (20, 30), way) for day in (-2, -1, 0)]


def border_walk(s):
    ring = shapely.get_coordinates(shapely.buffer(s.grid, -2.0).exterior)
    return [s.fixes(s.patrol((19, 30), way=ring))]


def couple(s):
    s.world.people = [(s.worker, s.code, "g"), (f"{s.worker}x", s.code, "g")]
    person = s.patrol()
    return [s.fixes(person), s.fixes(person, worker=f"{s.worker}x", radio=CHEAP)]


def two_alone(s):
    """Two of one village who start at one office and walk ways of their own."""
    s.world.people.append((f"{s.worker}x", s.code, ""))
    office, frames = s.home(), []
    for worker in (s.worker, f"{s.worker}x"):
        person = Person(office, s.rng).sit(1500)
        person.add(s.patrol(at=office).xy()[1:]).along([office], 1.2).sit(900)
        frames.append(s.fixes(person, s.start - 25 * MINUTE, worker=worker))
    return frames


def follows(s):
    """A second worker on the same road a quarter of an hour later."""
    s.world.people.append((f"{s.worker}x", s.code, ""))
    way = valley.loop(valley.inner(s.grid), s.rng)
    one = s.patrol(way=way, at=way[0], speed=1.15)
    two = s.patrol(way=way, at=way[0], speed=1.15)
    return [
        s.fixes(two, worker=f"{s.worker}x"),
        s.fixes(one, s.start + 16 * MINUTE),
    ]


def handed_on(s):
    s.world.people.append((f"{s.worker}x", s.code, ""))
    device = f"d-{s.worker}"
    two = s.fixes(
        s.patrol(), s.start + 210 * MINUTE, worker=f"{s.worker}x", device=device
    )
    return [s.fixes(s.patrol()), two]


def driven(s):
    person = Person((7e3, 6e3), s.rng).along([s.home()], 11.0).sit(40)
    person.add(s.patrol(at=person.at).xy()[1:]).sit(30)
    person.along([(7e3, 6e3)], 11.0)
    return [s.fixes(person, s.start - 12 * MINUTE)]


def elder(s):
    speed = float(s.rng.uniform(0.5, 0.75))
    return walk(s, minutes=(28, 40), speed=speed, rests=2.0, rest_s=60.0)


HONEST = [
    Case("walk", walk, YES),
    Case("walk, 20 s", lambda s: walk(s, replace(PLAIN, every_s=20.0)), YES),
    Case("walk, 45 s", lambda s: walk(s, replace(PLAIN, every_s=45.0)), YES),
    Case("walk, 55 s", lambda s: walk(s, replace(PLAIN, every_s=55.0)), YES),
    Case("walk, each 10 m", lambda s: walk(s, replace(PLAIN, filter_m=10.0)), YES),
    Case("walk, cheap phone", lambda s: walk(s, CHEAP), YES),
    Case("walk, coarse numbers", lambda s: walk(s, COARSE), YES),
    Case("walk, canyon", lambda s: walk(s, CANYON), YES),
    Case("walk, weak receiver", lambda s: walk(s, WEAK, minutes=(22, 32)), YES),
    Case("walk, forest", lambda s: walk(s, FOREST, minutes=(22, 34)), YES),
    Case("walk, some Wi-Fi", lambda s: walk(s, replace(PLAIN, cell=0.08)), YES),
    Case(
        "walk, dropouts to 4.5 min",
        lambda s: walk(s, replace(PLAIN, silences=(2.5, 270.0)), minutes=(24, 36)),
        YES,
    ),
    Case("walk, unsaid", lambda s: walk(s, replace(PLAIN, boast=0.0)), YES),
    Case("walk, boasting", lambda s: walk(s, replace(CHEAP, boast=0.3)), YES),
    Case(
        "walk, very exact", lambda s: walk(s, Radio(markov=(1, 200), field_m=0.5)), YES
    ),
    Case("walk, offline batch", lambda s: walk(s, replace(PLAIN, batch_s=5400.0)), YES),
    Case(
        "walk, sent at night",
        lambda s: walk(s, replace(PLAIN, held_until_ms=s.midnight + 21 * HOUR)),
        YES,
    ),
    Case(
        "walk, clock off",
        lambda s: walk(s, replace(PLAIN, ahead_s=float(s.rng.uniform(-9e3, 9e3)))),
        YES,
    ),
    Case("brisk", lambda s: walk(s, speed=float(s.rng.uniform(1.5, 1.9))), YES),
    Case("slow elder", elder, YES),
    Case("talks", lambda s: walk(s, minutes=(26, 40), rests=3.0, rest_s=90.0), YES),
    Case("short calls", errands, YES),
    Case("e-bike between hamlets", rides, YES, least_km2=0.3),
    Case("at home all day", at_home, YES, windows=ALL_DAY),
    Case("at home, cheap phone", lambda s: at_home(s, CHEAP), YES, windows=ALL_DAY),
    Case(
        "at home, walls",
        lambda s: at_home(s, Radio(clusters=(4, 25.0, 120.0))),
        YES,
        windows=ALL_DAY,
    ),
    Case("home near the border", near_border, YES, windows=ALL_DAY),
    Case("one road, three days", there_and_back, YES, windows=ALL_DAY),
    Case("same way, six days", same_way, YES),
    Case("along the border", border_walk, YES, most_km2=0.3),
    Case("couple of one group", couple, YES, "joint_patrol"),
    Case("two from one office", two_alone, YES),
    Case("one after the other", follows, YES),
    Case("phone handed on", handed_on, YES),
    Case("driven there", driven, YES),
    Case("small grid", walk, YES, least_km2=0.03, most_km2=0.06),
]
