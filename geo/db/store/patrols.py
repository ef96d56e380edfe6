"""What a verdict is made from beside the fixes, and the verdicts themselves."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import geopandas as gpd
import pandas as pd
import shapely
from sqlalchemy import (
    DATE,
    JSON,
    Row,
    Text,
    bindparam,
    cast,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import Range, distinct_on
from sqlalchemy.orm import Session

from geo.crs import STORED
from geo.db.door import Viewer, within
from geo.db.models import (
    Assignment,
    CalendarEntry,
    Checkpoint,
    GridVersion,
    PatrolGroupMember,
    Person,
    RoundDigest,
    StandIn,
    Verdict,
)
from geo.localtime import DAY_MS, day_start_ms, from_ms

# Who walks rounds; instructors, police and chief leaders look after others' rounds.
PATROLLING = ("worker", "leader")
# A grid's code is its village's and three digits more.
_GRIDS_OF_VILLAGE = 1_000


def grid_versions_between(
    session: Session,
    county_id: UUID,
    first: date,
    last: date,
    beside: Collection[UUID] | None = None,
) -> gpd.GeoDataFrame:
    """Return the grid versions in force in a closed range of days.

    Parameters
    ----------
    beside : collection of UUID, optional
        Only the grids of the villages in which these grids lie.

    Returns
    -------
    GeoDataFrame
        ``grid_id``, ``code`` (15 digits), ``from_day`` and ``to_day`` (half-open, None
        where open), ``borders`` (as planned, with their kinds; None where drawn by
        hand), EPSG:4326.
    """
    in_force = (
        GridVersion.county_id == county_id,
        GridVersion.valid.overlaps(Range(first, last, bounds="[]")),
        GridVersion.kind != "micro",
    )
    query = select(
        GridVersion.grid_id,
        GridVersion.code,
        GridVersion.valid,
        func.ST_AsBinary(GridVersion.geom),
        GridVersion.properties["borders"],
    ).where(*in_force)
    if beside is not None:
        codes = select(GridVersion.code).where(
            *in_force, GridVersion.grid_id.in_(beside)
        )
        villages = {code // _GRIDS_OF_VILLAGE for code in session.scalars(codes)}
        query = query.where((GridVersion.code // _GRIDS_OF_VILLAGE).in_(villages))
    rows = session.execute(query.order_by(GridVersion.code, GridVersion.valid)).all()
    return gpd.GeoDataFrame(
        {
            "grid_id": [r.grid_id for r in rows],
            "code": [r.code for r in rows],
            "from_day": pd.Series([r.valid.lower for r in rows], dtype=object),
            "to_day": pd.Series([r.valid.upper for r in rows], dtype=object),
            "borders": pd.Series([r[4] for r in rows], dtype=object),
        },
        geometry=shapely.from_wkb([bytes(r[3]) for r in rows]),
        crs=STORED,
    )


def duties_between(
    session: Session,
    county_id: UUID,
    first: date,
    last: date,
    person_id: UUID | None = None,
) -> list[tuple[UUID, UUID, Range[date]]]:
    """Return (person, grid, days) of who patrols, stand-ins too; of one, if named."""
    days = Range(first, last, bounds="[]")
    standing = select(Assignment.person_id, Assignment.grid_id, Assignment.valid).where(
        Assignment.county_id == county_id,
        Assignment.role.in_(PATROLLING),
        Assignment.valid.overlaps(days),
    )
    standing_in = (
        select(StandIn.person_id, Assignment.grid_id, StandIn.valid)
        .join(
            Assignment,
            (Assignment.county_id == StandIn.county_id)
            & (Assignment.id == StandIn.assignment_id),
        )
        .where(
            StandIn.county_id == county_id,
            Assignment.role.in_(PATROLLING),
            StandIn.valid.overlaps(days),
        )
    )
    if person_id is not None:
        standing = standing.where(Assignment.person_id == person_id)
        standing_in = standing_in.where(StandIn.person_id == person_id)
    found = (*session.execute(standing), *session.execute(standing_in))
    return [(row[0], row[1], row[2]) for row in found]


def replaced_on(
    session: Session, county_id: UUID, day: date, person_id: UUID | None = None
) -> list[UUID]:
    """Return who has a stand-in for each of their grids on a day, sorted."""
    has_stand_in = exists().where(
        StandIn.county_id == Assignment.county_id,
        StandIn.assignment_id == Assignment.id,
        StandIn.valid.contains(day),
    )
    query = select(Assignment.person_id).where(
        Assignment.county_id == county_id,
        Assignment.role.in_(PATROLLING),
        Assignment.valid.contains(day),
    )
    if person_id is not None:
        query = query.where(Assignment.person_id == person_id)
    grouped = query.group_by(Assignment.person_id).having(func.bool_and(has_stand_in))
    return list(session.scalars(grouped.order_by(Assignment.person_id)))


def groups_on(session: Session, county_id: UUID, day: date) -> dict[UUID, list[UUID]]:
    """Return the patrol groups of each person on a day."""
    found: dict[UUID, list[UUID]] = {}
    for row in session.execute(
        select(PatrolGroupMember.person_id, PatrolGroupMember.group_id)
        .where(
            PatrolGroupMember.county_id == county_id,
            PatrolGroupMember.valid.contains(day),
        )
        .order_by(PatrolGroupMember.person_id, PatrolGroupMember.group_id)
    ):
        found.setdefault(row[0], []).append(row[1])
    return found


def calendar_on(
    session: Session, county_id: UUID, day: date
) -> Sequence[CalendarEntry]:
    """Return the calendar entries that touch a local day or the night after it."""
    start = day_start_ms(day)
    during = Range(from_ms(start), from_ms(start + 2 * DAY_MS))
    return session.scalars(
        select(CalendarEntry)
        .where(
            CalendarEntry.county_id == county_id, CalendarEntry.during.overlaps(during)
        )
        .order_by(CalendarEntry.id)
    ).all()


def checkpoints_on(
    session: Session, county_id: UUID, day: date
) -> list[tuple[str, UUID, float, float]]:
    """Return (ref, grid, lon, lat) of the checkpoints in force on a day."""
    rows = session.execute(
        select(
            Checkpoint.ref,
            Checkpoint.grid_id,
            func.ST_X(Checkpoint.geom),
            func.ST_Y(Checkpoint.geom),
        )
        .where(Checkpoint.county_id == county_id, Checkpoint.valid.contains(day))
        .order_by(Checkpoint.ref)
    )
    return [(r[0], r[1], r[2], r[3]) for r in rows]


def newest_verdicts(
    session: Session,
    county_id: UUID,
    day: date,
    viewer: Viewer | None = None,
    person_id: UUID | None = None,
) -> list[Verdict]:
    """Return the last revision of each person's day that may be seen."""
    query = select(Verdict).where(Verdict.county_id == county_id, Verdict.day == day)
    if viewer is not None:
        query = query.where(
            or_(
                within(Verdict.code, viewer.scope),
                Verdict.person_id == viewer.person_id,
            )
        )
    if person_id is not None:
        query = query.where(Verdict.person_id == person_id)
    query = query.ext(distinct_on(Verdict.person_id))
    query = query.order_by(Verdict.person_id, Verdict.revision.desc())
    return list(session.scalars(query))


