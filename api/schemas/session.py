"""Signing in, and who is signed in."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from api.schemas.common import In, Out, Text
from tracking.roles import Role


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
