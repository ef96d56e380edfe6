"""The ground of a draft: what no edit changes, read once per plan."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

import geopandas as gpd
import numpy as np
import shapely
from pyproj import CRS
from sqlalchemy.orm import Session

from geo.codes import range_of, trimmed, unpadded
from geo.crs import STORED
from geo.db.store import counties, drafts, plans, territory
from geo.errors import BadInput
from planning.edits.land import make_land
from planning.edits.state import PlanState, start_state
from planning.graphs.contact import FloatArray, IntArray
from planning.units.ground import project


@dataclass(frozen=True)
class DraftGround:
    """A plan as the planner drew it, before any edit.

    Attributes
    ----------
    plan_id : UUID
    code : int
        Of the region that it divides, padded.
    base : PlanState
        The assignment as drawn; units in the order of their ids.
    names : tuple of str
        What the units are called.
    households : ndarray of float64
        Per unit, NaN where nobody counted them.
    settlements : tuple of str
        Per unit, what it is or was cut from.
    lonlat : ndarray of float64, shape (n_vertices, 2)
        Each distinct stored vertex once, in their order: the vertices of the API.
    corner : ndarray of int64
        Vertex of each coordinate of the units' outlines, unit by unit.
    land_vertex : ndarray of int64
        Vertex of the land for each vertex of the API.
    exclusive : GeoDataFrame
        The exclusive grids, which no edit touches: as `plans.plan_grids_of` reads them.
    retired : frozenset of str
        Codes that no new grid may take.
    tolerance : float
    """

    plan_id: UUID
    code: int
    base: PlanState
    names: tuple[str, ...]
    households: FloatArray
    settlements: tuple[str, ...]
    lonlat: FloatArray
    corner: IntArray
    land_vertex: IntArray
    exclusive: gpd.GeoDataFrame
    retired: frozenset[str]
    tolerance: float

    @cached_property
    def villages(self) -> tuple[str, ...]:
        """The 12 digits of each village; a unit's label is a position in it."""
        return self.base.land.labels

    def to_metres(self, lonlat: Any) -> FloatArray:
        """Return places in the land's metric CRS, shape (n, 2)."""
        points = shapely.points(np.asarray(lonlat, np.float64).reshape(-1, 2))
        return shapely.get_coordinates(project(points, STORED, self.base.land.crs))


def read_ground(
    session: Session, county_id: UUID, plan_id: UUID, code: int
) -> DraftGround:
    """Read the ground of a plan.

    Raises
    ------
    BadInput
        If the plan has no units.
    """
    units = drafts.drawn_units(session, county_id, plan_id)
    if units.empty:
        raise BadInput(f"plan {plan_id} has no units to edit")
    # As the land's: by the ids' characters, whatever the database sorts by.
    units = units.sort_values("unit_id", kind="stable").reset_index(drop=True)
    grids = plans.plan_grids_of(session, county_id, plan_id)
    ways = drafts.ways_of(session, county_id, plan_id)
    metric = CRS.from_epsg(counties.county_of(session, county_id).metric_epsg)
    lines = read_lines(session, county_id, code, metric)
    base = _drawn(units, ways, lines, metric)
    lonlat, corner, land_vertex = _vertices(units, base)
    used = plans.names_in(session, county_id, (range_of(trimmed(code)),))
    codes = {f"{code:015d}" for code in (*used, *grids["code"])}
    return DraftGround(
        plan_id=plan_id,
        code=code,
        base=base,
        names=tuple(units["name"].fillna(units["unit_id"])),
        households=units["households"].to_numpy(np.float64),
        settlements=tuple(units["settlement"].fillna(units["unit_id"])),
        lonlat=lonlat,
        corner=corner,
        land_vertex=land_vertex,
        exclusive=grids[grids["kind"] != "base"].reset_index(drop=True),
        retired=frozenset(codes),
        tolerance=float(ways.tolerance or 0.05),
    )


def read_lines(
    session: Session, county_id: UUID, code: int, metric: CRS
) -> gpd.GeoDataFrame | None:
    """Read the rivers, ridges and roads of a region in metres, None without any."""
    lines = territory.lines_of(session, county_id, scope=(range_of(trimmed(code)),))
    if lines.empty:
        return None
    shapes = project(np.asarray(lines.geometry.values, object), STORED, metric)
    return lines.set_geometry(gpd.GeoSeries(shapes, lines.index, crs=metric))


def _drawn(
    units: gpd.GeoDataFrame, ways: Any, lines: gpd.GeoDataFrame | None, metric: CRS
) -> PlanState:
    shapes = project(np.asarray(units.geometry.values, object), STORED, metric)
    frame = gpd.GeoDataFrame(
        {
            "unit_id": units["unit_id"],
            "label": [unpadded(code, "village") for code in units["drawn_code"]],
            "load": units["load"].astype(np.float64),
        },
        geometry=shapes,
        crs=metric,
    )
    known = set(units["unit_id"])
    pairs = [(a, b) for a, b in ways.links or [] if a in known and b in known]
    grids = [f"{code:015d}" for code in units["drawn_code"]]
    assignment = dict(zip(units["unit_id"], grids, strict=True))
    land = make_land(frame, pairs, lines, tuple(ways.forbidden or ()))
    return start_state(land, assignment)


def _vertices(
    units: gpd.GeoDataFrame, base: PlanState
) -> tuple[FloatArray, IntArray, IntArray]:
    """Return the stored vertices with numbers, and find each among the land's.

    The land's own numbers follow metres, which a later projection library may round
    in another way; numbers in stored edits must not.
    """
    degrees = shapely.get_coordinates(np.asarray(units.geometry.values, object))
    lonlat, corner = np.unique(degrees, axis=0, return_inverse=True)
    corner = corner.astype(np.int64).ravel()
    land_vertex = np.zeros(len(lonlat), np.int64)
    land_vertex[corner] = base.land.corner
    return lonlat, corner, land_vertex
