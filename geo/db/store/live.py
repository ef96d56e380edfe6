"""What the live map reads each second: few columns, and only what is new."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import Range, distinct_on
from sqlalchemy.orm import Session

from geo.db.door import Scope, Viewer, within
from geo.db.models import (
    CalendarEntry,
    Case,
    Device,
    LatestFix,
    Person,
    parse_areas,
)
from geo.db.store.counties import county_here


def newest_since(session: Session, since_ms: int) -> Sequence[Any]:
    """Return the newest position of each person of whom something came since then.

    Rows have person_id, name, code, t_ms, received_ms, lon, lat, accuracy_m and
    battery_pct; times in UTC milliseconds, coordinates WGS 84.
    """
    return session.execute(
        select(
            LatestFix.person_id,
            Person.name,
            LatestFix.code,
            LatestFix.t_ms,
            LatestFix.received_ms,
            LatestFix.lon,
            LatestFix.lat,
            LatestFix.accuracy_m,
            LatestFix.battery_pct,
        )
        .join(
            Person,
            (Person.county_id == LatestFix.county_id)
            & (Person.id == LatestFix.person_id),
        )
        .ext(distinct_on(LatestFix.person_id))
        .where(LatestFix.county_id == county_here())
        .where(LatestFix.person_id.is_not(None), LatestFix.t_ms.is_not(None))
        .where(LatestFix.received_ms >= since_ms)
        .order_by(LatestFix.person_id, LatestFix.t_ms.desc(), LatestFix.device_id)
    ).all()


def mark_of_cases(session: Session, viewer: Viewer) -> tuple[int, int]:
    """Return two numbers that change when an open case of the viewer's areas does."""
    row = session.execute(
        select(func.count(), func.coalesce(func.sum(Case.version), 0))
        .where(Case.county_id == viewer.county_id, Case.closed_at.is_(None))
        .where(within(Case.code, viewer.scope))
    ).one()
    return int(row[0]), int(row[1])


def rights_of(
    session: Session, token_hashes: Iterable[bytes]
) -> dict[bytes, tuple[UUID, str, Scope]]:
    """Return (person, role, areas) of each token; ended sessions are left out."""
    rows = session.execute(
        text(
            "SELECT asked.token, found.person_id, found.role, found.scope "
            "FROM unnest(CAST(:tokens AS bytea[])) AS asked (token), "
            "session_lookup(asked.token) AS found"
        ),
        {"tokens": list(token_hashes)},
    )
    return {
        bytes(row.token): (row.person_id, row.role, parse_areas(str(row.scope)))
        for row in rows
    }


def contacts_of(session: Session, county_id: UUID) -> Sequence[Any]:
    """Return (person_id, phone, app) of everybody; the app that sent last, if any."""
    newest = (
        select(LatestFix.person_id, Device.app)
        .ext(distinct_on(LatestFix.person_id))
        .join(
            Device,
            (Device.county_id == LatestFix.county_id)
            & (Device.id == LatestFix.device_id),
        )
        .where(LatestFix.county_id == county_id, LatestFix.person_id.is_not(None))
        .order_by(LatestFix.person_id, LatestFix.received_ms.desc().nulls_last())
        .subquery()
    )
    return session.execute(
        select(Person.id.label("person_id"), Person.phone, newest.c.app)
        .outerjoin(newest, newest.c.person_id == Person.id)
        .where(Person.county_id == county_id)
    ).all()


def away_during(
    session: Session, county_id: UUID, start: datetime, end: datetime
) -> set[UUID]:
    """Return everybody whom one entry of the calendar excuses for all of a time."""
    found = select(CalendarEntry.person_id).where(
        CalendarEntry.county_id == county_id,
        CalendarEntry.person_id.is_not(None),
        CalendarEntry.during.contains(Range(start, end)),
    )
    return {person for person in session.scalars(found) if person is not None}
