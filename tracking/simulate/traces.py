"""Where a body truly was, second by second, on a metric plane."""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from tracking.walking.motion import anchor_distance

Float64 = NDArray[np.float64]
Point = tuple[float, float]

_NODES = 60
_LONGEST_MS = 3_600_000
_ANCHOR_M = 30.0
_NEAREST = 8


@dataclass(frozen=True)
class Trace:
    """A true way: one position per second, metres, and when it began."""

    start_ms: int
    x: Float64
    y: Float64

    @property
    def t_ms(self) -> NDArray[np.int64]:
        """Milliseconds since the epoch, UTC."""
        return self.start_ms + 1000 * np.arange(len(self.x), dtype=np.int64)


class Walker:
    """A person who does one thing after another, and leaves a trace.

    Parameters
    ----------
    at : tuple of float
        Easting and northing of the start, metres.
    start_ms : int
        Milliseconds since the epoch, UTC.
    rng : numpy.random.Generator

    Examples
    --------
    >>> walker = Walker((0.0, 0.0), 0, np.random.default_rng(1))
    >>> walker.stay(60).go_to((120.0, 0.0), 1.2).trace().x[-1].round()
    120.0
    """

    def __init__(self, at: Point, start_ms: int, rng: np.random.Generator) -> None:
        self.at = at
        self.start_ms = start_ms
        self._rng = rng
        self._parts: list[Float64] = [np.array([at])]
        self._seconds = 0

    @property
    def now_ms(self) -> int:
        """When the trace ends so far."""
        return self.start_ms + 1000 * self._seconds

    def trace(self) -> Trace:
        """Return the whole way."""
        xy = np.vstack(self._parts)
        return Trace(self.start_ms, xy[:, 0].copy(), xy[:, 1].copy())

    def stay(self, seconds: float, pottering_m: float = 0.0) -> "Walker":
        """Stay here, or potter about within some metres."""
        n = max(round(seconds), 0)
        ends = self._rng.normal(0.0, pottering_m, (n // 90 + 2, 2))
        ends[0] = 0.0
        at = np.arange(1, n + 1) / 90.0
        near = [np.interp(at, np.arange(len(ends)), ends[:, c]) for c in (0, 1)]
        return self._add(np.array(self.at) + np.column_stack(near))

    def stay_until(self, t_ms: int, pottering_m: float = 0.0) -> "Walker":
        """Stay here until a moment; nothing happens if it has passed."""
        return self.stay((t_ms - self.now_ms) / 1000.0, pottering_m)

    def go_to(self, point: Point, speed_mps: float) -> "Walker":
        """Go straight to a point with a speed that varies a little."""
        way = np.hypot(point[0] - self.at[0], point[1] - self.at[1])
        n = max(round(float(way) / speed_mps), 1)
        pace = np.cumsum(np.clip(self._rng.normal(1.0, 0.15, n), 0.4, 1.6))
        share = (pace / pace[-1])[:, None]
        here = np.array(self.at)
        return self._add(here + share * (np.array(point) - here))

    def jump_to(self, point: Point) -> "Walker":
        """Be somewhere else within a second, as only a spoofer can."""
        return self._add(np.array([point]))

    def follow(self, line: shapely.LineString, speed_mps: float) -> "Walker":
        """Go along a line, from its first to its last point."""
        for point in shapely.get_coordinates(line):
            self.go_to((float(point[0]), float(point[1])), speed_mps)
        return self

    def patrol(
        self,
        area: shapely.Geometry,
        seconds: float,
        speed_mps: float = 1.2,
        rest_share: float = 0.15,
        inset_m: float = 12.0,
        least_m: float = 0.0,
    ) -> "Walker":
        """Walk about inside an area, to places not yet seen first, with short rests.

        Who has gone less than `least_m` from anchor to anchor by then goes on, as the
        phone tells; but no longer than an hour in all.

        Parameters
        ----------
        area : Polygon or MultiPolygon
            Metres. Of several parts the largest is walked.
        seconds : float
        speed_mps : float
        rest_share : float
            Share of the time that is spent standing, 20 to 90 s each.
        inset_m : float
            How far inside the border one keeps, if the area is wide enough.
        least_m : float
            By the rule of anchors of 30 m.
        """
        nodes, neighbours = _paths_in(area, self._rng, inset_m)
        here = _nearest_in_sight(nodes, self.at, area)
        seen = np.zeros(len(nodes))
        self.go_to(_point(nodes[here]), speed_mps)
        rested, begun = 0.0, self.now_ms
        end = begun + 1000 * round(seconds)
        first = len(self._parts)
        while self.now_ms < end or (
            self.now_ms < begun + _LONGEST_MS and self._gone_m(first) < least_m
        ):
            seen[here] += 1
            choices = neighbours[here]
            if not len(choices):
                self.stay(max(end - self.now_ms, 0) / 1000.0)
                break
            rank = seen[choices] + self._rng.uniform(0.0, 0.5, len(choices))
            here = int(choices[np.argmin(rank)])
            self.go_to(_point(nodes[here]), speed_mps)
            gone = (self.now_ms - begun) / 1000.0
            if rested < rest_share * gone:
                rest = float(self._rng.uniform(20.0, 90.0))
                self.stay(rest)
                rested += rest
        return self

    def _gone_m(self, first: int) -> float:
        """Return the way since a part of the trace, from anchor to anchor."""
        xy = np.vstack([self._parts[first - 1][-1:], *self._parts[first:]])[::10]
        t = 10.0 * np.arange(len(xy), dtype=np.float64)
        x, y = (np.ascontiguousarray(xy[:, c], np.float64) for c in (0, 1))
        return float(anchor_distance(t, x, y, _ANCHOR_M, 300.0))

    def _add(self, xy: Float64) -> "Walker":
        if len(xy):
            self._parts.append(xy)
            self._seconds += len(xy)
            self.at = _point(xy[-1])
        return self


def _point(xy: Float64) -> Point:
    return float(xy[0]), float(xy[1])


def _nearest_in_sight(nodes: Float64, at: Point, area: shapely.Geometry) -> int:
    """Return the nearest place that one gets to without leaving the area, if any."""
    away = np.hypot(*(nodes - np.array(at)).T)
    ends = np.stack([np.broadcast_to(at, nodes.shape), nodes], axis=1)
    hidden = ~shapely.covers(area, shapely.linestrings(ends))
    return int(np.lexsort((away, hidden))[0])


def _paths_in(
    area: shapely.Geometry, rng: np.random.Generator, inset_m: float
) -> tuple[Float64, list[NDArray[np.int64]]]:
    """Return places inside an area and which of them see each other."""
    parts = shapely.get_parts(area)
    room = max(parts, key=shapely.area)
    for inset in (inset_m, inset_m / 2.0, 2.0, 0.0):
        inner = shapely.buffer(room, -inset)
        if not inner.is_empty:
            room = max(shapely.get_parts(inner), key=shapely.area)
            break
    low_x, low_y, high_x, high_y = room.bounds
    nodes = np.empty((0, 2))
    shapely.prepare(room)
    while len(nodes) < _NODES:
        draw = rng.uniform((low_x, low_y), (high_x, high_y), (4 * _NODES, 2))
        nodes = np.vstack([nodes, draw[shapely.contains_xy(room, draw)]])
    nodes = nodes[:_NODES]
    apart = np.hypot(*(nodes[:, None, :] - nodes[None, :, :]).transpose(2, 0, 1))
    near = np.argsort(apart, axis=1, kind="stable")[:, 1 : _NEAREST + 1]
    pairs = np.column_stack([np.repeat(np.arange(_NODES), near.shape[1]), near.ravel()])
    neighbours: list[list[int]] = [[] for _ in nodes]
    # All at once: of each call the overhead is far more than the work.
    for i, j in pairs[shapely.covers(room, shapely.linestrings(nodes[pairs]))].tolist():
        neighbours[i].append(j)
        neighbours[j].append(i)
    kept = _largest_component(neighbours)
    number = {old: new for new, old in enumerate(kept)}
    return nodes[kept], [
        np.array(sorted({number[j] for j in neighbours[i]}), np.int64) for i in kept
    ]


def _largest_component(neighbours: list[list[int]]) -> list[int]:
    best: list[int] = []
    left = set(range(len(neighbours)))
    while left:
        todo, found = [min(left)], set()
        while todo:
            i = todo.pop()
            if i not in found:
                found.add(i)
                todo += neighbours[i]
        left -= found
        best = max(best, sorted(found), key=len)
    return best
