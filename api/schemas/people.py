"""People, accounts and devices as administration sends and sees them."""

import datetime as dt
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from api.schemas.common import In, Out, Text
from tracking.cases.roles import Role

Name = Annotated[Text, Field(min_length=1, max_length=80)]
Phone = Annotated[Text, Field(min_length=3, max_length=40)]
AreaCode = Annotated[str, Field(pattern=r"^[1-9](\d{5}|\d{8}|\d{11}|\d{14})$")]
Login = Annotated[str, Field(pattern=r"^[a-zA-Z0-9][a-zA-Z0-9._-]{1,63}$")]
Employment = Literal["full_time", "part_time"]
AccountState = Literal["active", "disabled", "none", "all"]
DeviceState = Literal["active", "revoked", "all"]
Areas = Annotated[list[AreaCode], Field(min_length=1, max_length=50)]


class PersonIn(In):
    """A new person; `code` is the region or grid of the duty."""

    id: UUID
    name: Name
    phone: Phone | None = None
    employment: Employment | None = None
    code: AreaCode


class PersonChangeIn(In):
    """What is to change of a person; what is left out stays."""

    name: Name | None = None
    phone: Phone | None = None
    employment: Employment | None = None
    code: AreaCode | None = None


class AccountIn(In):
    """A new account: a login, what it may do, and where."""

    login: Login
    role: Role
    scope: Areas


class AccountChangeIn(In):
    """What is to change of an account."""

    role: Role | None = None
    scope: Areas | None = None
    oidc_subject: Annotated[
        Text | None,
        Field(max_length=255, description="`sub` at the provider; empty takes it away"),
    ] = None


class AccountEventIn(In):
    """What happens to an account."""

    event: Literal["disable", "enable", "reset_password", "forget_second_factor"]


class AccountOut(Out):
    """An account as an administrator or auditor sees it."""

    login: str
    role: Role
    role_name: str
    scope: list[str]
    disabled_at: dt.datetime | None
    second_factor: bool
    password_is_initial: bool
    oidc_subject: str | None


class GridRoleOut(Out):
    """A duty of today."""

    assignment_id: UUID
    grid_code: str
    role: str
    is_lead: bool


class PersonOut(Out):
    """A person; `account` is for administrators and auditors."""

    id: UUID
    name: str
    phone: str | None
    employment: str | None
    code: str
    roles_in_grids: list[GridRoleOut]
    account: AccountOut | None
    devices: int


class PeopleOut(Out):
    """A page of people; `next` goes into `after`."""

    people: list[PersonOut]
    next: UUID | None


class FirstPasswordOut(Out):
    """A log-in with its generated password, told once."""

    login: str
    password: str


class AccountEventOut(Out):
    """The person afterwards, and the new password where one was made, told once."""

    person: PersonOut
    password: str | None


class DeviceIn(In):
    """A phone for a person."""

    app: Literal["xunge-web", "traccar", "owntracks", "gpslogger"]
    label: Annotated[Text, Field(min_length=1, max_length=80)] | None = None


class DeviceChangeIn(In):
    """A new name of a device, or who carries it from now on; null is nobody."""

    label: Annotated[Text, Field(min_length=1, max_length=80)] | None = None
    person_id: UUID | None = None


class EnrolledOut(Out):
    """A new device; the token and what is made of it are told once."""

    device_id: UUID
    token: str
    link: str | None
    profile: str | None
    qr_svg: str | None


class DeviceOut(Out):
    """A device, who carries it now, and when it was last heard of."""

    id: UUID
    label: str
    app: str | None
    created_at: dt.datetime
    revoked_at: dt.datetime | None
    person_id: UUID | None
    name: str | None
    last_seen_at: dt.datetime | None


class DevicesOut(Out):
    """A page of devices; `next` goes into `after`."""

    devices: list[DeviceOut]
    next: UUID | None
