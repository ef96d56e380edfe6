"""Yards too small for any rule: their workers walk the grid around as well.

The report of publication names them. Several grids of one worker count as one area, so
a round may lead through both: what the manual tells a county to do.
"""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

import geopandas as gpd

from api.demo.town import Town
from api.services.people import people
from geo.codes import range_of
from geo.db.door import as_job
from geo.db.engine import Database
from geo.db.store import plans, territory


def join_yards(
    database: Database, plan_id: UUID, town: Town, since: date
) -> dict[str, str]:
    """Post the workers of such yards to the grid around them; return it by yard."""
    with as_job(database, town.county_id) as session:
        plan = plans.find_plan(session, town.county_id, plan_id)
        assert plan is not None
        unfit = plan.report["feasibility"]["unfit"]
        yards = [row["grid_code"] for row in unfit if row["preset"] is None]
        scope = (range_of(town.code),)
        grids = territory.grids_on(session, town.county_id, since, scope)
        around = grids_around(grids, yards)
        for yard, outer in around.items():
            person = town.person_of_grid[yard]
            people.assign(session, town.county_id, person, outer, since)
    return around


def grids_around(grids: gpd.GeoDataFrame, yards: Sequence[str]) -> dict[str, str]:
    """Return, for each yard, the grid with which it shares most of its border.

    Parameters
    ----------
    grids : GeoDataFrame
        ``code`` (15 digits, integer) and the ground, WGS 84.
    yards : sequence of str
        Codes of 15 digits.
    """
    codes = [f"{code:015d}" for code in grids["code"]]
    around = {}
    for yard in yards:
        own = grids.geometry.iloc[codes.index(yard)]
        shared = [
            0.0 if code == yard else float(own.boundary.intersection(shape).length)
            for code, shape in zip(codes, grids.geometry, strict=True)
        ]
        if max(shared) > 0.0:
            around[yard] = codes[shared.index(max(shared))]
    return around
