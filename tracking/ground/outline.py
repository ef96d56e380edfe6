"""How deep inside a border a position lies: edges looked up by cells, not all of them.

A cell remembers only the edges that can be nearest to any place in it, and which side
it lies on if no edge comes into it; it is filled when somebody first comes there. A row
remembers the edges that cross it. The answer is the exact signed distance all the same.
"""

import numpy as np
from numpy.typing import NDArray

from geo.compiled import njit

Float64 = NDArray[np.float64]
Int32 = NDArray[np.int32]

_CELL_M = 32.0
_MOST_CELLS = 1 << 16
# What a cell is; from 0 on, where its edges begin in the pool.
_OPEN = -1
_FULL = -2
_DEEP = -3
# Rows of the table of edges: ends, way, and one over its squared length.
_X1, _Y1, _X2, _Y2, _DX, _DY, _INVERSE = range(7)


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
        self.cap_m = cap_m
        self._tables = _prepared(edges, cap_m)

    def depth(self, x: Float64, y: Float64) -> Float64:
        """Return metres inside the outline, negative outside, capped.

        Parameters
        ----------
        x, y : ndarray of float64, shape (n,)
            Metres.
        """
        return _depth(x, y, self.cap_m, *self._tables)


@njit(cache=True, error_model="numpy")
def _prepared(
    ends: Float64, cap: float
) -> tuple[
    Float64, float, float, float, Int32, Int32, NDArray[np.int8], Int32, Int32, Int32
]:
    """Return the tables that `_depth` reads; cells are open yet."""
    n = len(ends)
    edges = np.empty((7, n))
    for e in range(n):
        dx, dy = ends[e, 2] - ends[e, 0], ends[e, 3] - ends[e, 1]
        squared = dx * dx + dy * dy
        for c in range(4):
            edges[c, e] = ends[e, c]
        edges[_DX, e], edges[_DY, e] = dx, dy
        edges[_INVERSE, e] = 1.0 / squared if squared > 0.0 else 0.0
    low_x = min(edges[_X1].min(), edges[_X2].min()) - cap
    low_y = min(edges[_Y1].min(), edges[_Y2].min()) - cap
    wide = max(edges[_X1].max(), edges[_X2].max()) + cap - low_x
    high = max(edges[_Y1].max(), edges[_Y2].max()) + cap - low_y
    size = max(_CELL_M, np.sqrt(wide * high / _MOST_CELLS))
    columns, rows = int(wide / size) + 1, int(high / size) + 1
    start = np.full((rows, columns), np.int32(_OPEN), np.int32)
    count = np.zeros((rows, columns), np.int32)
    side = np.zeros((rows, columns), np.int8)
    # The first place of the pool counts how much of it is used.
    pool = np.empty(1 + 16 * rows * columns + 4 * n, np.int32)
    pool[0] = 1
    row_start, row_edge = _rows(edges, low_y, size, rows)
    return edges, low_x, low_y, size, start, count, side, pool, row_start, row_edge


@njit(cache=True, error_model="numpy")
def _rows(edges: Float64, low: float, size: float, rows: int) -> tuple[Int32, Int32]:
    """Return, row by row, the edges that cross any height of the row."""
    n = edges.shape[1]
    first, last = np.empty(n, np.int64), np.empty(n, np.int64)
    start = np.zeros(rows + 1, np.int32)
    for e in range(n):
        y1, y2 = edges[_Y1, e], edges[_Y2, e]
        first[e] = int((min(y1, y2) - low) / size)
        last[e] = min(int((max(y1, y2) - low) / size), rows - 1)
        for row in range(first[e], last[e] + 1):
            start[row + 1] += 1
    for row in range(rows):
        start[row + 1] += start[row]
    edge = np.empty(start[rows], np.int32)
    filled = start.copy()
    for e in range(n):
        for row in range(first[e], last[e] + 1):
            edge[filled[row]] = e
            filled[row] += 1
    return start, edge


