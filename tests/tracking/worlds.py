"""Toy worlds: square grids side by side, people in them, and how they are judged."""

from datetime import date, time, timedelta

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.localtime import at_local, day_start_ms, to_ms
from tracking.ground.areas import Checkpoint, Plane, grid_versions
from tracking.ground.roster import Assignment, CalendarEntry, Roster
from tracking.rules.policy import DEFAULT_RULE
from tracking.simulate import Phone, Walker, record
from tracking.verdict.verify import verify_days

DAY = date(2026, 5, 20)
LON, LAT = 111.9, 34.3
HOME, NEXT = "410325105200001", "410325105200002"
PLANE = Plane(LON)
SIDE = 600.0
_CENTRE = tuple(float(v[0]) for v in PLANE.project(np.array([LON]), np.array([LAT])))
SEEDS = (1, 2, 3)


def at(x, y):
    """Return a place by metres east and north of the middle of the home grid."""
    return _CENTRE[0] + x, _CENTRE[1] + y


def square(side=SIDE, x=0.0, y=0.0):
    """Return a square in metres, by its middle."""
    (cx, cy), half = at(x, y), side / 2
    return shapely.box(cx - half, cy - half, cx + half, cy + half)


def in_degrees(shape):
    return shapely.transform(
        shape, lambda c: np.column_stack(PLANE.unproject(c[:, 0], c[:, 1]))
    )


def clock(hour, minute=0, day=DAY):
    """Return a local wall-clock time in milliseconds since the epoch."""
    return to_ms(at_local(day, time(hour % 24, minute))) + (hour // 24) * 86_400_000


def walker(x, y, hour, minute, rng, day=DAY):
    return Walker(at(x, y), clock(hour, minute, day), rng)


def phone(device="phone-1", **changes):
    return Phone(device_id=device, **changes)


def fixes_of(person, rng, device=None, worker="w1"):
    return record(person.trace(), device or phone(), worker, PLANE, rng)


def honest_round(
    rng, hour=8, minute=10, minutes=22, area=None, worker="w1", device=None, day=DAY
):
    """Return the fixes of one good round, phone on just around it."""
    area = square() if area is None else area
    middle = area.representative_point()
    person = Walker((middle.x, middle.y), clock(hour, minute, day), rng)
    person.stay(30).patrol(area, 60 * minutes).stay(30)
    return fixes_of(person, rng, device, worker)


def roster(assignments=None, grids=None, checkpoints=(), calendar=()):
    """Return a roster; grids are (code, shape in metres, from ms, to ms)."""
    grids = grids or [(HOME, square()), (NEXT, square(x=SIDE))]
    rows = [(*grid, None, None)[:4] for grid in grids]
    frame = gpd.GeoDataFrame(
        {
            "grid_code": [row[0] for row in rows],
            "from_ms": pd.Series([row[2] for row in rows], dtype=object),
            "to_ms": pd.Series([row[3] for row in rows], dtype=object),
        },
        geometry=[in_degrees(row[1]) for row in rows],
        crs=4326,
    )
    given = assignments or [("w1", HOME)]
    return Roster(
        versions=grid_versions(frame),
        assignments=[Assignment(*row) for row in given],
        checkpoints=checkpoints,
        calendar=calendar,
    )


def checkpoint(name, x, y, grid=HOME):
    lon, lat = PLANE.unproject(*(np.array([v]) for v in at(x, y)))
    return Checkpoint(name, grid, float(lon[0]), float(lat[0]))


def leave(worker="w1", kind="leave", day=DAY):
    start = day_start_ms(day)
    return CalendarEntry(kind, start, start + 86_400_000, worker_id=worker)


def judge(*frames, people=None, rule=DEFAULT_RULE, days=(DAY,), as_of=None, **world):
    """Return the bodies by worker, of one day."""
    fixes = pd.concat(frames, ignore_index=True)
    made = roster(people, **world)
    bodies = verify_days(fixes, made, rule, days=list(days), as_of_ms=as_of)
    return {body["worker_id"]: body for body in bodies}


def window(bodies, number=0, worker="w1"):
    return bodies[worker]["patrols"][number]


def verdicts(bodies, worker="w1"):
    return [p["verdict"] for p in bodies[worker]["patrols"]]


def codes(patrol):
    return {reason["code"] for reason in patrol["reasons"]}


def reason(patrol, code):
    return next(r for r in patrol["reasons"] if r["code"] == code)


def next_day(number=1):
    return DAY + timedelta(days=number)
