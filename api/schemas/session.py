"""Signing in, and who is signed in."""

import datetime as dt
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from api.schemas.common import In, Out, Text
from tracking.cases.roles import Role


class Credentials(In):
    """Login and password."""

    login: Annotated[Text, Field(min_length=1, max_length=64, examples=["duty"])]
    # Longer ones would only make Argon2 work for an attacker.
    password: Annotated[Text, Field(min_length=1, max_length=128)]


class CountyOut(Out):
    """A county or functional zone."""

    code: Annotated[str, Field(examples=["410325"])]
    name: Annotated[str, Field(examples=["嵩县"])]


class SessionOut(Out):
    """Who is signed in, and for which areas."""

    person_id: UUID
    name: str
    login: str
    role: Role
    role_name: Annotated[str, Field(examples=["值班员"])]
    scope: Annotated[list[str], Field(examples=[["410325105"]])]
    county: CountyOut
    step: Annotated[
        Literal["done", "code", "enrol"],
        Field(description="What the session still waits for; only done opens the rest"),
    ]
    second_factor: Literal["on", "off", "required"]
    password_is_initial: Annotated[
        bool, Field(description="Somebody else made the password: change it")
    ]


class ProviderOut(Out):
    """The provider at which one may sign in too."""

    name: Annotated[
        str | None, Field(description="Words for its button; null where there is none")
    ]


class CodeIn(In):
    """A one-time code of six digits, or a recovery code."""

    code: Annotated[Text, Field(min_length=6, max_length=40, examples=["287082"])]


class PasswordIn(In):
    """The password again, before something that only its owner may do."""

    password: Annotated[Text, Field(min_length=1, max_length=128)]


class PasswordChangeIn(In):
    """A new password for the old one."""

    old: Annotated[Text, Field(min_length=1, max_length=128)]
    new: Annotated[Text, Field(min_length=1, max_length=128)]


class FactorRemovalIn(PasswordIn, CodeIn):
    """Password and code, before the second factor is given up."""


class FactorOut(Out):
    """The own second factor."""

    state: Literal["on", "off", "required"]
    confirmed_at: dt.datetime | None
    recovery_codes_left: int


class EnrolmentOut(Out):
    """What the authenticator app takes: scan `qr_svg`, or type `secret`."""

    secret: str
    uri: str
    qr_svg: str


class RecoveryCodesOut(Out):
    """Codes for the day on which the phone is lost; told once."""

    recovery_codes: list[str]
