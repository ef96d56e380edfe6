"""Points that rounds must reach (必到点), known before the day on which they count.

A point is where it is: after a redraw it is reached by whoever has that ground then.
"""

from datetime import date, datetime
from uuid import UUID

import numpy as np
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from api.errors import BadField, Conflict, NotFound
from api.schemas.checkpoints import CheckpointIn, CheckpointOut, CheckpointsOut
from api.services.access.session import SignedIn
from api.services.people.administration import (
    MAY_CHANGE,
    areas_of,
    narrowed,
    require_role,
)
from api.services.people.duty_rosters import days_from, days_until, first_and_last
from geo.codes import trimmed
from geo.crs import to_wgs84
from geo.db.store import audit
from geo.db.store import checkpoints as store
from geo.db.store.cases import locate
from geo.localtime import local_date

_MOST = 20_000
# Nearer than this it is the same place: 1e-7 degree, as positions are kept.
_SAME_DEG = 2e-7


def list_checkpoints(
    session: Session, viewer: SignedIn, on: date | None, area: str | None
) -> CheckpointsOut:
    """Return the points of a day in the viewer's areas, or of all days, by place."""
    scope = narrowed(viewer, area)
    found = store.points_on(session, viewer.county_id, scope, on, _MOST)
    return CheckpointsOut(date=on, checkpoints=[_shown(each) for each in found])


def add_checkpoint(
    session: Session, viewer: SignedIn, sent: CheckpointIn, now: datetime
) -> tuple[CheckpointOut, bool]:
    """Set a point from a day on; return it, and whether it is new.

    Raises
    ------
    BadField
        If it begins today or before.
    NotFound
        If it lies in no grid of that day, or outside the viewer's areas.
    Conflict
        If its ref is taken on these days, or the id is another point's.
    """
    require_role(viewer, MAY_CHANGE)
    lon, lat = _stored(sent)
    valid = days_from(sent.first, sent.last, now)
    there = store.point_of(session, viewer.county_id, sent.id, viewer.scope)
    if there is not None:
        found = _shown(there)
        if not _is_same(found, sent, lon, lat):
            raise Conflict("the id is another point's", field="id")
        return found, False
    if sent.first <= local_date(now):
        # Rounds of today may be walked already.
        raise BadField("a point begins tomorrow at the earliest", field="first")
    grid_id, code = locate(session, lon, lat, sent.first)
    areas_of(viewer, [trimmed(code)])
    if grid_id is None:
        raise NotFound("the point lies in no grid of that day")
    row = {
        "county_id": viewer.county_id,
        "id": sent.id,
        "ref": sent.ref,
        "name": sent.name,
        "grid_id": grid_id,
        "code": code,
        "valid": valid,
    }
    try:
        store.add_point(session, row, lon, lat)
    except IntegrityError as error:
        raise Conflict("another point has this ref then", field="ref") from error
    detail = {"ref": sent.ref, "grid": trimmed(code), "first": str(sent.first)}
    audit.append(session, "checkpoint_set", f"checkpoint/{sent.id}", detail)
    return _one(session, viewer, sent.id), True


def end_checkpoint(
    session: Session, viewer: SignedIn, point_id: UUID, last: date, now: datetime
) -> CheckpointOut:
    """Let a point be reached until a day, yesterday at the earliest.

    Raises
    ------
    NotFound, BadField
    """
    require_role(viewer, MAY_CHANGE)
    there = store.point_of(session, viewer.county_id, point_id, viewer.scope)
    if there is None:
        raise NotFound("no such point")
    valid = days_until(there[0].valid, last, now)
    store.end_point(session, viewer.county_id, point_id, valid)
    session.expire_all()
    detail = {"ref": there[0].ref, "last": str(last)}
    audit.append(session, "checkpoint_ended", f"checkpoint/{point_id}", detail)
    return _one(session, viewer, point_id)


def _stored(sent: CheckpointIn) -> tuple[float, float]:
    lon, lat = to_wgs84(np.array([sent.lon]), np.array([sent.lat]), sent.coord_type)
    return float(lon[0]), float(lat[0])


def _is_same(found: CheckpointOut, sent: CheckpointIn, lon: float, lat: float) -> bool:
    is_there = max(abs(found.lon - lon), abs(found.lat - lat)) < _SAME_DEG
    said = (sent.ref, sent.name, sent.first, sent.last)
    return is_there and said == (found.ref, found.name, found.first, found.last)


def _one(session: Session, viewer: SignedIn, point_id: UUID) -> CheckpointOut:
    found = store.point_of(session, viewer.county_id, point_id, viewer.scope)
    if found is None:
        raise NotFound("no such point")
    return _shown(found)


def _shown(row: store.Placed) -> CheckpointOut:
    point, lon, lat = row
    first, last = first_and_last(point.valid)
    return CheckpointOut(
        id=point.id,
        ref=point.ref,
        name=point.name,
        grid_code=trimmed(point.code),
        lon=lon,
        lat=lat,
        first=first,
        last=last,
    )
