"""Layers that sit a GCJ-02 or BD-09 vector away from where they should.

Shifted data is some 500 m off and looks plausible. Against something already loaded
(the same areas, or the regions that should contain the points) the shift shows: taking
it off makes the layer fit. It is reported, never taken off unasked.
"""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from geo.crs import STORED, metric_crs, to_wgs84
from geo.errors import BadDatum

FloatArray = NDArray[np.float64]

_DATUMS = ("wgs84", "gcj02", "bd09")
# A shifted datum must explain this share of what fits badly, and fit well itself.
_MARGIN = 0.5
_GOOD = 0.6
# Fewer points prove nothing, and a gain must be more than two of them by chance.
_ENOUGH = 3
_LEAST_GAIN = 0.005
_LEAST_POINTS = 2.5
_SAMPLE = 2_000
# Two deliveries of one thing lie this near; the smallest shift is far more (114 m).
_SAME_PLACE_DEGREES = 4e-4


@dataclass(frozen=True)
class Suspicion:
    """How well a layer fits its reference in each datum it could be in.

    Attributes
    ----------
    coord_type : str
        The datum that fits: ``wgs84 | gcj02 | bd09``.
    fit : dict of str to float
        For each datum the share of the layer that fits, 0 to 1.
    offset_m : float
        Mean shift of that datum here, metres; 0 for wgs84.
    """

    coord_type: str
    fit: dict[str, float]
    offset_m: float

    @property
    def hint(self) -> str:
        """A line for a person where too few rows differ to be sure, else empty."""
        others = [d for d in _DATUMS[1:] if self.fit[d] == 1.0 > self.fit["wgs84"]]
        if self.is_shifted or not others:
            return ""
        return f"all would lie right as {others[0]}: check the datum of the file"

    @property
    def is_shifted(self) -> bool:
        """The layer sits where another datum would put it."""
        return self.coord_type != "wgs84"


def suspect_shift(
    layer: gpd.GeoDataFrame,
    reference: gpd.GeoDataFrame,
    *,
    key: str | None = None,
    reference_key: str | None = None,
) -> Suspicion | None:
    """Find whether a layer sits a known datum vector away from its reference.

    Parameters
    ----------
    layer : GeoDataFrame of points, lines or polygons
        In EPSG:4326, in the datum that was stated.
    reference : GeoDataFrame of polygons, or of what `layer` holds
        In EPSG:4326, known to be right.
    key, reference_key : str, optional
        Columns by which a row belongs to an area of the reference: polygons are then
        compared with their like, points must lie in theirs, and an earlier delivery of
        the same points or lines must lie in the same place. Without them the layer
        must lie anywhere in the reference.

    Returns
    -------
    Suspicion or None
        None where nothing can be told: no row in common, or too few.
    """
    geoms, wanted = _pairs(layer, reference, key, reference_key)
    has_extent = shapely.get_dimensions(geoms).min(initial=2) > 0
    if len(geoms) < (1 if has_extent else _ENOUGH):
        return None
    fit = {datum: _fit(_moved(geoms, datum), wanted) for datum in _DATUMS}
    best = max(_DATUMS, key=lambda datum: fit[datum])
    unexplained = 1.0 - fit["wgs84"]
    gain = fit[best] - fit["wgs84"]
    least = _LEAST_GAIN if has_extent else _LEAST_POINTS / len(geoms)
    if not has_extent and fit[best] < 1.0:
        # Some points are wrong in any datum: then a few more mean nothing.
        least = max(least, _LEAST_GAIN)
    if fit[best] < _GOOD or gain < _MARGIN * unexplained or gain < least:
        best = "wgs84"
    return Suspicion(best, fit, _offset_m(geoms, best))


def require_no_shift(suspicion: Suspicion | None, what: str) -> None:
    """Raise `BadDatum` with the way out if a layer sits a datum vector off.

    Parameters
    ----------
    suspicion : Suspicion or None
    what : str
        Name of the layer, for the message.
    """
    if suspicion is None or not suspicion.is_shifted:
        return
    name = {"gcj02": "GCJ-02", "bd09": "BD-09"}[suspicion.coord_type]
    now, then = suspicion.fit["wgs84"], suspicion.fit[suspicion.coord_type]
    raise BadDatum(
        f"{what}: sits {suspicion.offset_m:.0f} m off by the {name} vector "
        f"({now:.0%} fits as it is, {then:.0%} without the shift): "
        f"say --coord-type {suspicion.coord_type}"
    )


def _pairs(
    layer: gpd.GeoDataFrame,
    reference: gpd.GeoDataFrame,
    key: str | None,
    reference_key: str | None,
) -> tuple[NDArray[np.object_], NDArray[np.object_]]:
    """Return geometries of the layer, each with the area where it should be."""
    geoms = np.asarray(layer.geometry.array)
    areas = np.asarray(reference.geometry.array)
    if not len(areas) or not len(geoms):
        return geoms[:0], areas[:0]
    if key is not None and reference_key is not None:
        place = {str(k): i for i, k in enumerate(reference[reference_key])}
        rows = [(i, place.get(str(k), -1)) for i, k in enumerate(layer[key])]
        own = np.array([pair for pair in rows if pair[1] >= 0], np.int64).reshape(-1, 2)
        own = own[:: max(1, len(own) // _SAMPLE)]
        return geoms[own[:, 0]], areas[own[:, 1]]
    geoms = geoms[:: max(1, len(geoms) // _SAMPLE)]
    whole = shapely.union_all(areas)
    shapely.prepare(whole)
    return geoms, np.full(len(geoms), whole, dtype=object)


def _fit(geoms: NDArray[np.object_], wanted: NDArray[np.object_]) -> float:
    """Return the share that lies where it should: of area, of length, of points."""
    dimension = shapely.get_dimensions(geoms).min()
    if shapely.get_dimensions(wanted).max() < 2:
        now, then = shapely.centroid(geoms), shapely.centroid(wanted)
        return float(np.mean(shapely.dwithin(now, then, _SAME_PLACE_DEGREES)))
    if dimension == 0:
        return float(np.mean(shapely.intersects(wanted, geoms)))
    size = shapely.area if dimension == 2 else shapely.length
    valid = shapely.make_valid(geoms)
    shared = size(shapely.intersection(valid, shapely.make_valid(wanted)))
    return float(shared.sum() / max(size(valid).sum(), 1e-30))


def _moved(geoms: NDArray[np.object_], datum: str) -> NDArray[np.object_]:
    if datum == "wgs84":
        return geoms
    return shapely.transform(
        geoms, lambda x, y: to_wgs84(x, y, datum), interleaved=False
    )


def _offset_m(geoms: NDArray[np.object_], datum: str) -> float:
    if datum == "wgs84":
        return 0.0
    spots = shapely.centroid(geoms)
    moved = _moved(spots, datum)
    crs = metric_crs(float(shapely.get_x(spots[0])))
    before = gpd.GeoSeries(spots, crs=STORED).to_crs(crs)
    after = gpd.GeoSeries(moved, crs=STORED).to_crs(crs)
    return float(before.distance(after).mean())
