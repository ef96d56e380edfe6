"""From stored degrees to metres and back, without losing a digit.

Shapes are cut in a metric CRS. A vertex that came with a layer returns to exactly the
degrees it had; a vertex that the cutting made is transformed once, so all polygons that
share it hold the same two numbers, and a valid coverage stays valid when it is stored.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Geod, Transformer

from geo.crs import STORED, metric_crs
from planning.errors import BadUnits
from planning.graphs.contact import FloatArray

# A way there and back that misses by more shows in the proof of a county's outlines.
_RETURNS_M = 1e-7
# How much longer or shorter than on the ground a length may be: 1 %.
_STEP_M, _SCALE = 1_000.0, 0.01
_EARTH = Geod(ellps="WGS84")


@dataclass(frozen=True)
class Ground:
    """A metric CRS and the memory of stored coordinates.

    Attributes
    ----------
    crs : CRS
        Projected, in metres.
    known : ndarray of complex128, shape (n,)
        Metric x + iy of remembered vertices, ascending.
    stored : ndarray of float64, shape (n, 2)
        Their degrees, longitude first.
    """

    crs: CRS
    known: NDArray[np.complex128]
    stored: FloatArray

    def to_stored(self, shapes: NDArray[Any]) -> NDArray[Any]:
        """Return metric shapes in EPSG:4326, remembered vertices as they came."""

        def restore(xy: FloatArray) -> FloatArray:
            out = _transformed(xy, self.crs, STORED)
            if len(self.known):
                key = xy[:, 0] + 1j * xy[:, 1]
                at = np.searchsorted(self.known, key).clip(0, len(self.known) - 1)
                hit = self.known[at] == key
                out[hit] = self.stored[at[hit]]
            return out

        return shapely.transform(shapes, restore)

    def to_metric(self, layer: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        """Return a layer in the metric CRS."""
        shapes = project(layer.geometry.values, layer.crs, self.crs)
        return layer.set_geometry(gpd.GeoSeries(shapes, layer.index, crs=self.crs))


def find_ground(*layers: gpd.GeoDataFrame | None) -> Ground:
    """Return the ground for some layers, of which the first decides the metric CRS.

    A projected layer keeps its own CRS if that is in metres, true to scale there, and
    comes back from degrees to where it was; otherwise the zone of its middle is taken.
    Vertices of layers stored in EPSG:4326 are remembered.

    Raises
    ------
    BadUnits
        The first layer lies on both sides of the meridian of 180°.
    """
    present = [layer for layer in layers if layer is not None and len(layer)]
    crs = _metric_crs_of(present[0])
    xy, lonlat = [np.empty((0, 2))], [np.empty((0, 2))]
    for layer in present:
        if CRS(layer.crs) == STORED:
            degrees = shapely.get_coordinates(layer.geometry.values)
            lonlat.append(degrees)
            xy.append(_transformed(degrees, STORED, crs))
    metres = np.vstack(xy)
    key, first = np.unique(metres[:, 0] + 1j * metres[:, 1], return_index=True)
    return Ground(crs, key, np.vstack(lonlat)[first])


def project(shapes: NDArray[Any], source: CRS, target: CRS) -> NDArray[Any]:
    """Return shapes of one CRS in another, x or longitude first."""
    return shapely.transform(
        np.asarray(shapes, object), lambda xy: _transformed(xy, CRS(source), target)
    )


def _transformed(xy: FloatArray, source: CRS, target: CRS) -> FloatArray:
    return np.column_stack(_transformer(source, target).transform(xy[:, 0], xy[:, 1]))


@cache
def _transformer(source: CRS, target: CRS) -> Transformer:
    # Making one takes tenths of a second; a plan transforms a dozen times.
    return Transformer.from_crs(source, target, always_xy=True)


def _metric_crs_of(layer: gpd.GeoDataFrame) -> CRS:
    crs, bounds = CRS(layer.crs), layer.total_bounds
    west, _, east, _ = _transformer(crs, STORED).transform_bounds(*bounds)
    if not 0.0 <= east - west <= 180.0:
        raise BadUnits(
            "units: they lie on both sides of the meridian of 180°, where degrees "
            "jump; plan each side on its own"
        )
    in_metres = crs.is_projected and crs.axis_info[0].unit_conversion_factor == 1.0
    if in_metres and _measures_well(crs, bounds):
        return crs
    return metric_crs(float(west + east) / 2.0)


def _measures_well(crs: CRS, bounds: FloatArray) -> bool:
    """Return whether lengths in a CRS are those of the ground, and places come back."""
    west, south, east, north = bounds
    x, y = (west + east) / 2.0, (south + north) / 2.0
    # The middle, a step east and a step north of it, and two corners.
    xy = np.array([[x, y], [x + _STEP_M, y], [x, y + _STEP_M], bounds[:2], bounds[2:]])
    degrees = _transformed(xy, crs, STORED)
    again = _transformed(degrees, STORED, crs)
    if not np.abs(again - xy).max() <= _RETURNS_M:
        return False
    (lon, lat), ends = degrees[0], degrees[1:3]
    steps = _EARTH.inv([lon, lon], [lat, lat], ends[:, 0], ends[:, 1])[2]
    return bool(np.abs(np.asarray(steps) / _STEP_M - 1.0).max() <= _SCALE)
