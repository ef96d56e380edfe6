"""What a demo measures in the database after its day: counted, not remembered."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from pyproj import Geod
from sqlalchemy.orm import Session

from geo.codes import range_of, unpadded
from geo.db.store import plans, territory

_ELLIPSOID = Geod(ellps="GRS80")


@dataclass(frozen=True)
class TownFigures:
    """What is in force and stored on a day.

    Attributes
    ----------
    sites_in_one_grid, sites : dict
        By kind: how many lie in exactly one grid, and how many there are.
    settlements_in_grids : int
        Settlements of which every cell lies in the one grid that it was given to.
    """

    base_grids: int
    exclusive_grids: int
    area_km2: float
    load: float
    villages_with_grids: int
    settlements: int
    settlements_in_grids: int
    sites: dict[str, int]
    sites_in_one_grid: dict[str, int]
    led_grids: int


def measure(
    session: Session, county_id: UUID, region_code: str, plan_id: UUID, day: date
) -> TownFigures:
    """Measure the grids of a region that are in force on a day.

    Parameters
    ----------
    session : Session
        Of a job, or of somebody who sees the whole region.
    county_id : UUID
    region_code : str
        6, 9 or 12 digits.
    plan_id : UUID
        The plan that the grids come from.
    day : date
    """
    scope = (range_of(region_code),)
    grids = territory.grids_on(session, county_id, day, scope)
    grids = grids[~grids["is_overlay"].astype(bool)].reset_index(drop=True)
    kinds = grids["kind"].value_counts()
    settlements = territory.settlements_of(session, county_id, scope)
    units = plans.plan_units_of(session, county_id, plan_id)
    sites = territory.sites_on(session, county_id, day, scope=scope)
    sites = sites[~sites["is_exclusive"].astype(bool)]
    in_one = pd.Series(_grids_over(grids, sites.geometry) == 1, index=sites.index)
    return TownFigures(
        base_grids=int(kinds.get("base", 0)),
        exclusive_grids=int(kinds.get("exclusive", 0)),
        area_km2=_area_km2(grids),
        load=float(grids["load"].sum()),
        villages_with_grids=len(
            {unpadded(int(code), "village") for code in grids["village_code"]}
        ),
        settlements=len(settlements),
        settlements_in_grids=_settlements_in_grids(grids, settlements, units),
        sites=sites["kind"].value_counts().to_dict(),
        sites_in_one_grid=sites.loc[in_one, "kind"].value_counts().to_dict(),
        led_grids=int(grids["lead"].notna().sum()),
    )


def count_in_one_grid(
    session: Session,
    county_id: UUID,
    region_code: str,
    day: date,
    points: gpd.GeoSeries,
) -> int:
    """Return how many points (WGS 84) lie in exactly one grid of a day."""
    grids = territory.grids_on(session, county_id, day, (range_of(region_code),))
    return int((_grids_over(grids, points) == 1).sum())


def _grids_over(grids: gpd.GeoDataFrame, places: gpd.GeoSeries) -> NDArray[np.int64]:
    """Return how many grids hold the middle of each place."""
    tree = shapely.STRtree(grids.geometry.values)
    found, _ = tree.query(shapely.centroid(places.values), predicate="within")
    return np.bincount(found, minlength=len(places))


def _area_km2(grids: gpd.GeoDataFrame) -> float:
    areas = (_ELLIPSOID.geometry_area_perimeter(g)[0] for g in grids.geometry.values)
    return sum(abs(area) for area in areas) / 1e6


def _settlements_in_grids(
    grids: gpd.GeoDataFrame, settlements: gpd.GeoDataFrame, units: gpd.GeoDataFrame
) -> int:
    cells = shapely.point_on_surface(units.geometry.values)
    tree = shapely.STRtree(grids.geometry.values)
    cell, grid = tree.query(cells, predicate="within")
    holders = np.bincount(cell, minlength=len(units))
    owner = units["grid_id"].to_numpy()
    right = np.zeros(len(units), bool)
    right[cell] = grids["grid_id"].to_numpy()[grid] == owner[cell]
    known = set(settlements["ref"])
    home = [_settlement_of(u, known) for u in units["unit_id"]]
    good = pd.Series(right & (holders == 1)).groupby(home).all()
    return int(good.reindex(settlements["ref"], fill_value=False).sum())


def _settlement_of(unit: str, known: set[str]) -> str:
    """Return the settlement of a unit: groups and blocks are numbered behind its id."""
    while unit and unit not in known:
        unit = unit.rpartition("-")[0]
    return unit
