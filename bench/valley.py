"""A fourth world: a valley with one road, field paths and yards, and ways along them.

Built from the study of adversarial cases, unlike the other worlds: a grid is a blob
drawn by waves, ways are smooth curves (a loop, a road gone up and down, strips of
fields, the line of the border, calls at some doors again and again), pace follows
slopes and fatigue, and rests have long tails. No way is drawn on a lattice or a graph.
"""

import numpy as np
import shapely
from country import fills
from scipy.signal import lfilter


def draw_grid(rng, least_km2=0.04, most_km2=2.5):
    """Return a blob around the origin, metres: a circle bent by a few waves."""
    area_m2 = 1e6 * float(np.exp(rng.uniform(np.log(least_km2), np.log(most_km2))))
    turn = np.linspace(0, 2 * np.pi, 180, endpoint=False)
    radius = np.ones_like(turn)
    for k in range(2, 6):
        radius += rng.normal(0, 0.35 / k) * np.cos(k * turn + rng.uniform(0, 7))
    radius = np.clip(radius, 0.35, 2.2)
    long = float(rng.uniform(1.0, 1.7))
    xy = np.column_stack([long * radius * np.cos(turn), radius * np.sin(turn) / long])
    tilt = rng.uniform(0, np.pi)
    spin = np.array([[np.cos(tilt), -np.sin(tilt)], [np.sin(tilt), np.cos(tilt)]])
    blob = shapely.Polygon(xy @ spin.T)
    grow = np.sqrt(area_m2 / blob.area)
    return shapely.affinity.scale(blob, grow, grow, origin=(0, 0))


def inner(grid, inset_m=12.0):
    """Return the ground that one walks on: what is left inside the border."""
    for inset in (inset_m, 0.5 * inset_m, 1.0):
        room = shapely.buffer(grid, -inset)
        if not room.is_empty:
            return max(shapely.get_parts(room), key=shapely.area)
    return grid


def place_in(room, rng):
    """Return a place inside, evenly drawn."""
    low_x, low_y, high_x, high_y = room.bounds
    while True:
        at = rng.uniform((low_x, low_y), (high_x, high_y))
        if shapely.contains_xy(room, *at):
            return at


def wandering(n, memory_s, rng):
    """Return two columns of unit Gauss-Markov noise, one row a second."""
    keep = np.exp(-1.0 / memory_s)
    shock = rng.normal(0, np.sqrt(1 - keep * keep), (n, 2))
    if n:
        shock[0] = rng.normal(0, 1, 2)
    return lfilter([1.0], [1.0, -keep], shock, axis=0)


def loop(room, rng):
    """Return a closed smooth way about the middle, at some depth."""
    depth = float(rng.uniform(0.35, 0.9))
    ring = shapely.get_coordinates(room.exterior)
    middle = np.array([room.centroid.x, room.centroid.y])
    turn = np.linspace(0, 2 * np.pi, len(ring))
    bend = depth + 0.08 * np.sin(3 * turn + rng.uniform(0, 6))
    return kept(middle + bend[:, None] * (ring - middle), room)


def road(room, rng):
    """Return the one road of a valley, gone up and down."""
    ring = shapely.get_coordinates(room.exterior)
    pairs = rng.integers(0, len(ring), (60, 2))
    a, b = max(
        pairs.tolist(), key=lambda p: float(np.hypot(*(ring[p[0]] - ring[p[1]])))
    )
    share = np.linspace(0.03, 0.97, 80)[:, None]
    line = ring[a] + share * (ring[b] - ring[a])
    long = float(np.hypot(*(ring[a] - ring[b])))
    side = np.array([-(ring[b] - ring[a])[1], (ring[b] - ring[a])[0]]) / long
    waves = sum(
        rng.normal(0, 0.05 * long / k) * np.sin(k * np.pi * share) for k in (1, 2, 3)
    )
    line = kept(line + waves * side, room)
    return np.vstack([line, line[::-1]])


def strips(room, rng):
    """Return a way to and fro over fields, forty to ninety metres between strips."""
    low_x, low_y, high_x, high_y = room.bounds
    wide, rows = float(rng.uniform(40, 90)), []
    for k, y in enumerate(np.arange(low_y + 5, high_y, wide)):
        cut = room.intersection(shapely.LineString([(low_x, y), (high_x, y)]))
        parts = [p for p in shapely.get_parts(cut) if p.length > 20]
        if parts:
            ends = shapely.get_coordinates(max(parts, key=lambda p: p.length))
            rows.append(ends if k % 2 else ends[::-1])
    return np.vstack(rows) if len(rows) > 1 else loop(room, rng)


