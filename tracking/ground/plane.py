"""The metric plane of a county: longitude and latitude to metres and back.

The projection is pyproj's. Over a tile of half a degree it is fitted once, by a
polynomial that differs from it by less than a micrometre, because a day of fixes costs
pyproj more than everything else that is done with it.
"""

from functools import cache

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Transformer

from geo.compiled import njit
from geo.crs import STORED, metric_crs

Float64 = NDArray[np.float64]

_DEGREE = 4
_HALF_TILE = 0.25
_POWERS = np.array(
    [(i, j) for i in range(_DEGREE + 1) for j in range(_DEGREE + 1 - i)], np.int64
)


class Plane:
    """The metric plane of a county, easting and northing in metres."""

    def __init__(self, lon: float) -> None:
        self.crs = metric_crs(lon)
        self._forward = _transformer(self.crs)
        self._tiles: dict[tuple[int, int], tuple[Float64, Float64]] = {}

    def project(self, lon: Float64, lat: Float64) -> tuple[Float64, Float64]:
        """Return metres; positions off the plane come back as NaN."""
        lon, lat = np.asarray(lon, np.float64), np.asarray(lat, np.float64)
        if not len(lon):
            return np.empty(0), np.empty(0)
        tile = _tile_of(lon, lat)
        if tile is None:
            return self._exactly(lon, lat)
        if tile not in self._tiles:
            # Once per plane: the hash of a CRS takes long.
            self._tiles[tile] = _fitted(self.crs, *tile)
        x, y, away = _evaluate(lon, lat, *_middle(tile), *self._tiles[tile])
        if away.any():
            x[away], y[away] = self._exactly(lon[away], lat[away])
        return x, y

    def _exactly(self, lon: Float64, lat: Float64) -> tuple[Float64, Float64]:
        x, y = self._forward.transform(lon, lat)
        bad = ~(np.isfinite(x) & np.isfinite(y))
        return np.where(bad, np.nan, x), np.where(bad, np.nan, y)

    def unproject(self, x: Float64, y: Float64) -> tuple[Float64, Float64]:
        """Return degrees of positions in metres."""
        lon, lat = self._forward.transform(x, y, direction="INVERSE")
        return lon, lat

    def project_geometry(self, geometry: shapely.Geometry) -> shapely.Geometry:
        """Return a geometry in metres."""
        return shapely.transform(
            geometry, lambda c: np.column_stack(self.project(c[:, 0], c[:, 1]))
        )


@cache
def _transformer(crs: CRS) -> Transformer:
    # Making one takes a tenth of a second.
    return Transformer.from_crs(STORED, crs, always_xy=True)


def _tile_of(lon: Float64, lat: Float64) -> tuple[int, int] | None:
    """Return the tile of the first sound position: the others are near it or wild."""
    for i in range(min(len(lon), 8)):
        if abs(lon[i]) <= 180.0 and abs(lat[i]) <= 84.0:
            return int(np.floor(2.0 * lon[i])), int(np.floor(2.0 * lat[i]))
    return None


def _middle(tile: tuple[int, int]) -> tuple[float, float]:
    return 0.5 * tile[0] + _HALF_TILE, 0.5 * tile[1] + _HALF_TILE


@cache
def _fitted(crs: CRS, column: int, row: int) -> tuple[Float64, Float64]:
    """Return the coefficients of easting and northing over a tile and its rim."""
    lon0, lat0 = _middle((column, row))
    nodes = np.cos(np.pi * (np.arange(12) + 0.5) / 12)
    u, v = (grid.ravel() for grid in np.meshgrid(nodes, nodes))
    x, y = _transformer(crs).transform(lon0 + _HALF_TILE * u, lat0 + _HALF_TILE * v)
    terms = u[:, None] ** _POWERS[:, 0] * v[:, None] ** _POWERS[:, 1]
    square = np.zeros((2, _DEGREE + 1, _DEGREE + 1))
    for plane, values in zip(square, (x, y), strict=True):
        solved = np.linalg.lstsq(terms, np.asarray(values), rcond=None)[0]
        plane[_POWERS[:, 0], _POWERS[:, 1]] = solved
    return square[0], square[1]


@njit(cache=True)
def _evaluate(
    lon: Float64,
    lat: Float64,
    lon0: float,
    lat0: float,
    east: Float64,
    north: Float64,
) -> tuple[Float64, Float64, NDArray[np.bool_]]:
    """Return x and y by Horner's rule, and which positions lie off the tile.

    Nothing in the loop hangs on a position, so that several are done at once.
    """
    n = len(lon)
    x, y, away = np.empty(n), np.empty(n), np.empty(n, np.bool_)
    for k in range(n):
        u, v = (lon[k] - lon0) / 0.25, (lat[k] - lat0) / 0.25
        away[k] = not ((abs(u) <= 1.0) & (abs(v) <= 1.0))
        a = b = 0.0
        for i in range(_DEGREE, -1, -1):
            c = d = 0.0
            for j in range(_DEGREE - i, -1, -1):
                c = c * v + east[i, j]
                d = d * v + north[i, j]
            a = a * u + c
            b = b * u + d
        x[k], y[k] = a, b
    return x, y, away
