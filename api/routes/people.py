"""People, their accounts and their devices, for administration."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from api.deps import HostDep, NowDep, SessionDep, SettingsDep, ViewerDep
from api.schemas.common import Text
from api.schemas.people import (
    AccountChangeIn,
    AccountEventIn,
    AccountEventOut,
    AccountIn,
    AccountState,
    AreaCode,
    DeviceChangeIn,
    DeviceIn,
    DeviceOut,
    DevicesOut,
    DeviceState,
    EnrolledOut,
    FirstPasswordOut,
    PeopleOut,
    PersonChangeIn,
    PersonIn,
    PersonOut,
)
from api.services.people import accounts, devices, staff
from tracking.cases.roles import Role

router = APIRouter(prefix="/api/v1", tags=["administration"])

Limit = Annotated[int, Query(ge=1, le=500)]
Words = Annotated[Text, Query(max_length=80, description="Part of name, phone, login")]


@router.get("/people")
def list_people(
    session: SessionDep,
    viewer: ViewerDep,
    now: NowDep,
    query: Words = "",
    role: Role | None = None,
    area: AreaCode | None = None,
    state: AccountState = "all",
    after: UUID | None = None,
    limit: Limit = 100,
) -> PeopleOut:
    """The people in your areas with their duties and accounts, by place."""
    return staff.list_people(
        session,
        viewer,
        now,
        words=query,
        role=role,
        area=area,
        state=state,
        after=after,
        limit=limit,
    )


@router.get("/people/{person_id}")
def read_person(
    person_id: UUID, session: SessionDep, viewer: ViewerDep, now: NowDep
) -> PersonOut:
    """One person in your areas."""
    return staff.read_person(session, viewer, person_id, now)


@router.post("/people", status_code=201)
def add_person(
    sent: PersonIn,
    response: Response,
    session: SessionDep,
    viewer: ViewerDep,
    now: NowDep,
) -> PersonOut:
    """Add a person; safe to repeat under the same id."""
    made, is_new = staff.add_person(session, viewer, sent, now)
    response.status_code = 201 if is_new else 200
    return made


@router.patch("/people/{person_id}")
def change_person(
    person_id: UUID,
    sent: PersonChangeIn,
    session: SessionDep,
    viewer: ViewerDep,
    now: NowDep,
) -> PersonOut:
    """Change a person; what is left out stays."""
    return staff.change_person(session, viewer, person_id, sent, now)


@router.post("/people/{person_id}/account", status_code=201)
def open_account(
    person_id: UUID, sent: AccountIn, session: SessionDep, viewer: ViewerDep
) -> FirstPasswordOut:
    """Open an account; the generated password is told once."""
    return accounts.open_for(session, viewer, person_id, sent)


@router.patch("/people/{person_id}/account")
def change_account(
    person_id: UUID,
    sent: AccountChangeIn,
    session: SessionDep,
    viewer: ViewerDep,
    settings: SettingsDep,
    now: NowDep,
) -> PersonOut:
    """Change role, areas or link; holds at the person's next request."""
    return accounts.change(session, viewer, person_id, sent, now, settings.oidc_issuer)


@router.post("/people/{person_id}/account/events")
def change_account_state(
    person_id: UUID,
    sent: AccountEventIn,
    session: SessionDep,
    viewer: ViewerDep,
    now: NowDep,
) -> AccountEventOut:
    """Disable or enable an account, or make it forget password or second factor."""
    return accounts.happen(session, viewer, person_id, sent, now)


@router.post("/people/{person_id}/devices", status_code=201)
def enrol_device(
    person_id: UUID,
    sent: DeviceIn,
    host: HostDep,
    session: SessionDep,
    viewer: ViewerDep,
    now: NowDep,
) -> EnrolledOut:
    """Give a person a device; its token is told once."""
    return devices.enrol_for(session, viewer, person_id, sent, host, now)


@router.get("/devices")
def list_devices(
    session: SessionDep,
    viewer: ViewerDep,
    now: NowDep,
    person_id: UUID | None = None,
    state: DeviceState = "all",
    after: UUID | None = None,
    limit: Limit = 200,
) -> DevicesOut:
    """The devices in your areas: who carries them, when they were last heard of."""
    return devices.list_devices(
        session,
        viewer,
        now,
        person_id=person_id,
        state=state,
        after=after,
        limit=limit,
    )


@router.patch("/devices/{device_id}")
def change_device(
    device_id: UUID,
    sent: DeviceChangeIn,
    session: SessionDep,
    viewer: ViewerDep,
    now: NowDep,
) -> DeviceOut:
    """Name a device anew, or hand it over from now on."""
    return devices.change(session, viewer, device_id, sent, now)


@router.post("/devices/{device_id}/revoke")
def revoke_device(
    device_id: UUID, session: SessionDep, viewer: ViewerDep, now: NowDep
) -> DeviceOut:
    """Withdraw a device's token; what it sent before stays."""
    return devices.revoke(session, viewer, device_id, now)
