"""A third world: villages of lanes and houses, people who talk, phones as they are.

Built unlike `streets.py` and `tracking.simulate`: ways follow crooked lanes between
houses, pace and side step wander, receivers have two drifts, reflections that ramp up,
cold starts, filters and stingy intervals. Every honest way is measured as it truly was,
so that what a rule asks is really there.
"""

import numpy as np
import shapely
from scipy.signal import lfilter
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components, shortest_path
from scipy.spatial import Delaunay

# In crooked lanes the way from anchor to anchor is itself unsure by a fifth.
MARGIN = 1.25


def draw_grid(rng, low_km2=0.02, high_km2=3.0):
    """Return a grid around the origin, metres, and the ground that adjoins it."""
    area_m2 = 1e6 * float(np.exp(rng.uniform(np.log(low_km2), np.log(high_km2))))
    while True:
        points = rng.uniform(-2.0, 2.0, (14, 2))
        points[0] = 0.0
        cells = shapely.voronoi_polygons(
            shapely.multipoints(points), extend_to=shapely.box(-3, -3, 3, 3)
        )
        parts = list(shapely.get_parts(cells))
        own = next(p for p in parts if p.contains(shapely.Point(0, 0)))
        low_x, low_y, high_x, high_y = own.bounds
        round_enough = 4 * np.pi * own.area / own.length**2
        if round_enough > 0.5 and max(high_x - low_x, high_y - low_y) < 4:
            break
    grow = float(np.sqrt(area_m2 / own.area))
    own = _crooked(shapely.affinity.scale(own, grow, grow, origin=(0, 0)), rng)
    middle = own.representative_point()
    own = shapely.affinity.translate(own, -middle.x, -middle.y)
    near = shapely.box(*shapely.buffer(own, 0.8 * np.sqrt(area_m2)).bounds) - own
    return own, max(shapely.get_parts(near), key=shapely.area)


def _crooked(shape, rng):
    """Bend the straight sides of a grid, as brooks and field edges do."""
    ring = shapely.segmentize(shape.exterior, max(shape.length / 60, 8.0))
    xy = shapely.get_coordinates(ring)[:-1]
    size = np.sqrt(shape.area)
    smooth = np.convolve(rng.normal(0, 1, 3 * len(xy)), np.ones(7) / 7, "same")
    off = 0.05 * size * smooth[len(xy) : 2 * len(xy)]
    bent = shapely.Polygon(xy * (1 + off / np.hypot(*xy.T))[:, None])
    return max(shapely.get_parts(shapely.make_valid(bent)), key=shapely.area)


class Village:
    """Houses in some hamlets of an area, and the lanes between them."""

    def __init__(self, area, rng, inset_m=6.0) -> None:
        self.area, self.rng = area, rng
        inner = shapely.buffer(area, -inset_m)
        room = area if inner.is_empty else inner
        room = max(shapely.get_parts(room), key=shapely.area)
        self.houses = self._build(room)
        self.lanes = self._connect(room)

    def _build(self, room):
        rng, count = self.rng, int(np.clip(room.area / 4000, 14, 110))
        low_x, low_y, high_x, high_y = room.bounds
        hamlets = rng.uniform((low_x, low_y), (high_x, high_y), (3, 2))
        wide = 0.35 * np.sqrt(room.area)
        found = []
        while len(found) < count:
            if rng.random() < 0.6:
                at = rng.normal(hamlets[int(rng.integers(3))], wide)
            else:
                at = rng.uniform((low_x, low_y), (high_x, high_y))
            if shapely.contains_xy(room, *at):
                found.append(at)
        return np.array(found)

    def _connect(self, room):
        n, edges = len(self.houses), set()
        for triangle in Delaunay(self.houses).simplices:
            for a, b in ((0, 1), (1, 2), (0, 2)):
                edges.add(tuple(sorted((int(triangle[a]), int(triangle[b])))))
        edges = np.array(sorted(edges))
        lines = shapely.linestrings(self.houses[edges])
        edges = edges[shapely.covers(room, lines)]
        long = np.hypot(*(self.houses[edges[:, 0]] - self.houses[edges[:, 1]]).T)
        graph = csr_matrix((long + 1.0, edges.T), (n, n))
        _, label = connected_components(graph, directed=False)
        biggest = np.argmax(np.bincount(label))
        self.reached = np.flatnonzero(label == biggest)
        self.apart, self.back = shortest_path(
            graph, directed=False, return_predecessors=True
        )
        return graph

    def near(self, at):
        """Return the house on the lanes that is nearest to a place."""
        away = np.hypot(*(self.houses[self.reached] - np.asarray(at)).T)
        return int(self.reached[np.argmin(away)])

    def way(self, a, b):
        """Return the places from one house to another along the lanes, b included."""
        nodes = [b]
        while nodes[-1] != a:
            nodes.append(int(self.back[a, nodes[-1]]))
        return self.houses[nodes[::-1][1:]]


