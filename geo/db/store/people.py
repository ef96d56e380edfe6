"""People, accounts, sessions and devices: every query about who somebody is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, insert, select, text, update
from sqlalchemy.orm import Session

from geo.db.door import Scope, within
from geo.db.models import (
    Account,
    GridVersion,
    LoginSession,
    Person,
    parse_areas,
)


@dataclass(frozen=True)
class FoundAccount:
    """An account as the log-in finds it, before anybody is known."""

    county_id: UUID
    person_id: UUID
    password_hash: str
    role: str
    scope: Scope
    name: str
    second_factor: bool
    password_is_initial: bool


@dataclass(frozen=True)
class FoundSubject:
    """An account as its person's name at a provider finds it."""

    county_id: UUID
    person_id: UUID
    login: str
    role: str
    scope: Scope
    name: str
    second_factor: bool
    password_is_initial: bool


@dataclass(frozen=True)
class FoundSession:
    """Who a session token belongs to."""

    county_id: UUID
    session_id: UUID
    person_id: UUID
    login: str
    role: str
    scope: Scope
    name: str
    expires_at: datetime
    second_factor: bool
    password_is_initial: bool
    step: str = "done"


@dataclass(frozen=True)
class FoundDevice:
    """Which device a token belongs to, and who carries it now."""

    county_id: UUID
    device_id: UUID
    person_id: UUID | None
    code: int


def find_accounts(session: Session, login: str) -> list[FoundAccount]:
    """Return the accounts of a login: one per county that has it."""
    rows = session.execute(
        text("SELECT * FROM account_lookup(:login)"), {"login": login}
    ).mappings()
    return [FoundAccount(**_with_areas(row)) for row in rows]


def find_subject(session: Session, issuer: str, subject: str) -> list[FoundSubject]:
    """Return the accounts that are linked to a subject of a provider."""
    rows = session.execute(
        text("SELECT * FROM subject_lookup(:issuer, :subject)"),
        {"issuer": issuer, "subject": subject},
    ).mappings()
    return [FoundSubject(**_with_areas(row)) for row in rows]


def find_session(session: Session, token_hash: bytes) -> FoundSession | None:
    """Return whose session a token's hash is, unless it has ended."""
    row = session.execute(
        text("SELECT * FROM session_lookup(:hash)"), {"hash": token_hash}
    ).mappings()
    found = row.one_or_none()
    return FoundSession(**_with_areas(found)) if found else None


def find_waiting_session(session: Session, token_hash: bytes) -> FoundSession | None:
    """Return whose session it is that still waits for its second factor."""
    row = session.execute(
        text("SELECT * FROM waiting_session_lookup(:hash)"), {"hash": token_hash}
    ).mappings()
    found = row.one_or_none()
    return FoundSession(**_with_areas(found)) if found else None


def find_device(session: Session, token_hash: bytes) -> FoundDevice | None:
    """Return the device of a token's hash, unless it was revoked."""
    row = session.execute(
        text("SELECT * FROM device_lookup(:hash)"), {"hash": token_hash}
    ).mappings()
    found = row.one_or_none()
    return FoundDevice(**found) if found else None


def end_session(
    session: Session, county_id: UUID, token_hash: bytes, now: datetime
) -> None:
    """End the session of a token."""
    session.execute(
        update(LoginSession)
        .where(
            LoginSession.county_id == county_id, LoginSession.token_hash == token_hash
        )
        .values(revoked_at=now)
    )


def person_of_login(session: Session, county_id: UUID, login: str) -> UUID | None:
    """Return whose account a login of a county is."""
    return session.scalar(
        select(Account.person_id).where(
            Account.county_id == county_id, Account.login == login
        )
    )


def add_rows(session: Session, model: type, rows: Sequence[Mapping[str, Any]]) -> None:
    """Add many rows of one table at once."""
    if rows:
        session.execute(insert(model), [dict(row) for row in rows])


def grids_by_code(
    session: Session, county_id: UUID, codes: Sequence[int], on: date
) -> dict[int, UUID]:
    """Return the grid of each code that is valid on a day; micro-grids have none."""
    found = session.execute(
        select(GridVersion.code, GridVersion.grid_id).where(
            GridVersion.county_id == county_id,
            GridVersion.kind != "micro",
            GridVersion.code.in_(codes),
            GridVersion.valid.contains(on),
        )
    )
    return {row[0]: row[1] for row in found}


def codes_of_people(
    session: Session, county_id: UUID, person_ids: Sequence[UUID]
) -> dict[UUID, int]:
    """Return the code of the duty of each person that may be seen."""
    found = session.execute(
        select(Person.id, Person.code).where(
            Person.county_id == county_id, Person.id.in_(person_ids)
        )
    )
    return {row[0]: row[1] for row in found}


def names_of_people(
    session: Session, county_id: UUID, person_ids: Sequence[UUID]
) -> dict[UUID, str]:
    """Return the names of those people that may be seen."""
    found = session.execute(
        select(Person.id, Person.name).where(
            Person.county_id == county_id, Person.id.in_(person_ids)
        )
    )
    return {row[0]: row[1] for row in found}


def list_accounts(
    session: Session, county_id: UUID, scope: Scope, roles: Sequence[str]
) -> list[tuple[UUID, str, str]]:
    """Return (person, name, role) of the active accounts of some roles in areas."""
    found = session.execute(
        select(Account.person_id, Person.name, Account.role)
        .join(
            Person,
            (Person.county_id == Account.county_id) & (Person.id == Account.person_id),
        )
        .where(
            Account.county_id == county_id,
            within(Account.code, scope),
            Account.role.in_(roles),
            Account.disabled_at.is_(None),
        )
        .order_by(Account.role, Person.name, Account.person_id)
    )
    return [(row[0], row[1], row[2]) for row in found]


def _with_areas(row: RowMapping) -> dict[str, Any]:
    return dict(row) | {"scope": parse_areas(str(row["scope"]))}
