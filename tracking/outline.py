"""How deep inside a border a position lies: edges looked up by cells, not all of them.

A cell remembers only the edges that can be nearest to any place in it, and is filled
when somebody first comes there; a row remembers the edges that cross it. The answer is
the exact signed distance all the same.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

Float64 = NDArray[np.float64]
Int32 = NDArray[np.int32]

_CELL_M = 32.0
_MOST_CELLS = 1 << 16
_OPEN = -1
_FULL = -2
_INSIDE = -3
_OUTSIDE = -4


class Outline:
    """The edges of an outline, ready to be asked for depths.

    Parameters
    ----------
    edges : ndarray of float64, shape (n, 4)
        Rows x1, y1, x2, y2, metres.
    cap_m : float
        Depths are capped at this.
    """

    def __init__(self, edges: Float64, cap_m: float) -> None:
        self.edges = _with_ways(np.ascontiguousarray(edges))
        self.cap_m = cap_m
        x, y = edges[:, [0, 2]], edges[:, [1, 3]]
        self._low = np.array([x.min() - cap_m, y.min() - cap_m])
        wide, high = x.max() + cap_m - self._low[0], y.max() + cap_m - self._low[1]
        self._size = max(_CELL_M, float(np.sqrt(wide * high / _MOST_CELLS)))
        columns, rows = int(wide / self._size) + 1, int(high / self._size) + 1
        self._start = np.full((rows, columns), _OPEN, np.int32)
        self._count = np.zeros((rows, columns), np.int32)
        self._pool = np.empty(16 * rows * columns + 4 * len(edges), np.int32)
        self._used = np.zeros(1, np.int64)
        self._row_start, self._row_edge = _rows(
            self.edges, float(self._low[1]), self._size, rows
        )

    def depth(self, x: Float64, y: Float64) -> Float64:
        """Return metres inside the outline, negative outside, capped.

        Parameters
        ----------
        x, y : ndarray of float64, shape (n,)
            Metres.
        """
        return _depth(
            x,
            y,
            self.edges,
            self.cap_m,
            self._low,
            self._size,
            self._start,
            self._count,
            self._pool,
            self._used,
            self._row_start,
            self._row_edge,
        )


@njit(cache=True)
def _rows(edges: Float64, low: float, size: float, rows: int) -> tuple[Int32, Int32]:
    """Return, row by row, the edges that cross any height of the row."""
    start = np.zeros(rows + 1, np.int32)
    for turn in range(2):
        if turn == 1:
            start = np.append(np.zeros(1, np.int32), np.cumsum(start[:-1])).astype(
                np.int32
            )
            edge = np.empty(start[-1], np.int32)
            filled = start.copy()
        for e in range(len(edges)):
            y1, y2 = edges[e, 1], edges[e, 3]
            first = int((min(y1, y2) - low) / size)
            last = min(int((max(y1, y2) - low) / size), rows - 1)
            for row in range(first, last + 1):
                if turn == 0:
                    start[row] += 1
                else:
                    edge[filled[row]] = e
                    filled[row] += 1
    return start, edge


@njit(cache=True)
def _depth(
    x: Float64,
    y: Float64,
    edges: Float64,
    cap: float,
    low: Float64,
    size: float,
    start: Int32,
    count: Int32,
    pool: Int32,
    used: NDArray[np.int64],
    row_start: Int32,
    row_edge: Int32,
) -> Float64:
    out = np.full(len(x), -cap)
    rows, columns = start.shape
    for i in range(len(x)):
        px, py = x[i], y[i]
        u, v = (px - low[0]) / size, (py - low[1]) / size
        if not (0.0 <= u < columns and 0.0 <= v < rows):
            continue
        row, column = int(v), int(u)
        if start[row, column] == _OPEN:
            away = _fill(row, column, edges, low, size, start, count, pool, used)
            if away > cap + 0.7072 * size:
                first, end = row_start[row], row_start[row + 1]
                inside = _inside(px, py, edges, row_edge, first, end)
                start[row, column] = _INSIDE if inside else _OUTSIDE
        best = cap * cap
        first = start[row, column]
        if first == _INSIDE:
            out[i] = cap
            continue
        if first == _OUTSIDE:
            continue
        if first == _FULL:
            for e in range(len(edges)):
                best = min(best, _apart_squared(px, py, edges, e))
        else:
            for k in range(first, first + count[row, column]):
                best = min(best, _apart_squared(px, py, edges, pool[k]))
        inside = _inside(px, py, edges, row_edge, row_start[row], row_start[row + 1])
        out[i] = np.sqrt(best) if inside else -np.sqrt(best)
    return out


@njit(cache=True)
def _inside(
    px: float, py: float, edges: Float64, row_edge: Int32, first: int, end: int
) -> bool:
    inside = False
    for k in range(first, end):
        e = row_edge[k]
        x1, y1, x2, y2 = edges[e, 0], edges[e, 1], edges[e, 2], edges[e, 3]
        if (y1 > py) != (y2 > py) and px < x1 + (x2 - x1) * (py - y1) / (y2 - y1):
            inside = not inside
    return inside


@njit(cache=True)
def _fill(
    row: int,
    column: int,
    edges: Float64,
    low: Float64,
    size: float,
    start: Int32,
    count: Int32,
    pool: Int32,
    used: NDArray[np.int64],
) -> float:
    """Note the edges that can be nearest to some place of a cell.

    Returns
    -------
    float
        How far the middle of the cell is from the border.
    """
    px, py = low[0] + (column + 0.5) * size, low[1] + (row + 0.5) * size
    n = len(edges)
    apart = np.empty(n)
    for e in range(n):
        apart[e] = np.sqrt(_apart_squared(px, py, edges, e))
    nearest = apart.min()
    # Twice the half diagonal, and a hair.
    reach = nearest + 1.4143 * size
    first = used[0]
    if first + n > len(pool):
        start[row, column] = _FULL
        return nearest
    for e in range(n):
        if apart[e] <= reach:
            pool[used[0]] = e
            used[0] += 1
    start[row, column] = first
    count[row, column] = used[0] - first
    return nearest


def _with_ways(edges: Float64) -> Float64:
    """Add to each edge its way and one over its squared length, so none is divided."""
    way = edges[:, 2:] - edges[:, :2]
    squared = (way * way).sum(axis=1, keepdims=True)
    inverse = np.divide(1.0, squared, out=np.zeros_like(squared), where=squared > 0.0)
    return np.ascontiguousarray(np.concatenate([edges, way, inverse], axis=1))


@njit(cache=True)
def _apart_squared(px: float, py: float, edges: Float64, e: int) -> float:
    off_x, off_y = px - edges[e, 0], py - edges[e, 1]
    dx, dy = edges[e, 4], edges[e, 5]
    along = min(max((off_x * dx + off_y * dy) * edges[e, 6], 0.0), 1.0)
    off_x -= along * dx
    off_y -= along * dy
    return float(off_x * off_x + off_y * off_y)