def calls(room, rng):
    """Return ways between some doors, in any order, again and again."""
    doors = np.array([place_in(room, rng) for _ in range(int(rng.integers(7, 16)))])
    order = np.concatenate([rng.permutation(len(doors)) for _ in range(6)])
    return doors[order]


def kept(line, room):
    """Return a line with what lies outside drawn to the nearest place inside."""
    points = shapely.points(line)
    out = ~shapely.covers(room, points)
    if out.any():
        near = shapely.line_interpolate_point(
            room.exterior, shapely.line_locate_point(room.exterior, points[out])
        )
        line = line.copy()
        line[out] = shapely.get_coordinates(near)
    return line


KINDS = (loop, road, strips, calls)


class Person:
    """Somebody on the move; one true place a second."""

    def __init__(self, at, rng) -> None:
        self.rng, self.at = rng, np.asarray(at, float)
        self.parts = [self.at[None, :]]

    def xy(self):
        return np.vstack(self.parts)

    def add(self, xy):
        if len(xy):
            self.parts.append(xy)
            self.at = xy[-1]
        return self

    def sit(self, seconds, shift_m=0.8):
        """Sit or stand, and shift about every few minutes."""
        n = int(seconds)
        moves = self.rng.normal(0, shift_m, (n // 150 + 2, 2))
        moves[0] = 0
        step = np.repeat(moves, 150, axis=0)[:n]
        smooth = lfilter([0.2], [1, -0.8], step, axis=0)
        here = self.at
        self.add(here + smooth)
        self.at = here
        return self

    def along(self, line, speed, seconds=np.inf, rests=0.0, rest_s=40.0):
        """Go along a line; pace follows slopes and fatigue, rests have long tails.

        `rests` is how many there are in ten minutes of walking, `rest_s` their median.
        """
        line = np.vstack([self.at, line])
        long = np.hypot(*np.diff(line, axis=0).T)
        line = line[np.append(True, long > 0.01)]
        gone = np.append(0.0, np.cumsum(np.hypot(*np.diff(line, axis=0).T)))
        most = int(min(2.5 * gone[-1] / speed + 30, seconds))
        if most < 2:
            return self
        slope = 0.12 * np.sin(np.linspace(0, self.rng.uniform(2, 9), most))
        tired = 1.0 - 0.1 * np.linspace(0, 1, most)
        gait = 0.10 * wandering(most, 6.0, self.rng)[:, 0]
        way = np.cumsum(speed * np.clip(tired + slope + gait, 0.35, 1.7))
        way = way[way < gone[-1]]
        xy = np.column_stack([np.interp(way, gone, line[:, c]) for c in (0, 1)])
        xy = xy + 0.6 * wandering(len(xy), 12.0, self.rng)
        count = self.rng.poisson(rests * len(xy) / 600.0)
        cuts = np.sort(self.rng.integers(0, max(len(xy), 1), count))
        for part in np.split(xy, cuts):
            self.add(part)
            if count:
                self.sit(min(self.rng.lognormal(np.log(rest_s), 0.8), 420.0))
        return self


def patrol(grid, rng, minutes, speed, at=None, way=None, rests=0.6, rest_s=35.0):
    """Return somebody who walks long enough, and far enough for the default rule."""
    room = inner(grid)
    for _ in range(60):
        kind = KINDS[int(rng.integers(len(KINDS)))]
        line = kind(room, rng) if way is None else way
        if at is not None:
            start = int(np.argmin(np.hypot(*(line - np.asarray(at)).T)))
        else:
            start = int(rng.integers(len(line)))
        line = np.vstack([line[start:], line[:start]])
        person = Person(line[0] if at is None else at, rng)
        begun, laps = len(person.xy()), 0
        while len(person.xy()) - begun < 60 * minutes and laps < 30:
            left = 60 * minutes - (len(person.xy()) - begun)
            person.along(line, speed, left + 30, rests, rest_s)
            laps += 1
        if fills(person.xy()[begun:]):
            person.line = line
            return person
        if way is not None:
            minutes *= 1.15
            if minutes > 90:
                break
    raise RuntimeError("no way in this grid holds a round")
