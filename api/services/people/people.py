"""People and their duties: hired, given an account, posted to grids, equipped.

Simple functions for commands and pages. They run in the transaction that they are
given, of a job or of a viewer; a secret (password, device token) is returned once and
only its hash is kept.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from api.security.credentials import (
    hash_password,
    hash_token,
    new_password,
    new_token,
)
from geo.codes import padded, range_of
from geo.db.models import Account, Assignment, Device, DeviceBinding, Person
from geo.db.store import people
from geo.errors import BadInput
from tracking.cases.roles import Role


@dataclass(frozen=True)
class Posting:
    """A grid's lead worker: one person in one grid."""

    grid_code: str
    name: str
    phone: str | None = None
    employment: str = "full_time"


def add_person(
    session: Session,
    county_id: UUID,
    *,
    name: str,
    code: str,
    phone: str | None = None,
    employment: str | None = None,
) -> UUID:
    """Add a person whose duty is in the region or grid `code`; return their id."""
    person = _person(county_id, name, padded(code), phone, employment)
    people.add_rows(session, Person, [person])
    person_id: UUID = person["id"]
    return person_id


def open_account(
    session: Session,
    county_id: UUID,
    person_id: UUID,
    *,
    login: str,
    role: Role,
    areas: Sequence[str],
) -> str:
    """Give a person a log-in for some areas; return its generated password.

    Raises
    ------
    BadInput
        If the login is taken in this county, or the person has one already.
    """
    password = new_password()
    account = {
        "county_id": county_id,
        "person_id": person_id,
        "login": login,
        "password_hash": hash_password(password),
        "password_is_initial": True,
        "role": role.value,
        "scope": tuple(range_of(code) for code in areas),
        "code": account_code(areas),
    }
    try:
        people.add_rows(session, Account, [account])
    except IntegrityError as error:
        raise BadInput(
            f"login {login!r} is taken, or its person has an account or is unknown"
        ) from error
    return password


def account_code(areas: Sequence[str]) -> int:
    """Return the code by which an account of some areas is found: its widest area."""
    return padded(min(areas, key=lambda code: (len(code), code)))


def staff_grids(
    session: Session, county_id: UUID, rows: Iterable[Posting], valid_from: date
) -> dict[str, UUID]:
    """Post one new lead worker to each grid; return the person of each grid code.

    Raises
    ------
    BadInput
        If a code is of no grid valid on that day, or its grid has a lead already.
    """
    postings = list(rows)
    codes = [padded(posting.grid_code) for posting in postings]
    grids = people.grids_by_code(session, county_id, codes, valid_from)
    hired, posted = [], []
    for posting, code in zip(postings, codes, strict=True):
        if code not in grids:
            raise BadInput(f"no grid {posting.grid_code} is valid on {valid_from}")
        person = _person(
            county_id, posting.name, code, posting.phone, posting.employment
        )
        hired.append(person)
        posted.append(
            _assignment(
                county_id, person["id"], grids[code], code, "worker", valid_from, True
            )
        )
    people.add_rows(session, Person, hired)
    _post(session, posted)
    return {
        posting.grid_code: person["id"]
        for posting, person in zip(postings, hired, strict=True)
    }


def assign(
    session: Session,
    county_id: UUID,
    person_id: UUID,
    grid_code: str,
    valid_from: date,
    *,
    role: str = "worker",
    is_lead: bool = False,
) -> UUID:
    """Post a person to a grid from a day on; return the assignment's id.

    Raises
    ------
    BadInput
        If the grid is not valid on that day, or has that person or a lead already.
    """
    code = padded(grid_code)
    grids = people.grids_by_code(session, county_id, [code], valid_from)
    if code not in grids:
        raise BadInput(f"no grid {grid_code} is valid on {valid_from}")
    row = _assignment(
        county_id, person_id, grids[code], code, role, valid_from, is_lead
    )
    _post(session, [row])
    assignment_id: UUID = row["id"]
    return assignment_id


def enrol_devices(
    session: Session,
    county_id: UUID,
    person_ids: Sequence[UUID],
    since: datetime,
    *,
    app: str = "xunge",
) -> dict[UUID, str]:
    """Give each person a device from a moment on; return the tokens, told only now.

    Raises
    ------
    BadInput
        If a person is unknown.
    """
    codes = people.codes_of_people(session, county_id, person_ids)
    tokens, devices, bindings = {}, [], []
    for person_id in person_ids:
        if person_id not in codes:
            raise BadInput(f"no person {person_id} in this county")
        token = new_token()
        device = _device(county_id, codes[person_id], token, app, since)
        tokens[person_id] = token
        devices.append(device)
        bindings.append(_binding(device, person_id, since))
    people.add_rows(session, Device, devices)
    people.add_rows(session, DeviceBinding, bindings)
    return tokens


def bind_device(
    session: Session,
    county_id: UUID,
    device_id: UUID,
    person_id: UUID,
    code: int,
    since: datetime,
) -> None:
    """Let a person carry a device from a moment on."""
    device = {"county_id": county_id, "id": device_id, "code": code}
    people.add_rows(session, DeviceBinding, [_binding(device, person_id, since)])


def _person(
    county_id: UUID, name: str, code: int, phone: str | None, employment: str | None
) -> dict[str, Any]:
    return {
        "county_id": county_id,
        "id": uuid4(),
        "name": name,
        "phone": phone,
        "employment": employment,
        "code": code,
    }


def _assignment(
    county_id: UUID,
    person_id: UUID,
    grid_id: UUID,
    code: int,
    role: str,
    valid_from: date,
    is_lead: bool,
) -> dict[str, Any]:
    return {
        "county_id": county_id,
        "id": uuid4(),
        "person_id": person_id,
        "grid_id": grid_id,
        "code": code,
        "role": role,
        "is_lead": is_lead,
        "valid": Range(valid_from, None),
    }


def _post(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    try:
        people.add_rows(session, Assignment, rows)
    except IntegrityError as error:
        raise BadInput(
            "a grid has a lead or that person already, or the person is unknown"
        ) from error


def _device(
    county_id: UUID, code: int, token: str, app: str, since: datetime
) -> dict[str, Any]:
    return {
        "county_id": county_id,
        "id": uuid4(),
        "token_hash": hash_token(token),
        "label": app,
        "app": app,
        "code": code,
        "created_at": since,
    }


def _binding(
    device: Mapping[str, Any], person_id: UUID, since: datetime
) -> dict[str, Any]:
    return {
        "county_id": device["county_id"],
        "device_id": device["id"],
        "person_id": person_id,
        "during": Range(since, None),
        "code": device["code"],
    }
