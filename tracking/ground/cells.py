"""Cells of a fixed lattice: which days and devices a box query has to open at all.

A cell is 0.005 degree (about 500 m) wide and high, one whole number, so that a plain
B-tree finds it; what lies in the box exactly is then read from the day tracks.
"""

import numpy as np
from numpy.typing import NDArray

_PER_DEGREE = 200
_ROW = 1 << 20


def cells_of(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the cells that hold any of the positions, sorted, each once.

    Parameters
    ----------
    lon, lat : ndarray of float64, shape (n,)
        WGS 84 degrees.
    """
    return np.unique(_index(lat, 90.0) * _ROW + _index(lon, 180.0))


def cells_in_box(
    west: float, south: float, east: float, north: float
) -> NDArray[np.int64]:
    """Return the cells that touch a box, WGS 84 degrees, sorted."""
    columns = np.arange(*_span(west, east, 180.0))
    rows = np.arange(*_span(south, north, 90.0))
    return np.sort((rows[:, None] * _ROW + columns).ravel())


def _span(low: float, high: float, offset: float) -> tuple[int, int]:
    ends = _index(np.array([low, high]), offset)
    return int(ends[0]), int(ends[1]) + 1


def _index(degrees: NDArray[np.float64], offset: float) -> NDArray[np.int64]:
    return np.floor((degrees + offset) * _PER_DEGREE).astype(np.int64)
