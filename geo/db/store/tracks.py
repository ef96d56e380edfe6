"""Tracks of days, still packed: `tracking.storage.dense` opens them.

And what belongs to them: cells, who carried the devices, newest positions. Reading
goes through the row policies of the transaction, and every query names its county.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlalchemy.orm import Session

from geo.db.models import (
    Case,
    DayTrack,
    Device,
    DeviceBinding,
    KeptTrack,
    LatestFix,
    Person,
    TrackCell,
)
from geo.db.store.counties import county_here
from geo.localtime import DAY_MS, day_start_ms, from_ms


def day_tracks(
    session: Session,
    day: date,
    *,
    device_ids: Iterable[UUID] | None = None,
) -> Sequence[DayTrack]:
    """Return the day tracks of a local day, of some devices or of all."""
    query = (
        select(DayTrack)
        .where(DayTrack.county_id == county_here(), DayTrack.fix_on == day)
        .order_by(DayTrack.person_id, DayTrack.device_id)
    )
    if device_ids is not None:
        query = query.where(DayTrack.device_id.in_(list(device_ids)))
    return session.scalars(query).all()


def packed_between(
    session: Session,
    days: Iterable[date],
    person_ids: Iterable[UUID] | None = None,
    device_ids: Iterable[UUID] = (),
) -> Sequence[Row[date, UUID, UUID, int, bytes]]:
    """Return (day, person, device, count, packed) of the tracks of some local days.

    Of some people, and of some devices whoever carried them; or of all.
    """
    query = select(
        DayTrack.fix_on,
        DayTrack.person_id,
        DayTrack.device_id,
        DayTrack.fix_count,
        DayTrack.packed,
    ).where(DayTrack.county_id == county_here(), DayTrack.fix_on.in_(list(days)))
    if person_ids is not None:
        by_device = DayTrack.device_id.in_(list(device_ids))
        query = query.where(or_(DayTrack.person_id.in_(list(person_ids)), by_device))
    return session.execute(query).all()


def carried_between(session: Session, days: Iterable[date]) -> set[tuple[UUID, UUID]]:
    """Return (person, device) of every track of some local days."""
    found: set[tuple[UUID, UUID]] = set()
    for model in (DayTrack, KeptTrack):
        rows = session.execute(
            select(model.person_id, model.device_id)
            .where(model.county_id == county_here(), model.fix_on.in_(list(days)))
            .distinct()
        )
        found |= {(row[0], row[1]) for row in rows}
    return found


def code_of_day(session: Session, person_id: UUID, day: date) -> int | None:
    """Return where a person's track of a local day lies, if it may be seen."""
    for model in (DayTrack, KeptTrack):
        found = session.scalar(
            select(func.max(model.code)).where(
                model.county_id == county_here(),
                model.person_id == person_id,
                model.fix_on == day,
            )
        )
        if found is not None:
            return found
    return None


def kept_tracks(
    session: Session, days: Iterable[date], person_ids: Iterable[UUID] | None = None
) -> Sequence[KeptTrack]:
    """Return the tracks of some local days that outlived the others."""
    query = (
        select(KeptTrack)
        .where(KeptTrack.county_id == county_here(), KeptTrack.fix_on.in_(list(days)))
        .order_by(KeptTrack.person_id, KeptTrack.device_id)
    )
    if person_ids is not None:
        query = query.where(KeptTrack.person_id.in_(list(person_ids)))
    return session.scalars(query).all()


def put_day_tracks(
    session: Session, day: date, device_id: UUID, rows: Sequence[dict[str, object]]
) -> None:
    """Store a device's tracks of a day, one per person, in place of those before.

    Parameters
    ----------
    rows : sequence of dict
        Columns of `DayTrack` except the key that the other arguments give.
    """
    own = {"county_id": county_here(), "fix_on": day, "device_id": device_id}
    session.execute(
        delete(DayTrack)
        .where(DayTrack.county_id == county_here(), DayTrack.fix_on == day)
        .where(DayTrack.device_id == device_id)
        .where(DayTrack.person_id.not_in([row["person_id"] for row in rows]))
    )
    for row in rows:
        add = insert(DayTrack).values(**own, **row)
        new = {name: add.excluded[name] for name in row if name != "person_id"}
        keys = ["county_id", "fix_on", "device_id", "person_id"]
        session.execute(add.on_conflict_do_update(index_elements=keys, set_=new))


