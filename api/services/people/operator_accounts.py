"""Accounts by the operator's command: the first of a county, and who is locked out.

The operator has the machine and needs no account; what is done here stands in the
record like everything else, without an actor.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from api.security.credentials import hash_password, new_password
from api.services.people import accounts
from api.services.people.people import add_person, open_account
from geo.codes import padded, unpadded
from geo.db.door import as_job
from geo.db.engine import Database
from geo.db.store import audit, people, territory
from geo.db.store import roster as store
from geo.errors import BadInput
from tracking.cases.roles import Role

_NO_COUNTY = UUID(int=0)


def add(
    database: Database,
    county: str | None,
    login: str,
    name: str,
    role: str,
    areas: Sequence[str],
) -> str:
    """Open an account for a new person and return its password, told once.

    Raises
    ------
    BadInput
        If the role or county is unknown, an area is not of the county, or the login is
        taken.
    """
    if role not in [each.value for each in Role]:
        raise BadInput(f"role {role!r} is none of {', '.join(Role)}")
    county_id, code = _county(database, county)
    own = list(areas) or [code]
    outside = [area for area in own if not area.startswith(code)]
    if outside:
        raise BadInput(f"area {outside[0]!r} is not of county {code}")
    with as_job(database, county_id) as session:
        person = add_person(session, county_id, name=name, code=own[0])
        password = open_account(
            session, county_id, person, login=login, role=Role(role), areas=own
        )
        detail = {"role": role, "scope": own, "by": "operator"}
        audit.append(session, "account_opened", f"person/{person}", detail)
    return password


def reset_password(database: Database, county: str | None, login: str) -> str:
    """Make a new password for an account and return it, told once."""
    password = new_password()
    changes = {"password_hash": hash_password(password), "password_is_initial": True}
    _change(database, county, login, changes, "password_reset")
    return password


def forget_second_factor(database: Database, county: str | None, login: str) -> None:
    """Let an account sign in without its second factor."""
    changes = {"second_factor_at": None}
    _change(database, county, login, changes, "second_factor_forgotten")


def link(
    database: Database,
    county: str | None,
    login: str,
    subject: str,
    issuer: str | None,
) -> None:
    """Link an account to a subject of the provider, or to none if it is empty.

    Raises
    ------
    BadInput
        If no provider is set, or another account has the subject.
    """
    if subject and issuer is None:
        raise BadInput("no provider to link to: set XUNGE_OIDC_ISSUER")
    changes = accounts.link(subject, issuer, datetime.now(UTC))
    done = "subject_linked" if subject else "subject_unlinked"
    try:
        _change(database, county, login, changes, done)
    except IntegrityError as error:
        raise BadInput(f"subject {subject!r} is linked to another account") from error


def _change(
    database: Database,
    county: str | None,
    login: str,
    changes: dict[str, Any],
    action: str,
) -> None:
    county_id, code = _county(database, county)
    with as_job(database, county_id) as session:
        person = people.person_of_login(session, county_id, login)
        if person is None:
            raise BadInput(f"no account {login!r} in county {code}")
        # Every session of it ends.
        now = {"sessions_since": datetime.now(UTC)}
        store.change_account(session, county_id, person, changes | now)
        audit.append(session, action, f"person/{person}", {"by": "operator"})


def _county(database: Database, code: str | None) -> tuple[UUID, str]:
    with as_job(database, _NO_COUNTY) as session:
        there = territory.counties(session)
        codes = [unpadded(each.code, "county") for each in there]
        if code is None and len(there) == 1:
            return there[0].id, codes[0]
        found = [each.id for each in there if code and each.code == padded(code)]
    if not found:
        said = ", ".join(codes) or "none; load its layers first: xunge load"
        raise BadInput(f"say --county CODE; there are: {said}")
    assert code is not None
    return found[0], code
