"""Raw layers made a coverage, and a report of what was changed, lost or filled.

Layers of bureaus rarely are one (see `geo.coverage`). One that is passes through
untouched, to the last bit.
"""

from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from geo.coverage import (
    Place,
    area_names,
    find_gaps,
    find_overlaps,
    is_valid_coverage,
    places_of,
)
from geo.crs import METRES_PER_DEGREE
from geo.errors import BadFrame, BadLayer

# make_valid needs more than 40 s for 4,000 self-crossing vertices: a way to stop us.
MAX_REPAIR_VERTICES = 10_000
MAX_VERTICES = 100_000
_SAMPLES = 5


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
        lines += [str(place) for place in self.gaps_before[:_SAMPLES]]
        return lines


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
    names = area_names(frame, id_column)
    before = np.asarray(frame.geometry.array)
    crs = frame.crs
    if is_valid_coverage(frame):
        return frame.copy(), CleaningReport(gaps_before=find_gaps(frame))
    valid, is_repaired = _repair(before, names)
    width = gap_width_m / (METRES_PER_DEGREE if crs.is_geographic else 1.0)
    after = shapely.coverage_clean(valid, gap_width=width)
    after = _keep_untouched(before, after)
    is_lost = shapely.is_empty(after)
    is_changed = ~shapely.equals_exact(before, after, tolerance=0.0) & ~is_lost
    changes = _changes(valid, after, is_changed | is_lost, names, crs)
    repaired, cleaned = (_with_geometry(frame, areas) for areas in (valid, after))
    return cleaned[~is_lost], CleaningReport(
        was_clean=False,
        repaired=tuple(names[is_repaired]),
        changed=tuple(names[is_changed]),
        lost=tuple(names[is_lost]),
        gaps_before=find_gaps(repaired),
        overlaps_before=find_overlaps(repaired, id_column),
        gaps_after=find_gaps(cleaned[~is_lost]),
        moved_m2=sum(place.area_m2 for place in changes),
        changes=changes,
    )


def _require_areas(frame: gpd.GeoDataFrame) -> None:
    if frame.crs is None:
        raise BadFrame("areas: no CRS is stated; set one before cleaning")
    areas = np.asarray(frame.geometry.array)
    bad = ~np.isin(shapely.get_type_id(areas), (3, 6)) | shapely.is_empty(areas)
    if bad.any():
        row = int(np.flatnonzero(bad)[0])
        kind = "empty" if areas[row] is None else areas[row].geom_type
        raise BadFrame(f"areas: row {row + 1} is {kind}; an area needs a polygon")


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


def _with_geometry(
    frame: gpd.GeoDataFrame, areas: NDArray[np.object_]
) -> gpd.GeoDataFrame:
    changed = frame.copy()
    changed.geometry = gpd.GeoSeries(areas, index=frame.index, crs=frame.crs)
    return changed


def _changes(
    before: NDArray[np.object_],
    after: NDArray[np.object_],
    which: NDArray[np.bool_],
    names: NDArray[np.object_],
    crs: Any,
) -> tuple[Place, ...]:
    rows = np.flatnonzero(which)
    moved = shapely.symmetric_difference(before[rows], after[rows])
    return places_of(moved, names[rows], crs)
