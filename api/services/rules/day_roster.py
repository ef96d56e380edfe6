"""Who is to patrol where on a day, as the engine reads it."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from sqlalchemy.orm import Session

from api.services.rules.rulebook import Rulebook
from geo.codes import padded
from geo.db.store import patrols as store
from geo.localtime import DAY_MS, day_start_ms, to_ms
from tracking.ground.areas import Checkpoint, GridVersion, grid_versions
from tracking.ground.roster import Assignment, CalendarEntry, Roster
from tracking.rules.policy import Rule

_DAY = timedelta(days=1)
_ALWAYS = 2**62


def roster_on(
    session: Session, county_id: UUID, day: date, person_id: UUID | None = None
) -> Roster:
    """Return the duties of a county's day, with grids, groups, points and calendar.

    Those of one person, if named, and then the grids of that person's villages only:
    a phone asks often, and most of a county is nothing to it.
    """
    duties = store.duties_between(session, county_id, day - _DAY, day, person_id)
    beside = None if person_id is None else {grid for _person, grid, _valid in duties}
    grids = store.grid_versions_between(
        session, county_id, day - _DAY, day + _DAY, beside
    )
    code_of = _codes_on(grids, day)
    groups = store.groups_on(session, county_id, day)
    return Roster(
        versions=grid_versions(_with_moments(grids)),
        assignments=[
            Assignment(
                str(person),
                code_of[grid],
                str(group),
                valid.lower,
                None if valid.upper is None else valid.upper - _DAY,
            )
            for person, grid, valid in duties
            if grid in code_of
            for group in groups.get(person, [""])
        ],
        checkpoints=_points(session, county_id, day, grids),
        calendar=[
            *_calendar(session, county_id, day, code_of),
            *_replaced(session, county_id, day, person_id),
        ],
    )


def grids_on(
    session: Session, county_id: UUID, day: date
) -> tuple[list[GridVersion], list[Checkpoint]]:
    """Return the grids of a county that are valid on a day, with their points."""
    grids = store.grid_versions_between(session, county_id, day, day)
    points = _points(session, county_id, day, grids)
    return list(grid_versions(_with_moments(grids))), points


def by_rule(rules: Rulebook, day: date, roster: Roster) -> list[tuple[Rule, Roster]]:
    """Return a roster in parts, each with the rule of its workers' grids."""
    parts: dict[Rule, list[Assignment]] = {}
    of_worker: dict[str, list[Assignment]] = {}
    for assignment in roster.assignments:
        of_worker.setdefault(assignment.worker_id, []).append(assignment)
    for worker in roster.workers():
        held = roster.of_worker(worker, day)
        if held:
            rule = rules.rule_of(padded(held[0].grid_code), day)
            parts.setdefault(rule, []).extend(of_worker[worker])
    return [(rule, only(roster, own)) for rule, own in parts.items()]


def only(roster: Roster, assignments: list[Assignment]) -> Roster:
    """Return a roster with some of its assignments."""
    return Roster(roster.versions, assignments, roster.checkpoints, roster.calendar)


def _calendar(
    session: Session, county_id: UUID, day: date, code_of: Mapping[UUID, str]
) -> list[CalendarEntry]:
    return [
        CalendarEntry(
            entry.kind,
            _ms(entry.during.lower, -_ALWAYS),
            _ms(entry.during.upper, _ALWAYS),
            str(entry.person_id or ""),
            code_of.get(entry.grid_id, "") if entry.grid_id else "",
        )
        for entry in store.calendar_on(session, county_id, day)
    ]


def _replaced(
    session: Session, county_id: UUID, day: date, person_id: UUID | None
) -> list[CalendarEntry]:
    """Excuse whoever has a stand-in in every grid: the rounds are the stand-in's."""
    start = day_start_ms(day)
    return [
        CalendarEntry("stand_in", start, start + DAY_MS, str(replaced))
        for replaced in store.replaced_on(session, county_id, day, person_id)
    ]


def _points(
    session: Session, county_id: UUID, day: date, grids: gpd.GeoDataFrame
) -> list[Checkpoint]:
    """Return the points to reach, each of the grid on whose ground it stands that day.

    A redraw gives ground away, and with it the points there; a point on a border, or
    beyond all grids, stays with the grid for which it was set.
    """
    points = store.checkpoints_on(session, county_id, day)
    own = _on(grids, day)
    code_of = _codes_on(grids, day)
    places = shapely.points([p[2] for p in points], [p[3] for p in points])
    around: dict[int, list[int]] = {}
    found = shapely.STRtree(own.geometry.values).query(places, predicate="intersects")
    for point, grid in found.T.tolist():
        around.setdefault(point, []).append(grid)
    ids, codes = own["grid_id"].tolist(), [str(code) for code in own["code"]]
    chosen = []
    for number, (ref, grid_id, lon, lat) in enumerate(points):
        there = around.get(number, [])
        if there and grid_id not in {ids[i] for i in there}:
            chosen.append(Checkpoint(ref, min(codes[i] for i in there), lon, lat))
        elif grid_id in code_of:
            chosen.append(Checkpoint(ref, code_of[grid_id], lon, lat))
    return chosen


def _codes_on(grids: gpd.GeoDataFrame, day: date) -> dict[UUID, str]:
    """Return the code of each grid on a day."""
    own = _on(grids, day)
    return dict(zip(own["grid_id"], map(str, own["code"]), strict=True))


def _on(grids: gpd.GeoDataFrame, day: date) -> gpd.GeoDataFrame:
    """Return the grids that are in force on a day."""
    is_in_force = [
        (first is None or first <= day) and (after is None or day < after)
        for first, after in zip(grids["from_day"], grids["to_day"], strict=True)
    ]
    return grids.loc[np.array(is_in_force, bool)]


def _with_moments(grids: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {
            "grid_code": [str(code) for code in grids["code"]],
            "from_ms": _starts(grids["from_day"]),
            "to_ms": _starts(grids["to_day"]),
            "borders": grids["borders"],
        },
        geometry=grids.geometry,
    )


def _starts(days: "pd.Series[Any]") -> "pd.Series[Any]":
    starts = [None if d is None else day_start_ms(d) for d in days]
    return pd.Series(starts, dtype=object)


def _ms(moment: datetime | None, default: int) -> int:
    return default if moment is None else to_ms(moment)
