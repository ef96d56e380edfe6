"""The coverage proof: from coordinates as they were stored, not as they were computed.

Grids prove their coverage when they are a valid coverage in the stored degrees, and
when in metres their union differs from each village outline, and from the whole, by
less than 0.01 m². A valid coverage may still have wide holes; the difference sees them.
"""

from dataclasses import asdict, dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from pyproj import CRS

from geo.crs import STORED
from planning.units.ground import project

# DESIGN 3: less than this is rounding.
MAX_DIFFERENCE_M2 = 0.01


@dataclass(frozen=True)
class Proof:
    """What was found in the stored coordinates of a plan.

    Attributes
    ----------
    coverage_valid : bool
        No overlap and no mismatched edge in degrees.
    gap_m2, overlap_m2 : float
        Ground of the outlines without a grid; ground in more than one.
    difference_m2 : float
        Symmetric difference of the union of all grids to the union of the outlines.
    worst_village_m2 : float
        The largest symmetric difference of one village.
    pieces : int
        Pieces of land of the grid that has most.
    crs : str
        What the areas were measured in.
    """

    coverage_valid: bool
    gap_m2: float
    overlap_m2: float
    difference_m2: float
    worst_village_m2: float
    pieces: int
    crs: str

    @property
    def holds(self) -> bool:
        """Whether the grids cover their territory, each spot once."""
        return self.coverage_valid and (
            max(self.difference_m2, self.worst_village_m2, self.overlap_m2)
            < MAX_DIFFERENCE_M2
        )

    def as_dict(self) -> dict[str, Any]:
        """Return the proof for a report."""
        return {**asdict(self), "holds": self.holds}


def prove_coverage(
    grids: gpd.GeoDataFrame, outlines: gpd.GeoDataFrame, metric: CRS
) -> Proof:
    """Return the proof that `grids` tile `outlines`, village by village.

    Parameters
    ----------
    grids : GeoDataFrame
        ``label``; polygons in EPSG:4326, read back from where they are kept.
    outlines : GeoDataFrame
        ``label``; the outline of each village, in any CRS. If there is one row it is
        the outline of all grids.
    metric : CRS
        Projected, in metres.
    """
    stored = np.asarray(grids.geometry.values, object)
    metres = project(stored, STORED, metric)
    wanted = np.asarray(outlines.geometry.values, object)
    if CRS(outlines.crs) != metric:
        wanted = project(wanted, outlines.crs, metric)
    differences = []
    unions = []
    label = grids["label"].to_numpy(object)
    if len(outlines) == 1:
        label = np.full(len(grids), outlines["label"].iloc[0], object)
    for name, outline in zip(outlines["label"], wanted, strict=True):
        union = shapely.union_all(metres[label == name])
        unions.append(union)
        differences.append(_difference_m2(union, outline))
    whole, all_outlines = shapely.union_all(np.array(unions)), shapely.union_all(wanted)
    return Proof(
        coverage_valid=bool(
            shapely.is_valid(stored).all() and shapely.coverage_is_valid(stored)
        ),
        gap_m2=float(shapely.area(shapely.difference(all_outlines, whole))),
        overlap_m2=float(max(0.0, shapely.area(metres).sum() - shapely.area(whole))),
        difference_m2=_difference_m2(whole, all_outlines),
        worst_village_m2=max(differences),
        pieces=int(shapely.get_num_geometries(stored).max()),
        crs=metric.to_string(),
    )


def _difference_m2(a: shapely.Geometry, b: shapely.Geometry) -> float:
    return float(shapely.area(shapely.symmetric_difference(a, b)))
