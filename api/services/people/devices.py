"""Devices: who carries which, a new one with its secret told once, one withdrawn."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy.orm import Session

from api.errors import BadField, NotFound
from api.schemas.people import (
    DeviceChangeIn,
    DeviceIn,
    DeviceOut,
    DevicesOut,
    DeviceState,
    EnrolledOut,
)
from api.security.credentials import hash_token
from api.services.access.session import SignedIn
from api.services.people.administration import MAY_CHANGE, MAY_READ, require_role
from api.services.people.people import bind_device, enrol_devices
from api.services.people.phone_setup import App, PhoneSetup, set_up
from api.services.people.setup_tickets import Host
from api.services.people.staff import require_person
from geo.db.models import Device
from geo.db.store import audit
from geo.db.store import devices as store
from geo.db.store.devices import AnyRow, DevicesWanted
from geo.localtime import from_ms

_OWN_PAGE: Literal["xunge-web"] = "xunge-web"


def list_devices(
    session: Session,
    viewer: SignedIn,
    now: datetime,
    *,
    person_id: UUID | None,
    state: DeviceState,
    after: UUID | None,
    limit: int,
) -> DevicesOut:
    """Return a page of the devices in the viewer's areas, by place."""
    require_role(viewer, MAY_READ)
    wanted = DevicesWanted(
        viewer.scope,
        now,
        person_id=person_id,
        state=state,
        after=after,
        limit=limit,
    )
    rows = store.devices_page(session, viewer.county_id, wanted)
    page = rows[:limit]
    following = page[-1][0].id if len(rows) > limit else None
    return DevicesOut(devices=[_shown(row) for row in page], next=following)


def enrol_for(
    session: Session,
    viewer: SignedIn,
    person_id: UUID,
    sent: DeviceIn,
    host: Host,
    now: datetime,
) -> EnrolledOut:
    """Give a person a device, with the set-up of its app if it has one."""
    require_role(viewer, MAY_CHANGE)
    require_person(session, viewer, person_id)
    setup = None
    if sent.app == _OWN_PAGE:
        token = _enrol_page(session, viewer, person_id, now)
    else:
        setup = set_up(session, viewer.county_id, person_id, sent.app, host, now)
        token = setup.token
    device_id = store.device_by_hash(session, viewer.county_id, hash_token(token))
    if sent.label:
        changes = {"label": sent.label}
        store.change_device(session, viewer.county_id, device_id, changes)
    detail = {"person": str(person_id), "app": sent.app}
    audit.append(session, "device_enrolled", f"device/{device_id}", detail)
    return EnrolledOut(
        device_id=device_id,
        token=token,
        link=setup.link if setup else None,
        profile=setup.profile if setup else None,
        qr_svg=setup.qr_svg if setup else None,
    )


def enrol_own(session: Session, viewer: SignedIn, now: datetime) -> str:
    """Enrol the phone that asks for the viewer; the token is told once."""
    assert viewer.person_id is not None  # a session is always somebody's
    token = _enrol_page(session, viewer, viewer.person_id, now)
    _record_own(session, viewer, _OWN_PAGE)
    return token


def set_up_own(
    session: Session, viewer: SignedIn, app: App, host: Host, now: datetime
) -> PhoneSetup:
    """Set up an app on a phone of the viewer; the token is told once."""
    assert viewer.person_id is not None  # a session is always somebody's
    found = set_up(session, viewer.county_id, viewer.person_id, app, host, now)
    _record_own(session, viewer, app)
    return found


def change(
    session: Session,
    viewer: SignedIn,
    device_id: UUID,
    sent: DeviceChangeIn,
    now: datetime,
) -> DeviceOut:
    """Name a device anew, or hand it over from now on.

    Raises
    ------
    NotFound
        If device or person is not in the viewer's areas.
    BadField
        If the device was withdrawn.
    """
    require_role(viewer, MAY_CHANGE)
    device: Device = _require(session, viewer, device_id, now)[0]
    changes = sent.model_dump(exclude_unset=True)
    if "label" in changes and changes["label"] is None:
        raise BadField("a device has a name", field="label")
    if "person_id" in changes:
        if device.revoked_at is not None:
            raise BadField("the device was withdrawn", field="person_id")
        code = _hand_over(session, viewer, device, changes.pop("person_id"), now)
        changes["code"] = code
    if changes:
        store.change_device(session, viewer.county_id, device_id, changes)
    session.expire_all()
    found = _shown(_require(session, viewer, device_id, now))
    detail = {"person": str(found.person_id or ""), "changed": sorted(changes)}
    audit.append(session, "device_changed", f"device/{device_id}", detail)
    return found


def revoke(
    session: Session, viewer: SignedIn, device_id: UUID, now: datetime
) -> DeviceOut:
    """Withdraw a device's token; to do it again changes nothing."""
    require_role(viewer, MAY_CHANGE)
    device: Device = _require(session, viewer, device_id, now)[0]
    if device.revoked_at is None:
        changes = {"revoked_at": now}
        store.change_device(session, viewer.county_id, device_id, changes)
        session.expire_all()
        audit.append(session, "device_revoked", f"device/{device_id}", {})
    return _shown(_require(session, viewer, device_id, now))


def _enrol_page(
    session: Session, viewer: SignedIn, person_id: UUID, now: datetime
) -> str:
    ids = [person_id]
    return enrol_devices(session, viewer.county_id, ids, now, app=_OWN_PAGE)[person_id]


def _record_own(session: Session, viewer: SignedIn, app: str) -> None:
    detail = {"app": app}
    audit.append(session, "device_enrolled", f"person/{viewer.person_id}", detail)


def _hand_over(
    session: Session,
    viewer: SignedIn,
    device: Device,
    person_id: UUID | None,
    now: datetime,
) -> int:
    """Let somebody, or nobody, carry a device from now on; return its code then."""
    store.end_bindings(session, viewer.county_id, device.id, now)
    if person_id is None:
        return device.code
    code: int = require_person(session, viewer, person_id).code
    bind_device(session, viewer.county_id, device.id, person_id, code, now)
    return code


def _require(
    session: Session, viewer: SignedIn, device_id: UUID, now: datetime
) -> AnyRow:
    wanted = DevicesWanted(viewer.scope, now, device_id=device_id)
    rows = store.devices_page(session, viewer.county_id, wanted)
    if not rows:
        raise NotFound("no such device")
    return rows[0]


def _shown(row: AnyRow) -> DeviceOut:
    device, person_id, name, received_ms = row
    return DeviceOut(
        id=device.id,
        label=device.label,
        app=device.app,
        created_at=device.created_at,
        revoked_at=device.revoked_at,
        person_id=person_id,
        name=name,
        last_seen_at=None if received_ms is None else from_ms(received_ms),
    )