def shorten_day_track(
    session: Session,
    track: DayTrack,
    *,
    fix_count: int,
    first_ms: int,
    last_ms: int,
    packed: bytes,
) -> None:
    """Store less than a day track held; without a fix that is left, nothing."""
    this = (
        (DayTrack.county_id == county_here())
        & (DayTrack.fix_on == track.fix_on)
        & (DayTrack.device_id == track.device_id)
        & (DayTrack.person_id == track.person_id)
    )
    if not fix_count:
        session.execute(delete(DayTrack).where(this))
        return
    session.execute(
        update(DayTrack)
        .where(this)
        .values(fix_count=fix_count, first_ms=first_ms, last_ms=last_ms, packed=packed)
        .execution_options(synchronize_session=False)
    )


def tasks_between(
    session: Session, first: date, last: date, person_id: UUID | None = None
) -> Sequence[Row[UUID | None, datetime, datetime | None]]:
    """Return (handler, since, until) of each case open in a closed range of days."""
    start, end = day_start_ms(first), day_start_ms(last) + DAY_MS
    query = (
        select(Case.handler_id, Case.reported_at, Case.closed_at)
        .where(Case.county_id == county_here(), Case.handler_id.is_not(None))
        .where(Case.reported_at < from_ms(end))
        .where(or_(Case.closed_at.is_(None), Case.closed_at > from_ms(start)))
    )
    if person_id is not None:
        query = query.where(Case.handler_id == person_id)
    return session.execute(query).all()


def put_cells(
    session: Session, day: date, device_id: UUID, code: int, cells: Sequence[int]
) -> None:
    """Note the cells in which a device was; what is noted already stays."""
    if cells:
        county = session.scalar(select(county_here()))
        own = {
            "county_id": county,
            "fix_on": day,
            "device_id": device_id,
            "code": code,
        }
        session.execute(
            insert(TrackCell).on_conflict_do_nothing(),
            [own | {"cell": cell} for cell in cells],
        )


def devices_in_cells(session: Session, day: date, cells: Sequence[int]) -> set[UUID]:
    """Return the devices that were in any of the cells on a day."""
    return set(
        session.scalars(
            select(TrackCell.device_id)
            .where(TrackCell.county_id == county_here(), TrackCell.fix_on == day)
            .where(TrackCell.cell.in_(cells))
        )
    )


def bindings_of(
    session: Session, device_ids: Iterable[UUID]
) -> Sequence[DeviceBinding]:
    """Return who carried the devices, and when."""
    return session.scalars(
        select(DeviceBinding)
        .where(DeviceBinding.county_id == county_here())
        .where(DeviceBinding.device_id.in_(list(device_ids)))
        .order_by(DeviceBinding.device_id, DeviceBinding.during)
    ).all()


def codes_of_devices(session: Session, device_ids: Iterable[UUID]) -> dict[UUID, int]:
    """Return the area of each device itself, which holds while nobody carries it."""
    found = session.execute(
        select(Device.id, Device.code)
        .where(Device.county_id == county_here())
        .where(Device.id.in_(list(device_ids)))
    )
    return {row.id: row.code for row in found}


def latest_of_people(session: Session) -> list[tuple[Any, str]]:
    """Return the newest position of each person over all their devices, and a name."""
    found = session.execute(
        select(LatestFix, Person.name)
        .join(
            Person,
            (Person.county_id == LatestFix.county_id)
            & (Person.id == LatestFix.person_id),
        )
        .ext(distinct_on(LatestFix.person_id))
        .where(LatestFix.county_id == county_here())
        .where(LatestFix.person_id.is_not(None), LatestFix.t_ms.is_not(None))
        .order_by(LatestFix.person_id, LatestFix.t_ms.desc(), LatestFix.device_id)
    )
    return [(row, name) for row, name in found]
