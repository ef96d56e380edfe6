"""Coordinate systems: what is stored, what is measured in, GCJ-02 and BD-09 in and out.

Stored is WGS 84 longitude and latitude; CGCS2000 is the same within our accuracy.
Lengths and areas are measured in the county's CGCS2000 3-degree Gauss-Krueger zone.
GCJ-02 is the shifted datum of Chinese web maps, BD-09 Baidu's shift on top; both are
public knowledge through many open implementations of the same constants.
"""

from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray
from pyproj import CRS

from geo.errors import BadDatum

STORED = CRS.from_epsg(4326)
CoordType = Literal["wgs84", "cgcs2000", "gcj02", "bd09"]
COORD_TYPES: tuple[str, ...] = get_args(CoordType)

FloatArray = NDArray[np.float64]

# Of latitude, and of longitude at the equator, on a sphere: good to 0.5 % anywhere.
METRES_PER_DEGREE = 111_320.0

# Krasovsky 1940, the ellipsoid inside the GCJ-02 formula.
_A = 6_378_245.0
_EE = 0.006_693_421_622_965_943
_BD = np.pi * 3000.0 / 180.0
# Nowhere in China does one step of the fixed point leave more than 1e-9 m after six.
_STEPS = 6


def metric_crs(lon: float) -> CRS:
    """Return the CGCS2000 3-degree Gauss-Krueger zone of a longitude.

    Parameters
    ----------
    lon : float
        Degrees east. China spans 73 to 136; elsewhere the UTM zone of the northern
        hemisphere is returned, so that foreign test data measures well too.

    Returns
    -------
    CRS
        EPSG:4534 to 4554, central meridians 75 to 135, easting without zone number;
        axes easting, northing when used with ``always_xy``.

    Examples
    --------
    >>> metric_crs(111.9).to_epsg()
    4546
    """
    if 73.5 <= lon <= 136.5:
        return CRS.from_epsg(4534 + round((lon - 75.0) / 3.0))
    return CRS.from_epsg(32601 + int((lon + 180.0) // 6.0) % 60)


def to_wgs84(
    lon: FloatArray, lat: FloatArray, coord_type: str
) -> tuple[FloatArray, FloatArray]:
    """Return coordinates of a stated datum as WGS 84 degrees.

    Parameters
    ----------
    lon, lat : ndarray of float64, shape (n,)
        Degrees in the datum `coord_type`.
    coord_type : str
        One of ``wgs84 | cgcs2000 | gcj02 | bd09``.

    Raises
    ------
    BadDatum
        If `coord_type` is another.
    """
    lon, lat = np.asarray(lon, np.float64), np.asarray(lat, np.float64)
    if coord_type in ("wgs84", "cgcs2000"):
        return lon, lat
    if coord_type == "gcj02":
        return _gcj02_to_wgs84(lon, lat)
    if coord_type == "bd09":
        return _gcj02_to_wgs84(*_bd09_to_gcj02(lon, lat))
    known = ", ".join(COORD_TYPES)
    raise BadDatum(f"coord_type {coord_type!r} is unknown; use one of {known}")


def wgs84_to_gcj02(lon: FloatArray, lat: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return WGS 84 degrees shifted to GCJ-02."""
    dlon, dlat = gcj02_shift(lon, lat)
    return lon + dlon, lat + dlat


def wgs84_to_bd09(lon: FloatArray, lat: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return WGS 84 degrees shifted to BD-09."""
    x, y = wgs84_to_gcj02(lon, lat)
    z = np.hypot(x, y) + 0.00002 * np.sin(y * _BD)
    theta = np.arctan2(y, x) + 0.000003 * np.cos(x * _BD)
    return z * np.cos(theta) + 0.0065, z * np.sin(theta) + 0.006


def gcj02_shift(lon: FloatArray, lat: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the GCJ-02 offset at WGS 84 positions, degrees of lon and lat."""
    x, y = lon - 105.0, lat - 35.0
    root = np.sqrt(np.abs(x))
    fine = (20.0 * np.sin(6.0 * x * np.pi) + 20.0 * np.sin(2.0 * x * np.pi)) * 2.0 / 3.0
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + fine
    north += (20.0 * np.sin(y * np.pi) + 40.0 * np.sin(y / 3.0 * np.pi)) * 2.0 / 3.0
    north += (
        (160.0 * np.sin(y / 12.0 * np.pi) + 320.0 * np.sin(y * np.pi / 30.0))
        * 2.0
        / 3.0
    )
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + fine
    east += (20.0 * np.sin(x * np.pi) + 40.0 * np.sin(x / 3.0 * np.pi)) * 2.0 / 3.0
    east += (
        (150.0 * np.sin(x / 12.0 * np.pi) + 300.0 * np.sin(x / 30.0 * np.pi))
        * 2.0
        / 3.0
    )
    phi = np.radians(lat)
    magic = 1.0 - _EE * np.sin(phi) ** 2
    dlat = np.degrees(north * magic * np.sqrt(magic) / (_A * (1.0 - _EE)))
    dlon = np.degrees(east * np.sqrt(magic) / (_A * np.cos(phi)))
    return dlon, dlat


def _gcj02_to_wgs84(lon: FloatArray, lat: FloatArray) -> tuple[FloatArray, FloatArray]:
    x, y = lon.copy(), lat.copy()
    for _ in range(_STEPS):
        dlon, dlat = gcj02_shift(x, y)
        x, y = lon - dlon, lat - dlat
    return x, y


def _bd09_to_gcj02(lon: FloatArray, lat: FloatArray) -> tuple[FloatArray, FloatArray]:
    x, y = lon - 0.0065, lat - 0.006
    for _ in range(_STEPS):
        z = np.hypot(x, y) + 0.00002 * np.sin(y * _BD)
        theta = np.arctan2(y, x) + 0.000003 * np.cos(x * _BD)
        x, y = (
            x + (lon - 0.0065 - z * np.cos(theta)),
            y + (lat - 0.006 - z * np.sin(theta)),
        )
    return x, y
