"""Devices, who carries them, and the calendar of people and grids."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, TypeAlias
from uuid import UUID

from sqlalchemy import Row, Select, delete, func, select, tuple_, update
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from geo.db.door import Scope, within
from geo.db.models import (
    CalendarEntry,
    Device,
    DeviceBinding,
    LatestFix,
    Person,
)

AnyRow: TypeAlias = Row[*tuple[Any, ...]]
DeviceState = Literal["active", "revoked", "all"]


@dataclass(frozen=True)
class DevicesWanted:
    """Which devices of some areas are listed, and where the page begins."""

    scope: Scope
    now: datetime
    person_id: UUID | None = None
    device_id: UUID | None = None
    state: DeviceState = "all"
    after: UUID | None = None
    limit: int = 200


def devices_page(
    session: Session, county_id: UUID, wanted: DevicesWanted
) -> Sequence[AnyRow]:
    """Return (device, carrier, name, last seen in ms), one more than the limit."""
    query = _devices(county_id, wanted.now).where(within(Device.code, wanted.scope))
    if wanted.person_id:
        query = query.where(DeviceBinding.person_id == wanted.person_id)
    if wanted.device_id:
        query = query.where(Device.id == wanted.device_id)
    if wanted.state == "active":
        query = query.where(Device.revoked_at.is_(None))
    elif wanted.state == "revoked":
        query = query.where(Device.revoked_at.is_not(None))
    if wanted.after:
        last = select(Device.code, Device.id).where(
            Device.county_id == county_id, Device.id == wanted.after
        )
        query = query.where(tuple_(Device.code, Device.id) > last.scalar_subquery())
    return session.execute(
        query.order_by(Device.code, Device.id).limit(wanted.limit + 1)
    ).all()


def devices_in_use(
    session: Session, county_id: UUID, person_ids: Sequence[UUID], now: datetime
) -> dict[UUID, int]:
    """Return how many devices each person carries now."""
    rows = session.execute(
        select(DeviceBinding.person_id, func.count())
        .join(
            Device,
            (Device.county_id == DeviceBinding.county_id)
            & (Device.id == DeviceBinding.device_id),
        )
        .where(
            DeviceBinding.county_id == county_id,
            DeviceBinding.person_id.in_(person_ids),
            DeviceBinding.during.contains(now),
            Device.revoked_at.is_(None),
        )
        .group_by(DeviceBinding.person_id)
    )
    return {row[0]: row[1] for row in rows}


def carried_by(
    session: Session, county_id: UUID, person_id: UUID, now: datetime
) -> list[UUID]:
    """Return the devices that a person carries now, those of all areas."""
    return list(
        session.scalars(
            select(DeviceBinding.device_id)
            .where(
                DeviceBinding.county_id == county_id,
                DeviceBinding.person_id == person_id,
                DeviceBinding.during.contains(now),
            )
            .order_by(DeviceBinding.device_id)
        )
    )


def device_by_hash(session: Session, county_id: UUID, token_hash: bytes) -> UUID:
    """Return the device that was just enrolled with a token."""
    return session.execute(
        select(Device.id).where(
            Device.county_id == county_id, Device.token_hash == token_hash
        )
    ).scalar_one()


def change_device(
    session: Session, county_id: UUID, device_id: UUID, changes: dict[str, Any]
) -> None:
    """Change columns of a device."""
    session.execute(
        update(Device)
        .where(Device.county_id == county_id, Device.id == device_id)
        .values(**changes)
    )


def end_bindings(
    session: Session, county_id: UUID, device_id: UUID, now: datetime
) -> None:
    """Let nobody carry a device from now on."""
    session.execute(
        update(DeviceBinding)
        .where(
            DeviceBinding.county_id == county_id,
            DeviceBinding.device_id == device_id,
            DeviceBinding.during.contains(now),
        )
        .values(during=func.tstzrange(func.lower(DeviceBinding.during), now))
    )


def calendar_between(
    session: Session,
    county_id: UUID,
    during: Range[datetime],
    scope: Scope,
    person_id: UUID | None = None,
    entry_id: UUID | None = None,
) -> Sequence[AnyRow]:
    """Return (entry, name of its person) that overlap a span, the first ones first.

    With an empty scope only entries of `person_id` are looked for.
    """
    query = _calendar(county_id).where(CalendarEntry.during.overlaps(during))
    if scope:
        query = query.where(within(CalendarEntry.code, scope))
    if person_id or not scope:
        query = query.where(CalendarEntry.person_id == person_id)
    if entry_id:
        query = query.where(CalendarEntry.id == entry_id)
    return session.execute(
        query.order_by(CalendarEntry.during, CalendarEntry.id).limit(5_000)
    ).all()


def end_entry(
    session: Session, county_id: UUID, entry_id: UUID, during: Range[datetime]
) -> None:
    """Set the span of a calendar entry."""
    session.execute(
        update(CalendarEntry)
        .where(CalendarEntry.county_id == county_id, CalendarEntry.id == entry_id)
        .values(during=during)
    )


def remove_entry(session: Session, county_id: UUID, entry_id: UUID) -> bool:
    """Remove an entry that has not begun; False if there is none."""
    gone = session.execute(
        delete(CalendarEntry)
        .where(CalendarEntry.county_id == county_id, CalendarEntry.id == entry_id)
        .returning(CalendarEntry.id)
    )
    return gone.one_or_none() is not None


def _devices(county_id: UUID, now: datetime) -> Select[*tuple[Any, ...]]:
    carried = (
        (DeviceBinding.county_id == Device.county_id)
        & (DeviceBinding.device_id == Device.id)
        & DeviceBinding.during.contains(now)
    )
    carrier = (Person.county_id == DeviceBinding.county_id) & (
        Person.id == DeviceBinding.person_id
    )
    newest = (LatestFix.county_id == Device.county_id) & (
        LatestFix.device_id == Device.id
    )
    return (
        select(Device, DeviceBinding.person_id, Person.name, LatestFix.received_ms)
        .outerjoin(DeviceBinding, carried)
        .outerjoin(Person, carrier)
        .outerjoin(LatestFix, newest)
        .where(Device.county_id == county_id)
    )


def _calendar(county_id: UUID) -> Select[*tuple[Any, ...]]:
    whose = (Person.county_id == CalendarEntry.county_id) & (
        Person.id == CalendarEntry.person_id
    )
    return (
        select(CalendarEntry, Person.name)
        .outerjoin(Person, whose)
        .where(CalendarEntry.county_id == county_id)
    )