class Body:
    """Somebody who goes about; one true place per second."""

    def __init__(self, at, rng) -> None:
        self.at, self.rng = np.asarray(at, float), rng
        self.parts = [self.at[None, :]]

    @property
    def seconds(self):
        return sum(len(p) for p in self.parts)

    def xy(self):
        return np.vstack(self.parts)

    def rest(self, seconds, wander_m=1.0):
        """Stay, shifting about a little."""
        n = max(int(seconds), 0)
        drift = _wander(n, 90.0, self.rng) * wander_m
        self.parts.append(self.at + drift)
        return self

    def go(self, places, speed, side_m=0.8):
        """Go through places with a pace and a side step that wander."""
        line = np.vstack([self.at, places])
        long = np.hypot(*np.diff(line, axis=0).T)
        line = line[np.append(True, long > 1e-6)]
        along = np.append(0.0, np.cumsum(np.hypot(*np.diff(line, axis=0).T)))
        if along[-1] < 1.0:
            return self
        most = int(3 * along[-1] / speed) + 20
        pace = speed * np.clip(1 + 0.16 * _wander(most, 9.0, self.rng)[:, 0], 0.3, 2)
        gone = np.cumsum(pace)
        gone = gone[: int(np.searchsorted(gone, along[-1]))]
        gone = np.append(gone, along[-1])
        xy = np.column_stack([np.interp(gone, along, line[:, c]) for c in (0, 1)])
        xy += side_m * _wander(len(xy), 20.0, self.rng)
        self.parts.append(xy)
        self.at = line[-1]
        return self

    def rounds(self, village, minutes, speed, stop_share=0.25, stop_s=(10, 60)):
        """Walk from house to house, those seen least first, with stops at some."""
        here, seen = village.near(self.at), np.zeros(len(village.houses))
        self.go([village.houses[here]], speed)
        end = self.seconds + 60 * minutes
        while self.seconds < end or not fills(self.xy()[-int(60 * minutes) :]):
            away = village.apart[here][village.reached]
            rank = (
                away
                * (1 + 3 * seen[village.reached])
                * self.rng.uniform(0.6, 1.4, len(away))
            )
            rank[village.reached == here] = np.inf
            there = int(village.reached[np.argmin(rank)])
            self.go(village.way(here, there), speed)
            seen[there] += 1
            here = there
            if self.rng.random() < stop_share:
                self.rest(self.rng.uniform(*stop_s))
            if self.seconds > end + 2400:
                break
        return self


def _wander(n, memory_s, rng):
    """Return two columns of unit noise that forgets in some seconds."""
    keep = np.exp(-1.0 / memory_s)
    shock = rng.normal(0, np.sqrt(1 - keep * keep), (n, 2))
    before = keep * rng.normal(0, 1, (1, 2))
    return lfilter([1.0], [1.0, -keep], shock, axis=0, zi=before)[0]


def fills(xy, metres=500.0, cells=8.0, minutes=15.0):
    """Return whether a true way holds what the default rule asks, with a margin."""
    if len(xy) < 60 * minutes * MARGIN:
        return False
    anchor, total = xy[0], 0.0
    for place in xy[::10]:
        apart = float(np.hypot(*(place - anchor)))
        if apart > 30.0:
            total, anchor = total + apart, place
    if total < metres * MARGIN:
        return False
    step = np.hypot(*(xy[10:] - xy[:-10]).T) / 10.0
    moving = xy[10:][step > 0.4]
    blocks = [moving[i : i + 600] for i in range(0, max(len(moving) - 300, 1), 600)]
    counts = [len(np.unique(b // 25, axis=0)) * 600 / max(len(b), 300) for b in blocks]
    return float(np.mean(counts)) >= cells * MARGIN
