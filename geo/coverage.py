"""Gaps and overlaps of a set of areas, and the cleaning of raw layers.

Areas form a coverage when they do not overlap and match each other vertex by vertex.
Raw bureau layers rarely do. `clean_coverage` mends them and says what it changed, lost
or filled; a layer that is clean passes through untouched, to the last bit.
"""

from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geo.crs import METRES_PER_DEGREE, STORED, metric_crs
from geo.errors import BadFrame, BadLayer

# make_valid needs more than 40 s for 4,000 self-crossing vertices: a way to stop us.
MAX_REPAIR_VERTICES = 10_000
MAX_VERTICES = 100_000
_SAMPLES = 5
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
    """

    what: str
    area_m2: float
    lon: float
    lat: float

    def __str__(self) -> str:
        return f"{self.what}: {self.area_m2:.1f} m² at {self.lon:.5f}, {self.lat:.5f}"


@dataclass(frozen=True)
class CleaningReport:
    """What `clean_coverage` found and did.

    Attributes
    ----------
    was_clean : bool
        The layer was a valid coverage; nothing was touched.
    repaired : tuple of str
        Areas whose own outline was invalid.
    changed, lost : tuple of str
        Areas whose outline was moved, and areas of which nothing is left.
    gaps_before, overlaps_before, gaps_after : tuple of Place
        The largest first. A gap is a hole enclosed by the areas.
    moved_m2 : float
        Sum over the areas of what each gained and lost.
    """

    was_clean: bool = True
    repaired: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    gaps_before: tuple[Place, ...] = ()
    overlaps_before: tuple[Place, ...] = ()
    gaps_after: tuple[Place, ...] = ()
    moved_m2: float = 0.0
    changes: tuple[Place, ...] = field(default=(), repr=False)

    @property
    def overlap_m2(self) -> float:
        """Area that stood in two areas at once, before."""
        return sum(place.area_m2 for place in self.overlaps_before)

    def lines(self) -> list[str]:
        """Return the report as lines of text for a person."""
        if self.was_clean:
            gaps = [f"hole left as it is: {place}" for place in self.gaps_before]
            return ["coverage is clean; nothing was changed", *gaps[:_SAMPLES]]
        lines = [
            f"coverage was not clean: {len(self.overlaps_before)} overlaps "
            f"({self.overlap_m2:.1f} m²), {len(self.gaps_before)} gaps, "
            f"{len(self.repaired)} invalid outlines",
            f"{len(self.changed)} areas changed ({self.moved_m2:.1f} m² moved), "
            f"{len(self.lost)} lost, {len(self.gaps_after)} gaps left",
        ]
        lines += [f"lost: {name}" for name in self.lost]
        lines += [f"overlap {place}" for place in self.overlaps_before[:_SAMPLES]]
        lines += [f"gap {place}" for place in self.gaps_before[:_SAMPLES]]
        return lines


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


def clean_coverage(
    frame: gpd.GeoDataFrame, *, id_column: str | None = None, gap_width_m: float = 1.0
) -> tuple[gpd.GeoDataFrame, CleaningReport]:
    """Return the areas as a valid coverage, and what had to be done for it.

    Parameters
    ----------
    frame : GeoDataFrame of Polygon or MultiPolygon
        In any CRS, which the result keeps. Not changed.
    id_column : str, optional
        Column that names an area in the report; the row number by default.
    gap_width_m : float
        Gaps narrower than this are given to the neighbour with the longest border.

    Returns
    -------
    frame : GeoDataFrame
        Same columns and order; lost areas are left out. If the layer was clean, the
        coordinates are bit-identical; areas that needed no change always are.
    report : CleaningReport

    Raises
    ------
    BadFrame
        If the frame has no CRS, or something in it is no polygon.
    BadLayer
        If an invalid outline has more vertices than can be repaired in sane time.
    """
    _require_areas(frame)
    names = _names(frame, id_column)
    before = np.asarray(frame.geometry.array)
    crs = frame.crs
    if is_valid_coverage(frame):
        return frame.copy(), CleaningReport(gaps_before=_gaps(before, crs))
    valid, is_repaired = _repair(before, names)
    width = gap_width_m / (METRES_PER_DEGREE if crs.is_geographic else 1.0)
    after = shapely.coverage_clean(valid, gap_width=width)
    after = _keep_untouched(before, after)
    is_lost = shapely.is_empty(after)
    is_changed = ~shapely.equals_exact(before, after, tolerance=0.0) & ~is_lost
    changes = _changes(valid, after, is_changed | is_lost, names, crs)
    cleaned = frame.copy()
    cleaned.geometry = gpd.GeoSeries(after, index=frame.index, crs=crs)
    return cleaned[~is_lost], CleaningReport(
        was_clean=False,
        repaired=tuple(names[is_repaired]),
        changed=tuple(names[is_changed]),
        lost=tuple(names[is_lost]),
        gaps_before=_gaps(valid, crs),
        overlaps_before=_overlaps(valid, names, crs),
        gaps_after=_gaps(after[~is_lost], crs),
        moved_m2=sum(place.area_m2 for place in changes),
        changes=changes,
    )


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
    return _overlaps(areas, _names(frame, id_column), frame.crs)


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


def _require_areas(frame: gpd.GeoDataFrame) -> None:
    if frame.crs is None:
        raise BadFrame("areas: no CRS is stated; set one before cleaning")
    areas = np.asarray(frame.geometry.array)
    bad = ~np.isin(shapely.get_type_id(areas), (3, 6)) | shapely.is_empty(areas)
    if bad.any():
        row = int(np.flatnonzero(bad)[0])
        kind = "empty" if areas[row] is None else areas[row].geom_type
        raise BadFrame(f"areas: row {row + 1} is {kind}; an area needs a polygon")


def _names(frame: gpd.GeoDataFrame, id_column: str | None) -> NDArray[np.object_]:
    if id_column is None:
        return np.array([f"row {i + 1}" for i in range(len(frame))], dtype=object)
    return frame[id_column].astype(str).to_numpy(dtype=object)


def _repair(
    areas: NDArray[np.object_], names: NDArray[np.object_]
) -> tuple[NDArray[np.object_], NDArray[np.bool_]]:
    """Return the areas with valid outlines, lines and points that fell off dropped."""
    broken = ~shapely.is_valid(areas)
    size = shapely.get_num_coordinates(areas)
    too_large = (size > MAX_VERTICES) | (broken & (size > MAX_REPAIR_VERTICES))
    if too_large.any():
        row = int(np.flatnonzero(too_large)[0])
        raise BadLayer(
            f"{names[row]}: the outline has {size[row]} vertices, "
            f"{'is invalid and ' if broken[row] else ''}too many to mend "
            f"(limit {MAX_REPAIR_VERTICES if broken[row] else MAX_VERTICES}); "
            "mend or simplify it first"
        )
    mended = areas.copy()
    mended[broken] = shapely.make_valid(
        areas[broken], method="structure", keep_collapsed=False
    )
    return mended, broken


def _keep_untouched(
    before: NDArray[np.object_], after: NDArray[np.object_]
) -> NDArray[np.object_]:
    """Return `after`, with the very input where only the order of vertices differs."""
    same = shapely.equals_exact(
        shapely.normalize(before), shapely.normalize(after), tolerance=0.0
    )
    return np.where(same, before, after)


def _changes(
    before: NDArray[np.object_],
    after: NDArray[np.object_],
    which: NDArray[np.bool_],
    names: NDArray[np.object_],
    crs: Any,
) -> tuple[Place, ...]:
    rows = np.flatnonzero(which)
    moved = shapely.symmetric_difference(before[rows], after[rows])
    return _places(moved, names[rows], crs)


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
    return _places(gaps, np.full(len(gaps), "gap", dtype=object), crs)


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
    return _places(shared, both.astype(object), crs)


def _places(
    spots: NDArray[np.object_], what: NDArray[np.object_], crs: Any
) -> tuple[Place, ...]:
    """Measure spots, drop those of no area, the largest first."""
    found = gpd.GeoSeries(spots, crs=crs)
    if not len(found) or found.is_empty.all():
        return ()
    area_m2 = found.to_crs(_metric_of(found)).area.to_numpy()
    points = found.representative_point().to_crs(STORED)
    table = pd.DataFrame({"what": what, "m2": area_m2, "x": points.x, "y": points.y})
    table = table[table["m2"] > _NOTHING_M2].sort_values(
        ["m2", "what"], ascending=[False, True]
    )
    rows = zip(table["what"], table["m2"], table["x"], table["y"], strict=True)
    return tuple(Place(str(w), float(a), float(x), float(y)) for w, a, x, y in rows)


def _metric_of(frame: gpd.GeoDataFrame | gpd.GeoSeries) -> Any:
    if frame.crs.is_projected:
        return frame.crs
    west, _, east, _ = frame.total_bounds
    return metric_crs((west + east) / 2.0)
