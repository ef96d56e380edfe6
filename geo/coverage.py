"""Gaps and overlaps of a set of areas, and how far they miss an outline.

Areas form a coverage when they do not overlap and match each other vertex by vertex.
`geo.cleaning` makes one of areas that do not.
"""

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geo.crs import STORED, metric_crs

# Less than this is rounding, not land.
_NOTHING_M2 = 0.01


@dataclass(frozen=True)
class Place:
    """A spot that a person can look up: what, how large, where.

    Attributes
    ----------
    what : str
        Names of the areas concerned.
    area_m2 : float
    lon, lat : float
        WGS 84 degrees, inside the spot.
    width_m : float
        Of a strip of its area and outline.
    """

    what: str
    area_m2: float
    lon: float
    lat: float
    width_m: float

    def __str__(self) -> str:
        return f"{self.what}: {self.area_m2:.1f} m² at {self.lon:.5f}, {self.lat:.5f}"


def is_valid_coverage(frame: gpd.GeoDataFrame | gpd.GeoSeries) -> bool:
    """Return whether the areas neither overlap nor miss each other's vertices.

    Wide holes are allowed: `find_gaps` names them.

    Parameters
    ----------
    frame : GeoDataFrame or GeoSeries of polygons
        In any CRS; the coordinates are compared as they are.
    """
    areas = np.asarray(frame.geometry.array)
    return bool(shapely.is_valid(areas).all() and shapely.coverage_is_valid(areas))


def find_gaps(
    frame: gpd.GeoDataFrame | gpd.GeoSeries, outline: Any = None
) -> tuple[Place, ...]:
    """Return what no area covers: enclosed holes, or all that `outline` has too much.

    Parameters
    ----------
    frame : GeoDataFrame or GeoSeries of polygons
    outline : shapely polygon, optional
        In the CRS of `frame`.

    Returns
    -------
    tuple of Place
        Largest first; 0.01 m² and less is not named.
    """
    areas = np.asarray(frame.geometry.array)
    return _gaps(areas, frame.crs, outline)


def find_overlaps(
    frame: gpd.GeoDataFrame, id_column: str | None = None
) -> tuple[Place, ...]:
    """Return what two areas claim at once, largest first.

    Parameters
    ----------
    frame : GeoDataFrame of valid polygons
    id_column : str, optional
        Column that names an area; the row number by default.
    """
    areas = np.asarray(frame.geometry.array)
    return _overlaps(areas, area_names(frame, id_column), frame.crs)


def symmetric_difference_m2(
    parts: gpd.GeoDataFrame | gpd.GeoSeries, outline: gpd.GeoDataFrame | gpd.GeoSeries
) -> float:
    """Return how much the union of the parts and the outline differ.

    Both are projected first, vertex by vertex, as anyone who checks the published
    grids would do it.

    Parameters
    ----------
    parts, outline : GeoDataFrame or GeoSeries of polygons
        Each in any CRS.

    Returns
    -------
    float
        Square metres in the metric CRS of the outline's longitude.
    """
    crs = _metric_of(outline)
    ours = shapely.union_all(np.asarray(parts.geometry.to_crs(crs).array))
    theirs = shapely.union_all(np.asarray(outline.geometry.to_crs(crs).array))
    return float(shapely.area(shapely.symmetric_difference(ours, theirs)))


def area_names(frame: gpd.GeoDataFrame, id_column: str | None) -> NDArray[np.object_]:
    """Return what areas are called: by a column, or by row from 1, shape (n,)."""
    if id_column is None:
        return np.array([f"row {i + 1}" for i in range(len(frame))], dtype=object)
    return frame[id_column].astype(str).to_numpy(dtype=object)


def places_of(
    spots: NDArray[np.object_], what: NDArray[np.object_], crs: Any
) -> tuple[Place, ...]:
    """Return spots as places that a person can look up, the largest first.

    Parameters
    ----------
    spots : ndarray of shapely geometry, shape (n,)
    what : ndarray of str, shape (n,)
        What is said of each.
    crs : Any
        Of the spots; measured in the metric CRS of their longitude if it is not one.

    Returns
    -------
    tuple of Place
        Without those of 0.01 m² and less.
    """
    found = gpd.GeoSeries(spots, crs=crs)
    if not len(found) or found.is_empty.all():
        return ()
    metric = found.to_crs(_metric_of(found))
    points = found.representative_point().to_crs(STORED)
    table = pd.DataFrame(
        {"what": what, "m2": metric.area.to_numpy(), "x": points.x, "y": points.y}
    )
    table["width"] = 2.0 * table["m2"] / metric.length.to_numpy()
    table = table[table["m2"] > _NOTHING_M2].sort_values(
        ["m2", "what"], ascending=[False, True]
    )
    rows = table[["m2", "x", "y", "width"]].itertuples(index=False, name=None)
    return tuple(
        Place(str(name), *map(float, row))
        for name, row in zip(table["what"], rows, strict=True)
    )


def _gaps(
    areas: NDArray[np.object_], crs: Any, outline: Any = None
) -> tuple[Place, ...]:
    union = shapely.union_all(areas)
    if outline is not None:
        gaps = shapely.get_parts(shapely.difference(outline, union))
    else:
        parts = shapely.get_parts(union)
        shells = shapely.polygons(shapely.get_exterior_ring(parts))
        filled = shapely.union_all(shells)
        gaps = shapely.get_parts(shapely.difference(filled, union))
    return places_of(gaps, np.full(len(gaps), "gap", dtype=object), crs)


def _overlaps(
    areas: NDArray[np.object_], names: NDArray[np.object_], crs: Any
) -> tuple[Place, ...]:
    # Only areas with an invalid edge can overlap another: few, even of 60,000.
    suspects = np.flatnonzero(~shapely.is_empty(shapely.coverage_invalid_edges(areas)))
    tree = shapely.STRtree(areas[suspects])
    i, j = tree.query(areas[suspects], predicate="intersects")
    i, j = suspects[i[i < j]], suspects[j[i < j]]
    shared = shapely.intersection(areas[i], areas[j])
    both = np.array([f"{names[a]} / {names[b]}" for a, b in zip(i, j, strict=True)])
    return places_of(shared, both.astype(object), crs)


def _metric_of(frame: gpd.GeoDataFrame | gpd.GeoSeries) -> Any:
    if frame.crs.is_projected:
        return frame.crs
    west, _, east, _ = frame.total_bounds
    return metric_crs((west + east) / 2.0)