@njit(cache=True, error_model="numpy")
def _depth(
    x: Float64,
    y: Float64,
    cap: float,
    edges: Float64,
    low_x: float,
    low_y: float,
    size: float,
    start: Int32,
    count: Int32,
    side: NDArray[np.int8],
    pool: Int32,
    row_start: Int32,
    row_edge: Int32,
) -> Float64:
    out = np.full(len(x), -cap)
    rows, columns = start.shape
    per_m = 1.0 / size
    for i in range(len(x)):
        px, py = x[i], y[i]
        u, v = (px - low_x) * per_m, (py - low_y) * per_m
        if not (0.0 <= u < columns and 0.0 <= v < rows):
            continue
        row, column = int(v), int(u)
        if start[row, column] == _OPEN:
            mx, my = low_x + (column + 0.5) * size, low_y + (row + 0.5) * size
            away = _fill(row, column, mx, my, edges, size, start, count, pool)
            # Further off than half a diagonal no edge comes into the cell.
            if away > 0.7072 * size:
                crossed = row_edge[row_start[row] : row_start[row + 1]]
                side[row, column] = 1 if _inside(mx, my, edges, crossed) else -1
            if away > cap + 0.7072 * size:
                start[row, column] = _DEEP
        first, where = start[row, column], side[row, column]
        best = cap * cap
        if first == _FULL:
            for e in range(edges.shape[1]):
                best = min(best, _apart_squared(px, py, edges, e))
        elif first != _DEEP:
            for k in range(first, first + count[row, column]):
                best = min(best, _apart_squared(px, py, edges, pool[k]))
        if where == 0:
            crossed = row_edge[row_start[row] : row_start[row + 1]]
            where = 1 if _inside(px, py, edges, crossed) else -1
        out[i] = where * (cap if first == _DEEP else np.sqrt(best))
    return out


@njit(cache=True, error_model="numpy")
def _inside(px: float, py: float, edges: Float64, crossed: Int32) -> bool:
    """Return whether a place lies inside, by the edges that cross its row."""
    inside = False
    for e in crossed:
        y1, y2 = edges[_Y1, e], edges[_Y2, e]
        if (y1 > py) != (y2 > py):
            x1, x2 = edges[_X1, e], edges[_X2, e]
            if px < x1 + (x2 - x1) * (py - y1) / (y2 - y1):
                inside = not inside
    return inside


@njit(cache=True, error_model="numpy")
def _fill(
    row: int,
    column: int,
    px: float,
    py: float,
    edges: Float64,
    size: float,
    start: Int32,
    count: Int32,
    pool: Int32,
) -> float:
    """Note the edges that can be nearest to some place of a cell, by its middle.

    Returns
    -------
    float
        How far the middle of the cell is from the border.
    """
    n = edges.shape[1]
    apart = np.empty(n)
    for e in range(n):
        apart[e] = _apart_squared(px, py, edges, e)
    least = apart[0]
    for e in range(1, n):
        least = min(least, apart[e])
    nearest = np.sqrt(least)
    # Twice the half diagonal, and a hair.
    reach = nearest + 1.4143 * size
    first = used = pool[0]
    if first + n > len(pool):
        start[row, column] = _FULL
        return nearest
    reach *= reach
    for e in range(n):
        if apart[e] <= reach:
            pool[used] = e
            used += 1
    pool[0] = used
    start[row, column] = first
    count[row, column] = used - first
    return nearest


@njit(cache=True, inline="always", error_model="numpy")
def _apart_squared(px: float, py: float, edges: Float64, e: int) -> float:
    off_x, off_y = px - edges[_X1, e], py - edges[_Y1, e]
    dx, dy = edges[_DX, e], edges[_DY, e]
    along = min(max((off_x * dx + off_y * dy) * edges[_INVERSE, e], 0.0), 1.0)
    off_x -= along * dx
    off_y -= along * dy
    return off_x * off_x + off_y * off_y