def newest_lines(
    session: Session, county_id: UUID, day: date
) -> dict[UUID, tuple[int, str]]:
    """Return last revision and its body as it was written, by person."""
    query = (
        select(Verdict.person_id, Verdict.revision, cast(Verdict.body, Text))
        .where(Verdict.county_id == county_id, Verdict.day == day)
        .ext(distinct_on(Verdict.person_id))
        .order_by(Verdict.person_id, Verdict.revision.desc())
    )
    return {person: (number, body) for person, number, body in session.execute(query)}


def add_verdicts(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Add revisions, their bodies as written in ``line``; none is ever changed."""
    if rows:
        body = cast(bindparam("line", type_=Text), JSON)
        add = insert(Verdict).values(body=body)
        session.execute(add.execution_options(dml_strategy="raw"), list(rows))


def digests_between(
    session: Session, county_id: UUID, first: date, last: date
) -> Sequence[Row[UUID, int, int, bytes]]:
    """Return (person, start, end, places) of rounds of a closed range of days."""
    return session.execute(
        select(
            RoundDigest.person_id,
            RoundDigest.start_ms,
            RoundDigest.end_ms,
            RoundDigest.places,
        )
        .where(RoundDigest.county_id == county_id, RoundDigest.day.between(first, last))
        .order_by(RoundDigest.day, RoundDigest.person_id, RoundDigest.start_ms)
    ).all()


def replace_digests(
    session: Session,
    county_id: UUID,
    day: date,
    oldest: date,
    rows: Sequence[dict[str, Any]],
) -> None:
    """Put the ways of a day in place of those there, and forget what is too old."""
    session.execute(
        delete(RoundDigest).where(
            RoundDigest.county_id == county_id,
            or_(RoundDigest.day == day, RoundDigest.day < oldest),
        )
    )
    if rows:
        session.execute(insert(RoundDigest), list(rows))


def lock_judging(session: Session, county_id: UUID, day: date) -> None:
    """Let only one judge at a time number the revisions of a county's day.

    The other one may take minutes on a large county: only the statement's own limit
    ends this wait, not the one that is meant for rows.
    """
    usual = session.scalar(select(func.current_setting("lock_timeout")))
    key = func.hashtextextended(f"judge {county_id} {day}", 0)
    session.execute(text("SET LOCAL lock_timeout = 0"))
    session.execute(select(func.pg_advisory_xact_lock(key)))
    session.execute(text("SET LOCAL lock_timeout = :usual"), {"usual": usual})


def patrollers_on(
    session: Session, viewer: Viewer, day: date
) -> list[tuple[UUID, str, int]]:
    """Return (person, name, grid code) of those on duty whom a viewer sees."""
    rows = session.execute(
        select(Person.id, Person.name, func.min(GridVersion.code))
        .join(
            Assignment,
            (Assignment.county_id == Person.county_id)
            & (Assignment.person_id == Person.id),
        )
        .join(
            GridVersion,
            (GridVersion.county_id == Assignment.county_id)
            & (GridVersion.grid_id == Assignment.grid_id),
        )
        .where(
            Person.county_id == viewer.county_id,
            Assignment.role.in_(PATROLLING),
            Assignment.valid.contains(cast(day, DATE)),
            GridVersion.valid.contains(cast(day, DATE)),
            or_(
                within(Assignment.code, viewer.scope),
                Assignment.person_id == viewer.person_id,
            ),
        )
        .group_by(Person.id, Person.name)
        .order_by(func.min(GridVersion.code), Person.name, Person.id)
    )
    return [(r[0], r[1], r[2]) for r in rows]
